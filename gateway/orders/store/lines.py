"""The ledger: order lines as they stand, and the history of what each mutation did to them."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from gateway import db
from gateway.money import Cents
from gateway.orders.ledger import Effect, Holding, LineKey, OrderLine
from gateway.orders.model import Channel, Kind, LineState, Share
from gateway.orders.reading import stamp

_LINE_COLUMNS = (
    "sender", "institution", "order_number", "order_line", "state", "holdings", "net_cents", "last_at",
    "last_sequence", "made_from", "content", "title", "ean", "expected_date", "budget_year",
    "channel", "medium", "ordered_on",
)  # fmt: skip
_EFFECT_COLUMNS = (
    "line_pk", "mutation_pk", "institution", "kind", "branch", "budget_code", "supplier_budget_code", "copies",
    "committed", "shipped", "amount", "is_taken_back", "budget_year", "share",
)  # fmt: skip


def find(
    connection: sa.Connection, sender: str, institution: str, keys: Iterable[LineKey]
) -> dict[LineKey, tuple[int, OrderLine]]:
    """The lines of these keys that exist, with their primary key."""
    rows = _look_up(connection, "order_lines.*", sender, institution, keys)
    return {(row.order_number, row.order_line): (row.pk, _line(row)) for row in rows}


@dataclass(frozen=True, slots=True)
class Kept:
    """A line with its primary key and whose it is."""

    pk: int
    sender: str
    line: OrderLine


def still_open(connection: sa.Connection, institution: str, after: int, most: int) -> list[Kept]:
    """The next lines of which copies are still to come, by primary key."""
    statement = sa.text(
        "select * from order_lines where institution = :institution and pk > :after"
        " and state in ('IN_ORDER', 'DELAYED') order by pk limit :most"
    )
    rows = connection.execute(statement, {"institution": institution, "after": after, "most": most})
    return [Kept(row.pk, row.sender, _line(row)) for row in rows]


def save(
    connection: sa.Connection,
    sender: str,
    institution: str,
    known: Mapping[LineKey, int],
    lines: Mapping[LineKey, OrderLine],
) -> dict[LineKey, int]:
    """Write lines as they now stand; returns the primary key of each."""
    old = [(*_values(line), known[key]) for key, line in lines.items() if key in known]
    new = [(sender, institution, *key, *_values(line)) for key, line in lines.items() if key not in known]
    if old:
        mark = "?" if connection.dialect.name == "sqlite" else "%s"
        assignments = ", ".join(f"{name} = {mark}" for name in _LINE_COLUMNS[4:])
        connection.exec_driver_sql(f"update order_lines set {assignments} where pk = {mark}", old)
    db.insert_many(connection, "order_lines", _LINE_COLUMNS, new)
    pks = {key: known[key] for key in lines if key in known}
    return pks | find_pks(connection, sender, institution, [key for key in lines if key not in known])


def find_pks(connection: sa.Connection, sender: str, institution: str, keys: Sequence[LineKey]) -> dict[LineKey, int]:
    """The primary keys of lines that exist."""
    rows = _look_up(connection, "pk, order_number, order_line", sender, institution, keys)
    return {(row.order_number, row.order_line): row.pk for row in rows}


def _look_up(
    connection: sa.Connection, columns: str, sender: str, institution: str, keys: Iterable[LineKey]
) -> Sequence[sa.Row[Any]]:
    """The lines of these keys, each by one search of the index; the join's order says so to SQLite."""
    wanted = sorted(set(keys))
    if not wanted:
        return []
    mark = "?" if connection.dialect.name == "sqlite" else "%s"
    pairs = ", ".join([f"({mark}, {mark})"] * len(wanted))
    statement = (
        f"with wanted (number, line) as (values {pairs}) select {columns} from wanted cross join order_lines"
        f" where sender = {mark} and institution = {mark} and order_number = number and order_line = line"
    )
    values = (*(value for key in wanted for value in key), sender, institution)
    return connection.exec_driver_sql(statement, values).all()


def add_effects(connection: sa.Connection, rows: list[tuple[Any, ...]]) -> None:
    """Add to the history; rows as `effect_row` makes them."""
    db.insert_many(connection, "effects", _EFFECT_COLUMNS, rows)


def effect_row(line_pk: int, mutation_pk: int | None, institution: str, kind: str, effect: Effect) -> tuple[Any, ...]:
    """One effect as a row of the history."""
    share = effect.share
    details = [share.copy_id, share.note, share.barcode, share.supplier_branch]
    return (
        line_pk, mutation_pk, institution, kind, share.branch, share.budget_code, share.supplier_budget_code,
        share.copies, effect.committed, effect.shipped, effect.amount, effect.is_taken_back, share.budget_year,
        json.dumps(details),
    )  # fmt: skip


def share(row: sa.Row[Any]) -> Share:
    """The share that an effect's row speaks of."""
    copy_id, note, barcode, supplier_branch = json.loads(row.share)
    codes = (supplier_branch, row.supplier_budget_code)
    return Share(row.branch, row.budget_code, row.copies, copy_id, note, barcode, *codes, row.budget_year)


def share_of(packed: Sequence[Any]) -> Share:
    """The share at the head of a holding as the ledger packs it."""
    return Share(*packed[:9])


def _values(line: OrderLine) -> tuple[Any, ...]:
    """What is kept of a line beside whose it is and its key."""
    return (
        line.state.value,
        json.dumps([_packed(holding) for holding in line.holdings]),
        line.net_price,
        stamp(line.last_at),
        line.last_sequence,
        line.made_from.value if line.made_from else None,
        line.content,
        line.title,
        line.ean,
        line.expected_date.isoformat() if line.expected_date else None,
        line.budget_year,
        line.channel.value if line.channel else None,
        line.medium,
        line.ordered_on.isoformat() if line.ordered_on else None,
    )


def _packed(holding: Holding) -> list[Any]:
    s = holding.share
    share_values = [s.branch, s.budget_code, s.copies, s.copy_id, s.note, s.barcode, s.supplier_branch]
    return [*share_values, s.supplier_budget_code, s.budget_year, holding.shipped, holding.cancelled]


def _line(row: sa.Row[Any]) -> OrderLine:
    return OrderLine(
        order_number=row.order_number,
        order_line=row.order_line,
        state=LineState(row.state),
        holdings=tuple(Holding(share_of(each), *each[9:]) for each in json.loads(row.holdings)),
        net_price=Cents(row.net_cents),
        last_at=datetime.fromisoformat(row.last_at),
        last_sequence=row.last_sequence,
        made_from=Kind(row.made_from) if row.made_from else None,
        content=row.content,
        title=row.title,
        ean=row.ean,
        expected_date=date.fromisoformat(row.expected_date) if row.expected_date else None,
        budget_year=row.budget_year,
        channel=Channel(row.channel) if row.channel else None,
        medium=row.medium,
        ordered_on=date.fromisoformat(row.ordered_on) if row.ordered_on else None,
    )
