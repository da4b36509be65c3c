"""Jobs that fail, on a real database: nothing is given up by itself."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway import db, work
from gateway.errors import Busy
from tests import databases
from tests.serving import until


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    with databases.an_empty_one(request.param, tmp_path) as address:
        work.prepare(address)
        yield address


@contextmanager
def _working(database: str, job: work.Job) -> Iterator[work.Worker]:
    """A worker with one job in its queue."""
    worker = work.Worker(database, {"job": job}, tries=1)
    worker.start()
    queue, engine = work.Queue(database), db.engine(database)
    try:
        with db.writing(engine) as connection:
            queue.put(connection, "job", "job-1", "I201", "I201")
        yield worker
    finally:
        worker.stop()
        queue.close()
        engine.dispose()


def test_job_that_failed_for_good_is_queued_again_and_done(database: str) -> None:
    done: list[str] = []
    broken = [True]

    def job(library: str) -> None:
        if broken:
            broken.clear()
            raise LookupError("a mistake that is mended meanwhile")
        done.append(library)

    with _working(database, job) as worker:
        until(lambda: not broken and worker.retry_failed() == 1)
        until(lambda: done == ["I201"])
        assert worker.retry_failed() == 0
    assert done == ["I201"]


def test_job_that_cannot_store_anything_waits_and_does_not_fail(database: str) -> None:
    tries: list[str] = []

    def job(library: str) -> None:
        tries.append(library)
        if len(tries) < 3:
            raise Busy()

    with _working(database, job) as worker:
        until(lambda: len(tries) == 3)
        assert worker.retry_failed() == 0
