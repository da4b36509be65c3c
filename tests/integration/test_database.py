"""Reading and writing on a real database, of both kinds."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
import sqlalchemy as sa

from gateway import db, log
from gateway.errors import Busy
from gateway.orders.store.spools import Spool
from gateway.turns import Turns
from tests import databases
from tests.serving import until


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


def _put(database: sa.Engine, name: str) -> None:
    with db.writing(database) as connection:
        connection.execute(db.installation.insert().values(name=name, value="1"))


def _names(connection: sa.Connection) -> list[str]:
    return list(connection.execute(sa.select(db.installation.c.name).order_by(db.installation.c.name)).scalars())


def test_what_is_read_in_one_go_is_one_picture_whatever_others_write_meanwhile(database: sa.Engine) -> None:
    _put(database, "a")
    with db.reading(database) as connection:
        assert _names(connection) == ["a"]
        _put(database, "b")
        assert _names(connection) == ["a"]
    with db.reading(database) as connection:
        assert _names(connection) == ["a", "b"]


def test_every_sqlite_tells_jobs_the_time_in_parts_of_a_second(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'gateway.db'}"
    for opened in (db.engine(url), db.engine_for_jobs(url)):
        assert opened
        with opened.connect() as connection:
            connection.exec_driver_sql("create table if not exists job (made_at default (unixepoch('subsec') * 1000))")
            connection.exec_driver_sql("insert into job default values")
            assert isinstance(connection.exec_driver_sql("select made_at from job").scalar(), float)
        opened.dispose()


def test_mistake_in_a_statement_is_no_fault_of_the_database(database: sa.Engine) -> None:
    _put(database, "a")
    with pytest.raises(sa.exc.IntegrityError):
        _put(database, "a")


def test_database_without_our_tables_is_told_as_busy(database: sa.Engine) -> None:
    with db.writing(database) as connection:
        connection.exec_driver_sql("drop table installation")
    with pytest.raises(Busy):
        _put(database, "a")


def test_writer_whose_turn_does_not_come_is_told_that_the_database_is_busy(tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as prepared:
        database = db.engine(str(prepared.url), wait_seconds=0.01)
        with db.writing(database), pytest.raises(Busy):
            _put(database, "a")
        _put(database, "b")
        with db.reading(database) as connection:
            assert _names(connection) == ["b"]
        database.dispose()


def test_a_message_stands_in_line_behind_whoever_writes_and_lets_the_next_one_write(tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as database:
        turns: Turns = database.get_execution_options()["gateway.turns"]

        def accept() -> None:
            spool = Spool(database)
            spool.writing()
            spool.commit()
            spool.close()

        arrival = Thread(target=accept)
        with db.writing(database):
            arrival.start()
            until(lambda: turns.waiting() == 1)
        arrival.join()
        _put(database, "a")


def test_server_of_the_database_is_told_to_notice_soon_that_we_are_gone(tmp_path: Path) -> None:
    asked = "select name from pg_settings where name like 'tcp_%%' and source = 'session' order by name"
    with databases.an_engine("postgresql", tmp_path) as engine, db.reading(engine) as connection:
        told = connection.exec_driver_sql(asked).scalars().all()
    assert told == ["tcp_keepalives_count", "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_user_timeout"]


def test_a_message_whose_connection_broke_lets_the_next_one_write(tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as database:
        spool = Spool(database)
        spool.writing().connection.dbapi_connection.close()  # type: ignore[union-attr]
        spool.close()
        _put(database, "a")


def test_what_the_pool_of_connections_meets_is_told_in_one_line(caplog: pytest.LogCaptureFixture) -> None:
    log.shorten_what_libraries_say()
    pool = db.engine("postgresql+psycopg://nobody@/nowhere").pool
    try:
        raise OSError("server closed the connection unexpectedly\nThis probably means that it ended.")
    except OSError:
        pool.logger.error("Error closing cursor", exc_info=True)
    assert "Error closing cursor server closed the connection unexpectedly\n" in caplog.text
    assert "Traceback" not in caplog.text
