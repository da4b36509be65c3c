"""The demonstration: a rehearsal gateway with simulated library systems, and one real day pushed through it over SOAP.

Everything in it is what an installer and a supplier would do by hand: `gateway init`, `gateway serve`, a push.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Any

from gateway import clock
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.orders.model import Receipt
from gateway.supplier import demonstration, push
from gateway.supplier.message import Day
from gateway.transport.soap_client import Credentials, SoapClient

SENDER = "000002"
SENDER_NAME = "Demonstratieleverancier"
BRANCHES = {"01": "2011", "02": "2012", "03": "2013"}
"""The supplier's codes for branches, and the library's."""
BUDGET_CODES = {"JEUGD-FICTIE": "JF", "VOLW-ROMAN": "VR", "INFORMATIEF": "IN"}
"""The supplier's budget codes, and the library's."""
LIBRARIES = {"I201": ("Bibliotheek Voorbeeldstad", "wise"), "I202": ("Bibliotheek Proefdorp", "vsmart")}
REHEARSAL = Path("rehearsal")
_MARK = ".rehearsal"
_START_SECONDS = 60
_PROCESS_SECONDS = 120

Say = Callable[[str], None]


class NoSimulators(ConfigurationError):
    """The simulated library systems come with the source, not with the installed program."""

    message = "The simulated library systems are not here: {reason}."
    hint = "Run `make run` in the source of the gateway."


class NotOurs(ConfigurationError):
    """The folder of the rehearsal holds something else."""

    message = "{folder} exists and was not made by a demonstration."
    hint = "Move it away, or run the demonstration in another folder."


class DidNotStart(SystemUnavailable):
    """A part of the demonstration ended before it was ready."""

    message = "`{command}` did not get ready:\n{output}"
    hint = "Mend what it says and run the demonstration again."


@dataclass(frozen=True)
class Rehearsal:
    """Where the parts of one demonstration are, and what they are called."""

    folder: Path
    address: str
    wise_address: str
    on: date

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "gateway.toml"

    @property
    def secrets_file(self) -> Path:
        """Where `init` leaves the first accounts."""
        return self.folder / "first-accounts.txt"

    @property
    def soap_address(self) -> str:
        """Where the supplier pushes to."""
        return f"{self.address}/soap/orders"

    def secret(self, account: str) -> str:
        """The generated secret of one of the first accounts."""
        lines = self.secrets_file.read_text(encoding="utf-8").splitlines()
        return next(line.split("\t", 1)[1] for line in lines if line.startswith(f"{account}\t"))


def demonstrate(say: Say, *, once: bool, folder: Path = REHEARSAL) -> None:
    """Set up, serve, push a day to each library, say where to look, and stay up until Ctrl-C unless `once`."""
    simulators = _simulators()
    with ExitStack() as parts:
        say("1/5  Simulated library systems: Wise over HTTP, V-Smart over folders")
        rehearsal = _begin(folder, parts.enter_context(simulators.wise_running()))
        parts.enter_context(simulators.vsmart_running(folder / "vsmart"))
        say("2/5  A rehearsal gateway on SQLite, with two libraries (gateway init)")
        _init(rehearsal)
        say(f"3/5  Serving at {rehearsal.address} (gateway serve)")
        parts.enter_context(_serving(rehearsal))
        say("4/5  A supplier's day for each library, pushed over SOAP")
        pushed = [_push(rehearsal, institution, say) for institution in LIBRARIES]
        say("5/5  Processing")
        for institution, receipt in zip(LIBRARIES, pushed, strict=True):
            _follow(rehearsal, institution, receipt, say)
        _where_to_look(rehearsal, say)
        if not once:
            say("\nCtrl-C ends it.")
            _until_interrupted()


def _simulators() -> Any:
    """The simulators, from the source tree beside us."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        return import_module("tests.simulators.demonstration")
    except ImportError as error:
        raise NoSimulators(reason=error) from error


def _begin(folder: Path, wise_address: str) -> Rehearsal:
    if folder.exists():
        if not (folder / _MARK).exists():
            raise NotOurs(folder=folder.resolve())
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    for part in ("in", "out"):
        (folder / "vsmart" / part).mkdir(parents=True)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    on = clock.today("Europe/Amsterdam") - timedelta(days=1)
    return Rehearsal(folder.resolve(), f"http://127.0.0.1:{port}", wise_address, on)


def _init(rehearsal: Rehearsal) -> None:
    lists = _write_lists(rehearsal)
    for name in ("wise.password", "wise.key"):
        (rehearsal.folder / name).write_text(import_module("tests.simulators.demonstration").SECRETS[name])
        (rehearsal.folder / name).chmod(0o600)
    arguments = [
        "init", "--yes", "--rehearsal", "--folder", str(rehearsal.folder / "data"),
        "--listen", rehearsal.address.removeprefix("http://"), "--public-address", rehearsal.address,
        "--sender", f"{SENDER}:{SENDER_NAME}", "--secrets-file", str(rehearsal.secrets_file),
    ]  # fmt: skip
    for institution, (name, system) in LIBRARIES.items():
        arguments += ["--library", f"{institution}:{name}:{system}"]
    for setting in _settings(rehearsal):
        arguments += ["--set", setting]
    for flag, path in lists:
        arguments += [flag, path]
    _gateway(rehearsal, *arguments)


