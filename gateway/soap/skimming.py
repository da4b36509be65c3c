"""Takes what is written plainly out of the text between `<mutations>` and its end; the rest is for the parser.

It may only begin where the parser stands directly inside `mutations`, and go on after something unusual where the
parser has come back to that place. Instead of what was taken the parser gets its line breaks, so that it counts right.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass

from gateway.orders.model import WireRow
from gateway.soap.dense import Pattern

_MOST_HELD = 1 << 18
"""How many characters may wait for the end of a mutation before the parser gets them."""

_MOST_BREAKS = 1 << 16
"""How many line breaks may wait for the next bytes for the parser."""

_SPACE = re.compile("[ \t\n]*")
_HIDING = ("<!", "<?")
"""Behind these, what looks like a tag may be none."""

_NO_CHARACTERS = ("\ufffe", "\uffff")


@dataclass(frozen=True, slots=True)
class Plain:
    """Mutations that follow one another, with the line of the message where each begins."""

    rows: list[WireRow]
    lines: list[int]


@dataclass(frozen=True, slots=True)
class Breaks:
    """So many line breaks, of what was taken; the parser must only count them."""

    count: int


class Skimmer:
    """Skims one message."""

    def __init__(self, pattern: Pattern, line: int) -> None:
        self._pattern = pattern
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._line = line
        self._breaks = 0
        self._over = False

    def stop(self) -> None:
        """Take nothing any more: the parser does not stand where it should."""
        self._over = True

    def take(self, chunk: bytes) -> Iterator[Plain | Breaks | bytes]:
        """What the next bytes bring, in order: plain mutations, line breaks, or bytes for the parser.

        Before going on after bytes for the parser, whoever asks calls `stop` unless the parser has just seen the end
        of a mutation and stands directly inside `mutations`.
        """
        if self._over:
            yield chunk
            return
        try:
            self._text += self._decoder.decode(chunk)
        except UnicodeDecodeError:
            pending = self._decoder.getstate()[0]
            self.stop()
            yield self._for_parser(len(self._text)) + pending + chunk
            return
        if any(each in self._text for each in _NO_CHARACTERS):
            self.stop()
        while not self._over and (part := self._next()):
            yield part
        if self._over and self._text:
            yield self._for_parser(len(self._text))
        elif self._breaks > _MOST_BREAKS:
            count, self._breaks = self._breaks, 0
            yield Breaks(count)

    def rest(self) -> bytes:
        """What is left when nothing more comes."""
        self.stop()
        pending: bytes = self._decoder.getstate()[0]
        self._decoder.reset()
        return self._for_parser(len(self._text)) + pending

    def _next(self) -> Plain | bytes | None:
        """The next part, or none when more of the message is needed for one."""
        if plain := self._plain():
            return plain
        text = self._text
        end = text.find(self._pattern.end_of_mutation)
        if end >= 0:
            end += len(self._pattern.end_of_mutation)
            if len(text) <= _MOST_HELD and _SPACE.fullmatch(text, end):
                return None
            if any(text.find(each, 0, end) >= 0 for each in _HIDING):
                self.stop()
            return self._for_parser(end)
        if text.startswith(self._pattern.end_of_all) or len(text) > _MOST_HELD:
            self.stop()
        return None

    def _plain(self) -> Plain | None:
        text, lines, rows = self._text, [], []
        start = _SPACE.match(text).end()  # type: ignore[union-attr]
        line, counted = self._line, 0
        for row, begin, end in self._pattern.rows(text, start):
            line += text.count("\n", counted, begin)
            counted, start = begin, end
            rows.append(row)
            lines.append(line)
        self._skip(start)
        return Plain(rows, lines) if rows else None

    def _skip(self, length: int) -> None:
        breaks = self._text.count("\n", 0, length)
        self._line += breaks
        self._breaks += breaks
        self._text = self._text[length:]

    def _for_parser(self, length: int) -> bytes:
        given = b"\n" * self._breaks + self._text[:length].encode()
        self._line += self._text.count("\n", 0, length)
        self._breaks = 0
        self._text = self._text[length:]
        return given
