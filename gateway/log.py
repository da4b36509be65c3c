"""Logging: fixed event names with keys; JSON for machines, readable on a terminal. Never a patron's data."""

import logging
import sys
from contextlib import suppress

import structlog

_MEET_A_DATABASE_THAT_IS_GONE = ("dbos", "sqlalchemy.pool.impl.QueuePool")


def configure(*, json: bool, level: str = "INFO") -> None:
    """Set up structlog and the standard library's logging, once, at the start of a process."""
    # Tracebacks without the values of variables: those may hold what must never be logged.
    console = structlog.dev.ConsoleRenderer(
        colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    renderer: structlog.typing.Processor = structlog.processors.JSONRenderer() if json else console
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, *([structlog.processors.format_exc_info] if json else []), renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level]),
        logger_factory=structlog.PrintLoggerFactory(file=_Log()),  # type: ignore[arg-type]
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")
    shorten_what_libraries_say()


def shorten_what_libraries_say() -> None:
    """Let those that meet a database that is gone say so in one line: whoever needs it tells of it too."""
    for name in _MEET_A_DATABASE_THAT_IS_GONE:
        logging.getLogger(name).addFilter(_in_one_line)


def _in_one_line(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1]:
        problem = str(record.exc_info[1]).partition("\n")[0]
        record.msg, record.args = f"{record.getMessage().strip()} {problem}", None
        record.exc_info = record.exc_text = None
    return True


class _Log:
    """Standard error, but a full disk behind it stops no work: what cannot be written down is lost."""

    def write(self, text: str) -> int:
        with suppress(OSError):
            sys.stderr.write(text)
        return len(text)

    def flush(self) -> None:
        with suppress(OSError):
            sys.stderr.flush()


logger = structlog.get_logger("gateway")
