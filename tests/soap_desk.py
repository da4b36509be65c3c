"""A small real desk for the supplier's door: keeps messages in memory, with the intake's promises."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from waitress import wasyncore
from waitress.server import create_server

from gateway.accounts.digest import Token, expected
from gateway.accounts.model import SupplierAccount
from gateway.errors import Place, RejectedInput
from gateway.orders.model import (
    BudgetCode,
    BudgetCodeList,
    MessageHeader,
    MessageState,
    MessageStatus,
    MutationStatus,
    Outcome,
    Receipt,
    WireRow,
)
from gateway.reports.model import ReportFile
from gateway.soap.desk import Desk, Limits
from gateway.soap.fronts import Fronts
from gateway.soap.wsgi import application

SECRET = "s3cret-é"
ACCOUNT = SupplierAccount("supplier", "123456", frozenset({"I200", "I201"}))


class WrongSecret(RejectedInput):
    code = "authentication"
    message = "The user name or the secret is not right."


class NotAllowed(RejectedInput):
    code = "not-allowed"
    message = "This account may not send for {institution}."
    hint = "Check institutionCode."


class TotalsDiffer(RejectedInput):
    code = "control-totals"
    message = "control/mutationCount says {said}, but the message holds {found}."
    hint = "Count again."


class Conflict(RejectedInput):
    code = "message-conflict"
    message = "Message {message_id} was accepted before with other content."


class UnknownMessage(RejectedInput):
    code = "unknown-message"
    message = "There is no message {message_id}."


@dataclass
class Kept:
    header: MessageHeader
    rows: list[WireRow]
    lines: list[int]
    raw: bytes
    receipt: bytes


@dataclass
class Memory:
    """What came in, and what was refused."""

    kept: dict[str, Kept] = field(default_factory=dict)
    refusals: list[dict[str, object]] = field(default_factory=list)
    tries: list[tuple[str, str]] = field(default_factory=list)
    begun: int = 0
    discarded: int = 0
    handed_rows: int = 0
    handed_bytes: int = 0
    keep_rows: bool = True
    certificate: str = ""
    fail_with: Exception | None = None
    fail_at: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, at: str) -> None:
        if self.fail_with and self.fail_at == at:
            raise self.fail_with

    def desk(self) -> Desk:
        return Desk(
            authenticate=self.authenticate,
            by_digest=self.by_digest,
            by_certificate=self.by_certificate,
            begin=self.begin,
            status=self.status,
            report=self.report,
            budget_codes=self.budget_codes,
            note_refusal=lambda **facts: self.refusals.append(facts),
            version="0.1.0",
        )

    def authenticate(self, username: str, secret: str, address: str) -> SupplierAccount:
        self.tries.append((username, address))
        self.fail("authenticate")
        if (username, secret) == ("other", SECRET):
            return SupplierAccount("other", "654321", frozenset({"I300"}))
        if (username, secret) != ("supplier", SECRET):
            raise WrongSecret()
        return ACCOUNT

    def by_digest(self, token: Token, address: str) -> SupplierAccount:
        self.tries.append((token.username, address))
        if token.username != "supplier" or token.digest != expected(token, SECRET):
            raise WrongSecret()
        return ACCOUNT

    def by_certificate(self, fingerprint: str, address: str) -> SupplierAccount | None:
        self.tries.append((fingerprint, address))
        return ACCOUNT if fingerprint == self.certificate else None

    def begin(self, account: SupplierAccount, address: str) -> "RecordingIntake":
        self.fail("begin")
        self.begun += 1
        return RecordingIntake(self, account)

    def status(self, account: SupplierAccount, message_id: str) -> MessageStatus:
        self.fail("status")
        if message_id not in self.kept:
            raise UnknownMessage(message_id=message_id)
        count = len(self.kept[message_id].rows)
        return MessageStatus(
            message_id=message_id,
            state=MessageState.PROCESSED,
            mutation_count=count,
            new_count=count,
            known_count=0,
            outcomes={Outcome.APPLIED: count - 1, Outcome.WAITING: 1},
            reports=("INA-I200-123456-260310-0600-1.txt",),
            troubled=(MutationStatus("M-2", Outcome.WAITING, "unknown-budget-code", "Budget code JF is not known."),),
            truncated=False,
        )

    def report(self, account: SupplierAccount, message_id: str, format: str) -> ReportFile:
        return ReportFile(f"INA-1.{format.lower()}", "text/plain; charset=utf-8", "verslag: café €".encode())

    def budget_codes(self, account: SupplierAccount, institution: str, year: int | None) -> BudgetCodeList:
        code = BudgetCode("JF", "Jeugd fictie", year or 2026, valid_from=date(2026, 1, 1), blocked=True)
        return BudgetCodeList("v7", (code, BudgetCode("VN")))


class RecordingIntake:
    """Keeps `Intake` in memory."""

    def __init__(self, memory: Memory, account: SupplierAccount) -> None:
        self._memory = memory
        self._account = account
        self._header: MessageHeader | None = None
        self._raw: list[bytes] = []
        self._rows: list[WireRow] = []
        self._lines: list[int] = []
        self._count = 0
        self._closed = False

    def raw(self, received: bytes) -> None:
        assert not self._closed
        self._memory.handed_bytes += len(received)
        if self._memory.keep_rows:
            self._raw.append(received)

    def header(self, header: MessageHeader) -> None:
        assert self._header is None and not self._closed
        self._memory.fail("header")
        if header.institution not in self._account.institutions or header.sender != self._account.sender:
            raise NotAllowed(institution=header.institution, place=Place(element="institutionCode"))
        self._header = header

    def add(self, rows: Sequence[WireRow], lines: Sequence[int]) -> None:
        assert self._header is not None and not self._closed
        assert len(rows) == len(lines)
        self._memory.fail("add")
        self._count += len(rows)
        self._memory.handed_rows += len(rows)
        if self._memory.keep_rows:
            self._rows += rows
            self._lines += lines

    def accept(self, render: Callable[[Receipt], bytes]) -> bytes:
        assert self._header is not None and not self._closed
        self._memory.fail("accept")
        header = self._header
        if header.control.mutation_count != self._count:
            raise TotalsDiffer(said=header.control.mutation_count, found=self._count)
        with self._memory.lock:
            before = self._memory.kept.get(header.message_id)
            if before and before.rows != self._rows:
                raise Conflict(message_id=header.message_id)
            if before:
                return before.receipt
            number = len(self._memory.kept) + 1
            now = datetime(2026, 3, 10, 5, 0, number % 60, tzinfo=UTC)
            receipt = Receipt(f"R-{number}", header.message_id, now, self._count, self._count, 0, header.test, ("X9",))
            rendered = render(receipt)
            kept = Kept(header, self._rows, self._lines, b"".join(self._raw), rendered)
            self._memory.kept[header.message_id] = kept
        return rendered

    def discard(self) -> None:
        self._closed = True
        self._memory.discarded += 1


@contextmanager
def serving(memory: Memory, *, limits: Limits | None = None, fronts: Fronts | None = None) -> Iterator[str]:
    """The door on a real server on a free port; its address."""
    door = application(memory.desk(), "https://gateway.example", limits=limits, fronts=fronts)
    sockets: dict[int, object] = {}
    server = create_server(door, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=False, map=sockets)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            wasyncore.loop(timeout=0.1, map=sockets, count=1)
        server.task_dispatcher.shutdown()
        wasyncore.close_all(sockets)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}/soap/orders"
    finally:
        stopping.set()
        # It may have seen that by itself, and be gone.
        with suppress(OSError):
            server.pull_trigger()
        thread.join()
