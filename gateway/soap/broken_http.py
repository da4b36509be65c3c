"""What does not even arrive as HTTP at the supplier's door: refused in SOAP too, and never kept in memory meanwhile.

The server answers such requests by itself, before any application sees them, in plain text. These classes take the
place of its own for our address; elsewhere the plain text stays.
"""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.receiver import ChunkedReceiver
from waitress.task import ErrorTask
from waitress.utilities import BadRequest

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


class _Parser(HTTPRequestParser):
    """Keeps the head as it came, and refuses what a front and we could read differently."""

    head = b""
    path = ""
    body_rcv: Any = None

    def received(self, piece: bytes) -> int:
        if self.body_rcv is None and not self.completed:
            self.head = (self.header_plus + piece[:_LONGEST_HEAD])[:_LONGEST_HEAD]
        consumed: int = super().received(piece)
        return consumed

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
        request: _Parser = self.request
        if not request.is_ours:
            super().execute()
            return
        status, headers, content = faults.refusal(faults.describe(_in_our_words(request.error)), request.soap)
        self.status = f"{status} {request.error.reason}"
        self.response_headers.extend([*headers, ("Cache-Control", "no-store")])
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


class _Channel(HTTPChannel):
    parser_class = _Parser
    error_task_class = _Refusal


def answer_in_soap(server: Any) -> None:
    """Let a waitress server refuse broken requests for our address as SOAP faults."""
    for each in (server, *getattr(server, "map", {}).values()):
        if hasattr(each, "channel_class"):
            each.channel_class = _Channel


def _in_our_words(error: Any) -> Exception:
    problem = " ".join(str(error.body).split())[:200]
    if error.code == 413:
        return TooLarge(what="The request", limit="the server takes in")
    if error.code == 431:
        return HeadTooLarge()
    if error.code == 501:
        return BrokenTransfer()
    return BrokenHttp(problem=problem.rstrip(".")) if error.code == 400 else RuntimeError(problem)