def _settings(rehearsal: Rehearsal) -> Iterator[str]:
    wise = import_module("tests.simulators.demonstration").WISE
    yield f"I201.address={rehearsal.wise_address}"
    yield from (f"I201.{key}={value}" for key, value in wise.items())
    yield f"I201.password_file={rehearsal.folder / 'wise.password'}"
    yield f"I201.api_key_file={rehearsal.folder / 'wise.key'}"
    yield f"I202.folder={rehearsal.folder / 'vsmart' / 'in'}"
    yield f"I202.acknowledgements={rehearsal.folder / 'vsmart' / 'out'}"
    for institution in LIBRARIES:
        yield f"{institution}.reports_folder={rehearsal.folder / 'for-the-library-system' / institution}"


def _write_lists(rehearsal: Rehearsal) -> Iterator[tuple[str, str]]:
    """The lists that a library hands in at the start, as files."""
    branches = "".join(f"{theirs};{ours};Vestiging {theirs}\n" for theirs, ours in BRANCHES.items())
    year = rehearsal.on.year
    budgets = "".join(f"{ours};{theirs};{year};25000,00;10;{theirs}\n" for theirs, ours in BUDGET_CODES.items())
    for institution in LIBRARIES:
        opened = demonstration.open_orders(
            institution, list(BRANCHES.values()), list(BUDGET_CODES.values()), rehearsal.on
        )
        for flag, text in (
            ("--branches", f"supplier_branch;branch;name\n{branches}"),
            ("--budget-codes", f"code;description;year;initial;warning_percent;supplier_code\n{budgets}"),
            ("--open-orders", demonstration.as_csv(opened, SENDER)),
        ):
            path = rehearsal.folder / f"{institution}-{flag.removeprefix('--')}.csv"
            path.write_text(text, encoding="utf-8")
            yield flag, f"{institution}={path}"


def _gateway(rehearsal: Rehearsal, *arguments: str) -> None:
    command = [sys.executable, "-m", "gateway", "--config", str(rehearsal.config), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        raise DidNotStart(command=f"gateway {arguments[0]}", output=done.stdout + done.stderr)


@contextmanager
def _serving(rehearsal: Rehearsal) -> Iterator[None]:
    """`gateway serve` as a process of its own, from the moment that it listens."""
    log = rehearsal.folder / "gateway.log"
    command = [sys.executable, "-m", "gateway", "--config", str(rehearsal.config), "serve"]
    with log.open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env=dict(os.environ))  # noqa: S603
    try:
        until = time.monotonic() + _START_SECONDS
        while "listening on" not in log.read_text(encoding="utf-8"):
            if process.poll() is not None or time.monotonic() > until:
                raise DidNotStart(command="gateway serve", output=log.read_text(encoding="utf-8"))
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _push(rehearsal: Rehearsal, institution: str, say: Say) -> Receipt:
    day = _day(rehearsal, institution)
    receipt = push.push_day(_client(rehearsal), day)
    name, system = LIBRARIES[institution]
    say(f"     {name} ({system}): {day.header.control.mutation_count} mutations of {rehearsal.on}")
    say(f"     receipt {receipt.receipt_id}: {receipt.new_count} new, {receipt.known_count} known before")
    for code in receipt.unknown_budget_codes:
        say(f"     the library has not given us budget code {code}")
    return receipt


def _day(rehearsal: Rehearsal, institution: str) -> Day:
    return demonstration.day(
        institution=institution,
        sender=SENDER,
        branches=list(BRANCHES),
        budget_codes=list(BUDGET_CODES),
        on=rehearsal.on,
    )


def _client(rehearsal: Rehearsal) -> SoapClient:
    account = f"supplier-{SENDER}"
    return push.client(rehearsal.soap_address, Credentials(account, rehearsal.secret(account)))


def _follow(rehearsal: Rehearsal, institution: str, receipt: Receipt, say: Say) -> None:
    status = push.processed(_client(rehearsal), receipt.message_id, within_seconds=_PROCESS_SECONDS)
    outcomes = ", ".join(f"{each['_value_1']} {each['outcome']}" for each in status["outcomes"]["count"])
    say(f"     {LIBRARIES[institution][0]}: {outcomes}")


def _where_to_look(rehearsal: Rehearsal, say: Say) -> None:
    say("\nThe processing reports, in six formats each:")
    for institution in LIBRARIES:
        folder = rehearsal.folder / "for-the-library-system" / institution
        for path in sorted(folder.glob("*.txt")):
            say(f"  {path}")
    say(f"\nStaff read them at {rehearsal.address}/")
    say(f"  name staff, password {rehearsal.secret('staff')}")
    say(f"\nA supplier's programmer begins at {rehearsal.soap_address}?wsdl")
    say(f"  account supplier-{SENDER}, secret {rehearsal.secret(f'supplier-{SENDER}')}")
    say(f"\nEverything is in {rehearsal.folder}; the log is gateway.log there.")


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return
