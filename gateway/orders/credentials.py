"""A message as received, without what proves who sent it."""

from collections.abc import Iterator
from xml.parsers import expat

from gateway.errors import GatewayError

_SEPARATOR = "\x1f"


class NotToBeReadAgain(GatewayError):
    """A message was kept whose head cannot be read, so nobody knows whether a secret stands in it."""

    code = "not-to-be-read-again"
    message = "The message is not handed out: its head cannot be read again ({reason})."
    hint = "Look at it in the database itself if you must; it may hold the sender's secret."


def left_out(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same bytes without any Security element of the SOAP header.

    Args:
        pieces: one whole envelope, in any encoding that was taken in.

    Raises:
        NotToBeReadAgain: what stands before the Body cannot be read.
    """
    head, received = _Head(), b""
    for piece in pieces:
        received += piece
        head.read(piece)
        if head.ends:
            break
    if not head.ends:
        raise NotToBeReadAgain(reason="it has no Body")
    at = 0
    for begin, end in head.security:
        yield received[at:begin]
        at = end
    yield received[at:]
    yield from pieces


class _Head:
    """Finds at which bytes the Security elements before the Body begin and end."""

    def __init__(self) -> None:
        self.ends = False
        self.security: list[tuple[int, int]] = []
        self._depth = 0
        self._begin: int | None = None
        self._has_just_ended = False
        # Of bytes: only the encoding itself says how many a character has, and expat counts them.
        self._parser = expat.ParserCreate(namespace_separator=_SEPARATOR)
        self._parser.buffer_text = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.DefaultHandler = self._other

    def read(self, piece: bytes) -> None:
        """Go on with these bytes, unless the Body has begun."""
        try:
            self._parser.Parse(piece, False)
        except expat.ExpatError as error:
            # What stands after the beginning of the Body is of no interest, and was read when it came in.
            if not self.ends:
                raise NotToBeReadAgain(reason=expat.errors.messages[error.code]) from error

    def _start(self, name: str, _attributes: object) -> None:
        self._look()
        self._depth += 1
        local = name.rpartition(_SEPARATOR)[2]
        self.ends = self.ends or (self._depth == 2 and local == "Body")
        if self._depth == 3 and local == "Security" and not self.ends:
            self._begin = self._parser.CurrentByteIndex

    def _end(self, _name: str) -> None:
        self._look()
        self._has_just_ended = self._depth == 3 and self._begin is not None
        self._depth -= 1

    def _other(self, _text: str) -> None:
        self._look()

    def _look(self) -> None:
        """What comes after an element tells where it ended."""
        if self._has_just_ended and self._begin is not None:
            self.security.append((self._begin, self._parser.CurrentByteIndex))
            self._begin, self._has_just_ended = None, False
