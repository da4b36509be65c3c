"""From what a run did to its processing report, for the rooms that lay it out and keep it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from gateway.db import Connection, Engine, reading
from gateway.library import Library
from gateway.money import Cents, cents
from gateway.orders import late_news, remarks
from gateway.orders.explanations import DAYS, EXPLANATIONS, Finding
from gateway.orders.model import BudgetCode, Kind, Outcome
from gateway.orders.store import accounting, codes, progress
from gateway.orders.store.progress import Run
from gateway.reports.model import (
    Books,
    BudgetRecap,
    CodeUse,
    ControlTotals,
    KindTally,
    Layout,
    Lines,
    PackingSlip,
    Report,
    ReportLine,
)
from gateway.wording import say


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom and in which shape a run is told."""

    library: Library
    layout: Layout
    fall_back: str | None


def report(database: Engine, run: Run, number: int, processed_at: datetime, reader: Reader) -> Report:
    """Everything that the run has to tell. The lines are read from the database whenever they are asked for."""
    with reading(database) as connection:
        message = progress.message_of(connection, run.message_pk) if run.message_pk else None
        received = accounting.recount(connection, run)
        kinds = tallies(connection, run, received)
        order = accounting.BY_BRANCH if reader.layout is Layout.INA else accounting.BY_BUDGET
        language = reader.library.language
        return Report(
            layout=reader.layout,
            institution=run.institution,
            library_name=reader.library.name,
            language=language,
            time_zone=reader.library.time_zone,
            sender=run.sender,
            run=number,
            message_ids=(message.message_id,) if message else (),
            received_at=datetime.fromisoformat(message.received_at) if message else None,
            processed_at=processed_at,
            period=_period(message),
            remarks=tuple(_remarks(connection, run, message, language)),
            kinds=kinds,
            budgets=tuple(_budgets(connection, run, reader, processed_at)),
            slips=tuple(_slips(connection, run, reader.library.time_zone)),
            codes=tuple(_codes(connection, run)),
            books=books(run, message, received, kinds),
            cancelled=_lines(database, run, accounting.CANCELLED, order, language),
            attention=_attention(database, run, order, language),
            refused_later=accounting.refused_later_count(connection, run),
            detail=_lines(database, run, accounting.ALL, order, language),
            detail_count=accounting.line_count(connection, run),
        )


def sentence(findings: Iterable[Finding], language: str) -> str:
    """What there is to tell of one mutation, in the reader's language."""
    return " ".join(say(EXPLANATIONS[each.code].sentence, language, **_told(each, language)) for each in findings)


def _told(finding: Finding, language: str) -> dict[str, str]:
    """The facts of a finding with its days as the reader writes them."""
    if language != "nl":
        return dict(finding.facts)
    return {
        name: f"{date.fromisoformat(value):%d-%m-%Y}" if name in DAYS else value
        for name, value in finding.facts.items()
    }


def _hint(findings: Sequence[Finding], language: str) -> str:
    # Booked on the fall-back, the line waits for nothing any more: only that advice still holds.
    fallen_back = [each for each in findings if each.code == "fall-back-budget"]
    hints = dict.fromkeys(EXPLANATIONS[each.code].hint for each in fallen_back or findings)
    return " ".join(say(hint, language) for hint in hints if hint)


@lru_cache(maxsize=1000)
def _told_of(packed: str, language: str) -> tuple[str, str, str]:
    """The code, the sentence and the hint of a line, from its findings as they are kept."""
    findings = progress.unpack(packed)
    if not findings:
        return "", "", ""
    return findings[0].code, sentence(findings, language), _hint(findings, language)


def _lines(database: Engine, run: Run, which: str, order: str, language: str) -> Lines:
    def read() -> Iterator[ReportLine]:
        with ExitStack() as open_for_reading:
            connection = open_for_reading.enter_context(reading(database))
            for row in accounting.lines(connection, run, which, order):
                yield _line(row, language)

    return read


def _line(row: Any, language: str) -> ReportLine:
    code, told, hint = _told_of(row.findings, language)
    copies = row.quantity and int(row.quantity) if row.copies is None else row.copies
    price = cents(row.net_price) if row.net_price else None
    return ReportLine(
        occurred_at=datetime.fromisoformat(row.occurred_at),
        mutation_id=row.mutation_id,
        kind=row.kind,
        order_number=row.order_number,
        order_line=row.order_line,
        outcome=row.outcome,
        code=code,
        sentence=told,
        hint=hint,
        message_id=row.message_id,
        article_number=row.article_number or "",
        ean=row.ean or "",
        title=row.title or "",
        author=row.author or "",
        branch=row.branch or "",
        budget_code=row.budget_code or "",
        supplier_budget_code=row.supplier_budget_code or "",
        copies=copies,
        net_price=price,
        amount=_amount(row.amount, price, copies),
        committed=Cents(row.committed or 0),
        shipped=Cents(row.shipped or 0),
        channel=row.channel or "",
        state_before=row.state_before or "",
        state_after=f"{row.state_after}{'_PARTLY' if row.is_partly else ''}" if row.state_after else "",
        action_code=row.action_code or "",
        reason_code=row.reason_code or "",
        reason_text=row.reason_text or "",
        packing_slip=row.packing_slip or "",
        expected_date=date.fromisoformat(row.expected_date[:10]) if row.expected_date else None,
        delivery=row.state or "",
    )


