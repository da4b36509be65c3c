"""Durable jobs: queued in the caller's own transaction, run by whichever process is free. The only user of DBOS."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext, suppress
from itertools import groupby
from threading import Event, Lock
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, EnqueueOptions

from gateway import db
from gateway.errors import SystemUnavailable
from gateway.log import logger

QUEUE = "libraries"
# One number for all releases: a job that an older release queued must still be run by a newer one.
_VERSION = "1"
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 1, 30

Job = Callable[..., None]
OfOneGone = Callable[[str], AbstractContextManager[None]]
"""Holds the name of a process that is gone for the length of a block; raises SystemUnavailable when it lives."""


def prepare(database_url: str) -> None:
    """Make or upgrade the tables that jobs are kept in; safe to call again."""
    DBOS.migrate(database_url)


class Queue:
    """Puts jobs into the transaction of whoever has the work."""

    def __init__(self, database_url: str) -> None:
        self._engine = db.engine_for_jobs(database_url)
        with db.translated():
            self._client = DBOSClient(system_database_url=database_url, system_database_engine=self._engine)

    def put(self, connection: sa.Connection, job: str, key: str, library: str, *values: Any, delay: float = 0) -> None:
        """Queue a job; jobs of one library run one after the other, in the order they were put.

        Args:
            connection: the open transaction; when it is rolled back, there is no job.
            job: the name that a worker knows it by.
            key: identifies the job for ever; a second one with the same key is the same job.
            library: the institution whose jobs it waits behind.
            values: handed to the job.
            delay: seconds to wait before it may start.
        """
        options: EnqueueOptions = {
            "workflow_name": job,
            "queue_name": QUEUE,
            "workflow_id": key,
            "queue_partition_key": library,
            "app_version": _VERSION,
        }
        if delay:
            options["delay_seconds"] = delay
        self._client.enqueue_in_transaction(connection, options, *values)

    def close(self) -> None:
        """Let go of its connections."""
        self._client.destroy()
        if self._engine:
            self._engine.dispose()


class Worker:
    """Runs queued jobs in this process until it is stopped; a process that was killed finds its jobs again.

    `node` must stay the same over restarts of one process and differ between processes that run at once. What a
    process had begun that never comes back is found by the others, by `of_one_gone`.
    """

    def __init__(
        self,
        database_url: str,
        jobs: Mapping[str, Job],
        of_one_gone: OfOneGone,
        node: str = "main",
        tries: int = 6,
    ) -> None:
        self._engine = db.engine_for_jobs(database_url)
        self._node = node
        self._of_one_gone = of_one_gone
        self._stopping = Event()
        self._under_way = _UnderWay()
        self._lost: set[tuple[str, str]] = set()
        DBOS(
            config={
                "name": "gateway",
                "system_database_url": database_url,
                "system_database_engine": self._engine,
                "log_level": "ERROR",
                "console_log_level": "ERROR",
                "executor_id": node,
                "application_version": _VERSION,
                "run_migrations": False,
            }
        )
        for name, job in jobs.items():
            DBOS.workflow(name=name)(_lasting(name, self._patient(job), self._under_way, tries))

    def start(self) -> None:
        """Begin to take jobs."""
        with db.translated():
            DBOS.launch()
            DBOS.register_queue(QUEUE, partition_concurrency=1, worker_concurrency=2, polling_interval_sec=0.1)

    def retry_failed(self) -> int:
        """Queue again, behind the others of its library, what failed too often; returns how many."""
        with db.translated():
            failed = DBOS.list_workflows(status="ERROR", load_input=False, load_output=False)
            for each in failed:
                # What ended in an error cannot be resumed; a copy takes its place.
                key = each.queue_partition_key
                DBOS.fork_workflow(each.workflow_id, 1, queue_name=QUEUE, queue_partition_key=key)
                DBOS.delete_workflow(each.workflow_id)
        return len(failed)

    def take_up_lost(self) -> int:
        """Queue again what was begun and nobody works on any more; returns how many.

        That is what a process had begun that is gone, and what this one had, because not even its failure could be
        kept. Only what was so at the last look too: a job that is just beginning looks the same, and a process whose
        database was started anew needs a moment to take its name again.
        """
        with db.translated():
            begun = DBOS.list_workflows(status="PENDING", queue_name=QUEUE, load_input=False, load_output=False)
        jobs = sorted((str(each.executor_id), each.workflow_id) for each in begun)
        seen: set[tuple[str, str]] = set()
        again: set[tuple[str, str]] = set()
        for node, of_node in groupby(jobs, key=lambda job: job[0]):
            with suppress(SystemUnavailable), self._instead_of(node):
                lost = {job for job in of_node if job[1] not in self._under_way.jobs()}
                again |= self._queue_again(lost & self._lost)
                seen |= lost
        self._lost = seen - again
        return len(again)

    def _instead_of(self, node: str) -> AbstractContextManager[None]:
        return nullcontext() if node == self._node else self._of_one_gone(node)

    def _queue_again(self, jobs: set[tuple[str, str]]) -> set[tuple[str, str]]:
        for node, job in sorted(jobs):
            logger.warning("work.job_taken_up_again", job=job, begun_by=node)
            with db.translated():
                DBOS.resume_workflow(job, queue_name=QUEUE)
        return jobs

    def stop(self) -> None:
        """Take no more jobs and leave those under way to the next start."""
        self._stopping.set()
        DBOS.destroy(workflow_completion_timeout_sec=0)
        if self._engine:
            self._engine.dispose()

    def _patient(self, job: Job) -> Job:
        """The job, waiting as long as nothing can be stored or somebody else is at it: that is no fault of the job."""

        def run(*values: Any) -> None:
            pause = _FIRST_PAUSE_SECONDS
            while True:
                try:
                    return job(*values)
                except SystemUnavailable as error:
                    logger.warning("work.job_waits", reason=str(error.__cause__ or error), seconds=pause)
                if self._stopping.wait(pause):
                    raise SystemExit("told to end")
                pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)

        return run


class _UnderWay:
    """The jobs that threads of this process are working on."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._jobs: list[str] = []

    def __call__(self, job: str, work: Callable[[], None]) -> None:
        """Work on a job."""
        with self._lock:
            self._jobs.append(job)
        try:
            work()
        finally:
            with self._lock:
                self._jobs.remove(job)

    def jobs(self) -> set[str]:
        """Their keys."""
        with self._lock:
            return set(self._jobs)


def _lasting(name: str, job: Job, under_way: _UnderWay, tries: int) -> Job:
    """The job as a workflow of one step that is tried again with growing pauses, and whose failures are logged."""

    def attempt(*values: Any) -> None:
        try:
            job(*values)
        except Exception:
            logger.exception("work.job_failed", job=name)
            raise

    step = DBOS.step(
        name=f"{name} attempt", retries_allowed=True, interval_seconds=1, max_attempts=tries, backoff_rate=3
    )(attempt)

    def run(*values: Any) -> None:
        under_way(str(DBOS.workflow_id), lambda: step(*values))

    run.__qualname__ = name
    return run
