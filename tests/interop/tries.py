"""Lets one client do everything in every version of SOAP, and says of each step whether it went well."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from pathlib import Path

import requests

from tests.interop import exchange, machine
from tests.interop.clients import Client, Workshop
from tests.interop.exchange import SECONDS, Door
from tests.interop.growing import Front

CLIENTS_FOLDER = Path(__file__).parent / "clients"
STEPS = ("submit", "fault", "report", "grown answer")
_numbers = count(1)


@dataclass
class Outcome:
    """What one client did in one version of SOAP."""

    client: Client
    soap: str
    tried: str = ""
    """The version of the client itself."""
    missing: str = ""
    """What the machine lacks for it; then nothing was tried."""
    flaws: dict[str, list[str]] = field(default_factory=dict)
    """Per step what went wrong."""

    def failed(self) -> list[str]:
        """The steps that went wrong."""
        return [step for step in STEPS if self.flaws.get(step)]


class CouldNotBeMade(Exception):
    """A client could not be made from the WSDL."""


class CouldNotBeFetched(Exception):
    """The packages of a client could not be had, which says nothing of the client."""


def make(workshop: Workshop, folder: Path, wsdl: str) -> None:
    """Copy a workshop to the folder, with today's WSDL, and run its commands, unless they did so for the same before.

    Raises:
        CouldNotBeFetched, CouldNotBeMade: with what the command that failed wrote.
    """
    shutil.copytree(CLIENTS_FOLDER / workshop.folder, folder, dirs_exist_ok=True)
    served = requests.get(wsdl, timeout=SECONDS).content
    (folder / "orders.wsdl").write_bytes(served)
    made_of = folder / "made-of"
    # The port is another each time; the clients are told it when they run.
    ingredients = _ingredients(workshop, served.replace(wsdl.partition("?")[0].encode(), b""))
    if made_of.exists() and made_of.read_text() == ingredients:
        return
    made_of.unlink(missing_ok=True)
    _run(workshop.fetches, folder, CouldNotBeFetched)
    _run(workshop.makes, folder, CouldNotBeMade)
    made_of.write_text(ingredients)


def _run(commands: Sequence[Sequence[str]], folder: Path, otherwise: type[Exception]) -> None:
    for command in commands:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            written = f"{done.stdout.strip()}\n{done.stderr.strip()}"[-3000:]
            raise otherwise(f"{' '.join(command)}: {written.strip()}")


def _ingredients(workshop: Workshop, wsdl: bytes) -> str:
    """Everything of which a client is made, as one digest: programs, commands, tools of the machine, WSDL."""
    found = sha256(wsdl + repr(workshop).encode() + machine.versions(workshop.needs))
    for path in sorted(CLIENTS_FOLDER.joinpath(workshop.folder).iterdir()):
        if path.is_file():
            found.update(path.name.encode() + path.read_bytes())
    return found.hexdigest()


def tried(client: Client, folder: Path) -> str:
    """The version of the client as it tells it itself."""
    done = subprocess.run(client.tried, cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return " ".join((done.stdout + done.stderr).split())


def attempts(client: Client, folder: Path, today: Door, front: Front) -> Iterator[Outcome]:
    """Let a client speak with the gateway of today and, through the front, with one of later."""
    later = Door(today.stage, today.wsdl, front.address)
    for soap in client.versions:
        flaws = _attempt(client, soap, folder, today)
        del front.versions[:]
        grown = list(dict.fromkeys(flaw for each in _attempt(client, soap, folder, later).values() for flaw in each))
        if set(front.versions) != {soap}:
            grown.append(f"it spoke SOAP {' and '.join(sorted(set(front.versions))) or 'not at all'}")
        yield Outcome(client, soap, tried(client, folder), flaws=flaws | {"grown answer": grown})


def _attempt(client: Client, soap: str, folder: Path, door: Door) -> dict[str, list[str]]:
    message = f"C-{next(_numbers)}"
    report = folder / f"{message}.txt"
    report.unlink(missing_ok=True)
    environment = os.environ | door.environment(message, soap, report)
    lines, complaint = exchange.told(client.run, folder, environment)
    flaws = exchange.flaws(door, message, lines, report)
    return {step: [*found, complaint] if found and complaint else found for step, found in flaws.items()}


def all_missing(clients: Sequence[Client], what: str) -> Iterator[Outcome]:
    """The outcomes of clients that are not here."""
    return (Outcome(each, soap, missing=what) for each in clients for soap in each.versions)


def all_failed(clients: Sequence[Client], complaint: str) -> Iterator[Outcome]:
    """The outcomes of clients that could not even be made."""
    for client in clients:
        for soap in client.versions:
            yield Outcome(client, soap, flaws={step: [complaint] for step in STEPS})
