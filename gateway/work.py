"""Durable jobs: queued in the caller's own transaction, run by whichever process is free. The only user of DBOS."""

from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from dbos import DBOS, DBOSClient, EnqueueOptions

from gateway import db
from gateway.log import logger

QUEUE = "libraries"
# One number for all releases: a job that an older release queued must still be run by a newer one.
_VERSION = "1"

Job = Callable[..., None]


def prepare(database_url: str) -> None:
    """Make or upgrade the tables that jobs are kept in; safe to call again."""
    DBOS.migrate(database_url)


class Queue:
    """Puts jobs into the transaction of whoever has the work."""

    def __init__(self, database_url: str) -> None:
        self._engine = db.engine_for_jobs(database_url)
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

    `node` must stay the same over restarts of one process and differ between processes that run at once.
    """

    def __init__(self, database_url: str, jobs: Mapping[str, Job], node: str = "main") -> None:
        self._engine = db.engine_for_jobs(database_url)
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
            DBOS.workflow(name=name)(_lasting(name, job))

    def start(self) -> None:
        """Begin to take jobs."""
        DBOS.launch()
        DBOS.register_queue(QUEUE, partition_concurrency=1, worker_concurrency=2, polling_interval_sec=0.1)

    def retry_failed(self) -> int:
        """Queue again what failed too often; returns how many. Nothing is given up by itself."""
        failed = DBOS.list_workflows(status="ERROR", load_input=False, load_output=False)
        for each in failed:
            DBOS.resume_workflow(each.workflow_id)
        return len(failed)

    def stop(self) -> None:
        """Take no more jobs and leave those under way to the next start."""
        DBOS.destroy(workflow_completion_timeout_sec=0)
        if self._engine:
            self._engine.dispose()


def _lasting(name: str, job: Job) -> Job:
    """The job as a workflow of one step that is tried again with growing pauses, and whose failures are logged."""

    def attempt(*values: Any) -> None:
        try:
            job(*values)
        except Exception:
            logger.exception("work.job_failed", job=name)
            raise

    step = DBOS.step(name=f"{name} attempt", retries_allowed=True, interval_seconds=1, max_attempts=6, backoff_rate=3)(
        attempt
    )

    def run(*values: Any) -> None:
        step(*values)

    run.__qualname__ = name
    return run
