"""All checks together: each runs whatever the others find, and none ends in a stack trace."""

import os
import pwd
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from gateway.config import Settings
from gateway.errors import ConfigurationError, GatewayError
from gateway.install.checks import hours, machine, outside, registers
from gateway.install.checks.finding import Check, Finding, Health, Patient, good, wrong
from gateway.install.fittings import Fittings
from gateway.log import logger

CHECKS: tuple[tuple[str, Check], ...] = (
    ("database", registers.database),
    ("accounts", registers.accounts),
    ("disk", machine.disk),
    ("folders", machine.folders),
    ("secrets", machine.secrets),
    ("time zones", machine.time_zones),
    ("hours", hours.hours),
    ("port", outside.port),
    ("public address", outside.public_address),
)
AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was found; `readable` is false when not even the settings could be used."""

    findings: tuple[Finding, ...]
    readable: bool

    @property
    def exit_status(self) -> int:
        """0 when nothing is wrong, 1 when something is, 2 when the settings cannot be used."""
        if not self.readable:
            return 2
        return int(any(each.health is Health.WRONG for each in self.findings))


def examine(config: Path, fittings: Fittings) -> Diagnosis:
    """Look everything over; library systems that do not answer are waited for side by side."""
    try:
        settings = fittings.read_settings(config)
    except ConfigurationError as error:
        return Diagnosis((wrong("settings", str(error), error.advice),), readable=False)
    patient = Patient(config, settings, fittings)
    checks = [*CHECKS, *((f"library {each.institution}", outside.library_check(each)) for each in settings.library)]
    with _eyes_of_the_service(settings), ThreadPoolExecutor(AT_ONCE) as pool:
        found = pool.map(partial(_run, patient), checks)
        findings = [finding for each in found for finding in each]
    return Diagnosis((good("settings", f"{config} can be used"), *findings), readable=True)


@contextmanager
def _eyes_of_the_service(settings: Settings) -> Iterator[None]:
    """Look as the owner of the data folder: root may do what the service may not, and leaves files it cannot use."""
    home = settings.data_folder
    if os.geteuid() != 0 or not home.is_dir() or home.stat().st_uid == 0:
        yield
        return
    service, group, groups = home.stat(), os.getegid(), os.getgroups()
    os.setgroups(_groups(service.st_uid, service.st_gid))
    os.setegid(service.st_gid)
    os.seteuid(service.st_uid)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(group)
        os.setgroups(groups)


def _groups(user: int, group: int) -> list[int]:
    try:
        return os.getgrouplist(pwd.getpwuid(user).pw_name, group)
    except KeyError:
        return [group]


def _run(patient: Patient, named: tuple[str, Check]) -> Sequence[Finding]:
    """What one check found; a check that breaks is itself a finding."""
    subject, check = named
    findings: list[Finding] = []
    try:
        findings.extend(check(patient))
    except GatewayError as error:
        findings.append(wrong(subject, str(error), error.advice or "Try again in a minute."))
    except Exception as error:
        logger.debug("install.check_broke", subject=subject, exc_info=True)
        sentence = f"could not be looked at: {type(error).__name__}: {error}"
        findings.append(wrong(subject, sentence, "Mend what is named; if it is not clear, tell the makers."))
    return findings
