"""What the gateway must have kept of a client's message: the independent side of the comparison."""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from lxml import etree

from gateway.orders.model import WIRE_FIELDS, snake
from gateway.reports import archive
from gateway.reports.model import Audience, Format
from tests.stage import Stage

_ORDERED = {"kind": "ORDERED", "order_date": "2026-03-10", "currency": "EUR"}
MUTATIONS: tuple[dict[str, Any], ...] = (
    _ORDERED | {
        "occurred_at": "2026-03-10T09:00:00+01:00", "order_line": "1", "channel": "WEBSHOP", "ean": "9789000000012",
        "title": 'Café € 5 & "zoete" <ei>', "author": "Zoë Ångström", "publication_year": "2026", "quantity": "2",
        "copies": [["1-1", "01", None, None, None], ["1-2", "02", "POEZIE", None, None]],
        "branch": "01", "budget_code": "JEUGD", "net_price": "12.5",
    },
    _ORDERED | {
        "occurred_at": "2026-03-10T09:05:00+01:00", "order_line": "2", "channel": "SHOP", "title": "L'été à Liège",
        "quantity": "1", "branch": "02", "budget_code": "ROMANS", "net_price": "9.95",
    },
    {
        "kind": "DELAYED", "occurred_at": "2026-03-10T10:00:00+01:00", "order_line": "1", "quantity": "2",
        "reason_code": "RP", "reason_text": "Eén week later", "final": "false", "expected_date": "2026-04-01",
    },
)  # fmt: skip
"""What each client sends; whatever is not here it leaves out."""


_READ = {"net_price": Decimal, "occurred_at": datetime.fromisoformat, "copies": json.loads}
_SAME = {"0": "false", "1": "true"}


def flaws(stage: Stage, message: str) -> list[str]:
    """Where what was kept is not what the client had to send."""
    columns = tuple(map(snake, WIRE_FIELDS))
    rows = stage.rows(
        f"select {', '.join(columns)} from mutations join messages on messages.pk = message_pk"
        f" where message_id = '{message}' order by position"
    )
    if len(rows) != len(MUTATIONS):
        return [f"{len(rows)} mutations were kept instead of {len(MUTATIONS)}"]
    return [
        flaw
        for number, (row, sent) in enumerate(zip(rows, MUTATIONS, strict=True), start=1)
        for flaw in _differing(
            number,
            dict(zip(columns, row, strict=True)),
            sent | {"mutation_id": f"{message}-{number}", "order_number": message},
        )
    ]


def _differing(number: int, row: Mapping[str, Any], sent: Mapping[str, Any]) -> Iterator[str]:
    for name, value in row.items():
        found, expected = (_meant(name, each) for each in (value, sent.get(name)))
        if found != expected:
            yield f"{name} of mutation {number} was kept as {value!r} instead of {sent.get(name)!r}"


def _meant(name: str, value: Any) -> Any:
    """What a text of the wire says, however it is written."""
    if name == "final":
        return _SAME.get(value, value)
    return _READ[name](value) if name in _READ and isinstance(value, str) else value


def receipt_id(stage: Stage, message: str) -> str:
    """The id of the receipt that was kept; empty without one."""
    rows = stage.rows(f"select receipt from messages where message_id = '{message}'")
    return etree.fromstring(rows[0][0]).findtext("{*}receiptId") if rows else ""


def report_name(stage: Stage, message: str) -> str:
    """The name of the report's text file; empty without one."""
    return f"{name}.txt" if (name := _report(stage, message)) else ""


def report(stage: Stage, message: str) -> bytes:
    """The supplier's copy of the report as the gateway keeps it; empty without one."""
    name, gateway = _report(stage, message), stage.gateway
    if not name:
        return b""
    opened = archive.open_file(gateway.database, gateway.reports_folder, name, Format.TXT, Audience.SUPPLIER)
    return opened.content


def _report(stage: Stage, message: str) -> str:
    rows = stage.rows(
        "select report from runs join messages on messages.pk = runs.message_pk"
        f" where message_id = '{message}' and report is not null"
    )
    return str(rows[0][0]) if rows else ""
