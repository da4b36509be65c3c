"""Whom messages are posted to: ours or a peer, each a service of its own on an empty database."""

import http.client
import os
import signal
import socket
import subprocess
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks import bound
from benchmarks.memory import Watch
from benchmarks.peers.catalogue import WSDL, XSD, Peer
from gateway import db
from gateway.orders.store import tables
from gateway.transport.soap_client import Credentials

_START_SECONDS = 60
_STOP_SECONDS = 10
_ANSWER_SECONDS = 900
_PART_BYTES = 1 << 16
_ACTION = '"urn:bestelsync:orders:1/submitMutations"'


@dataclass(frozen=True)
class Target:
    """A service that listens."""

    label: str
    address: str
    credentials: Credentials | None
    watch: Watch
    idle_megabytes: float


def post(target: Target, message: Path) -> float:
    """Post a message, wait for its receipt; the seconds from connecting to the last byte."""
    parts = urlsplit(target.address)
    with message.open("rb") as file:
        began = time.perf_counter()
        connection = http.client.HTTPConnection(
            parts.hostname or "", parts.port, timeout=_ANSWER_SECONDS, blocksize=_PART_BYTES
        )
        connection.request("POST", parts.path, file, headers(target, message.stat().st_size))
        answer = connection.getresponse()
        said = answer.read()
        took = time.perf_counter() - began
        connection.close()
    check(target, answer.status, said)
    return took


def headers(target: Target, length: int) -> dict[str, str]:
    """What goes before a message."""
    given = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": _ACTION, "Content-Length": str(length)}
    if target.credentials:
        pair = f"{target.credentials.account}:{target.credentials.secret}"
        given["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return given


def check(target: Target, status: int, said: bytes) -> None:
    """A receipt, or the measurement is worth nothing."""
    if status != 200 or b"receiptId" not in said:
        raise SystemExit(f"{target.label} answered {status}: {said[:2000].decode(errors='replace')}")


@contextmanager
def peer(which: Peer) -> Iterator[Target]:
    """Start a peer on an empty database, and end it with its folder after the block."""
    with TemporaryDirectory(prefix=f"peer-{which.name}-") as name:
        folder, port = Path(name), free_port()
        database = folder / "peer.sqlite"
        _empty(database)
        with (folder / "log").open("wb") as log, _process(which, _settings(database, port), log.fileno()) as process:
            _wait_until_it_listens(process, port, folder / "log")
            watch = Watch(process.pid)
            yield Target(which.label, f"http://127.0.0.1:{port}/soap/orders", None, watch, watch.now_megabytes())
            watch.stop()


def _settings(database: Path, port: int) -> dict[str, str]:
    return {
        "PEER_DATABASE": str(database),
        "PEER_PORT": str(port),
        "PEER_WSDL": str(WSDL),
        "PEER_XSD": str(XSD),
        "PEER_INSERT_MESSAGE": bound.INSERT_MESSAGE,
        "PEER_INSERT_MUTATION": bound.INSERT_MUTATION,
    }


def _empty(database: Path) -> None:
    """The tables of the bound with their indexes."""
    engine = db.engine(f"sqlite:///{database}")
    db.metadata.create_all(engine, tables=[tables.messages, tables.mutations])
    engine.dispose()


@contextmanager
def _process(which: Peer, settings: Mapping[str, str], log: int) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {**os.environ, **settings}
    process = subprocess.Popen(
        which.start(which.folder, settings), stdout=log, stderr=subprocess.STDOUT, env=environment,
        start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        # Only the session that was started here.
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait_until_it_listens(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    until = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        with socket.socket() as asking:
            if asking.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise SystemExit(f"It does not listen: {log.read_text()[-2000:]}")


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
