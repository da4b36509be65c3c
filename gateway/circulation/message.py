"""One message of the exchange as it is read: its header, what it tells of each record, and what is wrong with it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class Header:
    """Whose picture it is, and of when. A snapshot is complete for the records that it covers."""

    message_id: str
    institution: str
    is_snapshot: bool
    as_of: datetime
    covers: frozenset[str]
    currency: str


class Finding(NamedTuple):
    """What is wrong with one record. A refused one stays as it was known before; another was taken with a remark."""

    record: str
    id: str
    line: int
    refused: bool
    code: str
    sentence: str
    patron: str = ""


class Told(NamedTuple):
    """What a message says of one record: its values by column; none when it was refused, or when it is gone.

    `gone` means that the library system does not have it any more.
    """

    record: str
    id: str
    line: int
    values: dict[str, Any] | None
    gone: bool = False
    findings: tuple[Finding, ...] = ()
