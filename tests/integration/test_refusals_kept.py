"""What is kept of messages that were refused is bounded, by age and by number."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import clock, clockwork
from gateway.app import Gateway
from tests import databases
from tests.stage import Stage, a_stage


@pytest.fixture(params=databases.KINDS)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    with databases.stages_on(request.param), a_stage(tmp_path) as stage:
        yield stage


def _limited(stage: Stage, **limits: int) -> Gateway:
    changed = stage.settings.limits.model_copy(update=limits)
    return replace(stage.gateway, settings=stage.settings.model_copy(update={"limits": changed}))


def _times(stage: Stage) -> list[str]:
    return [row[0] for row in stage.rows("select received_at from refusals order by pk")]


def test_of_many_refused_messages_the_newest_are_remembered(stage: Stage) -> None:
    for place in range(5):
        with clock.pretending(clock.now() + timedelta(minutes=place)):
            assert stage.post(b"<x/>").status == 500
    times = _times(stage)
    clockwork.forget_refusals(_limited(stage, refusals=5))
    assert _times(stage) == times
    clockwork.forget_refusals(_limited(stage, refusals=2))
    assert _times(stage) == times[3:]


def test_refused_message_is_remembered_for_so_many_days_and_not_one_more(stage: Stage) -> None:
    stage.post(b"<x/>")
    for days, left in ((29.9, 1), (30.1, 0)):
        with clock.pretending(clock.now() + timedelta(days=days)):
            clockwork.forget_refusals(_limited(stage, refusals_days=30))
        assert len(_times(stage)) == left
