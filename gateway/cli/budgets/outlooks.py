"""Changes of a list of budget codes, and what they would have done, for people and for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer

from gateway.cli.printing import choices, show_json
from gateway.cli.tables import show_list
from gateway.money import plain
from gateway.orders.bookings import Shift
from gateway.orders.budget_changes import Change, name_of_code
from gateway.orders.budget_plans import Outlook, Strain
from gateway.orders.model import BudgetCode


@dataclass(frozen=True, slots=True)
class Told:
    """What there is to tell of a change; `taken` and `refused` are rows of the file that it comes from, if any."""

    changes: Sequence[Change]
    saved: bool
    taken: int | None = None
    refused: Sequence[str] = ()


def show(context: typer.Context, told: Told, outlook: Outlook | None = None) -> None:
    """Show a change, and what it would have done where somebody looked."""
    if choices(context).as_json:
        rows = {} if told.taken is None else {"taken": told.taken, "known": 0}
        facts = {
            "refused": list(told.refused),
            "saved": told.saved,
            "changes": [_change(each) for each in told.changes],
        }
        show_json({**rows, **facts, **(_outlook(outlook) if outlook else {})})
        return
    if told.taken is not None:
        typer.echo(f"{told.taken} rows taken, {len(told.refused)} refused")
    for sentence in told.refused:
        typer.echo(f"  {sentence}", err=True)
    typer.echo(f"{len(told.changes) or 'no'} change{'s' if len(told.changes) != 1 else ''}")
    for change in told.changes:
        typer.echo(f"  {change}")
    if outlook:
        _show_outlook(context, outlook)


def _facts(told: Told) -> dict[str, Any]:
    rows = {} if told.taken is None else {"taken": told.taken, "known": 0, "refused": list(told.refused)}
    return {**rows, "saved": told.saved, "changes": [_change(each) for each in told.changes]}


def _show_outlook(context: typer.Context, outlook: Outlook) -> None:
    compared = outlook.comparison
    typer.echo(
        f"of the {compared.lines} lines of the last {outlook.days} days"
        f" {compared.shifted or 'none'} would have gone otherwise"
    )
    if compared.shifts:
        show_list(context, list(map(_shift, compared.shifts)))
    for each in outlook.strains:
        typer.echo(f"  {_budget_name(each)}: {each.code}, {plain(each.available)} available")


def _outlook(outlook: Outlook) -> dict[str, Any]:
    return {
        "days": outlook.days,
        "lines": outlook.comparison.lines,
        "shifted": outlook.comparison.shifted,
        "shifts": list(map(_shift, outlook.comparison.shifts)),
        "strains": [
            {"budget": _budget_name(each), "code": each.code, "available": plain(each.available)}
            for each in outlook.strains
        ],
    }


def _budget_name(each: Strain) -> str:
    code, year = each.budget
    return name_of_code(BudgetCode(code, year=year))


def _change(change: Change) -> dict[str, Any]:
    details = [{"field": field, "was": was, "becomes": becomes} for field, was, becomes in change.details]
    return {"what": change.what, "name": change.name, "done": change.done, "details": details}


def _shift(shift: Shift) -> dict[str, Any]:
    return {
        "was": str(shift.was),
        "becomes": str(shift.becomes),
        "lines": shift.lines,
        "copies": shift.copies,
        "amount": plain(shift.amount),
        "orders": shift.examples,
    }
