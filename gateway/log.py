"""Logging: fixed event names with keys; JSON for machines, readable on a terminal. Never a patron's data."""

import logging
import sys
from contextlib import suppress

import structlog


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
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


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
