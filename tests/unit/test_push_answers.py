"""What a person is told of a receipt."""

from datetime import UTC, datetime

import pytest

from gateway.cli.push.answers import show_receipt
from gateway.orders.model import Outcome, PlanLine, Receipt

AT = datetime(2026, 3, 10, tzinfo=UTC)


@pytest.mark.parametrize(("count", "told"), [(1_500, True), (1_000, False)])
def test_plan_that_was_cut_says_which_are_told_and_how_many_are_left_out(
    count: int, told: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = tuple(PlanLine(f"M-{place}", Outcome.APPLIED, "", "", None) for place in range(1_000))
    show_receipt(Receipt("R-1", "DAY", AT, count, count, 0, True, plan=plan, plan_truncated=told))
    shown = capsys.readouterr().out
    assert ("of the 1,000 that happened first" in shown) is told
    assert ("the 1,000 that happened first; 500 are left out" in shown) is told
