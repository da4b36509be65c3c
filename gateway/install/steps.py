"""The steps of `init`: each looks whether its thing is right, and does only what is missing.

Running them all again changes nothing that is right; after a failure half-way it goes on where it stopped.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from gateway.errors import ConfigurationError
from gateway.install.files import key_step, secret_steps, settings_step
from gateway.install.first_accounts import AccountsStep
from gateway.install.fittings import Fittings
from gateway.install.folders import FolderStep, wanted_folders
from gateway.install.journal import Journal, path_for
from gateway.install.plan import Plan
from gateway.install.registers import DatabaseStep, ImportStep


class StepFailed(ConfigurationError):
    """A step of the installation could not be done for a reason outside the gateway."""

    message = "{step}: {reason}"
    hint = "Mend this and run `gateway init` again: it goes on where it stopped."


class Step(Protocol):
    """One thing that `init` brings about."""

    @property
    def name(self) -> str:
        """What it is about, in a few words."""

    def check(self) -> str:
        """What is not right, as a phrase that also holds once it was mended; empty when it is right."""

    def apply(self, journal: Journal) -> str:
        """Do it, noting in the journal first what is about to be made; says what was done."""


@dataclass(frozen=True, slots=True)
class Done:
    """How one step ended."""

    step: str
    changed: bool
    sentence: str


def steps(plan: Plan, fittings: Fittings, tell_secret: Callable[[str, str], None]) -> Iterator[Step]:
    """Every step of a plan, in order.

    Args:
        plan: what is wanted.
        fittings: what other rooms do for it.
        tell_secret: is given an account's name and its generated secret, once.
    """
    for folder in wanted_folders(plan):
        yield FolderStep(folder)
    yield key_step(plan)
    yield from secret_steps(plan)
    yield settings_step(plan)
    yield DatabaseStep(plan, fittings)
    yield AccountsStep(plan, fittings, tell_secret)
    for file in plan.imports:
        yield ImportStep(file, plan, fittings)


def carry_out(todo: Iterator[Step], journal: Journal) -> Iterator[Done]:
    """Walk the steps one by one, telling after each what it did.

    Raises:
        StepFailed: a step could not be done; what came before it stands.
    """
    for step in todo:
        try:
            missing = step.check()
            sentence = step.apply(journal) if missing else "already right"
        except OSError as error:
            raise StepFailed(step=step.name, reason=_reason(error)) from error
        yield Done(step.name, bool(missing), sentence)


def journal_of(config: Path) -> Journal:
    """The journal that belongs to a settings file."""
    return Journal(path_for(config))


def _reason(error: OSError) -> str:
    place = f" ({error.filename})" if error.filename else ""
    return f"{error.strerror or error}{place}"
