"""The numbered steps lead to exactly the tables that the stores speak of."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from gateway import app, db, migrations


def test_migrated_database_is_what_the_stores_expect(tmp_path: Path) -> None:
    database = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    migrations.upgrade(database)
    assert app.fittings().tables.are_newest(database)
    with database.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), db.metadata)
    database.dispose()
    assert differences == []


def test_upgrading_twice_changes_nothing_and_dropping_leaves_nothing(tmp_path: Path) -> None:
    database = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    assert not migrations.exist(database)
    migrations.upgrade(database)
    migrations.upgrade(database)
    assert migrations.exist(database)
    migrations.drop(database)
    assert not migrations.exist(database)
    database.dispose()


def test_rehearsal_is_said_in_the_database_for_good(tmp_path: Path) -> None:
    database = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    migrations.upgrade(database)
    assert not db.is_rehearsal(database)
    for _ in range(2):
        db.mark_rehearsal(database)
    assert db.is_rehearsal(database)
    database.dispose()
