"""How the answers of a push are told: to people in lines, to programs as facts."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

import typer

from gateway.cli.tables import local
from gateway.orders.model import Receipt
from gateway.supplier import push as pushing

ZONE = "Europe/Amsterdam"
_LINES = 20


def show_receipt(receipt: Receipt) -> None:
    """Tell a person that a message was accepted, and what a trial found."""
    kept = "a trial, nothing was kept" if receipt.test else f"receipt {receipt.receipt_id}"
    typer.echo(f"Accepted: {kept}")
    typer.echo(f"  message    {receipt.message_id}, received {_local(receipt).isoformat(' ')}")
    typer.echo(
        f"  mutations  {receipt.mutation_count}: {receipt.new_count} new, {receipt.known_count} known from before"
    )
    if receipt.unknown_budget_codes:
        typer.echo(f"  attention  budget codes the library has not given: {', '.join(receipt.unknown_budget_codes)}")
    plan = receipt.plan or ()
    if plan:
        _show_counts([line.outcome for line in plan], truncated=receipt.plan_truncated)
    _show_lines([f"{line.mutation_id}  {line.outcome}  {line.code}  {line.sentence}".rstrip() for line in plan])
    if receipt.plan_truncated:
        left_out = receipt.mutation_count - len(plan)
        typer.echo(f"  … the gateway tells the {len(plan):,} that happened first; {left_out:,} are left out")


def receipt_facts(receipt: Receipt) -> dict[str, Any]:
    """A receipt for programs."""
    return {**asdict(receipt), "received_at": _local(receipt).isoformat()}


def status_facts(status: dict[str, Any]) -> dict[str, Any]:
    """For programs, how far a message is and what became of it."""
    troubled = [
        {key: each[key] for key in ("mutationId", "outcome", "code", "sentence")}
        for each in status.get("mutation") or []
    ]
    reports = list(status.get("report") or [])
    return {"state": status["state"], "outcomes": pushing.outcomes(status), "reports": reports, "lines": troubled}


def show_status(told: dict[str, Any]) -> None:
    """The same for people."""
    counts = ", ".join(f"{number} {name}" for name, number in told["outcomes"].items())
    typer.echo(f"  state      {told['state']}: {counts}".rstrip(": "))
    _show_lines(["  ".join(map(str, each.values())) for each in told["lines"]])
    for name in told["reports"]:
        typer.echo(f"  report     {name}")


def _show_counts(outcomes: Sequence[str], *, truncated: bool) -> None:
    counts = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
    told = ", ".join(f"{number} {outcome}" for outcome, number in counts.items())
    typer.echo(f"  plan       {f'of the {len(outcomes):,} that happened first: ' if truncated else ''}{told}")


def _show_lines(lines: Sequence[str]) -> None:
    for line in lines[:_LINES]:
        typer.echo(f"  {line}")
    if len(lines) > _LINES:
        typer.echo(f"  … and {len(lines) - _LINES:,} more (--json gives all)")


def _local(receipt: Receipt) -> datetime:
    return local(receipt.received_at, ZONE)
