"""HTTP byte for byte: sends what a library would not let one send, and reads one answer."""

import socket
from collections.abc import Iterable
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from select import select
from urllib.parse import urlsplit

_SOON_SECONDS = 0.1


@dataclass(frozen=True)
class RawAnswer:
    """What came back; names of headers in small letters."""

    status: int
    headers: dict[str, str]
    body: bytes


def connected(address: str, seconds: float) -> socket.socket:
    """A connection to that address."""
    parts = urlsplit(address)
    connection = socket.create_connection((parts.hostname, parts.port), timeout=seconds)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def exchange(
    address: str, request: bytes | Iterable[bytes], *, leave: bool = False, seconds: float = 20
) -> RawAnswer | None:
    """Send these bytes and read one answer; none when the connection ends without one.

    Args:
        leave: when there is no answer soon, say that nothing more comes, as one does who goes away in the middle.
        seconds: how long to wait for the answer.
    """
    with connected(address, seconds) as connection:
        try:
            for piece in [request] if isinstance(request, bytes) else request:
                connection.sendall(piece)
            if leave and not _answers(connection):
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # It may answer and close before it has read everything.
        start = request[:5] if isinstance(request, bytes) else b""
        return _read(connection, "HEAD" if start == b"HEAD " else "POST")


def _answers(connection: socket.socket) -> bool:
    """Whether an answer comes soon, other than that the rest may be sent."""
    ready = select([connection], [], [], _SOON_SECONDS)[0]
    return bool(ready) and not connection.recv(12, socket.MSG_PEEK).endswith(b" 100")


def _read(connection: socket.socket, method: str) -> RawAnswer | None:
    response = HTTPResponse(connection, method=method)
    try:
        response.begin()
        body = response.read()
    except (HTTPException, ConnectionError):
        return None
    finally:
        response.close()
    return RawAnswer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


def request(
    content: bytes = b"",
    headers: Iterable[tuple[str, str]] = (),
    *,
    method: str = "POST",
    target: str = "/soap/orders",
    version: str = "HTTP/1.1",
) -> bytes:
    """The bytes of a request with exactly these headers, and Host before them."""
    lines = [f"{method} {target} {version}", "Host: gateway", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape") + b"\r\n\r\n" + content


def chunked(content: bytes, sizes: Iterable[int] = (4096,)) -> bytes:
    """The content in chunks of these sizes, the last one again and again."""
    wanted = iter(sizes)
    size = next(wanted)
    pieces = []
    while content:
        pieces.append(b"%x\r\n%s\r\n" % (len(content[:size]), content[:size]))
        content, size = content[size:], next(wanted, size)
    return b"".join(pieces) + b"0\r\n\r\n"
