"""A supplier's day, from the push to the report, in both library systems."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gateway import app
from gateway.db import writing
from gateway.money import Cents
from gateway.orders import processing
from gateway.orders.budgets import BudgetMapping
from gateway.orders.model import Channel, Kind
from gateway.orders.store import codes
from tests.builders import a_mutation
from tests.simulators.wise import Behaviour
from tests.stage import BRANCHES, BUDGETS, MAPPINGS, Stage, a_stage, wrong


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path, timeout_seconds=2) as stage:
        yield stage


@pytest.mark.parametrize(
    "mutation",
    [
        pytest.param(a_mutation(channel=Channel.WEBSHOP), id="webshop"),
        pytest.param(a_mutation(channel=Channel.PHONE), id="telephone"),
        pytest.param(a_mutation(channel=Channel.SELECTION_SERVICE), id="by the supplier on the library's behalf"),
    ],
)
@pytest.mark.parametrize("institution", ["I201", "I202"])
def test_order_through_each_channel_is_entered_and_reported(stage: Stage, institution: str, mutation: object) -> None:
    assert stage.push(mutation, institution=institution).status == 200
    stage.process()
    assert list(stage.outcomes().values()) == ["APPLIED"]
    [report] = stage.reports(institution)
    assert "De vuurtoren van Nergenshu" in report
    if institution == "I201":
        assert [(row.branch, row.amount) for row in stage.wise.rows] == [("2011", 2)]
    else:
        stage.vsmart.step()
        assert [(entry.order, entry.copies) for entry in stage.vsmart.entered] == [("B1", 2)]


def test_shop_purchase_is_made_from_its_shipment_once(stage: Stage) -> None:
    bought = a_mutation(
        Kind.SHIPPED, channel=Channel.SHOP, branch="01", budget_code="JEUGD", title="Uit de winkel",
        net_price=Cents(1000), currency="EUR",
    )  # fmt: skip
    stage.push(bought)
    stage.process()
    stage.push(a_mutation(Kind.ORDERED, hour=1, title="Uit de winkel", net_price=Cents(1000)))
    stage.process()
    assert sorted(stage.outcomes().values()) == ["APPLIED_WITH_WARNING made-from-shipment", "KNOWN known-from-shipment"]


def test_title_no_longer_deliverable_heads_the_report(stage: Stage) -> None:
    stage.push(a_mutation(), a_mutation(Kind.CANCELLED, hour=1))
    stage.process()
    [report] = stage.reports("I202")
    _, _, rest = report.partition("AFGEMELDE TITELS")
    assert "De vuurtoren" in rest.partition("VRAAGT AANDACHT")[0]


def test_mutation_pushed_in_ten_messages_is_done_once(stage: Stage) -> None:
    mutation = a_mutation()
    answers = [stage.push(mutation, message_id=f"DAY-{number}", institution="I201") for number in range(10)]
    stage.process()
    assert [answer.text("newCount") for answer in answers] == ["1", *["0"] * 9]
    assert [row.amount for row in stage.wise.rows] == [2]
    assert list(stage.outcomes().values()) == ["APPLIED"]


def test_message_pushed_again_gets_the_first_receipt_byte_for_byte(stage: Stage) -> None:
    mutation = a_mutation()
    first, second = (stage.push(mutation, message_id="DAY-1") for _ in range(2))
    assert first.receipt == second.receipt
    assert stage.rows("select count(*) from messages")[0][0] == 1


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"title": "Iets anders"}, "mutation M-1"),
        ({"quantity": 2, "net_price": Cents(1)}, "control/totalAmount: 31.98 then, 0.02 now"),
    ],
)
def test_other_content_under_the_same_message_id_is_refused_naming_the_difference(
    stage: Stage, change: dict[str, object], named: str
) -> None:
    mutation = a_mutation(mutation_id="M-1")
    stage.push(mutation, message_id="DAY-1")
    answer = stage.push(replace(mutation, **change), message_id="DAY-1")
    assert (answer.text("code"), named in (answer.text("message") or "")) == ("message-conflict", True)


def test_other_content_under_the_same_mutation_id_is_refused_and_the_first_stays(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"), institution="I201")
    stage.push(a_mutation(mutation_id="M-1", title="Iets anders"), institution="I201")
    stage.process()
    [refused] = stage.rows(
        "select outcome, findings from outcomes join mutations on pk = mutation_pk where standing = 'CONFLICT'"
    )
    assert refused[0] == "REFUSED" and "mutation-conflict" in refused[1]
    assert len(stage.wise.rows) == 1


@pytest.mark.parametrize(
    ("different", "element"),
    [({"mutation_count": 2}, "mutationCount"), ({"copy_count": 9}, "copyCount"), ({"total_amount": 1}, "totalAmount")],
)
def test_control_totals_that_do_not_add_up_refuse_the_message_and_keep_nothing(
    stage: Stage, different: dict[str, int], element: str
) -> None:
    day = stage.day(a_mutation())
    answer = stage.push(a_mutation(), control=wrong(day.header.control, **different))
    assert answer.text("code") == "control-totals"
    assert element in (answer.text("message") or "")
    assert [stage.rows(f"select count(*) from {table}")[0][0] for table in ("messages", "mutations")] == [0, 0]
    assert [row[0] for row in stage.rows("select code from refusals")] == ["control-totals"]


def test_message_refused_by_a_fault_may_be_sent_again_under_its_id(stage: Stage) -> None:
    mutation = a_mutation()
    day = stage.day(mutation)
    stage.push(mutation, message_id="DAY-1", control=wrong(day.header.control, copy_count=9))
    assert stage.push(mutation, message_id="DAY-1").status == 200


def test_unknown_institution_and_someone_elses_are_told_apart(stage: Stage) -> None:
    assert stage.push(a_mutation(), institution="I999").text("code") == "unknown-institution"
    answer = stage.push(a_mutation(), sender="000009")
    assert (answer.status, answer.text("code")) == (403, "not-allowed")


def test_empty_day_is_accepted_and_makes_no_report(stage: Stage) -> None:
    assert stage.push().status == 200
    stage.process()
    assert stage.reports("I202") == []


def test_line_with_a_bad_isbn_is_refused_and_the_others_go_on(stage: Stage) -> None:
    bad = a_mutation(order_number="B2", ean="9789000000013")
    stage.push(a_mutation(), bad, a_mutation(order_number="B3"))
    stage.process()
    assert sorted(stage.outcomes().values()) == ["APPLIED", "APPLIED", "REFUSED bad-check-digit"]


def test_unknown_budget_code_is_told_at_once_and_waits_in_vsmart_until_it_is_known(stage: Stage) -> None:
    answer = stage.push(a_mutation(mutation_id="M-1", budget_code="NIEUW"))
    assert answer.text("unknownBudgetCode") == "NIEUW"
    stage.process()
    assert stage.outcomes() == {"M-1": "WAITING unknown-budget-code"}
    stage.release()
    assert len(stage.reports("I202")) == 1
    with writing(stage.gateway.database) as connection:
        codes.replace_budgets(connection, "I202", [*BUDGETS, replace(BUDGETS[0], code="NIEUW")], MAPPINGS)
    stage.release()
    assert stage.outcomes() == {"M-1": "APPLIED"}
    assert len(stage.reports("I202")) == 2


def test_unknown_budget_code_goes_to_the_fall_back_in_wise_with_a_warning(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", budget_code="jeugd"), institution="I201")
    stage.process()
    assert stage.outcomes() == {"M-1": "APPLIED_WITH_WARNING unknown-budget-code"}
    [report] = stage.reports("I201")
    assert "(JEUGD?)" in report and "deelbudget 01" in " ".join(report.split())


def test_unknown_branch_waits_and_later_mutations_wait_behind_it_in_order(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"))
    stage.push(a_mutation(Kind.SHIPPED, hour=2, mutation_id="M-3"), a_mutation(Kind.DELAYED, hour=1, mutation_id="M-2"))
    stage.process()
    assert stage.outcomes() == {
        "M-1": "WAITING unknown-branch",
        "M-2": "WAITING waits-behind",
        "M-3": "WAITING waits-behind",
    }
    with writing(stage.gateway.database) as connection:
        rows = [(theirs, ours, "") for theirs, ours in (BRANCHES | {"09": "2019"}).items()]
        codes.replace_branches(connection, "I202", rows)
    stage.release()
    assert set(stage.outcomes().values()) == {"APPLIED"}
    stage.vsmart.step()
    assert [entry.action for entry in stage.vsmart.entered] == ["ORDERED", "DELAYED", "SHIPPED"]


def test_cancellation_before_its_order_waits_and_is_done_once_the_order_came(stage: Stage) -> None:
    stage.push(a_mutation(Kind.CANCELLED, hour=5, mutation_id="M-2"))
    stage.process()
    assert stage.outcomes() == {"M-2": "WAITING unknown-order"}
    stage.push(a_mutation(mutation_id="M-1"))
    stage.process()
    assert stage.outcomes() == {"M-1": "APPLIED", "M-2": "APPLIED"}
    assert len(stage.reports("I202")) == 2


def test_shipment_of_an_order_from_before_the_start_never_makes_a_second_order(tmp_path: Path) -> None:
    ordered_before = {"branch": "01", "budget_code": "JEUGD", "order_date": date(2025, 12, 31)}
    ordered_after = ordered_before | {"order_date": date(2026, 1, 1), "order_number": "B2"}
    with a_stage(tmp_path, start_date=date(2026, 1, 1)) as stage:
        stage.push(
            a_mutation(Kind.SHIPPED, mutation_id="M-1", **ordered_before),
            a_mutation(Kind.SHIPPED, mutation_id="M-2", **ordered_after),
        )
        stage.process()
        assert stage.outcomes() == {
            "M-1": "WAITING before-start",
            "M-2": "APPLIED_WITH_WARNING made-from-shipment",
        }


def test_over_budget_is_a_warning_and_a_locked_budget_makes_the_line_wait(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", quantity=9, net_price=Cents(20_000)))
    stage.process()
    assert stage.outcomes() == {"M-1": "APPLIED_WITH_WARNING over-budget"}
    with writing(stage.gateway.database) as connection:
        codes.replace_budgets(connection, "I202", [replace(BUDGETS[0], blocked=True)], MAPPINGS)
    stage.push(a_mutation(mutation_id="M-2", order_number="B2"))
    stage.process()
    assert stage.outcomes()["M-2"] == "WAITING locked-budget"


def test_test_message_is_planned_and_answered_and_nothing_is_kept(stage: Stage) -> None:
    ordered = a_mutation(mutation_id="M-1")
    answer = stage.push(a_mutation(Kind.SHIPPED, hour=1, mutation_id="M-2"), ordered, test=True, message_id="TRY-1")
    assert answer.body.count(b"APPLIED</outcome>") == 2
    assert stage.rows("select count(*) from messages")[0][0] == 0
    assert stage.push(ordered, message_id="TRY-1").text("newCount") == "1"


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (Behaviour.REFUSE, "APPLIED_WITH_WARNING system-refused"),
        (Behaviour.BUSY, "WAITING system-unavailable"),
        (Behaviour.LOSE, "APPLIED_WITH_WARNING delivery-uncertain"),
        (Behaviour.NONSENSE, "APPLIED_WITH_WARNING delivery-uncertain"),
        (Behaviour.LATE, "APPLIED_WITH_WARNING delivery-uncertain"),
        (Behaviour.SLOW, "APPLIED"),
    ],
)
def test_report_says_no_more_of_wise_than_is_known(stage: Stage, behaviour: Behaviour, outcome: str) -> None:
    stage.wise.behaviour = behaviour
    stage.push(a_mutation(mutation_id="M-1"), institution="I201")
    stage.process()
    assert stage.outcomes() == {"M-1": outcome}


def test_lines_wait_for_a_system_that_is_down_and_follow_in_order_without_doubling(stage: Stage) -> None:
    stage.wise.down()
    stage.push(a_mutation(mutation_id="M-1"), institution="I201")
    stage.process()
    stage.push(a_mutation(Kind.SHIPPED, hour=1, mutation_id="M-2"), institution="I201")
    stage.process()
    assert set(stage.outcomes().values()) == {"WAITING system-unavailable"}
    assert all("bibliotheeksysteem was niet bereikbaar" in " ".join(text.split()) for text in stage.reports("I201"))
    stage.wise.up()
    stage.release("I201")
    assert stage.outcomes() == {"M-1": "APPLIED", "M-2": "APPLIED"}
    assert [row.message_type for row in stage.wise.rows] == ["ORDER", "SHIPPING"]
    assert len(stage.reports("I201")) == 3


def test_books_close_in_every_report(stage: Stage) -> None:
    stage.wise.down()
    stage.push(a_mutation(), a_mutation(order_number="B2", branch="09"), a_mutation(ean="1" * 13), institution="I201")
    stage.process()
    stage.wise.up()
    stage.release("I201")
    stage.push(a_mutation(Kind.CANCELLED, hour=3), institution="I201")
    stage.process()
    sums = stage.rows(
        "select (select count(*) from mutations), (select count(*) from outcomes where outcome <> 'WAITING'),"
        " (select count(*) from waiting)"
    )
    assert sums == [(4, 3, 1)]
    for report in stage.reports("I201"):
        books = report.partition("DE BOEKEN\n")[2].partition("CONTROLETOTALEN")[0]
        totals = [line.split()[-1] for line in books.splitlines() if line.startswith("= Samen")]
        assert len(totals) == 2 and totals[0] == totals[1]


def test_line_that_vsmart_refuses_afterwards_is_told_in_the_next_report(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"), a_mutation(mutation_id="M-2", order_number="B2", order_line="7"))
    stage.process()
    stage.vsmart.refused["7"] = "Titel niet gevonden"
    stage.vsmart.step()
    stage.release()
    states = dict(stage.rows("select mutation_id, state from deliveries join mutations on pk = mutation_pk"))
    assert states == {"M-1": "confirmed", "M-2": "refused later"}
    _, later = stage.reports("I202")
    told = " ".join(later.partition("VRAAGT AANDACHT")[2].split())
    assert "B2" in told and "weigerde dit alsnog" in told and "Titel niet gevonden" in told
    assert stage.rows("select refused_count from reports order by pk desc limit 1") == [(1,)]
    stage.release()
    assert len(stage.reports("I202")) == 2


def test_change_down_to_what_was_shipped_cancels_the_rest_in_the_library_system(stage: Stage) -> None:
    stage.push(
        a_mutation(), a_mutation(Kind.SHIPPED, hour=1, quantity=1), a_mutation(Kind.CHANGED, hour=2, quantity=1),
        institution="I201",
    )  # fmt: skip
    stage.process()
    assert [(row.message_type, row.amount) for row in stage.wise.rows] == [
        ("ORDER", 2),
        ("SHIPPING", 1),
        ("CANCEL", 1),
    ]


def test_change_of_a_line_without_a_price_does_not_double_its_copies(stage: Stage) -> None:
    stage.push(a_mutation(net_price=Cents(0)), a_mutation(Kind.CHANGED, hour=1, quantity=3), institution="I201")
    stage.process()
    assert [(row.message_type, row.amount) for row in stage.wise.rows] == [("ORDER", 2), ("CHANGE", 3)]


def test_changed_line_stays_on_the_budget_of_its_channel(stage: Stage) -> None:
    with writing(stage.gateway.database) as connection:
        shop = BudgetMapping("JEUGD", "VR", channel="SHOP")
        codes.replace_budgets(connection, "I202", BUDGETS, [*MAPPINGS, shop])
    stage.push(a_mutation(channel=Channel.SHOP), a_mutation(Kind.CHANGED, hour=1, branch="02"))
    stage.process()
    committed = stage.rows("select budget_code, sum(committed) from effects group by budget_code")
    assert committed == [("VR", 2 * 1599)]


def test_shipment_without_a_branch_does_not_hold_up_its_own_order(stage: Stage) -> None:
    stage.push(a_mutation(Kind.SHIPPED, mutation_id="M-2"), a_mutation(hour=-1, order_number="B9"))
    stage.process()
    stage.push(a_mutation(mutation_id="M-1", hour=-1))
    stage.process()
    assert stage.outcomes()["M-1"] == stage.outcomes()["M-2"] == "APPLIED"


def test_line_that_waits_for_another_cause_is_told_anew(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09", budget_code="NIEUW"))
    stage.process()
    with writing(stage.gateway.database) as connection:
        rows = [(theirs, ours, "") for theirs, ours in (BRANCHES | {"09": "2019"}).items()]
        codes.replace_branches(connection, "I202", rows)
    stage.release()
    stage.release()
    first, second = stage.reports("I202")
    assert "vestiging 09" in " ".join(first.split()) and "NIEUW" in second
    assert stage.outcomes() == {"M-1": "WAITING unknown-budget-code"}


def test_answer_of_the_library_system_is_listened_to_without_another_push(stage: Stage) -> None:
    stage.push(a_mutation())
    stage.process()
    stage.vsmart.refused["1"] = "Titel niet gevonden"
    stage.vsmart.step()
    asked: list[str] = []
    processing.listen(app.workshop(stage.gateway), lambda _connection, _job, _key, library, *_: asked.append(library))
    assert asked == ["I202"]
