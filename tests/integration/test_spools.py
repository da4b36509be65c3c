"""A message is kept alike, whether it was held in memory or had to fill tables."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway import db
from gateway.money import Cents
from gateway.orders.model import WIRE_FIELDS, Control, MessageHeader
from gateway.orders.store import messages, spools
from tests import databases

IN_MEMORY, IN_TABLES, IN_BOTH = 10_000, 0, 60
AT = datetime(2026, 3, 10, tzinfo=UTC)
COLUMNS = "mutation_id, standing, position, line, content, moment, title"


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


def _rows(*contents: tuple[str, str]) -> list[tuple[object, ...]]:
    """Mutations by id and content."""
    texts = {"title": "Café", "orderNumber": "B1", "orderLine": "1", "kind": "ORDERED"}
    return [
        (place, place + 10, "2026-03-09", content, *({**texts, "mutationId": name}.get(field) for field in WIRE_FIELDS))
        for place, (name, content) in enumerate(contents, start=1)
    ]


def _keep(database: db.Engine, message: str, rows: list[tuple[object, ...]], most_held: int) -> int:
    """Take it in by two halves; how many were known."""
    header = MessageHeader(message, None, False, "000002", "1", "I201", AT, None, None, Control(1, 1, Cents(0)))
    with closing(spools.Spool(database, most_held)) as spool:
        for place, part in enumerate((rows[: len(rows) // 2], rows[len(rows) // 2 :]), start=1):
            spool.keep(place, f"part {place} of {message}".encode())
            spool.add(part)
        connection = spool.writing()
        pk = messages.insert(connection, header, content="", received_at="2026", account="a", address="b")
        known = spool.move(pk, "000002", "I201")
        spool.commit()
    return known


def _kept(database: db.Engine) -> list[tuple[object, ...]]:
    with db.reading(database) as connection:
        mutations = connection.exec_driver_sql(f"select {COLUMNS} from mutations order by message_pk, position")
        chunks = connection.exec_driver_sql("select compressed from message_chunks order by message_pk, position")
        return [*map(tuple, mutations), *map(tuple, chunks)]


@pytest.mark.parametrize("most_held", [IN_MEMORY, IN_TABLES, IN_BOTH])
def test_what_is_new_known_or_in_conflict_is_told_apart(database: db.Engine, most_held: int) -> None:
    first = _rows(*((f"m{number}", "x") for number in range(101)), ("m5", "x"), ("m6", "other"))
    assert _keep(database, "first", first, most_held) == 1
    again = _rows(("m1", "x"), ("m2", "other"), ("m200", "x"))
    assert _keep(database, "again", again, most_held) == 1
    with db.reading(database) as connection:
        asked = "select mutation_id, standing from mutations order by message_pk, position"
        standings = [tuple(row) for row in connection.exec_driver_sql(asked)]
    assert standings[:101] == [(f"m{number}", "NEW") for number in range(101)]
    assert standings[101:] == [
        ("m5", "KNOWN"), ("m6", "CONFLICT"), ("m1", "KNOWN"), ("m2", "CONFLICT"), ("m200", "NEW"),
    ]  # fmt: skip


@pytest.mark.parametrize("most_held", [IN_TABLES, IN_BOTH])
def test_a_message_is_kept_alike_however_it_came_through(database: db.Engine, most_held: int, tmp_path: Path) -> None:
    rows = _rows(*((f"m{number}", "x") for number in range(120)))
    assert _keep(database, "one", rows, most_held) == 0
    beside = tmp_path / "beside"
    beside.mkdir()
    with databases.an_engine("sqlite", beside) as other:
        _keep(other, "one", rows, IN_MEMORY)
        assert [tuple(map(_plain, row)) for row in _kept(database)] == [tuple(map(_plain, row)) for row in _kept(other)]


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value
