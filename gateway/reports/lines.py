"""The sections made of report lines: which columns, in which place, grouped and summed as they stream by."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from gateway.reports import terms
from gateway.reports.document import Cell, CellKind, Column, Group, Item, Place, Rows, Total
from gateway.reports.model import Lines, ReportLine
from gateway.wording import say

_APPLIED = frozenset(("APPLIED", "APPLIED_WITH_WARNING"))

Value = Callable[[ReportLine, int], Cell]
"""A cell from a line and its number in the section."""


@dataclass(frozen=True, slots=True)
class Field:
    """A column and where its cells come from."""

    column: Column
    value: Value


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


def pick(picks: tuple[Pick, ...], language: str, zone: str) -> tuple[Field, ...]:
    """The fields of one layout, in its order."""
    fields = _fields(language, zone)
    return tuple(_placed(fields[each.key], each) for each in picks)


def _placed(field: Field, pick: Pick) -> Field:
    column = replace(field.column, place=pick.place, width=pick.width or field.column.width)
    return replace(field, column=column)


def _fields(language: str, zone: str) -> Mapping[str, Field]:
    """Every field of a line, by its key; the key is also its name in XML."""
    fields = (*_facts_of_the_order(language), *_facts_of_the_run(language, ZoneInfo(zone)))
    return {field.column.key: field for field in fields}


def _facts_of_the_order(language: str) -> tuple[Field, ...]:
    def text(key: str, title: str, width: int, value: Value, *, cut: bool = False) -> Field:
        return Field(Column(key, say(title, language), width, cut=cut), value)

    def amount(key: str, title: str, value: Value) -> Field:
        return Field(Column(key, say(title, language), 10, CellKind.AMOUNT), value)

    return (
        text("orderNumber", "Order", 14, lambda line, _: line.order_number),
        text("orderLine", "Line", 14, lambda line, _: line.order_line),
        text("articleNumber", "Article", 13, lambda line, _: line.article_number),
        text("ean", "ISBN/EAN", 13, lambda line, _: line.ean),
        text("title", "Title", 34, lambda line, _: line.title, cut=True),
        text("author", "Author", 34, lambda line, _: line.author, cut=True),
        text("branch", "Branch", 14, lambda line, _: line.branch),
        text("budgetCode", "Budget code", 16, lambda line, _: line.budget_code),
        text("supplierBudgetCode", "Supplier's budget code", 16, lambda line, _: line.supplier_budget_code),
        text("packingSlip", "Packing slip", 14, lambda line, _: line.packing_slip),
        text("mutationId", "Mutation", 20, lambda line, _: line.mutation_id),
        text("messageId", "Message", 20, lambda line, _: line.message_id),
        Field(
            Column("copies", say("Qty", language), 4, CellKind.NUMBER),
            lambda line, _: line.copies,
        ),
        amount("netPrice", "Net price", lambda line, _: line.net_price),
        amount("amount", "Amount", lambda line, _: line.amount),
        amount("committed", "Commitment", lambda line, _: line.committed),
        amount("shipped", "Of which shipped", lambda line, _: line.shipped),
    )


def _facts_of_the_run(language: str, zone: ZoneInfo) -> tuple[Field, ...]:
    def text(key: str, title: str, width: int, value: Value) -> Field:
        return Field(Column(key, say(title, language), width), value)

    def term(key: str, title: str, width: int, words: Mapping[str, str], value: Value) -> Field:
        return Field(Column(key, say(title, language), width, CellKind.TERM, words=words), value)

    return (
        Field(Column("number", say("No.", language), 6, CellKind.NUMBER, is_label=True), lambda _, number: number),
        Field(
            Column("occurredAt", say("Date and time", language), 16, CellKind.MOMENT),
            lambda line, _: line.occurred_at.astimezone(zone),
        ),
        Field(
            Column("expectedDate", say("Expected on", language), 10, CellKind.DATE),
            lambda line, _: line.expected_date,
        ),
        term("kind", "Kind", 11, terms.kinds(language), lambda line, _: line.kind),
        term("channel", "Channel", 11, terms.channels(language), lambda line, _: line.channel),
        term("outcome", "Outcome", 12, terms.outcomes(language), lambda line, _: line.outcome),
        term("stateBefore", "Was", 10, terms.states(language), lambda line, _: line.state_before),
        term("stateAfter", "Becomes", 10, terms.states(language), lambda line, _: line.state_after),
        term("delivery", "Library system", 12, terms.deliveries(language), lambda line, _: line.delivery),
        text("code", "Code", 16, lambda line, _: line.code),
        text("sentence", "What is the matter", 40, lambda line, _: line.sentence),
        text("hint", "What to do", 40, lambda line, _: line.hint),
        text(
            "reason",
            "Reason",
            25,
            lambda line, _: terms.reason(line.action_code, line.reason_code, line.reason_text, language),
        ),
    )


def rows(lines: Lines, fields: tuple[Field, ...]) -> Rows:
    """One row per line, as it comes."""
    values = tuple(field.value for field in fields)

    def read() -> Iterator[Item]:
        for number, line in enumerate(lines(), start=1):
            yield tuple([value(line, number) for value in values])

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
            values[1] += line.amount
            values[2] += line.committed
            values[3] += line.shipped

    def total(self, msgid: str, language: str, *, grand: bool = False) -> Total:
        sums = dict(zip(("copies", "amount", "committed", "shipped"), self.values, strict=True))
        label = say(msgid, language, lines=self.lines)
        return Total(label, {key: value for key, value in sums.items() if key in self.keys}, grand)


def grouped_rows(
    lines: Lines,
    fields: tuple[Field, ...],
    group: Callable[[ReportLine], tuple[str, ...]],
    heading: Callable[[ReportLine], str],
    language: str,
) -> Rows:
    """One row per line below the heading of its group, with sums of what was applied per group and in all.

    Args:
        lines: already in the order of the groups; they are not sorted here.
        group: what the lines of one group have in common.
        heading: the heading above the first line of a group.
    """
    values = tuple(field.value for field in fields)
    keys = tuple(field.column.key for field in fields)

    def read() -> Iterator[Item]:
        current: tuple[str, ...] | None = None
        part, whole = _Sum(keys), _Sum(keys)
        number = 0
        for number, line in enumerate(lines(), start=1):
            if group(line) != current:
                if part.read > 1:
                    yield part.total("Applied above (lines: {lines})", language)
                current, part = group(line), _Sum(keys)
                yield Group(heading(line))
            part.add(line)
            whole.add(line)
            yield tuple([value(line, number) for value in values])
        if part.read > 1:
            yield part.total("Applied above (lines: {lines})", language)
        if number:
            yield whole.total("Applied in all (lines: {lines})", language, grand=True)

    return read
