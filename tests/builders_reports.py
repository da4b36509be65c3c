"""Processing reports for tests: fictional libraries and invented titles, with books that close."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from gateway.money import Cents
from gateway.reports.model import (
    Books,
    BudgetRecap,
    CodeUse,
    ControlTotals,
    KindTally,
    Layout,
    PackingSlip,
    Report,
    ReportLine,
)

EVENING = datetime(2026, 3, 9, 21, 14, tzinfo=UTC)
PROCESSED = datetime(2026, 3, 10, 5, 2, tzinfo=UTC)
KINDS = ("ORDERED", "CHANGED", "DELAYED", "CANCELLED", "SHIPPED")
APPLIED = ("APPLIED", "APPLIED_WITH_WARNING")


def a_line(number: int = 1, **changes: Any) -> ReportLine:
    """An order from the webshop that was applied; `amount` follows from copies and net price."""
    line = ReportLine(
        occurred_at=EVENING + timedelta(minutes=number),
        mutation_id=f"M-2026-{number:06d}",
        kind="ORDERED",
        order_number=f"2026-{104500 + number}",
        order_line=f"{number:04d}",
        outcome="APPLIED",
        message_id="DAG-2026-069",
        article_number=f"20261{number:05d}",
        ean=f"97890{number:08d}",
        title="De stille sluiswachter",
        author="Vermeulen-Ó Dálaigh, Noëlle",
        branch="2001",
        budget_code="ROMAN-VOLW",
        supplier_budget_code="RV",
        copies=2,
        net_price=Cents(1849),
        channel="WEBSHOP",
        state_after="IN_ORDER",
        delivery="confirmed",
    )
    line = line._replace(**changes)
    amount = None if line.net_price is None else Cents(line.copies * line.net_price)
    committed = (amount or Cents(0)) if line.kind == "ORDERED" and line.outcome in APPLIED else Cents(0)
    return line._replace(amount=changes.get("amount", amount), committed=changes.get("committed", committed))


def _lines() -> tuple[ReportLine, ...]:
    return (
        a_line(1),
        a_line(2, title="Café ’t Gouden Anker: een geschiedenis in zeven gangen en € 3,50 wisselgeld", channel="SHOP"),
        a_line(
            3,
            title="Wolkenatlas voor beginners",
            author="Ğökçe, İpek",
            budget_code="01",
            supplier_budget_code="JEUGD-FICTIE",
            channel="SELECTION_SERVICE",
            outcome="APPLIED_WITH_WARNING",
            code="unknown-budget-code",
            sentence="Budgetcode JEUGD-FICTIE is onbekend; geboekt op vangnet 01. Is JEUGDFICTIE bedoeld?",
            hint="Voeg de code toe aan de vertaaltabel, of vraag de leverancier welke code geldt.",
        ),
        a_line(4, title="=SOM(A1:A9) en andere verhalen", channel="PHONE", outcome="KNOWN", delivery=""),
        a_line(
            5,
            kind="CHANGED",
            title="Het huis met de 1001 deuren <deel 2> & meer",
            copies=1,
            state_before="IN_ORDER",
            committed=Cents(-1849),
        ),
        a_line(
            6,
            kind="DELAYED",
            title="Ruimte",
            author="",
            net_price=None,
            reason_code="RP",
            action_code="902",
            expected_date=date(2026, 5, 18),
            state_before="IN_ORDER",
            state_after="DELAYED",
            delivery="not carried",
        ),
        a_line(
            7,
            kind="CANCELLED",
            title="Vogels van de Zandplaat",
            author="Østergård, Maj",
            reason_code="OP",
            action_code="223",
            state_before="IN_ORDER",
            state_after="CANCELLED",
            committed=Cents(-3698),
        ),
        a_line(
            8,
            kind="CANCELLED",
            branch="2021",
            budget_code="INFO-JEUGD",
            supplier_budget_code="IJ",
            title="Kristallen kweken in de keuken",
            reason_text="Uitgave afgelast door de uitgever",
            reason_code="AB",
            copies=1,
            net_price=Cents(1299),
            state_before="DELAYED",
            state_after="CANCELLED",
            committed=Cents(-1299),
        ),
        a_line(
            9,
            kind="SHIPPED",
            branch="2021",
            budget_code="INFO-JEUGD",
            supplier_budget_code="IJ",
            title="Alle bruggen van het Noordervliet",
            copies=3,
            net_price=Cents(2495),
            packing_slip="PB-884120",
            state_before="IN_ORDER",
            state_after="SHIPPED",
            shipped=Cents(7485),
            delivery="handed over",
        ),
        a_line(
            10,
            kind="SHIPPED",
            branch="2021",
            budget_code="ROMAN-VOLW",
            title="Zoutwater",
            copies=120,
            net_price=Cents(1575),
            packing_slip="PB-884121",
            state_before="IN_ORDER",
            state_after="SHIPPED",
            shipped=Cents(189000),
        ),
        a_line(
            11,
            kind="SHIPPED",
            branch="2021",
            budget_code="",
            title="Onbekende zending",
            outcome="WAITING",
            code="before-start",
            sentence="De bestelling is van vóór de startdatum en bij ons niet bekend.",
            hint="Zoek haar op in het bibliotheeksysteem en laat de regel los, of weiger hem.",
            state_after="",
            delivery="",
        ),
        a_line(
            12,
            kind="ORDERED",
            branch="2021",
            budget_code="INFO-JEUGD",
            supplier_budget_code="IJ",
            title="ISBN met een foutje",
            ean="9789012345679",
            outcome="REFUSED",
            code="bad-ean",
            sentence="Het controlecijfer van ISBN 9789012345679 klopt niet.",
            hint="De leverancier stuurt de regel opnieuw met het juiste ISBN; u hoeft niets te doen.",
            state_after="",
            delivery="",
        ),
    )


LINES = _lines()


def tally(kind: str, lines: tuple[ReportLine, ...]) -> KindTally:
    """What the lines of one kind add up to, counted apart from the code under test."""
    own = [line for line in lines if line.kind == kind]
    opening = 1 if own and kind in ("ORDERED", "SHIPPED") else 0
    applied = [line for line in own if line.outcome in APPLIED]
    return KindTally(
        kind=kind,
        opening=opening,
        received=len(own) - opening,
        applied=len(applied),
        warned=sum(line.outcome == "APPLIED_WITH_WARNING" for line in own),
        known=sum(line.outcome == "KNOWN" for line in own),
        refused=sum(line.outcome == "REFUSED" for line in own),
        waiting=sum(line.outcome == "WAITING" for line in own),
        copies=sum(line.copies for line in applied),
        amount=Cents(sum(line.amount or 0 for line in applied)),
    )


def _budgets() -> tuple[BudgetRecap, ...]:
    def recap(code: str, description: str, initial: int | None, added: int, released: int, shipped: int, **more: Any):
        after = 250_000 + added - released - shipped
        available = None if initial is None else Cents(initial - after - shipped)
        return BudgetRecap(
            code, description, 2026, None if initial is None else Cents(initial), Cents(250_000), Cents(added),
            Cents(released), Cents(shipped), Cents(after), available, **more,
        )  # fmt: skip

    return (
        recap("01", "Totaal", None, 3698, 0, 0, copies=2, flag="fall-back"),
        recap("INFO-JEUGD", "Informatief jeugd", 800_000, 0, 1299, 7485, copies=4),
        recap("ROMAN-VOLW", "Romans volwassenen, incl. grote letter", 12_345_678, 7396, 5547, 189_000, copies=129,
              flag="warning"),
    )  # fmt: skip


def a_report(layout: Layout = Layout.INA, lines: tuple[ReportLine, ...] = LINES, **changes: Any) -> Report:
    """A morning's report of library I202 with a bit of everything; its books close."""
    order = {
        Layout.INA: lambda line: (line.branch, KINDS.index(line.kind), line.occurred_at),
        Layout.AFO291: lambda line: (line.budget_code, line.order_number),
    }[layout]
    kinds = tuple(tally(kind, lines) for kind in KINDS)
    received = sum(kind.received for kind in kinds)
    counted = ControlTotals(
        received, sum(line.copies for line in lines), Cents(sum(line.amount or 0 for line in lines))
    )
    report = Report(
        layout=layout,
        institution="I202",
        library_name="Bibliotheek Noordervliet",
        language="nl",
        time_zone="Europe/Amsterdam",
        sender="000002",
        run=17,
        message_ids=("DAG-2026-069", "DAG-2026-069-B"),
        received_at=datetime(2026, 3, 9, 22, 30, 5, tzinfo=UTC),
        processed_at=PROCESSED,
        period=(datetime(2026, 3, 8, 23, 0, tzinfo=UTC), datetime(2026, 3, 9, 23, 0, tzinfo=UTC)),
        remarks=("Bericht 68 van deze leverancier ontbreekt: na 67 kwam 69.",),
        kinds=kinds,
        budgets=_budgets(),
        slips=(
            PackingSlip("PB-884120", date(2026, 3, 9), 3, Cents(7485), "PSO"),
            PackingSlip("PB-884121", date(2026, 3, 9), 120, Cents(189000), "CB"),
        ),
        codes=(
            CodeUse("RV", "ROMAN-VOLW", 7, date(2025, 11, 3)),
            CodeUse("IJ", "INFO-JEUGD", 3, date(2025, 11, 3)),
            CodeUse("JEUGD-FICTIE", "", 1, date(2026, 3, 10)),
        ),
        books=Books(
            opening_waiting=sum(kind.opening for kind in kinds),
            received=sum(kind.received for kind in kinds),
            applied=sum(kind.applied for kind in kinds),
            warned=sum(kind.warned for kind in kinds),
            known=sum(kind.known for kind in kinds),
            refused=sum(kind.refused for kind in kinds),
            closing_waiting=sum(kind.waiting for kind in kinds),
            declared=counted,
            counted=counted,
        ),
        cancelled=lambda: iter([line for line in lines if line.kind == "CANCELLED" and line.outcome in APPLIED]),
        attention=lambda: iter([line for line in lines if line.outcome not in ("APPLIED", "KNOWN")]),
        detail=lambda: iter(sorted(lines, key=order)),
        detail_count=len(lines),
    )
    return replace(report, **changes)


def an_empty_report(layout: Layout = Layout.INA) -> Report:
    """A run in which nothing happened but that still left a report: one message without mutations."""
    return a_report(layout, (), budgets=(), slips=(), codes=(), kinds=(), remarks=())


def many_lines(count: int) -> Iterator[ReportLine]:
    """Lines one by one, without keeping them."""
    for number in range(count):
        yield a_line(number, branch=f"{2000 + number * 20 // count}", kind=KINDS[number * 100 // count % 5])


def a_large_report(count: int, layout: Layout = Layout.INA) -> Report:
    """A report with so many lines, that exist only while they are read."""
    return a_report(layout, detail=lambda: many_lines(count), detail_count=count)
