"""The operators' log: messages as received, found by what people know of them, and what became of each mutation."""

import re
import unicodedata
import zlib
from collections.abc import Collection, Generator, Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from gateway.orders.store.deliveries import SHOWN

KEYS = ("mutation_id", "order_number", "ean")
"""By what a mutation is found, exactly."""
_LONGEST_WORD = 60
"""Of a longer word only so much counts; PostgreSQL refuses to index texts of some thousand letters."""


def note(connection: sa.Connection, pks: Sequence[int]) -> None:
    """Let these mutations be found; those that can be already stay as they are."""
    statement = sa.text(
        "insert into log_entries (mutation_pk, institution, mutation_id, order_number, ean)"
        " select mutations.pk, messages.institution, mutation_id, order_number, ean from mutations"
        " join messages on messages.pk = message_pk where mutations.pk in :pks on conflict do nothing"
    ).bindparams(sa.bindparam("pks", expanding=True))
    titles = _titles_to_note(connection, pks)
    connection.execute(statement, {"pks": list(pks)})
    _note_titles(connection, titles)


def _titles_to_note(connection: sa.Connection, pks: Sequence[int]) -> list[dict[str, Any]]:
    statement = sa.text(
        "select mutations.pk, messages.institution, title from mutations join messages on messages.pk = message_pk"
        " left join log_entries on log_entries.mutation_pk = mutations.pk"
        " where mutations.pk in :pks and title is not null and log_entries.mutation_pk is null"
    ).bindparams(sa.bindparam("pks", expanding=True))
    found = connection.execute(statement, {"pks": list(pks)})
    return [{"pk": pk, "words": _keys(institution, title)} for pk, institution, title in found]


def _note_titles(connection: sa.Connection, titles: list[dict[str, Any]]) -> None:
    if not titles:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("insert into log_titles (mutation_pk, words) values (:pk, :words)"), titles)
        return
    rows = [{"pk": title["pk"], "words": " ".join(title["words"])} for title in titles]
    connection.execute(sa.text("insert into log_titles (rowid, words) values (:pk, :words)"), rows)


