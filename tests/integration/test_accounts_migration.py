"""The first migration makes what the store uses."""

from importlib import import_module
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

from gateway import db
from gateway.accounts import store

TABLES = {table.name for table in vars(store).values() if isinstance(table, sa.Table)}


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in TABLES


def _is_our_table(thing: object, name: str | None, kind: str, _reflected: bool, _other: object) -> bool:
    return kind != "table" or name in TABLES


def test_migration_makes_exactly_the_tables_of_the_accounts_store(tmp_path: Path) -> None:
    engine = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    migration = import_module("gateway.migrations.versions.0001_accounts")
    options = {"compare_type": True, "include_name": _is_ours, "include_object": _is_our_table}
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            migration.upgrade()
        assert set(sa.inspect(connection).get_table_names()) == TABLES
        assert compare_metadata(context, db.metadata) == []
        with Operations.context(context):
            migration.downgrade()
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()
