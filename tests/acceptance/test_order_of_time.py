"""Mutations that come in another order than things happened in, from the push to the library system."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.db import writing
from gateway.orders.model import Kind
from gateway.orders.store import codes
from tests.builders import a_mutation
from tests.stage import BRANCHES, Stage, a_stage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def entered(stage: Stage) -> list[str]:
    """What the library system was told, in that order."""
    stage.vsmart.step()
    return [entry.action for entry in stage.vsmart.entered]


def know_branch(stage: Stage, theirs: str, ours: str) -> None:
    with writing(stage.gateway.database) as connection:
        rows = [(mine, yours, "") for mine, yours in (BRANCHES | {theirs: ours}).items()]
        codes.replace_branches(connection, "I202", rows)


def test_one_message_is_applied_in_the_order_of_time_whatever_its_order_of_writing(stage: Stage) -> None:
    stage.push(
        a_mutation(Kind.SHIPPED, hour=2, mutation_id="M-3"),
        a_mutation(Kind.DELAYED, hour=1, mutation_id="M-2"),
        a_mutation(mutation_id="M-1"),
    )
    stage.process()
    assert stage.outcomes() == {"M-1": "APPLIED", "M-2": "APPLIED", "M-3": "APPLIED"}
    assert entered(stage) == ["ORDERED", "DELAYED", "SHIPPED"]


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.DELAYED, Kind.SHIPPED])
def test_what_is_older_than_what_was_applied_is_refused_and_told_to_nobody_else(stage: Stage, kind: Kind) -> None:
    stage.push(a_mutation(mutation_id="M-1"), a_mutation(Kind.DELAYED, hour=5, mutation_id="M-2"))
    stage.process()
    stage.push(a_mutation(kind, hour=3, mutation_id="M-3"))
    stage.process()
    assert stage.outcomes() == {"M-1": "APPLIED", "M-2": "APPLIED", "M-3": "REFUSED out-of-order"}
    assert entered(stage) == ["ORDERED", "DELAYED"]


def test_older_cancellation_counts_for_copies_not_yet_shipped_and_for_no_others(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1"), a_mutation(Kind.SHIPPED, hour=5, quantity=1, mutation_id="M-2"))
    stage.process()
    stage.push(a_mutation(Kind.CANCELLED, hour=3, quantity=1, mutation_id="M-3"))
    stage.push(a_mutation(Kind.CANCELLED, hour=4, quantity=1, mutation_id="M-4"))
    stage.process()
    assert stage.outcomes() == {
        "M-1": "APPLIED", "M-2": "APPLIED", "M-3": "APPLIED", "M-4": "REFUSED already-shipped",
    }  # fmt: skip
    assert sorted(entered(stage)) == ["CANCELLED", "ORDERED", "SHIPPED"]


def test_age_looks_at_what_was_applied_and_not_at_what_waits(stage: Stage) -> None:
    """On a line that waits, something older than what waits already is taken, and done before it."""
    stage.push(a_mutation(mutation_id="M-1", branch="09"))
    stage.push(a_mutation(Kind.SHIPPED, hour=5, mutation_id="M-3"))
    stage.process()
    stage.push(a_mutation(Kind.DELAYED, hour=3, mutation_id="M-2"))
    stage.process()
    assert stage.outcomes() == {
        "M-1": "WAITING unknown-branch", "M-2": "WAITING waits-behind", "M-3": "WAITING waits-behind",
    }  # fmt: skip
    assert entered(stage) == []
    know_branch(stage, "09", "2019")
    stage.release()
    assert stage.outcomes() == {"M-1": "APPLIED", "M-2": "APPLIED", "M-3": "APPLIED"}
    assert entered(stage) == ["ORDERED", "DELAYED", "SHIPPED"]


def test_cancellation_on_a_waiting_line_waits_behind_it_and_is_done_in_its_turn(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", branch="09"), a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-2"))
    stage.process()
    assert stage.outcomes() == {"M-1": "WAITING unknown-branch", "M-2": "WAITING waits-behind"}
    know_branch(stage, "09", "2019")
    stage.release()
    assert set(stage.outcomes().values()) == {"APPLIED"}
    assert entered(stage) == ["ORDERED", "CANCELLED"]


def test_mutations_in_another_order_under_the_same_message_id_are_another_content(stage: Stage) -> None:
    first, second = a_mutation(mutation_id="M-1"), a_mutation(mutation_id="M-2", order_line="2")
    assert stage.push(first, second, message_id="DAY-1").status == 200
    answer = stage.push(second, first, message_id="DAY-1")
    assert answer.text("code") == "message-conflict"
    assert "the first difference is mutation M-2" in (answer.text("message") or "")
