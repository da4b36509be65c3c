"""The ledger finds and keeps order lines, however many an order has."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway import db
from gateway.orders.ledger import Holding
from gateway.orders.model import Channel, LineState
from gateway.orders.store import lines
from tests import databases
from tests.builders import a_line, a_share


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


def test_line_comes_back_as_it_was_kept(database: db.Engine) -> None:
    full = Holding(
        a_share(copy_id="1-0001", note="leeskring", barcode="30001", budget_year=2026), shipped=1, cancelled=1
    )
    line = a_line(full, channel=Channel.SHOP, medium="BOEK", state=LineState.DELAYED, last_sequence=3, made_from=None)
    with db.writing(database) as connection:
        [pk] = lines.save(connection, "000002", "I201", {}, {("B1", "1"): line}).values()
        assert lines.find(connection, "000002", "I201", [("B1", "1")]) == {("B1", "1"): (pk, line)}


def test_only_the_lines_asked_for_are_found_and_only_of_that_library(database: db.Engine) -> None:
    kept = {("B1", str(number)): a_line(order_line=str(number)) for number in range(1, 6)}
    with db.writing(database) as connection:
        lines.save(connection, "000002", "I201", {}, kept)
        found = lines.find(connection, "000002", "I201", [("B1", "2"), ("B1", "4"), ("B2", "2"), ("B1", "9")])
        assert set(found) == {("B1", "2"), ("B1", "4")}
        assert lines.find(connection, "000002", "I202", [("B1", "2")]) == {}
        assert lines.find(connection, "000009", "I201", [("B1", "2")]) == {}
        assert lines.find(connection, "000002", "I201", []) == {}
