"""Accept a message exactly once: spool it as it streams in, then keep it, its job and its receipt in one go."""

import secrets
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Protocol

from gateway import clock
from gateway.accounts.model import SupplierAccount
from gateway.db import Connection, Engine, translated
from gateway.errors import Busy, PerhapsKept, Place
from gateway.library import Library
from gateway.money import Cents, cents, plain
from gateway.orders import reading, refusals
from gateway.orders.model import MessageHeader, PlanLine, Receipt, WireRow
from gateway.orders.store import messages, spools


class Intake(Protocol):
    """One message on its way in. Nothing of it is visible to anyone until `accept` returns.

    Called in this order: `raw` as bytes arrive, `header` once, `add` as often as there are batches
    (`raw` goes on in between), then `accept` or `discard`. Any of them may raise RejectedInput
    (a fault) or Busy; after that only `discard` may be called, and calling it twice does no harm.
    """

    def raw(self, received: bytes) -> None:
        """Keep the next bytes of the message as received, after unpacking."""

    def header(self, header: MessageHeader) -> None:
        """Check whose message it is; raises before any mutation is looked at when it is not allowed."""

    def add(self, rows: Sequence[WireRow], lines: Sequence[int]) -> None:
        """Spool the next mutations, with the line of the message where each begins."""

    def accept(self, render: Callable[[Receipt], bytes]) -> bytes:
        """Commit everything, or find that it was accepted before; the `receipt` element as first rendered."""

    def discard(self) -> None:
        """Forget the message."""


@dataclass(frozen=True)
class Reception:
    """What every arrival needs: the database, the libraries served, the limits, and where to go from here.

    `queue` puts the processing job into the open transaction; `plan` tries the first `most_planned` mutations of a
    spooled test message out; `unknown_budget_codes` says which of the supplier's codes a library has not given us.
    """

    database: Engine
    libraries: Mapping[str, Library]
    queue: Callable[[Connection, int, Library], None]
    plan: Callable[[Connection, Library, MessageHeader, int], Sequence[PlanLine]]
    unknown_budget_codes: Callable[[Connection, str, set[str]], tuple[str, ...]]
    most_bytes: int = 200 * 2**20
    most_mutations: int = 200_000
    most_planned: int = 1_000


@dataclass
class Count:
    """What we count while a message streams by."""

    mutations: int = 0
    copies: int = 0
    amount: int = 0
    budget_codes: set[str] = field(default_factory=set)


