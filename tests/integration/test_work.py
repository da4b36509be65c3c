"""Jobs that fail and workers that are gone, on a real database: nothing is given up by itself."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from gateway import db, work
from gateway.errors import Busy
from gateway.locks import Names, Taken
from tests import databases
from tests.serving import until


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with databases.an_empty_one(request.param, tmp_path) as address:
        work.prepare(address)
        yield address


@pytest.fixture
def names(database: str, tmp_path: Path) -> Iterator[Names]:
    engine = db.engine(database)
    yield Names(engine, tmp_path / "locks")
    engine.dispose()


@contextmanager
def _working(database: str, job: work.Job, names: Names, node: str = "main") -> Iterator[work.Worker]:
    """A worker that has begun."""
    worker = work.Worker(database, {"job": job}, names.of_one_gone, node, tries=1)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def _put(database: str) -> None:
    """Queue one job."""
    queue, engine = work.Queue(database), db.engine(database)
    with db.writing(engine) as connection:
        queue.put(connection, "job", "job-1", "I201", "I201")
    queue.close()
    engine.dispose()


def _begin_and_never_end(database: str, locks: Path, begun: Path) -> None:
    """What a process does whose worker takes the job and hangs in it."""

    def job(_library: str) -> None:
        begun.touch()
        Event().wait()

    names = Names(db.engine(database), locks)
    with names.ours("lost"), _working(database, job, names, "lost"):
        Event().wait()


@contextmanager
def _lost(database: str, tmp_path: Path) -> Iterator[int]:
    """The process id of a worker in the middle of the one job."""
    begun = tmp_path / "begun"
    asked = (database, tmp_path / "locks", begun)
    process = multiprocessing.get_context("spawn").Process(target=_begin_and_never_end, args=asked)
    process.start()
    try:
        until(begun.exists)
        yield process.pid or 0
    finally:
        process.kill()
        process.join()


def test_job_that_failed_for_good_is_queued_again_and_done(database: str, names: Names) -> None:
    done: list[str] = []
    broken = [True]

    def job(library: str) -> None:
        if broken:
            broken.clear()
            raise LookupError("a mistake that is mended meanwhile")
        done.append(library)

    _put(database)
    with _working(database, job, names) as worker:
        until(lambda: not broken and worker.retry_failed() == 1)
        until(lambda: done == ["I201"])
        assert worker.retry_failed() == 0
    assert done == ["I201"]


def test_job_that_cannot_store_anything_waits_and_does_not_fail(database: str, names: Names) -> None:
    tries: list[str] = []

    def job(library: str) -> None:
        tries.append(library)
        if len(tries) < 3:
            raise Busy()

    _put(database)
    with _working(database, job, names) as worker:
        until(lambda: len(tries) == 3)
        assert worker.retry_failed() == 0


def test_job_of_a_worker_that_never_comes_back_is_done_by_another(database: str, names: Names, tmp_path: Path) -> None:
    done: list[str] = []
    _put(database)
    with _lost(database, tmp_path) as lost, _working(database, done.append, names, "other") as worker:
        assert [worker.take_up_lost() for _ in range(3)] == [0, 0, 0]
        os.kill(lost, signal.SIGKILL)
        until(lambda: worker.take_up_lost() == 1)
        until(lambda: done == ["I201"])
        assert worker.take_up_lost() == 0


def test_database_that_is_away_at_the_start_is_told_as_busy(tmp_path: Path) -> None:
    with databases.an_empty_one("postgresql", tmp_path) as address:
        worker = work.Worker(address, {}, Names(db.engine(address), tmp_path).of_one_gone)
        databases.the_server().stop(at_once=True)
        try:
            for begin in (lambda: work.Queue(address), worker.start):
                with pytest.raises(Busy):
                    begin()
        finally:
            databases.the_server().start()
            worker.stop()


def test_process_takes_its_name_again_when_the_database_was_started_anew(tmp_path: Path) -> None:
    with databases.an_empty_one("postgresql", tmp_path) as address:
        ours, theirs = (Names(db.engine(address), tmp_path / machine) for machine in ("here", "there"))
        with ours.ours("main"):
            databases.the_server().stop(at_once=True)
            databases.the_server().start()
            ours.keep()
            with pytest.raises(Taken), theirs.of_one_gone("main"):
                pass
        with theirs.of_one_gone("main"):
            pass
