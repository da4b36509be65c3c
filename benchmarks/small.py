"""Small pushes, one to five mutations each: how many a second, how long each waits, also beside a large one."""

import http.client
import itertools
import statistics
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from benchmarks import bound, measure, rounds, target
from benchmarks.rounds import Tell
from benchmarks.sheet import Sheet, judged
from benchmarks.target import Target
from gateway import db
from gateway.supplier.message import envelope_xml
from gateway.transport.soap_client import ENVELOPES, SoapVersion

NAME = "small"
SENDERS = (1, 8, 32)
_COLUMNS = ("senders", "beside", "pushes/s", "to the bound", "p50", "p99", "longest")
_SIZES = (1, 2, 3, 4, 5)
_LARGE = 100_000
_MOST_SECONDS_BESIDE = 1.0
_number = itertools.count(1)


@dataclass(frozen=True)
class Pushes:
    """What some senders found together."""

    senders: int
    beside: int
    a_second: float
    p50: float
    p99: float
    longest: float


class Messages:
    """Small messages without end, each with ids of its own: a day's mark stands in all its ids."""

    def __init__(self) -> None:
        self._made = [_template(size) for size in _SIZES]

    def next(self) -> bytes:
        """The next one; safe to ask from many threads."""
        number = next(_number)
        text, mark = self._made[number % len(self._made)]
        return text.replace(mark, f"{number:08x}".encode())


def _template(size: int) -> tuple[bytes, bytes]:
    day = measure.a_day(size, 0)
    mark = day.header.message_id.rpartition("-")[2][:8]
    return b"".join(envelope_xml(day, ENVELOPES[SoapVersion.V1_1])), mark.encode()


def push(to: Target, senders: int, seconds: float, *, beside: Path | None = None) -> Pushes:
    """Let senders push as fast as they are answered, for some seconds, or as long as the message beside them takes.

    Raises:
        SystemExit: a sender failed, with its reason; what the others found says nothing then.
    """
    messages, over = Messages(), threading.Event()
    failed: list[str] = []
    taken: list[list[float]] = [[] for _ in range(senders)]
    sending = [threading.Thread(target=_send_or_tell, args=(to, messages, over, each, failed)) for each in taken]
    began = time.perf_counter()
    for each in sending:
        each.start()
    if beside:
        target.post(to, beside)
    else:
        over.wait(seconds)
    over.set()
    for each in sending:
        each.join()
    if failed:
        raise SystemExit(f"Of {senders} senders {len(failed)} failed; the first: {failed[0]}")
    all_taken = sorted(itertools.chain.from_iterable(taken))
    return Pushes(
        senders=senders,
        beside=_LARGE if beside else 0,
        a_second=len(all_taken) / (time.perf_counter() - began),
        p50=statistics.median(all_taken),
        p99=all_taken[int(len(all_taken) * 0.99)],
        longest=all_taken[-1],
    )


def _send_or_tell(to: Target, messages: Messages, over: threading.Event, taken: list[float], failed: list[str]) -> None:
    """Send; a thread that fails would else end in silence, and the figures be those of the others."""
    try:
        _send(to, messages, over, taken)
    except (Exception, SystemExit) as error:
        failed.append(f"{type(error).__name__}: {error}")
        over.set()


def _send(to: Target, messages: Messages, over: threading.Event, taken: list[float]) -> None:
    parts = urlsplit(to.address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=120)
    while not over.is_set():
        message = messages.next()
        began = time.perf_counter()
        connection.request("POST", parts.path, message, target.headers(to, len(message)))
        answer = connection.getresponse()
        said = answer.read()
        taken.append(time.perf_counter() - began)
        target.check(to, answer.status, said)
    connection.close()


def bound_a_second(seconds: float) -> float:
    """How many messages of three mutations one program can insert and sync one after the other, and nothing else."""
    with TemporaryDirectory(prefix="bound-") as folder:
        engine = db.engine(f"sqlite:///{Path(folder) / 'bound.sqlite'}")
        db.metadata.create_all(engine)
        began, done = time.perf_counter(), 0
        while time.perf_counter() - began < seconds:
            done += 1
            with engine.begin() as connection:
                message = connection.exec_driver_sql(bound.INSERT_MESSAGE, (f"bound-{done}",)).lastrowid
                rows = [_row(message, done, place) for place in range(3)]
                connection.exec_driver_sql(bound.INSERT_MUTATION, rows)
        engine.dispose()
        return done / (time.perf_counter() - began)


def _row(message: int, number: int, place: int) -> tuple[object, ...]:
    given = (message, "000002", "NEW", place, 0, "", "", f"{number}-{place}")
    return (*given, *["something"] * (len(bound.COLUMNS) - len(given)))


def sheet(senders: Sequence[int], seconds: float, tell: Tell) -> Sheet:
    """Measure alone, then beside a message of 100,000."""
    most = bound_a_second(seconds)
    tell(f"bound of small pushes: {most:.0f} a second")
    found = []
    with rounds.ours() as to:
        for push_of in _kinds(to, senders, seconds):
            found.append(push_of())
            tell(f"small pushes: {found[-1]}")
    rows = [_cells(each, most) for each in found]
    notes = [f"bound: one program, one synced transaction after the other, nothing else: {most:.0f} a second."]
    figures = [{**asdict(each), "to_bound": each.a_second / most} for each in found]
    return Sheet(NAME, "Pushes of one to five mutations", _COLUMNS, rows, figures, notes)


def _kinds(to: Target, senders: Sequence[int], seconds: float) -> Iterator[Callable[[], Pushes]]:
    push(to, 1, 0.5)
    for number in senders:
        yield lambda number=number: push(to, number, seconds)  # type: ignore[misc]
    for seed, number in enumerate(senders, start=1):
        with measure.written(measure.a_day(_LARGE, seed)) as message:
            yield lambda number=number, message=message: push(to, number, seconds, beside=message)  # type: ignore[misc]


def _cells(each: Pushes, most: float) -> tuple[str, ...]:
    longest = f"{each.longest * 1000:.0f} ms"
    return (
        f"{each.senders}",
        f"{each.beside:,}" if each.beside else "–",
        f"{each.a_second:.0f}",
        f"{each.a_second / most:.2f}x",
        f"{each.p50 * 1000:.1f} ms",
        f"{each.p99 * 1000:.1f} ms",
        judged(longest, each.longest, _MOST_SECONDS_BESIDE) if each.beside else longest,
    )
