"""What does not even arrive as HTTP at the supplier's door: refused in SOAP too, and never kept meanwhile.

The server answers such requests by itself, before any application sees them, in plain text. These classes take the
place of its own for our address; elsewhere the plain text stays. It also keeps the content of a request before anybody
knows who asks, on disk when it is large; here that is bounded.
"""

import re
from contextlib import suppress
from functools import partial
from socket import SHUT_WR
from typing import Any
from urllib.parse import unquote_to_bytes
from weakref import WeakSet

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.task import ErrorTask
from waitress.utilities import BadRequest, Error, RequestEntityTooLarge

from gateway.errors import Busy
from gateway.soap import faults
from gateway.soap.refusals import BrokenHttp, BrokenTransfer, HeadTooLarge, TooLarge
from gateway.soap.versions import SOAP11, SOAP12, Version

PATH = b"/soap/orders"

_LONGEST_CHUNK_LINE = 1_024
_LONGEST_TRAILER = 16_384
_LONGEST_HEAD = 65_536
_LONGEST_BLANK = b" " * 200
_BLANKS = bytes.maketrans(b"\t\r\n", b"   ")
_MOST_FRAMING = 500_000
"""How many bytes around its chunks a request may have at least, however small they are."""
_MOST_THROWN_AWAY = 4
"""How many times the largest message is read of whoever goes on sending what was refused."""
_SMALL = 1_000_000
_LARGE_AT_ONCE = 16
"""How many of the largest messages may be on their way at once; small ones always may."""

_SOAP12 = re.compile(rb"^content-type:[ \t]*application/soap\+xml\b", re.IGNORECASE | re.MULTILINE)


class _Chunks(ChunkedReceiver):
    """Gives up on a line that does not end; the server would collect it, and search all of it again and again.

    And on chunks of a byte or two: each takes as long as a thousand bytes.
    """

    _taken = 0

    def received(self, piece: bytes) -> int:
        consumed: int = super().received(piece)
        self._taken += consumed
        framing = self._taken - len(self)
        if framing > max(_MOST_FRAMING, 2 * len(self)):
            self.error = BadRequest("its chunks are too small")
        if len(self.control_line) > _LONGEST_CHUNK_LINE or len(self.trailer) > _LONGEST_TRAILER:
            self.error = BadRequest("a line between its chunks is too long")
        return consumed


class _NoRoom(Error):
    """Too much of others is on its way."""

    code = 503
    reason = "Service Unavailable"


class Room:
    """What all that is on its way may take on disk, of whoever it is: nobody knows yet who asks."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes = most_bytes
        self._coming: WeakSet[_Parser] = WeakSet()

    def refusal(self, request: "_Parser") -> Error | None:
        """Why no more of a request is taken; none when it may go on."""
        held = len(request.body_rcv)
        if max(held, request.content_length) > self.most_bytes:
            return RequestEntityTooLarge(f"{self.most_bytes} bytes")
        if held <= _SMALL:
            return None
        self._coming.add(request)
        # Read once each: the thread that answers lets go of a body while this one counts.
        taken = sum(len(body) for body in (each.body_rcv for each in self._coming) if body is not None)
        return _NoRoom("too much is on its way") if taken > _LARGE_AT_ONCE * self.most_bytes else None


class _Parser(HTTPRequestParser):
    """Keeps the head as it came, and refuses what a front and we could read differently, and what is too large."""

    head = b""
    path = ""
    body_rcv: Any = None
    completed = False
    error: Any = None

    def __init__(self, adj: Any, room: Room) -> None:
        super().__init__(adj)
        self._room = room

    def received(self, piece: bytes) -> int:
        if self.body_rcv is None and not self.completed:
            self.head = (self.header_plus + piece[:_LONGEST_HEAD])[:_LONGEST_HEAD]
        consumed: int = super().received(piece)
        if self.body_rcv is not None and not self.error:
            self.error = self._room.refusal(self)
        if self.error:
            self.completed = True
            # Whoever waits to be told to go on is told why not instead.
            self.expect_continue = False
            self.close()
        return consumed

    def close(self) -> None:
        """Give what was kept back to the disk at once."""
        super().close()
        self.body_rcv = None

    def parse_header(self, head: bytes) -> None:
        # Of a head that is too long the server gives a short one in its place, so as to be able to answer.
        if self.head.lstrip().startswith(head[:_LONGEST_HEAD]):
            self.head = head[:_LONGEST_HEAD]
        if _LONGEST_BLANK in head.translate(_BLANKS):
            # The server would look at each part of it, which takes the square of its length.
            raise ParsingError("a header holds too much white space")
        super().parse_header(head)
        if self.chunked:
            if "CONTENT_LENGTH" in self.headers:
                raise ParsingError("it has both a Content-Length and a Transfer-Encoding")
            self.body_rcv = _Chunks(self.body_rcv.getbuf())
        elif "TRANSFER_ENCODING" in self.headers:
            raise ParsingError(f"HTTP/{self.version} knows no Transfer-Encoding")

    @property
    def is_ours(self) -> bool:
        """Whether it was meant for the supplier's door."""
        target = self.head.lstrip().split(b"\r\n", 1)[0].split(b" ")[1:2] or [b""]
        path = re.split(rb"[?#]", re.sub(rb"^[a-zA-Z]+://[^/]*", b"", target[0]))[0]
        return b"/" + unquote_to_bytes(path).strip(b"/") == PATH

    @property
    def soap(self) -> Version:
        """The version of SOAP that it announces."""
        return SOAP12 if _SOAP12.search(self.head) else SOAP11


