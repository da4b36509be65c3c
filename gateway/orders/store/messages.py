"""Messages: accepted ones with their receipt, refused ones with their fault."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from gateway.orders.model import MessageHeader
from gateway.orders.reading import stamp
from gateway.orders.store.tables import message_chunks, messages, refusals


@dataclass(frozen=True, slots=True)
class Accepted:
    """A message that was accepted, as far as its answer and its conflicts go."""

    pk: int
    content: str
    header: tuple[tuple[str, str], ...]
    receipt: bytes


_HEADER = (
    messages.c.institution, messages.c.customer_number, messages.c.message_number, messages.c.created_at,
    messages.c.period_from, messages.c.period_to, messages.c.declared_mutations, messages.c.declared_copies,
    messages.c.declared_cents,
)  # fmt: skip


def lock_sender(connection: sa.Connection, sender: str) -> None:
    """Let messages of one sender in one by one; SQLite has but one writer as it is."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("select pg_advisory_xact_lock(hashtext(:sender))"), {"sender": sender})


def accepted(connection: sa.Connection, sender: str, message_id: str) -> Accepted | None:
    """The message accepted under this id, if any."""
    row = connection.execute(
        sa.select(messages.c.pk, messages.c.content, messages.c.receipt, *_HEADER).where(
            messages.c.sender == sender, messages.c.message_id == message_id
        )
    ).first()
    if row is None:
        return None
    header = tuple((column.name, str(row._mapping[column.name])) for column in _HEADER)
    return Accepted(row.pk, row.content, header, bytes(row.receipt))


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


def last_number(connection: sa.Connection, sender: str, institution: str) -> int | None:
    """The highest message number accepted so far."""
    statement = sa.select(sa.func.max(messages.c.message_number)).where(
        messages.c.sender == sender, messages.c.institution == institution
    )
    number = connection.execute(statement).scalar()
    return None if number is None else int(number)


def note_refusal(connection: sa.Connection, **values: str) -> None:
    """Keep that a message came and why it was refused; of its content nothing."""
    connection.execute(refusals.insert().values(**values))


def chunks(connection: sa.Connection, pk: int) -> list[bytes]:
    """The message as received, in compressed pieces."""
    statement = (
        sa.select(message_chunks.c.compressed)
        .where(message_chunks.c.message_pk == pk)
        .order_by(message_chunks.c.position)
    )
    return [bytes(piece) for piece in connection.execute(statement).scalars()]
