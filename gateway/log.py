"""Logging: fixed event names with keys; JSON for machines, readable on a terminal. Never a patron's data."""

import logging
import sys

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
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s %(levelname)s %(message)s")


logger = structlog.get_logger("gateway")
