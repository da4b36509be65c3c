"""The sections made of report lines: which columns, in which place, grouped and summed as they stream by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from zoneinfo import ZoneInfo

from gateway.reports import terms
from gateway.reports.document import CellKind, Column, Group, Item, Place, Row, Rows, Total
from gateway.reports.model import Lines, ReportLine
from gateway.wording import say

_APPLIED = frozenset(("APPLIED", "APPLIED_WITH_WARNING"))

_WORKED_OUT = ("number", "occurred_locally_at", "reason")
_PLACES = {name: place for place, name in enumerate((*ReportLine._fields, *_WORKED_OUT))}


@dataclass(frozen=True, slots=True)
class Field:
    """A column and the name of what its cells hold: a field of `ReportLine`, or something worked out from it."""

    column: Column
    source: str


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one table, and for whom they are worked out."""

    fields: tuple[Field, ...]
    language: str
    zone: ZoneInfo

    @property
    def columns(self) -> tuple[Column, ...]:
        """Their columns, in order."""
        return tuple(field.column for field in self.fields)

    def taker(self) -> Callable[[ReportLine, int], Row]:
        """What makes a row of a line and its number in the table: all cells in one call, as there are many."""
        take = itemgetter(*(_PLACES[field.source] for field in self.fields))
        language, zone = self.language, self.zone

        def row(line: ReportLine, number: int) -> Row:
            codes = (line.action_code, line.reason_code, line.reason_text)
            why = terms.reason(*codes, language) if any(codes) else ""
            cells: Row = take((*line, number, line.occurred_at.astimezone(zone), why))
            return cells

        return row


@dataclass(frozen=True, slots=True)
class Pick:
    """A field as one layout sets it; without a width it keeps its own."""

    key: str
    place: Place = Place.COLUMN
    width: int = 0


def under(*keys: str) -> tuple[Pick, ...]:
    """Fields below the column before them."""
    return tuple(Pick(key, Place.UNDER) for key in keys)


def aside(*keys: str) -> tuple[Pick, ...]:
    """Fields that only programs get."""
    return tuple(Pick(key, Place.ASIDE) for key in keys)


def pick(picks: tuple[Pick, ...], language: str, zone: str) -> Fields:
    """The fields of one layout, in its order."""
    fields = _fields(language)
    return Fields(tuple(_placed(fields[each.key], each) for each in picks), language, ZoneInfo(zone))


def _placed(field: Field, pick: Pick) -> Field:
    column = replace(field.column, place=pick.place, width=pick.width or field.column.width)
    return replace(field, column=column)


def _fields(language: str) -> Mapping[str, Field]:
    """Every field of a line, by its key; the key is also its name in XML."""
    fields = (*_facts_of_the_order(language), *_facts_of_the_run(language))
    return {field.column.key: field for field in fields}


def _facts_of_the_order(language: str) -> tuple[Field, ...]:
    def text(key: str, title: str, width: int, source: str, *, cut: bool = False) -> Field:
        return Field(Column(key, say(title, language), width, cut=cut), source)

    def amount(key: str, title: str, source: str) -> Field:
        return Field(Column(key, say(title, language), 10, CellKind.AMOUNT), source)

    return (
        text("orderNumber", "Order", 14, "order_number"),
        text("orderLine", "Line", 14, "order_line"),
        text("articleNumber", "Article", 13, "article_number"),
        text("ean", "ISBN/EAN", 13, "ean"),
        text("title", "Title", 34, "title", cut=True),
        text("author", "Author", 34, "author", cut=True),
        text("branch", "Branch", 14, "branch"),
        text("budgetCode", "Budget code", 16, "budget_code"),
        text("supplierBudgetCode", "Supplier's budget code", 16, "supplier_budget_code"),
        text("packingSlip", "Packing slip", 14, "packing_slip"),
        text("mutationId", "Mutation", 20, "mutation_id"),
        text("messageId", "Message", 20, "message_id"),
        Field(Column("copies", say("Qty", language), 4, CellKind.NUMBER), "copies"),
        amount("netPrice", "Net price", "net_price"),
        amount("amount", "Amount", "amount"),
        amount("committed", "Commitment", "committed"),
        amount("shipped", "Of which shipped", "shipped"),
    )


