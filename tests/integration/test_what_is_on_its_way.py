"""What the server keeps of a request before anybody knows who asks: little of each, and little of all together."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import urlsplit

import pytest
from lxml import etree

from tests.contract.hostile_http import CHUNKED, HEAD
from tests.raw_http import RawAnswer, chunked, connected, exchange, request
from tests.soap_messages import NS, a_ping, post
from tests.watched import Watched, watched

MEGABYTE = 2**20
LARGE_AT_ONCE = 16
SECONDS = 60
STRANGER = [pair for pair in HEAD if pair[0] != "Authorization"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("watched"), environment={"GATEWAY_LIMITS__MESSAGE_MEGABYTES": "2"}) as gateway:
        yield gateway


def _of(length: int, *more: tuple[str, str]) -> bytes:
    return request(b"", [*STRANGER, ("Content-Length", str(length)), *more])


def _told(answer: RawAnswer | None) -> tuple[int, str | None]:
    assert answer is not None
    return answer.status, etree.fromstring(answer.body).findtext(f".//{{{NS}}}code")


@pytest.mark.parametrize("packing", [(), (("Content-Encoding", "gzip"),)], ids=["plain", "packed"])
def test_stranger_who_announces_too_much_is_told_before_sending_any_of_it(
    gateway: Watched, packing: tuple[tuple[str, str], ...]
) -> None:
    assert _told(exchange(gateway.address, _of(2 * MEGABYTE + 1, *packing), seconds=SECONDS)) == (413, "too-large")
    answer = exchange(gateway.address, _of(2 * MEGABYTE, *packing), leave=True, seconds=SECONDS)
    assert answer is None or answer.status == 401  # the limit itself is none too much: nothing comes, and it leaves


def test_who_asks_whether_to_go_on_is_told_not_to(gateway: Watched) -> None:
    answer = exchange(gateway.address, _of(3 * MEGABYTE, ("Expect", "100-continue")), seconds=SECONDS)
    assert _told(answer) == (413, "too-large")


def test_stranger_who_sends_chunks_without_end_is_told_at_the_limit(gateway: Watched) -> None:
    with connected(gateway.address, SECONDS) as connection:
        connection.sendall(request(b"", [*STRANGER, CHUNKED]))
        endless = chunked(b" " * MEGABYTE, [65_536])[: -len(b"0\r\n\r\n")]
        for _ in range(2):
            connection.sendall(endless)
        connection.sendall(b"1\r\nx\r\n")
        response = HTTPResponse(connection)
        response.begin()
        assert response.status == 413
        assert gateway.spooled() == 0


def test_who_sends_a_little_too_much_without_looking_still_gets_the_fault(gateway: Watched) -> None:
    """As most libraries send: the whole content, and an error on the way is an error."""
    parts = urlsplit(gateway.address)
    for _ in range(5):
        connection = HTTPConnection(parts.hostname or "", parts.port, timeout=SECONDS)
        connection.request("POST", parts.path, b" " * (7 * MEGABYTE), dict(HEAD))
        assert connection.getresponse().status == 413
        connection.close()


def test_connection_of_a_refused_sender_ends(gateway: Watched) -> None:
    with connected(gateway.address, SECONDS) as connection:
        connection.sendall(_of(3 * MEGABYTE))
        while connection.recv(65_536):
            pass
        with pytest.raises(OSError):
            for _ in range(100):
                connection.sendall(b" " * MEGABYTE)


def test_what_is_on_its_way_of_all_strangers_together_is_bounded_and_others_are_served(gateway: Watched) -> None:
    with ExitStack() as opened:
        slow = [opened.enter_context(connected(gateway.address, SECONDS)) for _ in range(2 * LARGE_AT_ONCE)]
        refused = 0
        for each in slow:
            refused += _goes_on(each)
        assert refused > 0
        assert gateway.spooled() <= (LARGE_AT_ONCE + 1) * 2 * MEGABYTE
        assert post(gateway.address, a_ping()).status_code == 200
    honest = a_ping() + " " * (2 * MEGABYTE - 10_000)
    assert post(gateway.address, honest).status_code == 200


def _goes_on(connection: socket.socket) -> bool:
    """Send nearly all of a message of two megabytes; whether it was refused."""
    try:
        connection.sendall(_of(2 * MEGABYTE) + b" " * (2 * MEGABYTE - 1000))
        connection.settimeout(0.2)
        return connection.recv(12).endswith(b" 503")
    except TimeoutError:
        return False
