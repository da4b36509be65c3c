"""The books of a run: what came in is what was dealt with, per kind, per budget code, beside the supplier's count."""

from collections.abc import Iterable, Iterator

from gateway.reports import terms
from gateway.reports.document import Cell, CellKind, Column, Item, Part, Rows, Section, Total
from gateway.reports.model import Audience, Books, BudgetRecap, ControlTotals, KindTally, Report
from gateway.wording import say

_COUNTS = ("opening", "received", "applied", "warned", "known", "refused", "waiting", "copies")


def sections(report: Report, audience: Audience) -> tuple[Section, ...]:
    """The books; the supplier's have no budget amounts."""
    language = report.language
    closing = say("Waited + received = applied + known + refused + waiting.", language)
    return (
        _movement(report.books, language),
        _control(report.books, language),
        _by_kind(report, "booksByKind", say("The books per kind", language), Part.BOOKS, closing),
        _by_budget(report, audience),
    )


def summary(report: Report) -> Section:
    """What became of the mutations of each kind."""
    return _by_kind(report, "summary", say("Summary", report.language), Part.DETAIL)


def table(content: Iterable[tuple[Cell, ...]], total: Total | None = None) -> Rows:
    """The rows of a small table that is already in memory, with its sum below."""
    kept = tuple(content)

    def read() -> Iterator[Item]:
        yield from kept
        if kept and total:
            yield total

    return read


def _movement(books: Books, language: str) -> Section:
    columns = (
        Column("what", say("Entry", language), 40, CellKind.TERM, words=terms.entries(language)),
        Column("mutations", say("Mutations", language), 10, CellKind.NUMBER),
    )
    content = (
        ("openingWaiting", books.opening_waiting),
        ("received", books.received),
        ("together", books.opening_waiting + books.received),
        ("applied", books.applied),
        ("known", books.known),
        ("refused", books.refused),
        ("closingWaiting", books.closing_waiting),
        ("together", books.applied + books.known + books.refused + books.closing_waiting),
    )
    return Section(
        key="books",
        title=say("The books", language),
        part=Part.BOOKS,
        columns=columns,
        rows=table(content),
        empty="",
        row_name="entry",
        intro=say("Nothing was lost and nothing doubled when both sums are the same.", language),
    )


def _control(books: Books, language: str) -> Section:
    columns = (
        Column("countedBy", say("Counted by", language), 20, CellKind.TERM, words=terms.sides(language)),
        Column("mutations", say("Mutations", language), 10, CellKind.NUMBER),
        Column("copies", say("Copies", language), 10, CellKind.NUMBER),
        Column("amount", say("Amount", language), 14, CellKind.AMOUNT),
    )
    content: list[tuple[Cell, ...]] = []
    if books.declared and books.counted:
        declared, counted = _counts(books.declared), _counts(books.counted)
        difference = tuple(ours - theirs for ours, theirs in zip(counted, declared, strict=True))
        content = [("declared", *declared), ("counted", *counted), ("difference", *difference)]
    return Section(
        key="control",
        title=say("Control totals", language),
        part=Part.BOOKS,
        columns=columns,
        rows=table(content),
        empty=say("This run took no new message in, so there are no control totals.", language),
        row_name="side",
    )


def _counts(totals: ControlTotals) -> tuple[int, int, int]:
    return totals.mutations, totals.copies, totals.amount


def _by_kind(report: Report, key: str, title: str, part: Part, intro: str = "") -> Section:
    language = report.language
    words = terms.tallies(language)
    names = (*_COUNTS, "amount")
    columns = (
        Column("kind", say("Kind", language), 14, CellKind.TERM, words=terms.kinds(language)),
        *(Column(count, words[count], 11, CellKind.NUMBER) for count in _COUNTS),
        Column("amount", say("Amount", language), 14, CellKind.AMOUNT),
    )

    def row(tally: KindTally) -> tuple[Cell, ...]:
        return (tally.kind, *(getattr(tally, name) for name in names))

    sums = {name: sum(getattr(kind, name) for kind in report.kinds) for name in names}
    return Section(
        key=key,
        title=title,
        part=part,
        columns=columns,
        rows=table(map(row, report.kinds), Total(say("Together", language), sums, grand=True)),
        empty=say("No mutations were received.", language),
        row_name="tally",
        intro=intro,
    )


def _by_budget(report: Report, audience: Audience) -> Section:
    """Copies, and for staff amounts, per budget code."""
    language = report.language
    amounts = ("added", "released", "shipped") if audience is Audience.STAFF else ()
    words = terms.tallies(language)
    columns = (
        Column("code", say("Budget code", language), 20),
        Column("description", say("Description", language), 40),
        Column("copies", say("Copies", language), 10, CellKind.NUMBER),
        *(Column(amount, words[amount], 14, CellKind.AMOUNT) for amount in amounts),
    )

    def row(budget: BudgetRecap) -> tuple[Cell, ...]:
        return (budget.code, budget.description, budget.copies, *(getattr(budget, amount) for amount in amounts))

    total = Total(
        say("Together", language),
        {name: sum(getattr(budget, name) for budget in report.budgets) for name in ("copies", *amounts)},
        grand=True,
    )
    return Section(
        key="booksByBudget",
        title=say("The books per budget code", language),
        part=Part.BOOKS,
        columns=columns,
        rows=table(map(row, report.budgets), total),
        empty=say("No budget codes were used.", language),
        row_name="budget",
    )
