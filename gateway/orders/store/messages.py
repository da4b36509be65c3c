"""Messages: accepted ones with their receipt, refused ones with their fault."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.money import Cents, plain
from gateway.orders.model import MessageHeader
from gateway.orders.reading import stamp
from gateway.orders.store.tables import messages, refusals


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was accepted, as far as its answer and its conflicts go."""

    pk: int
    content: str
    header: Mapping[str, str | int | None]
    receipt: bytes


_HEADER = {
    "message_number": "header/messageNumber",
    "customer_number": "header/customerNumber",
    "institution": "header/institutionCode",
    "created_at": "header/createdAt",
    "period_from": "header/periodFrom",
    "period_to": "header/periodTo",
    "declared_mutations": "control/mutationCount",
    "declared_copies": "control/copyCount",
    "declared_cents": "control/totalAmount",
}
"""The columns that keep a header, with the names of the wire, in the order of the wire."""


def lock_sender(connection: sa.Connection, sender: str) -> None:
    """Let messages of one sender in one by one; SQLite has but one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:sender))"), {"sender": sender})


def accepted(connection: sa.Connection, sender: str, message_id: str) -> Accepted | None:
    """The message accepted under this id, if any."""
    columns = (messages.c.pk, messages.c.content, messages.c.receipt, *(messages.c[name] for name in _HEADER))
    mine = sa.and_(messages.c.sender == sender, messages.c.message_id == message_id)
    row = connection.execute(sa.select(*columns).where(mine)).first()
    if row is None:
        return None
    return Accepted(row.pk, row.content, {name: row._mapping[name] for name in _HEADER}, bytes(row.receipt))


def header_difference(earlier: Accepted, header: MessageHeader) -> str | None:
    """The first element of a header that differs from the one accepted, with both values as the wire has them."""
    now = header_values(header)
    for name, element in _HEADER.items():
        if now[name] != earlier.header[name]:
            then_said, now_says = (_on_the_wire(name, values[name]) for values in (earlier.header, now))
            return f"{element}: {then_said} then, {now_says} now"
    return None


def _on_the_wire(name: str, value: str | int | None) -> str:
    if value is None:
        return "absent"
    return plain(Cents(int(value))) if name == "declared_cents" else str(value).replace(".000000Z", "Z")


def header_values(header: MessageHeader) -> dict[str, str | int | None]:
    """A header as the columns that keep it."""
    return {
        "institution": header.institution,
        "customer_number": header.customer_number,
        "message_number": header.message_number,
        "created_at": stamp(header.created_at),
        "period_from": stamp(header.period_from) if header.period_from else None,
        "period_to": stamp(header.period_to) if header.period_to else None,
        "declared_mutations": header.control.mutation_count,
        "declared_copies": header.control.copy_count,
        "declared_cents": header.control.total_amount,
    }


def insert(
    connection: sa.Connection, header: MessageHeader, *, content: str, received_at: str, account: str, address: str
) -> int:
    """Keep the head of a message; its counts and receipt follow once its mutations are in."""
    result = connection.execute(
        messages.insert().values(
            sender=header.sender,
            message_id=header.message_id,
            content=content,
            received_at=received_at,
            account=account,
            address=address,
            mutation_count=header.control.mutation_count,
            new_count=0,
            known_count=0,
            receipt=b"",
            **header_values(header),
        )
    )
    return int(result.inserted_primary_key[0])  # type: ignore[index]


def answer(connection: sa.Connection, pk: int, *, new: int, known: int, remarks: Sequence[str], receipt: bytes) -> None:
    """Keep what the supplier is told."""
    connection.execute(
        messages.update()
        .where(messages.c.pk == pk)
        .values(new_count=new, known_count=known, remarks=json.dumps(list(remarks)), receipt=receipt)
    )


def number_before(connection: sa.Connection, sender: str, institution: str) -> int | None:
    """The number of the newest message so far that had one; a supplier may have begun again at a lower one."""
    number = messages.c.message_number
    mine = (messages.c.sender == sender, messages.c.institution == institution, number.is_not(None))
    found = connection.execute(sa.select(number).where(*mine).order_by(messages.c.pk.desc()).limit(1)).scalar()
    return None if found is None else int(found)


def note_refusal(connection: sa.Connection, **values: str) -> None:
    """Keep that a message came and why it was refused; of its content nothing."""
    connection.execute(refusals.insert().values(**values))


def forget_refusals(connection: sa.Connection, before: str, most: int) -> None:
    """Keep only refusals from that moment on, and of those only so many, the newest."""
    newest = sa.select(refusals.c.pk).order_by(refusals.c.pk.desc())
    oldest_kept = newest.limit(1).offset(most - 1).scalar_subquery()
    connection.execute(refusals.delete().where((refusals.c.received_at < before) | (refusals.c.pk < oldest_kept)))
