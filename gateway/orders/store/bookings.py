"""The lines of late that were booked by a library's codes, or wait for them."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from gateway.orders.model import Channel, Kind, Mutation
from gateway.orders.reading import mutation as mutation_of
from gateway.orders.store import lines
from gateway.orders.store.tables import WIRE_COLUMNS

_WIRE = ", ".join(f"mutations.{name}" for name in WIRE_COLUMNS)
_NAMES_A_CODE = "(mutations.budget_code is not null or mutations.copies is not null)"


def placed_since(connection: sa.Connection, institution: str, since: str) -> Iterator[tuple[str, Mutation]]:
    """The mutations received since a moment whose copies had to be placed, each with its sender, oldest first.

    These are orders, shipments that made their line, and changes that name a code; a change comes with what it leaves
    unsaid and its line says. What was refused or known booked nothing.
    """
    statement = sa.text(
        "select order_lines.channel, order_lines.medium, order_lines.budget_year, order_lines.ordered_on,"
        f" order_lines.holdings, mutations.sender, {_WIRE}"
        " from mutations join messages on messages.pk = mutations.message_pk"
        " left join order_lines on order_lines.sender = mutations.sender"
        "  and order_lines.institution = messages.institution and order_lines.order_number = mutations.order_number"
        "  and order_lines.order_line = mutations.order_line"
        " left join deliveries on deliveries.mutation_pk = mutations.pk"
        " where messages.institution = :institution and messages.received_at >= :since and standing = 'NEW'"
        " and not exists (select 1 from outcomes where mutation_pk = mutations.pk and outcome in ('REFUSED', 'KNOWN'))"
        " and (mutations.kind = 'ORDERED'"
        f"  or mutations.kind = 'CHANGED' and order_lines.pk is not null and {_NAMES_A_CODE}"
        "  or mutations.kind = 'SHIPPED' and (deliveries.mutation_pk is not null and deliveries.state_before is null"
        "   or order_lines.pk is null and exists (select 1 from waiting where mutation_pk = mutations.pk)))"
        " order by mutations.pk"
    )
    found = connection.execution_options(yield_per=1000).execute(
        statement, {"institution": institution, "since": since}
    )
    for row in found:
        mutation = mutation_of(tuple(row[6:]))
        yield row[5], _with_its_line(mutation, row) if mutation.kind is Kind.CHANGED else mutation


def _with_its_line(mutation: Mutation, row: sa.Row[Any]) -> Mutation:
    channel, medium, year, ordered_on, holdings = tuple(row)[:5]
    return replace(
        mutation,
        channel=mutation.channel or (Channel(channel) if channel else None),
        medium=mutation.medium or medium,
        budget_year=mutation.budget_year or year,
        order_date=mutation.order_date or (date.fromisoformat(ordered_on) if ordered_on else None),
        branch=mutation.branch or _first_branch(holdings),
    )


def _first_branch(holdings: str | None) -> str | None:
    """What the supplier calls the branch of a line's first copies; of a line that was imported nobody knows."""
    copies = json.loads(holdings or "[]")
    return lines.share_of(copies[0]).supplier_branch if copies else None
