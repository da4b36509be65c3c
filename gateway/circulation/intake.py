"""Feed to store: one message is read, judged and applied as a whole, or nothing of it is.

Called twice with the same message, the second changes nothing. Nobody sees half a picture: everything is written in
one transaction, after the message was read to its end.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import chain
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.circulation import refusals
from gateway.circulation.feed import Feed
from gateway.circulation.message import Finding, Header, Told
from gateway.circulation.store import applying, judging, messages
from gateway.circulation.store.spool import Spool
from gateway.db import Connection, Engine, translated
from gateway.library import Library
from gateway.log import logger

MOST_FINDINGS = 10_000
"""How many are kept of one message; all are counted."""
_CLOCKS_DIFFER = timedelta(minutes=10)
_FEW = 20
"""So many may go without a question, whatever share they are."""


class State(StrEnum):
    """What became of a message."""

    APPLIED = "APPLIED"
    KNOWN = "KNOWN"
    """It was applied before."""
    HELD = "HELD"
    """Nothing was changed: it would delete more than its share, and nobody confirmed that."""


@dataclass(slots=True)
class Count:
    """Of one kind of record: how many came, how many of these changed anything, were refused, and how many are gone."""

    received: int = 0
    changed: int = 0
    refused: int = 0
    gone: int = 0


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a message."""

    message_id: str
    institution: str
    state: State
    received_at: datetime
    counts: Mapping[str, Count]
    findings: tuple[Finding, ...]
    finding_count: int
    would_go: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """For a held message: of each kind of record that loses too many, how many, and of how many."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What every message needs. `alone` lets nobody else bring a message of that name at the same time."""

    database: Engine
    libraries: Mapping[str, Library]
    share_percent: int = 20
    """A snapshot that would delete more of a kind of record is held."""
    alone: Callable[[str], AbstractContextManager[None]] = lambda _name: nullcontext()