class _Refusal(ErrorTask):
    """The server's own refusal, as a fault."""

    def execute(self) -> None:
        self.channel.refused = True
        request: _Parser = self.request
        if not request.is_ours:
            super().execute()
            return
        error = _in_our_words(request.error, self.channel.room.most_bytes)
        status, headers, content = faults.refusal(faults.describe(error), request.soap)
        self.status = f"{status} {request.error.reason}"
        self.response_headers.extend([*headers, ("Cache-Control", "no-store")])
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


class _Channel(HTTPChannel):
    """Lets who is refused while still sending come to an end: closed at once, the answer could be lost on its way."""

    error_task_class = _Refusal
    refused = False
    _left = -1
    """How many bytes more are read and thrown away; below zero while nothing is."""

    def __init__(self, *arguments: Any, room: Room, **named: Any) -> None:
        self.room = room
        self.parser_class = partial(_Parser, room=room)
        super().__init__(*arguments, **named)

    def readable(self) -> bool:
        return self._left >= 0 or bool(super().readable())

    def handle_read(self) -> None:
        if self._left < 0:
            super().handle_read()
            return
        try:
            self._left -= len(self.recv(self.adj.recv_bytes))
        except OSError:
            self._left = -1
        if self._left < 0:
            self.refused = False
            self.handle_close()

    def handle_close(self) -> None:
        if self._left >= 0 or not self.refused:
            if self.request is not None:
                self.request.close()
            super().handle_close()
            return
        self.will_close, self._left = False, _MOST_THROWN_AWAY * self.room.most_bytes
        with suppress(OSError):
            self.socket.shutdown(SHUT_WR)


def answer_in_soap(server: Any, most_bytes: int) -> None:
    """Let a waitress server refuse broken requests for our address as SOAP faults, and keep no larger content."""
    room = Room(most_bytes)
    for each in (server, *getattr(server, "map", {}).values()):
        if hasattr(each, "channel_class"):
            each.channel_class = partial(_Channel, room=room)


def _in_our_words(error: Any, most_bytes: int) -> Exception:
    problem = " ".join(str(error.body).split())[:200]
    if error.code == 413:
        return TooLarge(what="The message", limit=f"{most_bytes} bytes, packed or not")
    if error.code == 431:
        return HeadTooLarge()
    if error.code == 501:
        return BrokenTransfer()
    if error.code == 503:
        return Busy()
    return BrokenHttp(problem=problem.rstrip(".")) if error.code == 400 else RuntimeError(problem)
