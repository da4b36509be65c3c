"""A gateway process that ends itself, as by the power's going out, at the nth time that it reaches a step.

Steps are what a process does to the world outside it: what it commits, which files it opens and renames, what it
sends. So nothing of the gateway is replaced, and a step is where one would look for it in a trace of the process.
"""

import os
import re
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect

from gateway import cli

QUICK = {"GATEWAY_DATABASE_WAIT_SECONDS": "10"}
"""Settings under which a locked database is soon told of."""

COMMITS = {
    "intake": r"insert into messages",
    "run opened": r"insert into runs",
    "mutations decided": r"insert into (deliveries|outcomes|waiting)\b(?!.*handed over)",
    "run planned": r"update runs set planned_at",
    "lines offered": r"update deliveries set state.*mutation_pk in",
    "delivery settled": r"update deliveries set state.*left_out",
    "answer of the system noted": r"update deliveries set state.*handed over",
    "delivery closed": r"update runs set delivered_at",
    "report numbered": r"update runs set number",
    "report kept": r"insert into reports",
    "report offered": r"update report_files set offered_at",
    "run finished": r"update runs set (report=.*)?finished_at",
}
"""What a transaction does that can be the last: a statement in it begins so. The last one that fits names it."""

_NAMES_IT_FOR_GOOD = "delivery settled"
"""The outcomes that follow in its transaction are what the library system said, not what was decided."""

FILES = {
    "report file opened for writing": ("open", r"/\.draft-.*\.(txt|csv|xlsx|xml|html|pdf)"),
    "report file put in its place": ("os.rename", r"/\.draft-"),
    "report copied for the library system": ("os.rename", r"/out/I20\d/\..*\.part"),
    "files for V-Smart written": ("open", r"/vsmart/in/\.I202-"),
    "batch for V-Smart noted as begun": ("os.rename", r"/offering/\."),
    "file shown to V-Smart": ("os.rename", r"/vsmart/in/\.I202-"),
    "batch for V-Smart noted as offered": ("os.rename", r"/offering/I202-"),
}
"""An event of the interpreter with what stands in its first argument; the process ends before it happens."""

UPLOAD = "order file sent to Wise"
STEPS = (
    *(f"{when} the commit: {name}" for name in COMMITS for when in ("before", "after")),
    *(f"before: {name}" for name in FILES),
    f"before: {UPLOAD}",
)


@dataclass(frozen=True, slots=True)
class Doomed:
    """At which step a process is to end itself: the nth time."""

    step: str
    nth: int


class Doom:
    """Counts how often a step is reached, and ends the process at the last time."""

    def __init__(self, step: str, nth: int, end: Callable[[], None]) -> None:
        self._step, self._left, self._end = step, nth, end

    def reached(self, step: str) -> None:
        """The process is at this step now."""
        if step == self._step:
            self._left -= 1
            if self._left == 0:
                self._end()


def _ending(note: Path) -> Callable[[], None]:
    def end() -> None:
        note.write_text("reached")
        os.kill(os.getpid(), signal.SIGKILL)

    return end


def watch_commits(doom: Doom) -> None:
    """Tell of every commit, before and after it."""
    names = [(name, re.compile(pattern, re.IGNORECASE | re.DOTALL)) for name, pattern in COMMITS.items()]
    under_way: dict[int, str] = {}
    commit, roll_back = DefaultDialect.do_commit, DefaultDialect.do_rollback

    def executed(_connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        for name, pattern in names:
            named = under_way.get(id(cursor.connection))
            if named != _NAMES_IT_FOR_GOOD and pattern.match(statement.lstrip()):
                under_way[id(cursor.connection)] = name

    def do_commit(self: Any, connection: Any) -> None:
        name = under_way.pop(id(connection.dbapi_connection), None)
        doom.reached(f"before the commit: {name}")
        commit(self, connection)
        doom.reached(f"after the commit: {name}")

    def do_rollback(self: Any, connection: Any) -> None:
        under_way.pop(id(connection.dbapi_connection), None)
        roll_back(self, connection)

    sa.event.listen(sa.Engine, "before_cursor_execute", executed)
    DefaultDialect.do_commit, DefaultDialect.do_rollback = do_commit, do_rollback  # type: ignore[method-assign]


def watch_the_world(doom: Doom) -> None:
    """Tell of files that are opened and renamed, and of what is sent."""
    names = {event: [] for event, _ in FILES.values()}  # type: dict[str, list[tuple[str, re.Pattern[str]]]]
    for name, (event, pattern) in FILES.items():
        names[event].append((f"before: {name}", re.compile(pattern)))

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event in names:
            for name, pattern in names[event]:
                if pattern.search(str(arguments[0])):
                    doom.reached(name)
        elif event == "http.client.send" and b'name="orderFile"' in bytes(arguments[1]):
            doom.reached(f"before: {UPLOAD}")

    sys.addaudithook(heard)


def live(command: Sequence[str], doomed: Doomed | None, note: Path, log: Path) -> None:
    """Be a process of the gateway that runs this command, in the shadow of its end."""
    with log.open("ab", buffering=0) as written:
        for stream in (1, 2):
            os.dup2(written.fileno(), stream)
    os.environ |= QUICK
    if doomed:
        doom = Doom(doomed.step, doomed.nth, _ending(note))
        watch_commits(doom)
        watch_the_world(doom)
    sys.argv = ["gateway", *command]
    cli.main()