def _facts_of_the_run(language: str) -> tuple[Field, ...]:
    def text(key: str, title: str, width: int, source: str) -> Field:
        return Field(Column(key, say(title, language), width), source)

    def term(key: str, title: str, width: int, words: Mapping[str, str], source: str) -> Field:
        return Field(Column(key, say(title, language), width, CellKind.TERM, words=words), source)

    return (
        Field(Column("number", say("No.", language), 6, CellKind.NUMBER, is_label=True), "number"),
        Field(Column("occurredAt", say("Date and time", language), 16, CellKind.MOMENT), "occurred_locally_at"),
        Field(Column("expectedDate", say("Expected on", language), 10, CellKind.DATE), "expected_date"),
        term("kind", "Kind", 11, terms.kinds(language), "kind"),
        term("channel", "Channel", 11, terms.channels(language), "channel"),
        term("outcome", "Outcome", 12, terms.outcomes(language), "outcome"),
        term("stateBefore", "Was", 10, terms.states(language), "state_before"),
        term("stateAfter", "Becomes", 10, terms.states(language), "state_after"),
        term("delivery", "Library system", 12, terms.deliveries(language), "delivery"),
        text("code", "Code", 16, "code"),
        text("sentence", "What is the matter", 40, "sentence"),
        text("hint", "What to do", 40, "hint"),
        text("reason", "Reason", 25, "reason"),
    )


def rows(lines: Lines, fields: Fields) -> Rows:
    """One row per line, as it comes."""
    row = fields.taker()

    def read() -> Iterator[Item]:
        for number, line in enumerate(lines(), start=1):
            yield row(line, number)

    return read


class _Sum:
    """What the applied lines add up to so far: copies and cents, by column key."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self.keys = keys
        self.read = 0
        self.lines = 0
        self.values = [0, 0, 0, 0]

    def add(self, line: ReportLine) -> None:
        self.read += 1
        if line.outcome in _APPLIED:
            self.lines += 1
            values = self.values
            values[0] += line.copies
            values[1] += line.amount or 0
            values[2] += line.committed
            values[3] += line.shipped

    def take(self, part: "_Sum") -> None:
        """Add what another sum came to."""
        self.read += part.read
        self.lines += part.lines
        self.values = [ours + theirs for ours, theirs in zip(self.values, part.values, strict=True)]

    def total(self, msgid: str, language: str, *, grand: bool = False) -> Total:
        sums = dict(zip(("copies", "amount", "committed", "shipped"), self.values, strict=True))
        label = say(msgid, language, lines=self.lines)
        return Total(label, {key: value for key, value in sums.items() if key in self.keys}, grand)


def grouped_rows(
    lines: Lines,
    fields: Fields,
    group: Callable[[ReportLine], tuple[str, ...]],
    heading: Callable[[ReportLine], str],
) -> Rows:
    """One row per line below the heading of its group, with sums of what was applied per group and in all.

    Args:
        lines: already in the order of the groups; they are not sorted here.
        group: what the lines of one group have in common.
        heading: the heading above the first line of a group.
    """
    row, language = fields.taker(), fields.language
    keys = tuple(column.key for column in fields.columns)

    def read() -> Iterator[Item]:
        current: tuple[str, ...] | None = None
        part, whole = _Sum(keys), _Sum(keys)
        for number, line in enumerate(lines(), start=1):
            if group(line) != current:
                if part.read > 1:
                    yield part.total("Applied above (lines: {lines})", language)
                whole.take(part)
                current, part = group(line), _Sum(keys)
                yield Group(heading(line))
            part.add(line)
            yield row(line, number)
        if part.read > 1:
            yield part.total("Applied above (lines: {lines})", language)
        whole.take(part)
        if whole.read:
            yield whole.total("Applied in all (lines: {lines})", language, grand=True)

    return read
