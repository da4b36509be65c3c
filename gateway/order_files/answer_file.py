"""The files that a library system leaves when it has read a batch: which lines it entered, and which not.

A file `<batch><suffix>`, given that name once it is whole, with a row for each line of the batch: its number, a word,
and a reason, between separators; UTF-8 or, failing that, ISO 8859-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

DONE_FOLDER = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of the line at a position in its batch."""

    position: int
    accepted: bool
    reason: str


class UnreadableAnswer(ValueError):
    """A file that does not keep the format."""


@dataclass(frozen=True, slots=True)
class AnswerFormat:
    """The words of one library system's answers."""

    suffix: str = ".ack"
    separator: str = ";"
    accepted: str = "ACCEPTED"
    refused: str = "REFUSED"

    def files(self, folder: Path) -> list[Path]:
        """The answers that lie there, in the order of their names."""
        found = folder.glob(f"*{self.suffix}")
        return sorted(each for each in found if not each.name.startswith(".") and each.is_file())

    def batch_of(self, file: Path) -> str:
        """The batch that a file speaks of."""
        return file.name.removesuffix(self.suffix)

    def read(self, content: bytes) -> Sequence[Row]:
        """Read one file.

        Raises:
            UnreadableAnswer: with the line that is wrong.
        """
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("iso-8859-1")
        rows = [self._row(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
        if not rows:
            raise UnreadableAnswer("it is empty")
        return rows

    def _row(self, number: int, line: str) -> Row:
        position, word, reason = (*line.split(self.separator, 2), "", "")[:3]
        known = word.strip() in (self.accepted, self.refused)
        if not position.strip().isdecimal() or int(position) == 0 or not known:
            expected = self.separator.join(("number", f"{self.accepted} or {self.refused}", "reason"))
            raise UnreadableAnswer(f"line {number} reads {line[:80]!r}, not {expected}")
        return Row(int(position), word.strip() == self.accepted, reason.strip())