def words(title: str) -> list[str]:
    """The words of a title by which it is found: each once, without capitals and accents."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    return list(dict.fromkeys(word[:_LONGEST_WORD] for word in re.findall(r"[^\W_]+", plain.casefold())))


def _keys(institution: str, title: str) -> list[str]:
    """The words with their library in front, so that a search never sees how often others have a word."""
    return [institution.casefold() + word for word in words(title)]


def found(connection: sa.Connection, institution: str, sought: dict[str, str], most: int) -> Sequence[sa.Row[Any]]:
    """The newest mutations of a library that have all of these keys, each with its message and what became of it.

    `title` in `sought` is any of its words, whole ones, in any order.
    """
    wanted = "".join(f" and log_entries.{key} = :{key}" for key in KEYS if key in sought)
    facts: dict[str, Any] = {**sought, "institution": institution, "most": most}
    by_title, newest = "", "log_entries.mutation_pk"
    if title := sought.get("title"):
        by_title, newest, facts["words"] = _having(connection, _keys(institution, title))
    statement = sa.text(
        "select messages.sender, message_id, received_at, mutations.mutation_id, mutations.kind,"
        " mutations.order_number, mutations.order_line, mutations.ean, mutations.title, outcome, runs.report"
        f" from log_entries {by_title} join mutations on mutations.pk = log_entries.mutation_pk"
        f" join messages on messages.pk = mutations.message_pk {_LATEST_OUTCOME}"
        f" where log_entries.institution = :institution{wanted}"
        f" order by {newest} desc limit :most"
    )
    return connection.execute(statement, facts).all()


def _having(connection: sa.Connection, keys: list[str]) -> tuple[str, str, Any]:
    """How a statement asks for titles with all of these words: what it joins, what it sorts by, and the words."""
    if connection.dialect.name == "postgresql":
        joined = "join log_titles on log_titles.mutation_pk = log_entries.mutation_pk"
        return f"{joined} and log_titles.words @> cast(:words as text[])", "log_titles.mutation_pk", keys
    joined = "join log_titles on log_titles.rowid = log_entries.mutation_pk and log_titles match :words"
    return joined, "log_titles.rowid", " ".join(f'"{key}"' for key in keys)


def titled(connection: sa.Connection, institutions: Collection[str], title: str) -> tuple[str, dict[str, Any]]:
    """How a statement asks whether a mutation of one of these libraries has all of these words in its title."""
    if not words(title):
        return "false", {}
    sought = [_keys(institution, title) for institution in institutions]
    if connection.dialect.name == "postgresql":
        any_of = " or ".join(f"words @> cast(:words{place} as text[])" for place in range(len(sought)))
        facts = {f"words{place}": keys for place, keys in enumerate(sought)}
        return f"mutations.pk in (select mutation_pk from log_titles where {any_of})", facts
    match = " OR ".join("(" + " AND ".join(f'"{key}"' for key in keys) + ")" for keys in sought)
    return "mutations.pk in (select rowid from log_titles where log_titles match :words)", {"words": match}


def messages_named(
    connection: sa.Connection, institution: str, message_id: str, sender: str | None
) -> Sequence[sa.Row[Any]]:
    """The messages of a library under this id: one, or one of each sender that gave it."""
    of_sender = " and sender = :sender" if sender else ""
    statement = sa.text(
        "select pk, sender, message_id, message_number, customer_number, created_at, received_at, account, address,"
        " mutation_count, new_count, known_count from messages"
        f" where institution = :institution and message_id = :message_id{of_sender} order by sender"
    )
    facts = {"institution": institution, "message_id": message_id, "sender": sender}
    return connection.execute(statement, facts).all()


def story(connection: sa.Connection, message_pk: int) -> Iterator[sa.Row[Any]]:
    """Every mutation of a message in its order: what it said, what became of it, its delivery, and its report."""
    statement = sa.text(
        "select mutations.pk, position, mutations.mutation_id, kind, mutations.order_number, mutations.order_line,"
        " title, standing, outcomes.outcome, outcomes.findings,"
        f" {SHOWN.format(state='deliveries.state')} as delivery, runs.report"
        f" from mutations left join deliveries on deliveries.mutation_pk = mutations.pk {_LATEST_OUTCOME}"
        " where mutations.message_pk = :message order by position"
    )
    yield from connection.execute(statement, {"message": message_pk}, execution_options={"yield_per": 1000})


def effects(connection: sa.Connection, message_pk: int) -> Sequence[sa.Row[Any]]:
    """What the mutations of a message did to the ledger: copies and amounts by branch and budget code."""
    statement = sa.text(
        "select mutations.mutation_id, effects.kind, effects.branch, effects.budget_code, effects.copies,"
        " effects.committed as committed_cents, effects.shipped as shipped_cents from effects"
        " join mutations on mutations.pk = effects.mutation_pk where message_pk = :message order by effects.pk"
    )
    return connection.execute(statement, {"message": message_pk}).all()


def raw(connection: sa.Connection, message_pk: int) -> Generator[bytes]:
    """The message as it was received, after unpacking, piece by piece."""
    statement = sa.text("select compressed from message_chunks where message_pk = :message order by position")
    unpacked = zlib.decompressobj()
    with connection.execute(statement, {"message": message_pk}, execution_options={"yield_per": 1}) as found:
        for piece in found.scalars():
            yield unpacked.decompress(piece)
    yield unpacked.flush()


_LATEST_OUTCOME = (
    "left join outcomes on outcomes.mutation_pk = mutations.pk and outcomes.run_pk ="
    " (select max(run_pk) from outcomes later where later.mutation_pk = mutations.pk)"
    " left join runs on runs.pk = outcomes.run_pk"
)