class Arrival:
    """Keeps `Intake` for one message of one account."""

    def __init__(self, reception: Reception, account: SupplierAccount, address: str) -> None:
        self._reception = reception
        self._account = account
        self._address = address
        self._spool = spools.Spool(reception.database)
        self._compress = zlib.compressobj(level=1)
        self._received = 0
        self._chunks = 0
        self._count = Count()
        self._content = blake2b(digest_size=16)
        self._header: MessageHeader | None = None

    def raw(self, received: bytes) -> None:
        self._received += len(received)
        if self._received > self._reception.most_bytes:
            raise refusals.MessageTooLarge(limit=self._reception.most_bytes)
        self._keep(self._compress.compress(received))

    def header(self, header: MessageHeader) -> None:
        if header.sender != self._account.sender:
            raise refusals.NotYours(place=Place(element="senderCode"), what="sender", value=header.sender)
        if header.institution not in self._reception.libraries:
            raise refusals.UnknownInstitution(place=Place(element="institutionCode"), institution=header.institution)
        if header.institution not in self._account.institutions:
            place = Place(element="institutionCode")
            raise refusals.NotYours(place=place, what="institution", value=header.institution)
        self._header = header

    def add(self, rows: Sequence[WireRow], lines: Sequence[int]) -> None:
        if self._count.mutations + len(rows) > self._reception.most_mutations:
            raise refusals.TooManyMutations(limit=self._reception.most_mutations)
        self._spool.add([self._counted(row, line) for row, line in zip(rows, lines, strict=True)])

    def accept(self, render: Callable[[Receipt], bytes]) -> bytes:
        header = self._checked_header()
        self._keep(self._compress.flush())
        try:
            if header.test:
                return render(self._tried(header))
            with translated():
                receipt = self._kept(header, render)
            self._commit()
            return receipt
        finally:
            self.discard()

    def discard(self) -> None:
        self._spool.close()

    def _keep(self, compressed: bytes) -> None:
        if compressed:
            self._chunks += 1
            self._spool.keep(self._chunks, compressed)

    def _counted(self, row: WireRow, line: int) -> tuple[object, ...]:
        """One spool row; the sums of the control totals are taken on the way."""
        count = self._count
        count.mutations += 1
        quantity = int(row[reading.QUANTITY] or 0)
        count.copies += quantity
        if (price := row[reading.NET_PRICE]) is not None:
            count.amount += quantity * cents(price)
        if row[reading.COPIES]:
            count.budget_codes |= reading.budget_codes(row)
        elif code := row[reading.BUDGET_CODE]:
            count.budget_codes.add(code)
        content = blake2b("\x1f".join([text or "" for text in row]).encode(), digest_size=16).hexdigest()
        self._content.update(content.encode())
        return (count.mutations, line, _moment(row, line), content, *row)

    def _checked_header(self) -> MessageHeader:
        assert self._header is not None  # the protocol never accepts what had no header
        control, count = self._header.control, self._count
        for element, expected, found in (
            ("mutationCount", str(control.mutation_count), str(count.mutations)),
            ("copyCount", str(control.copy_count), str(count.copies)),
            ("totalAmount", plain(control.total_amount), plain(Cents(count.amount))),
        ):
            if expected != found:
                place = Place(element=f"control/{element}")
                raise refusals.ControlTotalsDiffer(place=place, element=element, expected=expected, found=found)
        return self._header

    def _tried(self, header: MessageHeader) -> Receipt:
        """The answer to a test message: planned, and nothing kept; what a push would be refused for, it is too."""
        library = self._reception.libraries[header.institution]
        most = self._reception.most_planned
        with translated():
            connection = self._spool.looking()
            if earlier := messages.accepted(connection, header.sender, header.message_id):
                self._must_be_equal(earlier, header)
            plan = self._reception.plan(connection, library, header, most)
            known = spools.known_count(connection, header.sender, header.institution)
            unknown = self._reception.unknown_budget_codes(connection, header.institution, self._count.budget_codes)
        return self._receipt(header, clock.now(), known, unknown, tuple(plan), self._count.mutations > most)

    def _kept(self, header: MessageHeader, render: Callable[[Receipt], bytes]) -> bytes:
        """Write everything in the open transaction, or find the first answer; the caller commits."""
        connection = self._spool.writing()
        messages.lock_sender(connection, header.sender)
        earlier = messages.accepted(connection, header.sender, header.message_id)
        if earlier:
            self._must_be_equal(earlier, header)
            return earlier.receipt
        received_at = clock.now()
        number_before = messages.number_before(connection, header.sender, header.institution)
        pk = messages.insert(
            connection,
            header,
            content=self._content.hexdigest(),
            received_at=reading.stamp(received_at),
            account=self._account.name,
            address=self._address,
        )
        known = self._spool.move(pk, header.sender, header.institution)
        unknown = self._reception.unknown_budget_codes(connection, header.institution, self._count.budget_codes)
        receipt = render(self._receipt(header, received_at, known, unknown))
        messages.answer(
            connection,
            pk,
            new=self._count.mutations - known,
            known=known,
            remarks=_number_remarks(number_before, header.message_number),
            receipt=receipt,
        )
        self._reception.queue(connection, pk, self._reception.libraries[header.institution])
        return receipt

    def _commit(self) -> None:
        """Commit; a commit that was not answered may have been done, so its sender is told neither."""
        try:
            with translated():
                self._spool.commit()
        except Busy as error:
            raise PerhapsKept() from error.__cause__

    def _must_be_equal(self, earlier: messages.Accepted, header: MessageHeader) -> None:
        difference = messages.header_difference(earlier, header)
        if not difference and earlier.content != self._content.hexdigest():
            difference = spools.first_difference(self._spool.filled(), earlier.pk) or "the order of the mutations"
        if difference:
            raise refusals.MessageConflict(message_id=header.message_id, difference=difference)

    def _receipt(
        self,
        header: MessageHeader,
        received_at: datetime,
        known: int,
        unknown: tuple[str, ...],
        plan: tuple[PlanLine, ...] | None = None,
        truncated: bool = False,
    ) -> Receipt:
        return Receipt(
            receipt_id=secrets.token_hex(12),
            message_id=header.message_id,
            received_at=received_at,
            mutation_count=self._count.mutations,
            new_count=self._count.mutations - known,
            known_count=known,
            test=header.test,
            unknown_budget_codes=unknown,
            plan=plan,
            plan_truncated=truncated,
        )


def _moment(row: WireRow, line: int) -> str:
    """When it happened, as text that sorts as time; the other moment of a mutation is looked at too."""
    if shipped := row[reading.SHIPPED_AT]:
        _possible("shippedAt", shipped, line, row[reading.MUTATION_ID])
    return _possible("occurredAt", row[reading.OCCURRED_AT] or "", line, row[reading.MUTATION_ID])


def _possible(element: str, text: str, line: int, mutation_id: str | None) -> str:
    try:
        return reading.stamp_of(text)
    except ValueError as error:
        place = Place(line=line, mutation_id=mutation_id, element=element)
        raise refusals.ImpossibleMoment(place=place, element=element, value=text) from error


def _number_remarks(before: int | None, number: int | None) -> list[str]:
    """A gap or a step back in the supplier's own numbers, as codes with facts for the report."""
    if before is None or number is None or number == before + 1:
        return []
    return [f"{'number-gap' if number > before else 'number-back'} {before} {number}"]