class Arrival:
    """One message on its way in."""

    def __init__(self, reception: Reception, origin: str, institutions: Iterable[str] | None = None) -> None:
        """Take a message from an account or file.

        Args:
            reception: what it needs.
            origin: the name of the account or the file.
            institutions: those that it may speak about; all that are served, when none are named.
        """
        self._reception = reception
        self._origin = origin.encode("utf-8", "replace").decode()  # The name of a file need be no text.
        allowed = reception.libraries if institutions is None else institutions
        self._allowed = {each for each in allowed if each in reception.libraries}
        self._findings: list[Finding] = []
        self._finding_count = 0
        self._counts: dict[str, Count] = {}

    def take(self, chunks: Iterable[bytes], *, confirmed: bool = False) -> Receipt:
        """Read, judge and apply the message.

        Args:
            chunks: its bytes.
            confirmed: somebody said that a snapshot may delete as much as it does.

        Raises:
            RejectedInput: nothing of it is kept.
            Busy: the same; send it again.
        """
        feed = Feed(self._admit)
        stream = feed.read(chunks)
        first = next(stream, [])
        header = feed.header
        assert header is not None  # a message without one was refused
        library = self._reception.libraries[header.institution]
        with self._reception.alone(f"circulation-{header.institution}"):
            spool = Spool(self._reception.database, header)
            try:
                for told in chain((first,), stream):
                    self._spool(spool, told, library)
                with translated():
                    return self._settle(spool, header, confirmed=confirmed)
            finally:
                spool.close()

    def _admit(self, header: Header) -> None:
        """Let in a message of a library that may come this way, and of a moment that is past."""
        if header.institution not in self._allowed:
            raise refusals.UnknownLibrary(institution=header.institution)
        if header.as_of > clock.now() + _CLOCKS_DIFFER:
            raise refusals.FromTheFuture(as_of=header.as_of.isoformat())

    def _spool(self, spool: Spool, told: list[Told], library: Library) -> None:
        for each in told:
            count = self._counts.setdefault(each.record, Count())
            count.received += 1
            if each.findings:
                count.refused += any(finding.refused for finding in each.findings)
                self._note(each.findings)
            spool.add(each, _ready_on(each, library))

    def _note(self, found: Iterable[Finding]) -> None:
        for each in found:
            self._finding_count += 1
            if len(self._findings) < MOST_FINDINGS:
                self._findings.append(each)

    def _settle(self, spool: Spool, header: Header, *, confirmed: bool) -> Receipt:
        known = self._known(spool, header)
        if known:
            return known
        connection = spool.filled()
        judging.judge(connection, header, spool.records)
        gone = judging.counts_gone(connection, header, spool.records)
        self._count_judged(connection, spool, gone)
        would_go = {} if confirmed or not header.is_snapshot else self._too_many(gone)
        received_at = clock.now()
        connection = spool.writing()
        if not would_go:
            changed = applying.apply(connection, header, spool.records, received_at.isoformat())
            for name, number in changed.items():
                self._counts.setdefault(name, Count()).changed = number
        receipt = self._receipt(header, State.HELD if would_go else State.APPLIED, received_at, would_go)
        messages.keep(
            connection,
            header,
            content=spool.content,
            received_at=received_at,
            origin=self._origin,
            state=receipt.state,
            counts={name: asdict(count) for name, count in receipt.counts.items()},
            found=receipt.findings,
            finding_count=receipt.finding_count,
        )
        spool.commit()
        logger.info(
            "circulation.message_settled", library=header.institution, message=header.message_id, state=receipt.state
        )
        return receipt

    def _known(self, spool: Spool, header: Header) -> Receipt | None:
        """The answer to a message that was applied before; none to a new one, if it may come now."""
        connection = spool.connection
        earlier = messages.earlier(connection, header)
        if earlier and earlier.content != spool.content:
            raise refusals.MessageConflict(message_id=header.message_id)
        if earlier and earlier.state == State.APPLIED:
            counts = {name: Count(**each) for name, each in earlier.counts.items()}
            found = tuple(messages.findings_of(connection, earlier.pk, MOST_FINDINGS))
            times = State.KNOWN, earlier.received_at
            return Receipt(header.message_id, header.institution, *times, counts, found, earlier.finding_count)
        currency = messages.currency(connection, header.institution)
        if currency and currency != header.currency:
            raise refusals.OtherCurrency(found=header.currency, expected=currency, institution=header.institution)
        newest = messages.newest(connection, header)
        if newest and header.as_of < newest:
            raise refusals.OlderThanKnown(as_of=header.as_of.isoformat(), known=newest.isoformat())
        return None

    def _count_judged(self, connection: Connection, spool: Spool, gone: Mapping[str, tuple[int, int]]) -> None:
        for name, number in judging.counts_refused(connection, spool.records).items():
            self._counts.setdefault(name, Count()).refused += number
            self._finding_count += number
        self._findings += judging.refused(connection, spool.records, MOST_FINDINGS - len(self._findings))
        for name, (number, _) in gone.items():
            self._counts.setdefault(name, Count()).gone = number

    def _too_many(self, gone: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
        share = self._reception.share_percent
        return {name: (lost, of) for name, (lost, of) in gone.items() if lost > _FEW and lost * 100 > share * of}

    def _receipt(
        self, header: Header, state: State, received_at: datetime, would_go: Mapping[str, tuple[int, int]]
    ) -> Receipt:
        return Receipt(
            header.message_id,
            header.institution,
            state,
            received_at,
            self._counts,
            tuple(self._findings),
            self._finding_count,
            would_go,
        )


def _ready_on(told: Told, library: Library) -> str | None:
    """The day on which a hold became ready, where the library is."""
    ready_at = told.values.get("ready_at") if told.values else None
    if not ready_at:
        return None
    return datetime.fromisoformat(ready_at).astimezone(ZoneInfo(library.time_zone)).date().isoformat()
