"""The numbered steps lead to exactly the tables that the stores speak of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gateway import app, db, migrations, work
from gateway.errors import Busy
from tests import databases


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    """A database with nothing in it."""
    with databases.an_empty_one(request.param, tmp_path) as address:
        engine = db.engine(address)
        yield engine
        engine.dispose()


def _is_of_titles(name: str | None) -> bool:
    """Whether a table is, or belongs to, the one for full text, which each database has of its own kind."""
    return (name or "").startswith("log_titles")


def test_migrated_database_is_what_the_stores_expect(database: db.Engine) -> None:
    migrations.upgrade(database)
    assert app.fittings().tables.are_newest(database)
    with database.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": lambda name, *_: not _is_of_titles(name)}
        )
        differences = compare_metadata(context, db.metadata)
    assert differences == []


def test_upgrading_twice_changes_nothing_and_dropping_leaves_nothing(database: db.Engine) -> None:
    assert not migrations.exist(database)
    migrations.upgrade(database)
    migrations.upgrade(database)
    assert migrations.exist(database)
    work.prepare(database.url.render_as_string(hide_password=False))
    migrations.drop(database)
    assert not migrations.exist(database)
    with db.reading(database) as connection:
        assert sa.inspect(connection).get_table_names() == []


def test_tables_of_a_database_that_is_away_are_told_as_busy(tmp_path: Path) -> None:
    with databases.an_engine("postgresql", tmp_path) as engine:
        databases.the_server().stop(at_once=True)
        try:
            for look in (migrations.exist, migrations.is_newest):
                with pytest.raises(Busy):
                    look(engine)
        finally:
            databases.the_server().start()


def test_rehearsal_is_said_in_the_database_for_good(database: db.Engine) -> None:
    migrations.upgrade(database)
    assert not db.is_rehearsal(database)
    for _ in range(2):
        db.mark_rehearsal(database)
    assert db.is_rehearsal(database)