def _amount(moved: int | None, price: Cents | None, copies: int) -> Cents | None:
    """What a line comes to; none where neither the mutation nor its order told a price, which the ledger keeps as 0."""
    if price is None:
        return Cents(moved) if moved else None
    return Cents(copies * price) if moved is None else Cents(moved)


def _attention(database: Engine, run: Run, order: str, language: str) -> Lines:
    """What needs a hand: first what earlier reports did not know, then what this run itself has to tell."""
    of_run = _lines(database, run, accounting.ATTENTION, order, language)

    def read() -> Iterator[ReportLine]:
        with reading(database) as connection:
            late = list(late_news.of_run(connection, run))
        for row, outcome, findings in late:
            told, hint = sentence(findings, language), _hint(findings[-1:], language)
            yield _line(row, language)._replace(outcome=outcome, code=findings[0].code, sentence=told, hint=hint)
        yield from of_run()

    return read


_APPLIED = (Outcome.APPLIED, Outcome.APPLIED_WITH_WARNING)

Received = Mapping[str, tuple[int, int, int]]
"""Per kind the mutations, copies and cents of a message."""


def tallies(connection: Connection, run: Run, received: Received) -> tuple[KindTally, ...]:
    """What a run did with the mutations of each kind."""
    counts = accounting.outcome_counts(connection, run)
    sums = accounting.copies_and_amounts(connection, run)
    opening = accounting.left_waiting(connection, run)

    def tally(kind: Kind) -> KindTally:
        def number(*outcomes: Outcome) -> int:
            return sum(counts.get((kind, outcome), 0) for outcome in outcomes)

        copies, amount = sums.get(kind, (0, 0))
        return KindTally(
            kind=kind,
            opening=opening.get(kind, 0),
            received=received.get(kind, (0, 0, 0))[0],
            applied=number(*_APPLIED),
            warned=number(Outcome.APPLIED_WITH_WARNING),
            known=number(Outcome.KNOWN),
            refused=number(Outcome.REFUSED),
            waiting=number(Outcome.WAITING),
            copies=copies,
            amount=Cents(amount),
        )

    return tuple(tally(kind) for kind in Kind)


def books(run: Run, message: Any, received: Received, kinds: Sequence[KindTally]) -> Books:
    """Both sides, with the control totals."""
    declared = counted = None
    if message is not None:
        declared = ControlTotals(message.declared_mutations, message.declared_copies, Cents(message.declared_cents))
        mutations, copies, amount = (sum(each) for each in zip((0, 0, 0), *received.values(), strict=True))
        counted = ControlTotals(mutations, copies, Cents(amount))
    return Books(
        opening_waiting=run.opening_waiting,
        received=message.mutation_count if message else 0,
        applied=sum(tally.applied for tally in kinds),
        warned=sum(tally.warned for tally in kinds),
        known=sum(tally.known for tally in kinds),
        refused=sum(tally.refused for tally in kinds),
        closing_waiting=sum(tally.waiting for tally in kinds),
        declared=declared,
        counted=counted,
    )


def _budgets(connection: Connection, run: Run, reader: Reader, at: datetime) -> Iterator[BudgetRecap]:
    budgets = codes.as_list(connection, run.institution).budgets
    on = at.astimezone(ZoneInfo(reader.library.time_zone)).date()
    for row in accounting.budget_movements(connection, run):
        known = budgets.in_force(row.budget_code, row.budget_year, on)
        code = known or BudgetCode(row.budget_code, year=row.budget_year)
        after = int(row.before + row.added - row.released - row.shipped)
        gone = after + row.shipped + row.shipped_before
        available = None if code.initial is None else Cents(int(code.initial - gone))
        yield BudgetRecap(
            code=code.code,
            description=code.description,
            year=code.year,
            initial=code.initial,
            before=Cents(int(row.before)),
            added=Cents(int(row.added)),
            released=Cents(int(row.released)),
            shipped=Cents(int(row.shipped)),
            after=Cents(after),
            available=available,
            copies=int(row.copies),
            flag=_flag(code, available, is_fall_back=code.code == reader.fall_back and known is None),
        )


def _flag(code: BudgetCode, available: Cents | None, *, is_fall_back: bool) -> str:
    if is_fall_back:
        return "fall-back"
    if code.blocked:
        return "locked"
    if code.no_control:
        return "no-control"
    if available is not None and available < 0:
        return "over"
    share = (code.warning_percent or 0) * (code.initial or 0)
    return "warning" if available is not None and available * 100 < share else ""


def _slips(connection: Connection, run: Run, zone: str) -> Iterator[PackingSlip]:
    for row in accounting.slips(connection, run):
        shipped_on = datetime.fromisoformat(row.shipped_at).astimezone(ZoneInfo(zone)).date()
        yield PackingSlip(row.packing_slip, shipped_on, int(row.copies), Cents(int(row.amount)), row.route)


def _codes(connection: Connection, run: Run) -> Iterator[CodeUse]:
    for row in accounting.codes_used(connection, run):
        first_seen = datetime.fromisoformat(row.first_seen).date()
        yield CodeUse(row.supplier_code, row.library_code or "", int(row.lines), first_seen)


def _remarks(connection: Connection, run: Run, message: Any, language: str) -> Iterator[str]:
    if message is not None:
        yield from remarks.of_message(message.remarks, language)
    yield from remarks.of_left_out(accounting.left_out(connection, run), language)


def _period(message: Any) -> tuple[datetime, datetime] | None:
    if message is None or not message.period_from or not message.period_to:
        return None
    return datetime.fromisoformat(message.period_from), datetime.fromisoformat(message.period_to)
