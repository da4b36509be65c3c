"""How a push that was not accepted is told: what is wrong, where, what to do next, and how the command ends."""

from collections.abc import Iterator
from typing import Any

import typer

from gateway.cli.printing import show_json
from gateway.cli.push.asked import Asked
from gateway.errors import ConfigurationError, GatewayError, RejectedInput
from gateway.supplier.next_step import NextStep, next_step
from gateway.transport.soap_faults import ServiceBusy, ServiceRefused

REFUSED = 1
WRONG_USE = 2
LATER = 3


def exit_status(error: GatewayError) -> int:
    """1: the message or the account must be mended; 2: asked wrongly; 3: nothing is wrong with it, send it later."""
    if isinstance(error, ConfigurationError):
        return WRONG_USE
    return LATER if next_step(error) is NextStep.RETRY else REFUSED


def facts(error: GatewayError) -> dict[str, Any]:
    """A failure for programs; what is not known is left out."""
    told: dict[str, Any] = {"error": str(error), "remedy": error.advice, "code": error.code, "next": next_step(error)}
    place = error.place if isinstance(error, RejectedInput) else None
    if isinstance(error, ServiceRefused | ServiceBusy):
        place = error.fault.place
        told |= {"code": error.fault.code, "number": error.fault.number}
    if place:
        told |= {"line": place.line, "mutationId": place.mutation_id, "element": place.element}
    return {key: value for key, value in told.items() if value not in (None, "")}


def show(error: GatewayError, asked: Asked) -> None:
    """Tell a failure: to a program in its one document, to a person on stderr."""
    told = facts(error)
    if asked.as_json:
        show_json({"accepted": False, **told})
    else:
        typer.echo("\n".join(lines(told)), err=True)


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for people."""
    yield f"Not accepted ({told['code']}): {told['error']}"
    place = [f"{key} {told[key]}" for key in ("line", "mutationId", "element") if key in told]
    if place:
        yield f"  where      {', '.join(place)}"
    if "number" in told:
        yield f"  number     {told['number']}"
    if "remedy" in told:
        yield f"  what to do {told['remedy']}"
    yield f"  next       {told['next']}: {NextStep(told['next']).sentence}"
