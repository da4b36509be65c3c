"""A stage's gateway as a process of its own, and a supplier that speaks with it over a socket."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from random import SystemRandom
from threading import Thread
from typing import Any

import requests

from gateway.errors import GatewayError
from gateway.orders.model import Mutation, Receipt
from gateway.supplier import push
from gateway.supplier.message import envelope_xml
from gateway.transport.soap_client import Credentials
from tests.stage import SOAP11, Answer, Stage, a_stage

SECONDS = 60
_NEVER_A_CLIENTS = 15_000, 32_000
_CHANCE = SystemRandom()


@contextmanager
def a_stage_to_serve(folder: Path, **wise_settings: Any) -> Iterator[Stage]:
    """A stage that listens on a port that is free now."""
    with a_stage(folder, listen=f"127.0.0.1:{free_port()}", **wise_settings) as stage:
        yield stage


def free_port() -> int:
    """A port of this machine that nobody listens on, and that the system gives to no client while ours is away."""
    while True:
        port = _CHANCE.randint(*_NEVER_A_CLIENTS)
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving(
    stage: Stage,
    environment: Mapping[str, str] | None = None,
    before: Callable[[], None] | None = None,
    options: Sequence[str] = (),
) -> Iterator[subprocess.Popen[bytes]]:
    """`gateway serve` as a process, from the moment that it listens; its log is `log_of(stage)`.

    Args:
        environment: settings that differ, as GATEWAY_….
        before: runs in the process before it becomes the gateway.
        options: of `gateway serve`.
    """
    log = stage.folder / f"serve-{time.monotonic_ns()}.log"
    process = subprocess.Popen(
        command(stage.settings_file(), "serve", *options),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, **(environment or {})},
        preexec_fn=before,
    )
    # Through a pipe, as the journal of a machine does: what happens to the gateway's disk does not happen to its log.
    writing = Thread(target=_keep, args=(process, log))
    writing.start()
    try:
        until(lambda: (log.exists() and b"listening on" in log.read_bytes()) or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        yield process
    finally:
        process.kill()
        process.wait()
        writing.join()


def _keep(process: subprocess.Popen[bytes], log: Path) -> None:
    assert process.stdout is not None
    with process.stdout as source, log.open("wb", buffering=0) as kept:
        for line in source:
            kept.write(line)


def command(settings: Path, *asked: str) -> list[str]:
    """The gateway's command line as a process."""
    return [sys.executable, "-m", "gateway", "--config", str(settings), *asked]


def log_of(stage: Stage) -> str:
    """What the gateway processes of this stage wrote, oldest first."""
    return "".join(path.read_text(errors="replace") for path in sorted(stage.folder.glob("serve-*.log")))


def until(is_true: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Look until it is so; fail when it takes too long."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)


def finished(stage: Stage, reports: int) -> Callable[[], bool]:
    """Whether so many runs have written their report."""
    return lambda: stage.rows("select count(*) from runs where report is not null")[0][0] >= reports


def pushed(stage: Stage, message_id: str, *mutations: Mutation, institution: str = "I202") -> Receipt:
    """The receipt for these mutations, by our own SOAP client."""
    client = push.client(
        f"http://{stage.settings.listen}/soap/orders", Credentials("supplier", stage.secret), timeout_seconds=20
    )
    return push.push_day(client, stage.day(*mutations, institution=institution, message_id=message_id))


def pushed_in_spite_of_all(stage: Stage, message_id: str, *mutations: Mutation, institution: str = "I202") -> Receipt:
    """As a supplier does: again and again, under the same id, until there is a receipt."""
    end = time.monotonic() + SECONDS
    while True:
        try:
            return pushed(stage, message_id, *mutations, institution=institution)
        except GatewayError:
            assert time.monotonic() < end
            time.sleep(0.1)


def sent(stage: Stage, *mutations: Mutation, **header: Any) -> Answer:
    """What comes back over the socket for these mutations, whatever it is."""
    return posted(stage, b"".join(envelope_xml(stage.day(*mutations, **header), SOAP11)))


def posted(stage: Stage, body: bytes, content_type: str = "text/xml; charset=utf-8", **headers: str) -> Answer:
    """What comes back over the socket for these bytes; its HTTP headers are in `headers`."""
    answer = requests.post(
        f"http://{stage.settings.listen}/soap/orders",
        data=body,
        headers={"Content-Type": content_type, **headers},
        auth=("supplier", stage.secret),
        timeout=SECONDS,
    )
    return Answer(answer.status_code, answer.content, dict(answer.headers))
