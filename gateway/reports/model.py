"""A processing report as values: what a run did, before any layout or format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from zoneinfo import ZoneInfo

from gateway.money import NOTHING, Cents


class Layout(StrEnum):
    """The two layouts that staff know; ours are in their style, not made by the vendors."""

    INA = "INA"
    AFO291 = "AFO291"


class Audience(StrEnum):
    """For whom a copy is written: the supplier's carries no budget amounts."""

    STAFF = "STAFF"
    SUPPLIER = "SUPPLIER"


class Format(StrEnum):
    """The forms in which every report is written; the value is the name on the wire."""

    TXT = "TXT"
    CSV = "CSV"
    XLSX = "XLSX"
    XML = "XML"
    HTML = "HTML"
    PDF = "PDF"

    @property
    def media_type(self) -> str:
        """What a browser is told that it is."""
        return _MEDIA_TYPES[self]

    @property
    def extension(self) -> str:
        """The end of the file's name, with its point."""
        return f".{self.value.lower()}"


_MEDIA_TYPES = {
    Format.TXT: "text/plain; charset=utf-8",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.XML: "application/xml",
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """One report in one format, as it was kept."""

    name: str
    media_type: str
    content: bytes


class ReportLine(NamedTuple):
    """One mutation, or its part for one branch and budget code, with what became of it in this run.

    `kind`, `outcome` and the states are the codes of the order room. `sentence` and `hint` are in
    the report's language; they also stand in the supplier's copy, so they name no budget amounts.
    `amount` is copies times net price, and both are none where no price is known; `committed` is what
    it adds to (or takes from) the commitments of its budget code, `shipped` what moves from committed to shipped.

    A tuple, as there are many: it is made three times as fast as a dataclass, and its cells are taken at once.
    """

    occurred_at: datetime
    mutation_id: str
    kind: str
    order_number: str
    order_line: str
    outcome: str
    code: str = ""
    sentence: str = ""
    hint: str = ""
    message_id: str = ""
    article_number: str = ""
    ean: str = ""
    title: str = ""
    author: str = ""
    branch: str = ""
    budget_code: str = ""
    supplier_budget_code: str = ""
    copies: int = 0
    net_price: Cents | None = None
    amount: Cents | None = None
    committed: Cents = NOTHING
    shipped: Cents = NOTHING
    channel: str = ""
    state_before: str = ""
    state_after: str = ""
    action_code: str = ""
    reason_code: str = ""
    reason_text: str = ""
    packing_slip: str = ""
    expected_date: date | None = None
    delivery: str = ""
    """What the library system is known to have done: a `LineStatus`, or empty."""


Lines = Callable[[], Iterator[ReportLine]]
"""Lines that can be read as often as needed, one by one: a day may hold a hundred thousand."""


@dataclass(frozen=True, slots=True)
class KindTally:
    """What the run did with the mutations of one kind: numbers of mutations, then copies and amount of the applied.

    `opening` waited from earlier runs. `applied` counts those with a warning too; `warned` says how many had one.
    """

    kind: str
    opening: int = 0
    received: int = 0
    applied: int = 0
    warned: int = 0
    known: int = 0
    refused: int = 0
    waiting: int = 0
    copies: int = 0
    amount: Cents = NOTHING

    @property
    def closes(self) -> bool:
        """Whether nothing of this kind was lost, doubled or taken for another kind."""
        return self.opening + self.received == self.applied + self.known + self.refused + self.waiting


@dataclass(frozen=True, slots=True)
class BudgetRecap:
    """One budget code over this run.

    after = before + added - released - shipped; available = initial - after - all that was ever shipped.
    """

    code: str
    description: str
    year: int | None
    initial: Cents | None
    before: Cents
    added: Cents
    released: Cents
    shipped: Cents
    after: Cents
    available: Cents | None
    copies: int
    flag: str = ""
    """`` or `warning`, `locked`, `no-control`, `over`, `fall-back`."""


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """One packing slip that went on transport."""

    number: str
    shipped_on: date
    copies: int
    amount: Cents
    route: str


@dataclass(frozen=True, slots=True)
class CodeUse:
    """A supplier's budget code in this run and the library's code it stood for; empty when not in the map."""

    supplier_code: str
    library_code: str
    lines: int
    first_seen: date


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What the supplier counted beside what we counted: mutations, copies, quantity times net price."""

    mutations: int
    copies: int
    amount: Cents


@dataclass(frozen=True, slots=True)
class Books:
    """Opening waiting + received = applied (with or without a warning) + known + refused + closing waiting."""

    opening_waiting: int
    received: int
    applied: int
    warned: int
    known: int
    refused: int
    closing_waiting: int
    declared: ControlTotals | None
    counted: ControlTotals | None

    @property
    def close(self) -> bool:
        """Whether nothing was lost or doubled between the two sides."""
        return self.opening_waiting + self.received == self.applied + self.known + self.refused + self.closing_waiting


@dataclass(frozen=True, slots=True)
class Report:
    """Everything one run has to tell, of one library and one sender.

    `cancelled` are the titles that will not come, `attention` what waits, was refused or has a warning,
    `detail` every line of the run, in the order of the layout (INA: branch, kind, time; AFO291: budget code, order).
    """

    layout: Layout
    institution: str
    library_name: str
    language: str
    time_zone: str
    sender: str
    run: int
    message_ids: tuple[str, ...]
    received_at: datetime | None
    processed_at: datetime
    period: tuple[datetime, datetime] | None
    remarks: tuple[str, ...]
    """Sentences about the message as a whole, such as a gap in its numbers."""
    kinds: tuple[KindTally, ...]
    budgets: tuple[BudgetRecap, ...]
    slips: tuple[PackingSlip, ...]
    codes: tuple[CodeUse, ...]
    books: Books
    cancelled: Lines
    attention: Lines
    detail: Lines
    detail_count: int = 0
    """How many lines `detail` has."""
    corrects: str = ""
    """The name of the report that this one corrects; empty for an ordinary run."""
    refused_later: int = 0
    """How many lines of earlier reports the library system refused after all; they stand first in `attention`."""

    @property
    def closes(self) -> bool:
        """Whether the books close, together and per kind."""
        return self.books.close and all(kind.closes for kind in self.kinds)

    @property
    def processed_locally_at(self) -> datetime:
        """The moment of processing as the library's clock showed it."""
        return self.processed_at.astimezone(ZoneInfo(self.time_zone))

    @property
    def name(self) -> str:
        """The file name without its extension, as its layout is named: unique for ever within the institution."""
        if self.layout is Layout.AFO291:
            return f"AFO291-{self.institution}-{self.run}"
        return f"INA-{self.institution}-{self.sender}-{self.processed_locally_at:%y%m%d-%H%M}-{self.run}"
