"""The files that V-Smart leaves when it has read a batch. OUR ASSUMPTION, all of it: nothing is public.

A file `<batch>.ack`, given that name once it is whole, with a row for each line of the batch: its number, a word,
and a reason, between semicolons; UTF-8 or, failing that, ISO 8859-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".ack"
SEPARATOR = ";"
ACCEPTED, REFUSED = "ACCEPTED", "REFUSED"
DONE_FOLDER = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """What one row says of the line at a position in its batch."""

    position: int
    accepted: bool
    reason: str


class UnreadableAcknowledgement(ValueError):
    """A file that does not keep the format."""


def files(folder: Path) -> list[Path]:
    """The acknowledgements that lie there, in the order of their names."""
    return sorted(each for each in folder.glob(f"*{SUFFIX}") if not each.name.startswith(".") and each.is_file())


def batch_of(file: Path) -> str:
    """The batch that a file speaks of."""
    return file.name.removesuffix(SUFFIX)


def read(content: bytes) -> Sequence[Row]:
    """Read one file.

    Raises:
        UnreadableAcknowledgement: with the line that is wrong.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("iso-8859-1")
    rows = [_row(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()]
    if not rows:
        raise UnreadableAcknowledgement("it is empty")
    return rows


def _row(number: int, line: str) -> Row:
    position, word, reason = (*line.split(SEPARATOR, 2), "", "")[:3]
    if not position.strip().isdecimal() or int(position) == 0 or word.strip() not in (ACCEPTED, REFUSED):
        raise UnreadableAcknowledgement(f"line {number} reads {line[:80]!r}, not number;{ACCEPTED} or {REFUSED};reason")
    return Row(int(position), word.strip() == ACCEPTED, reason.strip())
