"""The short form of the fuzzer, and everything that the long one ever found."""

from collections.abc import Iterator

import pytest

from tests.fuzz.campaign import Campaign, campaign, recorded, settle
from tests.fuzz.shots import Shot

ROUND = 20261122


@pytest.fixture(scope="module")
def going(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Campaign]:
    with campaign(tmp_path_factory.mktemp("fuzz")) as going:
        yield going


def test_a_hundred_random_requests_get_proper_answers_and_leave_no_trouble_in_the_log(going: Campaign):
    going.round(ROUND, most=100)
    settle(going.judge.watched)
    going.look_into_log("afterwards")
    assert going.found == []
    assert going.judge.counts["receipts"] > 5 and going.judge.counts["invalid-message"] > 5


@pytest.mark.parametrize("shot", recorded(), ids=lambda shot: shot.name)
def test_what_was_found_before_is_answered_properly_now(shot: Shot, going: Campaign):
    going.judge.look()
    going.judge.try_out(shot)
    going.look_into_log(shot.name)
    assert going.found == []
