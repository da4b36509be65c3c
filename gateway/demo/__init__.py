"""The demonstration: a rehearsal gateway with simulated library systems, and one real day pushed through it over SOAP.

Everything in it is what an installer and a supplier would do by hand: `gateway init`, `gateway serve`, a push.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from socket import socket
from typing import Any

from gateway import clock
from gateway.demo.place import REHEARSAL, Rehearsal, alone
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
_START_SECONDS = 60
_PROCESS_SECONDS = 120

Say = Callable[[str], None]


class NoSimulators(ConfigurationError):
    """The simulated library systems come with the source, not with the installed program."""

    message = "The simulated library systems are not here: {reason}."
    hint = "Run `make run` in the source of the gateway."


class DidNotStart(SystemUnavailable):
    """A part of the demonstration ended before it was ready."""

    message = "`{command}` did not get ready:\n{output}"
    hint = "Mend what it says and run the demonstration again."


def demonstrate(say: Say, *, once: bool, folder: Path = REHEARSAL) -> list[Path]:
    """Set up, serve, push a day to each library, say where to look, and stay up until Ctrl-C unless `once`.

    Returns:
        The reports, as text.
    """
    simulators = _simulators()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as parts:
        lock = parts.enter_context(alone(folder))
        say("1/5  Simulated library systems: Wise over HTTP, V-Smart over folders")
        rehearsal = _begin(folder, lock, parts.enter_context(simulators.wise_running()))
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
        reports = _reports(rehearsal, say)
        if not once:
            _where_to_look(rehearsal, say)
            say("\nCtrl-C ends it.")
            _until_interrupted()
    if once:
        say("\nThe gateway has ended; the reports stay. `make run` keeps it up to log in and push.")
    return reports


def _simulators() -> Any:
    """The simulators, from the source tree beside us."""
    sys.path.insert(0, str(Path.cwd()))
    try:
        return import_module("tests.simulators.demonstration")
    except ImportError as error:
        raise NoSimulators(reason=error) from error


def _begin(folder: Path, lock: int, wise_address: str) -> Rehearsal:
    for part in ("in", "out"):
        (folder / "vsmart" / part).mkdir(parents=True)
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    on = clock.today("Europe/Amsterdam") - timedelta(days=1)
    return Rehearsal(folder.resolve(), f"http://127.0.0.1:{port}", wise_address, on, lock)


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
    rehearsal.supplier_secret.touch(mode=0o600)
    rehearsal.supplier_secret.write_text(rehearsal.secret(f"supplier-{SENDER}"))


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
        process = subprocess.Popen(  # noqa: S603
            command, stdout=output, stderr=output, env=dict(os.environ), pass_fds=[rehearsal.lock]
        )
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


def _reports(rehearsal: Rehearsal, say: Say) -> list[Path]:
    say("\nThe processing reports, in six formats each:")
    found = sorted((rehearsal.folder / "for-the-library-system").glob("*/*.txt"))
    for path in found:
        say(f"  {path}")
    return found


def _where_to_look(rehearsal: Rehearsal, say: Say) -> None:
    say(f"\nStaff read them at {rehearsal.address}/")
    say(f"  name staff, password {rehearsal.secret('staff')}")
    say(f"\nA supplier's programmer begins at {rehearsal.soap_address}?wsdl")
    say(f"  account supplier-{SENDER}, secret {rehearsal.secret(f'supplier-{SENDER}')}")
    say("\nPush a day of your own:")
    say(f"  {_first_push(rehearsal)}")
    say(f"\nEverything is in {rehearsal.folder}; the log is gateway.log there.")


def _first_push(rehearsal: Rehearsal) -> str:
    """A push that the demonstration's gateway takes and can process, to be typed where this was started."""
    branches = " ".join(f"--branch {branch}" for branch in BRANCHES)
    program = Path(sys.executable).with_name("gateway")
    words = f"{_short(program)}" if program.exists() else f"{sys.executable} -m gateway"
    secret = rehearsal.supplier_secret
    return (
        f"{words} push --sample 500 --institution I202 {branches} --to {rehearsal.soap_address}"
        f" --account supplier-{SENDER} --secret-file {_short(secret)} --wait"
    )


def _until_interrupted() -> None:
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        return


def _short(path: Path) -> Path:
    """A path as one types it here."""
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
