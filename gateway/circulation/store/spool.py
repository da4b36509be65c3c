"""A message on its way in, in temporary tables of one connection: seen by nobody, and written to the picture in one go.

The write lock of the database is not taken while they fill, nor while the message is judged.
"""

import json
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.circulation.message import Header, Told
from gateway.circulation.records import BY_NAME, Sort
from gateway.circulation.store.tables import TYPES, columns
from gateway.scratch import Scratch

_AT_ONCE = 2_000
_KEYS = ("position", "id", "line", "gone", "code", "refused")
_TYPE_NAMES = {sa.Text: "text", sa.BigInteger: "bigint", sa.Integer: "integer", sa.Boolean: "boolean"}


class Spool:
    """What has come of one message: a temporary table `spool_<record>` for each kind of record that it covers.

    `code` and `refused` say why a row is not taken, none when it is; `gone` that the library system has it no more.
    """

    def __init__(self, database: sa.Engine, header: Header) -> None:
        self._rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in BY_NAME if name in header.covers}
        self._position = 0
        meant = header.is_snapshot, header.as_of.isoformat(), sorted(header.covers), header.currency
        self._digest = blake2b(repr(meant).encode(), digest_size=16)
        self._scratch = Scratch(database)
        self.connection = self._scratch.connection
        with db.translated():
            self._make()

    @property
    def records(self) -> list[str]:
        """The kinds of record that it covers, in the order of references."""
        return list(self._rows)

    @property
    def content(self) -> str:
        """A digest of what the header means and of everything that was added."""
        return self._digest.hexdigest()

    def add(self, told: Told, ready_on: str | None) -> None:
        """Add what a message says of one record; what was refused only holds the place of what is known."""
        self._position += 1
        refused = next((each for each in told.findings if each.refused), None)
        row: tuple[Any, ...] = ()
        content = said = ""
        if told.values is not None:
            cells, doubt = _cells(told.record, told.values), told.values["doubt"]
            row = (*cells, doubt)
            content = said = _digest_of(row)
            if told.record == "hold":
                row = (*cells, ready_on, doubt)
                content = _digest_of(row)  # The day is ours: in another zone the message stays the same.
        self._digest.update(f"{told.record}\x1f{told.id}\x1f{told.gone}\x1f{said}\x1e".encode())
        if told.record not in self._rows or not told.id:
            return
        rest = (*row, content) if row else (None,) * len(columns(BY_NAME[told.record]))
        why = (refused.code, refused.sentence) if refused else (None, None)
        held = self._rows[told.record]
        held.append((self._position, told.id, told.line, told.gone, *why, *rest))
        if len(held) >= _AT_ONCE:
            self._fill(told.record)

    def filled(self) -> sa.Connection:
        """The connection that alone can see the tables, with all that was added in them and indexed."""
        with db.translated():
            for record in self._rows:
                self._fill(record)
                self._scratch.run(f"create index spool_{record}_by_id on spool_{record} (id)")
            if "loan" in self._rows:
                self._scratch.run("create index spool_loan_by_item on spool_loan (item)")
            if self.connection.dialect.name == "postgresql":
                for record in self._rows:
                    self._scratch.run(f"analyze spool_{record}")
        return self.connection

    def writing(self) -> sa.Connection:
        """End the judging and begin the transaction that writes, on the same connection."""
        return self._scratch.writing()

    def commit(self) -> None:
        """Keep what was written; synced when this returns."""
        self._scratch.commit()

    def close(self) -> None:
        """Undo what was not committed, and drop the temporary tables."""
        self._scratch.close()

    def _make(self) -> None:
        for record in self._rows:
            own = ", ".join(f"{column} {_type(record, column)}" for column in columns(BY_NAME[record]))
            keys = "position integer primary key, id text, line integer, gone boolean, code text, refused text"
            self._scratch.make(f"spool_{record}", f"{keys}, {own}")
        self._scratch.make("spool_gone", "record text, id text, primary key (record, id)")

    def _fill(self, record: str) -> None:
        rows, self._rows[record] = self._rows[record], []
        with db.translated():
            db.insert_many(self.connection, f"spool_{record}", (*_KEYS, *columns(BY_NAME[record])), rows)


_SORTS = {(name, field.column): field.sort for name, record in BY_NAME.items() for field in record.fields}
_LISTS = {name: frozenset(f.column for f in record.fields if f.sort is Sort.LIST) for name, record in BY_NAME.items()}


def _type(record: str, column: str) -> str:
    sort = _SORTS.get((record, column), Sort.TEXT)
    return _TYPE_NAMES[TYPES.get(sort, sa.Text)]


def _digest_of(row: tuple[Any, ...]) -> str:
    return blake2b(repr(row).encode("utf-8", "backslashreplace"), digest_size=8).hexdigest()


def _cells(record: str, values: dict[str, Any]) -> tuple[Any, ...]:
    lists = _LISTS[record]
    return tuple(
        (json.dumps(value, ensure_ascii=False) if value else None) if column in lists else value
        for column, value in ((each, values[each]) for each in BY_NAME[record].columns)
    )
