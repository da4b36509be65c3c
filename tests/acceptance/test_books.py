"""The books of every run close, together and per kind, for staff and for the supplier, whenever they are asked for."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from lxml import etree

from gateway import app
from gateway.db import reading, writing
from gateway.orders import reporting
from gateway.orders.model import Copy, Kind, Outcome
from gateway.orders.store import codes, enquiries, progress
from gateway.reports.model import Layout, Report
from tests.builders import a_mutation
from tests.simulators.wise import Behaviour
from tests.stage import BRANCHES, Stage, a_stage

NS = {"r": "urn:bestelsync:report:1"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path, timeout_seconds=2) as stage:
        yield stage


def know_branch(stage: Stage, institution: str) -> None:
    with writing(stage.gateway.database) as connection:
        rows = [(theirs, ours, "") for theirs, ours in (BRANCHES | {"09": "2019"}).items()]
        codes.replace_branches(connection, institution, rows)


def reports_of(stage: Stage, institution: str) -> list[Report]:
    """Every report of a library, made again from the database as it is now."""
    library = app.workshop(stage.gateway).served[institution]
    reader = reporting.Reader(library.library, library.system.layout, library.fall_back)
    found = stage.rows(f"select pk from runs where institution = '{institution}' and number is not null order by pk")
    reports = []
    for (pk,) in found:
        with reading(stage.gateway.database) as connection:
            row = connection.exec_driver_sql(f"select * from runs where pk = {pk}").one()
        at = datetime.fromisoformat(row.numbered_at)
        reports.append(reporting.report(stage.gateway.database, progress.run_of(row), row.number, at, reader))
    return reports


def told(copy: bytes) -> dict[str, list[tuple[str | None, ...]]]:
    """What a report in XML says in its books and its lines, apart from budget amounts."""
    root = etree.fromstring(copy)
    books = [
        tuple(cell.text for cell in row)
        for name in ("books", "control", "booksByKind")
        for row in root.iterfind(f"r:{name}/*", NS)
    ]
    wanted = ("mutationId", "kind", "copies", "branch", "budgetCode", "outcome", "code", "stateAfter", "delivery")
    lines = [
        tuple(line.findtext(f"r:{name}", None, NS) for name in wanted) for line in root.iterfind("r:detail/r:line", NS)
    ]
    return {"books": books, "lines": lines}


def suppliers_copies(stage: Stage, message_pk: int) -> list[tuple[str, bytes]]:
    with reading(stage.gateway.database) as connection:
        mentions = enquiries.mentions(connection, message_pk)
    return [(each.report, app.suppliers_copy(stage.gateway, each, "XML").content) for each in mentions]


def test_suppliers_copy_asked_for_after_later_runs_is_the_report_that_staff_have(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"), a_mutation(order_number="B2", mutation_id="M-2"))
    stage.process()
    stage.push(*(a_mutation(order_number=f"C{n}", branch="08", mutation_id=f"M-3{n}") for n in range(3)))
    stage.process()
    know_branch(stage, "I202")
    stage.release()
    stage.push(a_mutation(order_number="D1", mutation_id="M-4", branch="08"))
    stage.process()
    copies = suppliers_copies(stage, 1)
    assert len(copies) == 3
    for name, copy in copies:
        staff = (stage.folder / "out" / "I202" / f"{name}.xml").read_bytes()
        assert told(copy) == told(staff)
        assert b"sluiten niet" not in copy
    assert [row[5] for row in told(copies[0][1])["lines"]] == ["WAITING", "APPLIED"]


def test_suppliers_copy_does_not_tell_of_a_refusal_that_came_later(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", order_line="7"))
    stage.process()
    stage.vsmart.refused["7"] = "Titel niet gevonden"
    stage.vsmart.step()
    stage.release()
    [(_, copy), *_] = suppliers_copies(stage, 1)
    assert [line[-1] for line in told(copy)["lines"]] == ["handed over"]


def test_line_that_waits_for_the_library_system_is_not_said_to_be_delivered(stage: Stage) -> None:
    stage.wise.behaviour = Behaviour.BUSY
    stage.push(a_mutation(mutation_id="M-1"), institution="I201")
    stage.process()
    [report] = reports_of(stage, "I201")
    [line] = report.detail()
    assert (line.outcome, line.branch, line.delivery) == ("WAITING", "2011", "")
    stage.wise.behaviour = Behaviour.NORMAL
    stage.release("I201")
    assert [line.delivery for report in reports_of(stage, "I201") for line in report.detail()] == ["", "handed over"]


@pytest.mark.parametrize("institution", ["I201", "I202"])
def test_books_close_per_kind_in_every_run_of_every_library_whenever_they_are_made(
    stage: Stage, institution: str
) -> None:
    stage.wise.behaviour = Behaviour.BUSY
    stage.push(
        a_mutation(mutation_id="M-1"),
        a_mutation(mutation_id="M-2", order_number="B2", branch="09"),
        a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-3", order_number="B2"),
        a_mutation(Kind.DELAYED, hour=1, mutation_id="M-4", order_number="B9"),
        a_mutation(mutation_id="M-1"),
        institution=institution,
    )
    stage.process()
    stage.push(a_mutation(Kind.SHIPPED, hour=2, mutation_id="M-5"), institution=institution)
    stage.process()
    stage.push(institution=institution)
    stage.process()
    stage.wise.behaviour = Behaviour.NORMAL
    know_branch(stage, institution)
    stage.release(institution)
    stage.push(a_mutation(mutation_id="M-6", order_number="B9", hour=-1), institution=institution)
    stage.process()
    reports = reports_of(stage, institution)
    assert all(report.closes for report in reports)
    opening = [sum(kind.opening for kind in report.kinds) for report in reports]
    assert opening == [report.books.opening_waiting for report in reports]
    assert [report.books.closing_waiting for report in reports[:-1]] == opening[1:]
    assert reports[-1].books.closing_waiting == 0
    waited = {kind.kind: kind.opening for kind in reports[1].kinds}
    assert (waited["CANCELLED"], waited["DELAYED"], waited["SHIPPED"]) == (1, 1, 0)
    finals = [line.mutation_id for report in reports for line in report.detail() if line.outcome != Outcome.WAITING]
    assert sorted(finals) == ["M-1", "M-1", "M-2", "M-3", "M-4", "M-5", "M-6"]


def test_another_suppliers_waiting_lines_are_not_in_the_books(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"), institution="I201")
    stage.push(a_mutation(mutation_id="M-2", branch="09"), institution="I202")
    stage.push(a_mutation(mutation_id="M-3", order_number="B3"), institution="I202")
    stage.process()
    _, later = reports_of(stage, "I202")
    assert (later.closes, later.books.opening_waiting, later.books.closing_waiting) == (True, 1, 1)


def test_recap_of_a_run_does_not_count_what_later_runs_did(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"))
    stage.process()
    before = reports_of(stage, "I202")[0].budgets
    stage.push(a_mutation(mutation_id="M-2", order_number="B2"), a_mutation(Kind.SHIPPED, hour=1, mutation_id="M-3"))
    stage.process()
    first, second = reports_of(stage, "I202")
    assert first.layout is Layout.AFO291
    assert first.budgets == before
    assert [recap.before for recap in second.budgets] == [recap.after for recap in before]


def test_a_copy_for_another_branch_is_a_line_of_the_report(stage: Stage) -> None:
    copies = (Copy("1", "01", "JEUGD"), Copy("2", "02", "JEUGD"))
    stage.push(a_mutation(quantity=2, copies=copies), a_mutation(order_line="2"))
    stage.process()
    (report,) = reports_of(stage, "I202")
    assert report.detail_count == len(list(report.detail())) == 3
