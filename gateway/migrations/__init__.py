"""Numbered steps from one shape of the tables to the next, run by Alembic."""

from importlib import resources

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.db import reading, writing


def upgrade(database: sa.Engine) -> None:
    """Bring the tables to the newest step; safe to call on a database that is there already."""
    with writing(database) as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def is_newest(database: sa.Engine) -> bool:
    """Whether the tables are at the newest step."""
    with reading(database) as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return current == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("gateway.migrations")))
    return config


def exist(database: sa.Engine) -> bool:
    """Whether there are tables of ours, of whatever step."""
    with reading(database) as connection:
        return sa.inspect(connection).has_table("alembic_version")


def drop(database: sa.Engine) -> None:
    """Remove every table, those of the durable jobs too."""
    with writing(database) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("drop schema if exists dbos cascade")
        else:
            # It takes its own tables along, which nobody else may drop.
            connection.exec_driver_sql("drop table if exists log_titles")
        found = sa.MetaData()
        found.reflect(connection)
        found.drop_all(connection)
