"""What only PostgreSQL can do to a message on its way in: others commit between two questions, and a commit is lost."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway import app, db, serving
from gateway.db import writing
from gateway.library import Library
from gateway.orders.intake import Arrival
from gateway.orders.model import MessageHeader, PlanLine
from gateway.orders.store import codes
from gateway.soap import wsgi
from tests import databases
from tests.builders import a_mutation
from tests.stage import BUDGETS, Stage, a_stage

DYING = """
create function die() returns trigger language plpgsql as
$$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
create constraint trigger dying after insert on messages deferrable initially deferred
for each row execute function die()
"""
"""Breaks the connection when the transaction is committed, and not before."""


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def on_postgresql(tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on("postgresql"), a_stage(tmp_path) as stage:
        yield stage


def _disturbed(stage: Stage) -> None:
    """Let the library drop a budget mapping each time that a trial has just been planned."""
    reception = app.reception(stage.gateway)

    def plan(connection: db.Connection, library: Library, header: MessageHeader, most: int) -> Sequence[PlanLine]:
        planned = reception.plan(connection, library, header, most)
        with writing(stage.gateway.database) as other:
            codes.replace_budgets(other, library.institution, BUDGETS, ())
        return planned

    desk = replace(serving.suppliers_desk(stage.gateway), begin=partial(Arrival, replace(reception, plan=plan)))
    stage.__dict__["doors"] = wsgi.application(desk, "http://localhost")


def test_trial_tells_of_one_moment_whatever_the_library_changes_meanwhile(stage: Stage) -> None:
    _disturbed(stage)
    first = stage.push(a_mutation(budget_code="JEUGD"), test=True)
    assert (first.text("outcome"), first.text("unknownBudgetCode")) == ("APPLIED", None)
    second = stage.push(a_mutation(budget_code="JEUGD"), test=True)
    assert (second.text("outcome"), second.text("unknownBudgetCode")) == ("WAITING", "JEUGD")


def test_sender_whose_commit_was_not_answered_is_not_told_that_nothing_was_kept(on_postgresql: Stage) -> None:
    stage = on_postgresql
    with writing(stage.gateway.database) as connection:
        connection.exec_driver_sql(DYING)
    lost = stage.push(a_mutation(), message_id="DAY")
    assert (lost.status, lost.text("code")) == (503, "busy")
    assert "not know" in (lost.text("message") or "")
    assert "othing" not in (lost.text("message") or "") + (lost.text("hint") or "")
    assert "same messageId" in (lost.text("hint") or "")
    with writing(stage.gateway.database) as connection:
        connection.exec_driver_sql("drop trigger dying on messages")
    assert stage.push(a_mutation(), message_id="DAY").status == 200


def test_sender_who_is_told_before_the_commit_knows_that_nothing_was_kept(on_postgresql: Stage) -> None:
    stage = on_postgresql
    with writing(stage.gateway.database) as connection:
        connection.exec_driver_sql(DYING.replace("deferrable initially deferred", "not deferrable"))
    lost = stage.push(a_mutation())
    assert (lost.status, lost.text("code")) == (503, "busy")
    assert "Nothing was kept" in (lost.text("hint") or "")
