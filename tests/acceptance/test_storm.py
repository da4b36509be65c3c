"""A short storm: senders push while the gateway's processes die at their steps; `make crash` is the long one."""

from pathlib import Path

import pytest

from tests.crash.storm import Asked, weather

STORMS = {
    "sqlite": Asked(minutes=0.5, seed=1, senders=3, database="sqlite", gateways=1, workers=0, most_often=1),
    "postgresql": Asked(minutes=0.4, seed=1, senders=2, database="postgresql", gateways=2, workers=2, most_often=1),
}


@pytest.mark.parametrize("database", STORMS)
def test_nothing_is_lost_and_nothing_doubled_in_a_storm(database: str, tmp_path: Path) -> None:
    told: list[str] = []
    outcome = weather(STORMS[database], tmp_path, told.append)
    assert outcome.breaches == [], "\n".join(told)
    assert sum(outcome.ended.values()) > 0
    assert outcome.figures["mutations received"] > 0
