"""Values of the domain with defaults: a test names only what it is about."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from gateway.money import Cents
from gateway.orders.ledger import Holding, OrderLine
from gateway.orders.model import Channel, Copy, Kind, LineState, Mutation, Share

MORNING = datetime(2026, 3, 10, 8, 0, tzinfo=UTC)
_numbers = count(1)


def a_mutation(kind: Kind = Kind.ORDERED, *, hour: float = 0, **different: Any) -> Mutation:
    """A mutation of order B1/1 that is complete for its kind, `hour` hours after the morning."""
    values: dict[str, Any] = {
        "mutation_id": f"M{next(_numbers)}",
        "kind": kind,
        "occurred_at": MORNING + timedelta(hours=hour),
        "order_number": "B1",
        "order_line": "1",
        "quantity": 2,
        "branch": "01",
        "budget_code": "JEUGD",
    }
    values |= _OF_KIND[kind] | different
    return Mutation(**values)


_OF_KIND: dict[Kind, dict[str, Any]] = {
    Kind.ORDERED: {
        "order_date": date(2026, 3, 10),
        "channel": Channel.WEBSHOP,
        "title": "De vuurtoren van Nergenshuizen",
        "ean": "9789000000012",
        "net_price": Cents(1599),
        "currency": "EUR",
    },
    Kind.CHANGED: {"branch": None, "budget_code": None},
    Kind.DELAYED: {"branch": None, "budget_code": None, "reason_code": "RP", "final": False},
    Kind.CANCELLED: {
        "branch": None, "budget_code": None, "reason_code": "OP", "action_code": "223", "final": True,
    },
    Kind.SHIPPED: {"branch": None, "budget_code": None, "packing_slip": "P1", "shipped_at": MORNING},
}  # fmt: skip


def copies(*branches: str, budget_code: str | None = None) -> tuple[Copy, ...]:
    """One numbered copy for each of these branches."""
    return tuple(Copy(f"1-{place:04d}", branch, budget_code) for place, branch in enumerate(branches, start=1))


def a_share(**different: Any) -> Share:
    """Two copies for branch 2011 on budget JF."""
    share = Share("2011", "JF", 2, supplier_branch="01", supplier_budget_code="JEUGD")
    return share._replace(**different)


def a_line(*holdings: Holding, **different: Any) -> OrderLine:
    """Line B1/1 in order, of two copies at 15.99, last touched in the morning."""
    values: dict[str, Any] = {
        "order_number": "B1",
        "order_line": "1",
        "state": LineState.IN_ORDER,
        "holdings": holdings or (Holding(a_share()),),
        "net_price": Cents(1599),
        "last_at": MORNING,
        "content": "as ordered",
    }
    return OrderLine(**(values | different))
