"""What a mutation does to an order line: one table from (state of the line, kind of mutation) to a decision."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from gateway.money import NOTHING, Cents
from gateway.orders.allotment import Allotment, gone, released, shipped_out, taken
from gateway.orders.decision import Decision, Said, known, refuse, wait
from gateway.orders.explanations import Finding
from gateway.orders.ledger import Effect, OrderLine
from gateway.orders.mapping import holdings_of
from gateway.orders.model import Kind, LineState, Mutation, Outcome
from gateway.orders.movements import commit, release, rest_of, send


def decide(line: OrderLine | None, said: Said) -> Decision:
    """Decide one mutation, checked and in its order of time, on the line it speaks of.

    Source: the table "What happens to a line" of the wire's specification.
    """
    if line is None:
        return _NEW[said.mutation.kind](said)
    return _KNOWN[said.mutation.kind](line, said)


def needs_placement(line: OrderLine | None, mutation: Mutation) -> bool:
    """Whether the copies of this mutation must be mapped to branches and budgets before it can be decided."""
    if line is None:
        return mutation.kind in (Kind.ORDERED, Kind.SHIPPED)
    return mutation.kind is Kind.CHANGED or _completes(line, mutation)


def _completes(line: OrderLine, mutation: Mutation) -> bool:
    """Whether this is the order of a line of which only a shipment came so far, for more copies than that."""
    came_first = mutation.kind is Kind.ORDERED and line.made_from is Kind.SHIPPED
    return came_first and mutation.quantity > _total(line)


def _total(line: OrderLine) -> int:
    return sum(holding.share.copies for holding in line.holdings)


def _unknown(said: Said) -> Decision:
    return wait(Finding("unknown-order", {"order": _name(said.mutation)}))


def _create(said: Said) -> Decision:
    line = _new_line(said)
    effects = tuple(commit(holding, line.net_price) for holding in line.holdings)
    return _applied(None, line, effects, said.placed.warnings)


def _create_and_ship(said: Said) -> Decision:
    line = _new_line(replace(said, content=""))
    allotment = tuple((holding, holding.open) for holding in line.holdings)
    effects = tuple(
        Effect(holding.share, price := Cents(copies * line.net_price), price, price) for holding, copies in allotment
    )
    shipped = replace(line, holdings=shipped_out(line.holdings, allotment), state=LineState.SHIPPED)
    findings = [Finding("made-from-shipment", {"order": _name(said.mutation)}), *said.placed.warnings]
    if said.mutation.net_price is None:
        findings.append(Finding("no-price"))
    return _applied(None, shipped, effects, tuple(findings))


def _order_again(line: OrderLine, said: Said) -> Decision:
    if line.made_from is Kind.ORDERED:
        return known("same-order") if said.content == line.content else _conflict(said.mutation)
    if _completes(line, said.mutation):
        return _complete(line, said)
    if _total(line) != said.mutation.quantity:
        return _conflict(said.mutation)
    return known("known-from-shipment" if line.made_from is Kind.SHIPPED else "known-from-import")


def _complete(line: OrderLine, said: Said) -> Decision:
    """Put in order what the shipment that came first left to be sent."""
    fresh = _new_line(said)
    rest = rest_of(fresh.holdings, line, said.mutation.quantity - _total(line))
    effects = tuple(commit(holding, fresh.net_price) for holding in rest)
    whole = replace(
        fresh,
        holdings=(*line.holdings, *rest),
        last_at=max(line.last_at, fresh.last_at),
        last_sequence=line.last_sequence,
    )
    found = Finding("completed-by-order", {"order": _name(said.mutation)})
    return _applied(line, whole, effects, (found, *said.placed.warnings))


def _conflict(mutation: Mutation) -> Decision:
    return refuse("order-conflict", order=_name(mutation))


def _change(line: OrderLine, said: Said) -> Decision:
    mutation = said.mutation
    if refusal := _too_late(line, mutation) or _closed(line, mutation):
        return refusal
    if mutation.quantity < line.shipped:
        return refuse("too-few", order=_name(mutation), copies=mutation.quantity, shipped=line.shipped)
    changed = _touched(
        line,
        mutation,
        holdings=(*gone(line.holdings), *holdings_of(said.placed.shares)),
        net_price=line.net_price if mutation.net_price is None else mutation.net_price,
        state=LineState.IN_ORDER,
        title=mutation.title or line.title,
        ean=mutation.ean or line.ean,
        budget_year=mutation.budget_year or line.budget_year,
    )
    before = [
        replace(release(holding, holding.open, line.net_price), is_taken_back=True)
        for holding in line.holdings
        if holding.open
    ]
    after = [commit(holding, changed.net_price) for holding in changed.holdings if holding.open]
    return _applied(line, _settled(changed), (*before, *after), said.placed.warnings)


def _delay(line: OrderLine, said: Said) -> Decision:
    mutation = said.mutation
    if refusal := _too_late(line, mutation) or _closed(line, mutation):
        return refusal
    delayed = _touched(line, mutation, state=LineState.DELAYED)
    warnings: tuple[Finding, ...] = ()
    if mutation.quantity not in (line.open, line.open + line.shipped):
        facts = {"copies": str(mutation.quantity), "order": _name(mutation), "open": str(line.open)}
        warnings = (Finding("quantity-differs", facts),)
    still_open = [each.share._replace(copies=each.open) for each in line.holdings if each.open]
    effects = tuple(Effect(share, NOTHING, NOTHING, NOTHING) for share in still_open)
    return _applied(line, delayed, effects, warnings)


def _cancel(line: OrderLine, said: Said) -> Decision:
    mutation = said.mutation
    # An older cancellation still counts: the copies will not come, whatever was said of the line since.
    if line.open == 0 or mutation.quantity > line.open:
        return _closed(line, mutation) or _more_than_open(line, mutation)
    allotment = taken(line.holdings, mutation, said.branches)
    if isinstance(allotment, Finding):
        return Decision(Outcome.REFUSED, (allotment,))
    effects = tuple(release(holding, copies, line.net_price) for holding, copies in allotment.parts)
    left = _touched(line, mutation, holdings=released(line.holdings, allotment.parts))
    return _applied(line, _settled(left), effects, _chosen(allotment, mutation))


def _ship(line: OrderLine, said: Said) -> Decision:
    mutation = said.mutation
    if refusal := _too_late(line, mutation):
        return refusal
    if mutation.quantity > line.open:
        return refuse("too-many", order=_name(mutation), copies=mutation.quantity, open=line.open)
    allotment = taken(line.holdings, mutation, said.branches)
    if isinstance(allotment, Finding):
        return Decision(Outcome.REFUSED, (allotment,))
    price = line.net_price if mutation.net_price is None else mutation.net_price
    effects = tuple(send(holding, copies, line.net_price, price) for holding, copies in allotment.parts)
    left = _touched(line, mutation, holdings=shipped_out(line.holdings, allotment.parts))
    return _applied(line, _settled(left), effects, _chosen(allotment, mutation))


_NEW: Mapping[Kind, Callable[[Said], Decision]] = {
    Kind.ORDERED: _create,
    Kind.CHANGED: _unknown,
    Kind.DELAYED: _unknown,
    Kind.CANCELLED: _unknown,
    Kind.SHIPPED: _create_and_ship,
}
_KNOWN: Mapping[Kind, Callable[[OrderLine, Said], Decision]] = {
    Kind.ORDERED: _order_again,
    Kind.CHANGED: _change,
    Kind.DELAYED: _delay,
    Kind.CANCELLED: _cancel,
    Kind.SHIPPED: _ship,
}


def _applied(
    before: OrderLine | None, after: OrderLine, effects: tuple[Effect, ...], warnings: tuple[Finding, ...]
) -> Decision:
    outcome = Outcome.APPLIED_WITH_WARNING if warnings else Outcome.APPLIED
    return Decision(outcome, warnings, after, before.state if before else None, effects)


def _too_late(line: OrderLine, mutation: Mutation) -> Decision | None:
    """A refusal when something newer was already applied; `sequence` decides between equal moments."""
    sequences = (mutation.sequence, line.last_sequence)
    earlier_in_message = None not in sequences and sequences[0] < sequences[1]  # type: ignore[operator]
    if mutation.occurred_at < line.last_at or (mutation.occurred_at == line.last_at and earlier_in_message):
        return refuse("out-of-order", order=_name(mutation), last=line.last_at.isoformat())
    return None


def _closed(line: OrderLine, mutation: Mutation) -> Decision | None:
    """A refusal when no copy of the line is still to come."""
    if line.open:
        return None
    return refuse("already-shipped" if line.shipped else "already-cancelled", order=_name(mutation))


def _more_than_open(line: OrderLine, mutation: Mutation) -> Decision:
    if line.shipped:
        return refuse("already-shipped", order=_name(mutation))
    return refuse("too-many", order=_name(mutation), copies=mutation.quantity, open=line.open)


def _new_line(said: Said) -> OrderLine:
    mutation = said.mutation
    return OrderLine(
        order_number=mutation.order_number,
        order_line=mutation.order_line,
        state=LineState.IN_ORDER,
        holdings=holdings_of(said.placed.shares),
        net_price=mutation.net_price or NOTHING,
        last_at=mutation.occurred_at,
        last_sequence=mutation.sequence,
        made_from=mutation.kind,
        content=said.content,
        title=mutation.title,
        ean=mutation.ean,
        expected_date=mutation.expected_date,
        budget_year=mutation.budget_year,
        channel=mutation.channel,
        medium=mutation.medium,
        ordered_on=mutation.order_date,
    )


def _touched(line: OrderLine, mutation: Mutation, **changes: Any) -> OrderLine:
    """The line with these changes, and with the newest moment that was applied to it."""
    applied, now = (line.last_at, line.last_sequence), (mutation.occurred_at, mutation.sequence)
    newest = max(applied, now, key=lambda at: (at[0], -1 if at[1] is None else at[1]))
    return replace(
        line,
        last_at=newest[0],
        last_sequence=newest[1],
        expected_date=mutation.expected_date or line.expected_date,
        **changes,
    )


def _settled(line: OrderLine) -> OrderLine:
    """The state that follows from its copies once none is to come; while some are, it stays as it was."""
    if line.open:
        return line
    return replace(line, state=LineState.SHIPPED if line.shipped else LineState.CANCELLED)


def _chosen(allotment: Allotment, mutation: Mutation) -> tuple[Finding, ...]:
    return (Finding("copies-in-order", {"order": _name(mutation)}),) if allotment.is_a_choice else ()


def _name(mutation: Mutation) -> str:
    return f"{mutation.order_number}/{mutation.order_line}"
