"""A real gateway for one measurement: its own folder, settings, account and process, gone afterwards."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.memory import Watch
from gateway.errors import GatewayError
from gateway.supplier import push
from gateway.transport.soap_client import Credentials, SoapClient

INSTITUTION, SENDER, STAFF = "I202", "000002", "staff"
BRANCHES = ("2021", "2022", "2023", "2024")
BUDGET_CODES = ("JEUGD", "FICTIE", "NONFICTIE", "REGIO")
_START_SECONDS = 60
_STOP_SECONDS = 30


@dataclass(frozen=True)
class Service:
    """A gateway that listens, and what it takes to speak to it."""

    address: str
    credentials: Credentials
    client: SoapClient
    watch: Watch
    idle_megabytes: float
    database: str
    log: Path


@contextmanager
def running(*, with_worker: bool = True, database: str = "") -> Iterator[Service]:
    """Set a gateway up in an empty folder, start it, and end it with its folder after the block.

    Args:
        with_worker: also process what comes in.
        database: where to keep things, if not in SQLite in that folder.
    """
    with TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        port = _free_port()
        config = folder / "gateway.toml"
        kept = database or f"sqlite:///{folder / 'kept' / 'gateway.sqlite'}"
        credentials = _set_up(folder, config, port, kept)
        serve = ("serve", "--worker" if with_worker else "--no-worker")
        with (folder / "serve.log").open("wb") as log, _process(_gateway(config, *serve), log.fileno()) as pid:
            address = f"http://127.0.0.1:{port}/soap/orders"
            client = push.client(address, credentials)
            _wait_until_it_answers(client, folder / "serve.log")
            watch = Watch(pid)
            yield Service(address, credentials, client, watch, watch.now_megabytes(), kept, folder / "serve.log")
            watch.stop()


def _gateway(config: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "gateway", "--config", str(config), *words]


def _set_up(folder: Path, config: Path, port: int, database: str) -> Credentials:
    """Install as an installer does, with registers read from files; what the supplier signs in with."""
    branches, codes, secrets = folder / "branches.csv", folder / "budget-codes.csv", folder / "secrets.txt"
    branches.write_text("supplier_branch;branch;name\n" + "".join(f"{each};{each};{each}\n" for each in BRANCHES))
    codes.write_text("code;description\n" + "".join(f"{each};{each}\n" for each in BUDGET_CODES))
    folders = (folder / "to-vsmart", folder / "from-vsmart")
    for each in folders:
        each.mkdir(mode=0o700)
    done = subprocess.run(
        _gateway(
            config, "init", "--yes", "--library", f"{INSTITUTION}:Bibliotheek Meetlat:vsmart",
            "--sender", f"{SENDER}:Meetlat", "--folder", str(folder / "kept"), "--database", database,
            "--listen", f"127.0.0.1:{port}",
            "--public-address", f"http://127.0.0.1:{port}", "--branches", f"{INSTITUTION}={branches}",
            "--budget-codes", f"{INSTITUTION}={codes}", "--staff", STAFF, "--secrets-file", str(secrets),
            "--set", f"{INSTITUTION}.folder={folders[0]}", "--set", f"{INSTITUTION}.acknowledgements={folders[1]}",
        ),
        check=False,
        capture_output=True,
        text=True,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"`gateway init` failed:\n{done.stdout}{done.stderr}")
    accounts = dict(line.split("\t") for line in secrets.read_text().splitlines() if "\t" in line)
    account = next(name for name in accounts if name != STAFF)
    return Credentials(account, accounts[account])


@contextmanager
def _process(command: list[str], log: int) -> Iterator[int]:
    process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        yield process.pid
    finally:
        # Only the session that was started here: the server and the workers it made.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_answers(client: SoapClient, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            client.call("ping")
            return
        except GatewayError as error:
            if time.monotonic() > until:
                raise SystemExit(f"The gateway does not answer: {error}\n{log.read_text()[-2000:]}") from error
            time.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
