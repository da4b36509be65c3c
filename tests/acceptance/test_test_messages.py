"""A message with `test` set: what it is told is what would become of it, and nothing of it is kept."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from lxml import etree

from gateway.db import writing
from gateway.money import Cents
from gateway.orders.model import Kind
from gateway.orders.store import codes
from tests.builders import a_mutation
from tests.stage import BRANCHES, Answer, Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def planned(answer: Answer) -> dict[str, str]:
    """Per mutation of a plan its outcome and code."""
    assert answer.status == 200, answer.body
    lines = etree.fromstring(answer.body).iterfind(".//{*}plan/{*}line")
    texts = ({etree.QName(each).localname: each.text or "" for each in line} for line in lines)
    return {text["mutationId"]: f"{text['outcome']} {text.get('code', '')}".strip() for text in texts}


def really(stage: Stage, message_id: str) -> dict[str, str]:
    """What became of the mutations of a message in its own run, in the words of a plan."""
    stage.process()
    rows = stage.rows(
        "select mutation_id, outcome, findings from outcomes"
        " join mutations on mutations.pk = mutation_pk join messages on messages.pk = mutations.message_pk"
        " join runs on runs.pk = run_pk and runs.message_pk = messages.pk"
        f" where message_id = '{message_id}' order by mutations.pk"
    )
    return {row[0]: " ".join((row[1], *(code for code, _ in json.loads(row[2])[:1]))) for row in rows}


def test_accepted_day_that_is_tried_again_is_known(stage: Stage) -> None:
    day = [a_mutation(mutation_id="M-1"), a_mutation(Kind.DELAYED, hour=1, mutation_id="M-2")]
    stage.push(*day)
    stage.process()
    answer = stage.push(*day, test=True)
    assert planned(answer) == {"M-1": "KNOWN same-mutation", "M-2": "KNOWN same-mutation"}
    assert (answer.text("knownCount"), answer.text("newCount")) == ("2", "0")


def test_other_content_under_a_known_mutation_id_is_a_conflict_in_a_plan_too(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"))
    stage.process()
    answer = stage.push(a_mutation(mutation_id="M-1", title="Iets anders"), test=True)
    assert planned(answer) == {"M-1": "REFUSED mutation-conflict"}
    assert answer.text("knownCount") == "0"


@pytest.mark.parametrize(("title", "count"), [(None, "1"), ("Iets anders", "0")])
def test_mutation_that_stands_twice_in_a_test_message_is_judged_by_its_first(
    stage: Stage, title: str | None, count: str
) -> None:
    first = a_mutation(mutation_id="M-1")
    again = replace(first, title=title) if title else first
    answer = stage.push(first, again, test=True)
    told = [each.text for each in etree.fromstring(answer.body).iterfind(".//{*}plan/{*}line/{*}outcome")]
    assert told == ["APPLIED", "REFUSED" if title else "KNOWN"]
    assert answer.text("knownCount") == count


def test_cancellation_before_its_order_in_one_test_message_is_applied_as_it_would_be(stage: Stage) -> None:
    day = [a_mutation(Kind.CANCELLED, mutation_id="M-1"), a_mutation(hour=1, mutation_id="M-2")]
    told = planned(stage.push(*day, test=True))
    assert told == {"M-1": "APPLIED", "M-2": "APPLIED"}
    stage.push(*day, message_id="DAY")
    assert really(stage, "DAY") == told


def test_line_that_waits_here_makes_the_mutations_of_a_test_message_wait_behind_it(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"))
    stage.process()
    later = a_mutation(Kind.SHIPPED, hour=1, mutation_id="M-2", branch="01", budget_code="JEUGD")
    told = planned(stage.push(later, test=True))
    assert told == {"M-2": "WAITING waits-behind"}
    stage.push(later, message_id="DAY")
    assert really(stage, "DAY") == told


def test_line_whose_cause_of_waiting_is_gone_is_tried_before_the_mutations_behind_it(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"))
    stage.process()
    with writing(stage.gateway.database) as connection:
        rows = [(theirs, ours, "") for theirs, ours in (BRANCHES | {"09": "2019"}).items()]
        codes.replace_branches(connection, "I202", rows)
    delay = a_mutation(Kind.DELAYED, hour=1, mutation_id="M-2")
    told = planned(stage.push(delay, test=True))
    assert told == {"M-2": "APPLIED"}
    assert stage.rows("select count(*) from waiting") == [(1,)]
    stage.push(delay, message_id="DAY")
    assert really(stage, "DAY") == told


def test_waiting_cancellation_is_tried_once_its_order_comes_in_a_test_message(stage: Stage) -> None:
    stage.push(a_mutation(Kind.CANCELLED, mutation_id="M-1"))
    stage.process()
    day = [
        a_mutation(hour=1, mutation_id="M-2"),
        a_mutation(Kind.CHANGED, hour=-1, mutation_id="M-3", quantity=1),
        a_mutation(hour=2, mutation_id="M-4", order_number="B2", branch="09"),
    ]
    told = planned(stage.push(*day, test=True))
    stage.push(*day, message_id="DAY")
    assert really(stage, "DAY") == told
    assert told["M-4"] == "WAITING unknown-branch"


def test_plan_is_in_the_order_of_time_and_of_sequence(stage: Stage) -> None:
    day = [
        a_mutation(Kind.SHIPPED, hour=1, mutation_id="M-4"),
        a_mutation(Kind.DELAYED, mutation_id="M-3", sequence=10),
        a_mutation(Kind.CHANGED, mutation_id="M-2", sequence=9, quantity=3),
        a_mutation(mutation_id="M-1"),
    ]
    told = planned(stage.push(*day, test=True))
    assert list(told) == ["M-1", "M-2", "M-3", "M-4"]
    stage.push(*day, message_id="DAY")
    assert dict(sorted(really(stage, "DAY").items())) == told


def test_plan_tells_a_thousand_and_what_comes_later_still_counts_for_them(stage: Stage) -> None:
    cancelled = a_mutation(Kind.CANCELLED, mutation_id="M-1")
    others = [
        a_mutation(hour=1, mutation_id=f"M-{n}", order_number=f"C{n}", net_price=Cents(1)) for n in range(2, 1800)
    ]
    answer = stage.push(a_mutation(hour=2, mutation_id="M-9999"), *others, cancelled, test=True)
    told = planned(answer)
    assert (len(told), answer.text("truncated")) == (1000, "true")
    assert list(told)[:2] == ["M-1", "M-2"]
    assert set(told.values()) == {"APPLIED"}


def test_plan_of_a_thousand_is_whole(stage: Stage) -> None:
    answer = stage.push(*(a_mutation(mutation_id=f"M-{n}", order_number=f"C{n}") for n in range(1000)), test=True)
    assert (len(planned(answer)), answer.text("truncated")) == (1000, "false")


def test_mutation_of_another_library_under_the_same_id_is_a_conflict_and_said_so(stage: Stage) -> None:
    mutation = a_mutation(mutation_id="M-1", net_price=Cents(1000))
    stage.push(mutation, institution="I201")
    tried = stage.push(mutation, institution="I202", test=True)
    kept = stage.push(mutation, institution="I202", message_id="DAY")
    assert planned(tried) == {"M-1": "REFUSED mutation-conflict"} == really(stage, "DAY")
    assert [answer.text("knownCount") for answer in (tried, kept)] == ["0", "0"]
    assert stage.rows("select institution from order_lines") == [("I201",)]


def test_trial_under_the_id_of_an_accepted_message_with_other_content_is_a_conflict_as_a_push_would_be(
    stage: Stage,
) -> None:
    stage.push(a_mutation(mutation_id="M-1"), message_id="B-1")
    answer = stage.push(a_mutation(mutation_id="M-2"), message_id="B-1", test=True)
    assert (answer.status, answer.text("code")) == (500, "message-conflict")
    assert stage.push(a_mutation(mutation_id="M-1"), message_id="B-1", test=True).status == 200


@pytest.mark.parametrize("name", ["occurred_at", "shipped_at"])
@pytest.mark.parametrize(
    "at", [datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=14))), datetime.max.replace(tzinfo=UTC)]
)
def test_moment_at_an_end_of_the_calendar_is_refused_before_it_can_stop_a_run(
    stage: Stage, name: str, at: datetime
) -> None:
    for test in (True, False):
        answer = stage.push(a_mutation(Kind.SHIPPED, **{name: at}), test=test)
        assert answer.text("code") == "invalid-message"
        assert "is not a moment between the years" in (answer.text("message") or "")
    assert stage.rows("select count(*) from messages")[0][0] == 0
