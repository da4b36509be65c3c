"""The library systems as a table for people: what each can be told and what not, in its adapter's own words."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from gateway.orders.model import Kind

if TYPE_CHECKING:
    from gateway.orders.system import OrderSystem

NOT_CARRIED = "cannot be told"
_BUDGET = {True: "needs a budget code", False: "budget code optional", None: "budget code by setting"}


def as_facts(systems: Mapping[str, "type[OrderSystem]"]) -> list[dict[str, object]]:
    """One mapping per system, for programs."""
    return [
        {
            "name": name,
            "label": system.label,
            "report": system.layout.value,
            "needs_budget_code": system.needs_budget_code,
            "carries": {kind.value: system.carries.get(kind) for kind in Kind},
            "cannot_carry": list(system.cannot_carry),
        }
        for name, system in systems.items()
    ]


def as_text(systems: Mapping[str, "type[OrderSystem]"]) -> Iterator[str]:
    """One block of lines per system, for people."""
    for name, system in systems.items():
        yield f"{name}  {system.label}, report {system.layout.value}, {_BUDGET[system.needs_budget_code]}"
        for kind in Kind:
            yield f"  {kind.value:<10}{system.carries.get(kind, NOT_CARRIED)}"
        if system.cannot_carry:
            yield f"  cannot carry: {', '.join(system.cannot_carry)}"
        yield ""
