"""What a mutation does to an order line: one table from (state of the line, kind of mutation) to a decision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.money import NOTHING, Cents
from gateway.orders.allotment import Allotment, redivided, released, resized, shipped_out, taken
from gateway.orders.explanations import Finding
from gateway.orders.ledger import Effect, Holding, OrderLine
from gateway.orders.mapping import Placement
from gateway.orders.model import Kind, LineState, Mutation, Outcome


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one mutation; `line` and `effects` only when something changes."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    line: OrderLine | None = None
    state_before: LineState | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def code(self) -> str:
        """The first finding's code; empty when there is nothing to tell."""
        return self.findings[0].code if self.findings else ""

    @property
    def is_applied(self) -> bool:
        """Whether the ledger changes."""
        return self.line is not None


def wait(finding: Finding) -> Decision:
    """Keep it until its cause is gone."""
    return Decision(Outcome.WAITING, (finding,))


def refuse(code: str, **facts: object) -> Decision:
    """Do nothing, now or later."""
    return Decision(Outcome.REFUSED, (Finding(code, {key: str(fact) for key, fact in facts.items()}),))


def known(code: str) -> Decision:
    """Do nothing, because it was done."""
    return Decision(Outcome.KNOWN, (Finding(code),))


def decide(line: OrderLine | None, mutation: Mutation, placement: Placement | None, content: str) -> Decision:
    """Decide one mutation on the line it speaks of.

    Args:
        line: as the ledger has it, or none.
        mutation: checked, in its order of time.
        placement: where its copies go; none where the mutation does not say so.
        content: stands for everything an order says beside its own identity and moment; for other kinds unused.

    Source: the table "What happens to a line" of the wire's specification.
    """
    if line is None:
        return _NEW[mutation.kind](mutation, placement, content)
    return _KNOWN[mutation.kind](line, mutation, placement, content)


def needs_placement(line: OrderLine | None, mutation: Mutation) -> bool:
    """Whether the copies of this mutation must be mapped to branches and budgets before it can be decided."""
    if line is None:
        return mutation.kind in (Kind.ORDERED, Kind.SHIPPED)
    divides = bool(mutation.copies or mutation.branch or mutation.budget_code)
    return mutation.kind is Kind.CHANGED and divides


def _unknown(mutation: Mutation, _placement: Placement | None, _content: str) -> Decision:
    return wait(Finding("unknown-order", {"order": _name(mutation)}))


def _create(mutation: Mutation, placement: Placement | None, content: str) -> Decision:
    assert placement is not None  # `needs_placement` said so
    line = _new_line(mutation, placement, content)
    effects = tuple(_commit(holding, line.net_price) for holding in line.holdings)
    return _applied(None, line, effects, placement.warnings)


def _create_and_ship(mutation: Mutation, placement: Placement | None, _content: str) -> Decision:
    assert placement is not None  # `needs_placement` said so
    line = _new_line(mutation, placement, "")
    allotment = tuple((holding, holding.open) for holding in line.holdings)
    effects = tuple(
        Effect(holding.share, price := Cents(copies * line.net_price), price, price) for holding, copies in allotment
    )
    shipped = replace(line, holdings=shipped_out(line.holdings, allotment), state=LineState.SHIPPED)
    made = Finding("made-from-shipment", {"order": _name(mutation)})
    return _applied(None, shipped, effects, (made, *placement.warnings))


def _order_again(line: OrderLine, mutation: Mutation, _placement: Placement | None, content: str) -> Decision:
    if line.made_from is Kind.ORDERED:
        return known("same-order") if content == line.content else _conflict(mutation)
    same_quantity = sum(holding.share.copies for holding in line.holdings) == mutation.quantity
    if not same_quantity:
        return _conflict(mutation)
    return known("known-from-shipment" if line.made_from is Kind.SHIPPED else "known-from-import")


def _conflict(mutation: Mutation) -> Decision:
    return refuse("order-conflict", order=_name(mutation))


def _change(line: OrderLine, mutation: Mutation, placement: Placement | None, _content: str) -> Decision:
    if refusal := _too_late(line, mutation) or _closed(line, mutation):
        return refusal
    still_open = mutation.quantity - line.shipped
    if still_open < 0:
        return refuse("too-few", order=_name(mutation), copies=mutation.quantity, shipped=line.shipped)
    holdings = redivided(line, placement.shares) if placement else resized(line, still_open)
    if holdings is None:
        return refuse("division-needed", order=_name(mutation))
    changed = _touched(
        line,
        mutation,
        holdings=holdings,
        net_price=line.net_price if mutation.net_price is None else mutation.net_price,
        state=LineState.IN_ORDER,
        title=mutation.title or line.title,
        ean=mutation.ean or line.ean,
        budget_year=mutation.budget_year or line.budget_year,
    )
    before = [_release(holding, holding.open, line.net_price) for holding in line.holdings if holding.open]
    after = [_commit(holding, changed.net_price) for holding in changed.holdings if holding.open]
    return _applied(line, _settled(changed), (*before, *after), placement.warnings if placement else ())


def _delay(line: OrderLine, mutation: Mutation, _placement: Placement | None, _content: str) -> Decision:
    if refusal := _too_late(line, mutation) or _closed(line, mutation):
        return refusal
    delayed = _touched(line, mutation, state=LineState.DELAYED)
    warnings: tuple[Finding, ...] = ()
    if mutation.quantity not in (line.open, line.open + line.shipped):
        facts = {"copies": str(mutation.quantity), "order": _name(mutation), "open": str(line.open)}
        warnings = (Finding("quantity-differs", facts),)
    still_open = [replace(each.share, copies=each.open) for each in line.holdings if each.open]
    effects = tuple(Effect(share, NOTHING, NOTHING, NOTHING) for share in still_open)
    return _applied(line, delayed, effects, warnings)


def _cancel(line: OrderLine, mutation: Mutation, _placement: Placement | None, _content: str) -> Decision:
    # An older cancellation still counts: the copies will not come, whatever was said of the line since.
    if line.open == 0 or mutation.quantity > line.open:
        return _closed(line, mutation) or _more_than_open(line, mutation)
    allotment = taken(line.holdings, mutation)
    if isinstance(allotment, Finding):
        return Decision(Outcome.REFUSED, (allotment,))
    effects = tuple(_release(holding, copies, line.net_price) for holding, copies in allotment.parts)
    left = _touched(line, mutation, holdings=released(line.holdings, allotment.parts))
    return _applied(line, _settled(left), effects, _chosen(allotment, mutation))


def _ship(line: OrderLine, mutation: Mutation, _placement: Placement | None, _content: str) -> Decision:
    if refusal := _too_late(line, mutation):
        return refusal
    if mutation.quantity > line.open:
        return refuse("too-many", order=_name(mutation), copies=mutation.quantity, open=line.open)
    allotment = taken(line.holdings, mutation)
    if isinstance(allotment, Finding):
        return Decision(Outcome.REFUSED, (allotment,))
    price = line.net_price if mutation.net_price is None else mutation.net_price
    effects = tuple(
        Effect(
            replace(holding.share, copies=copies),
            Cents(copies * (price - line.net_price)),
            Cents(copies * price),
            Cents(copies * price),
        )
        for holding, copies in allotment.parts
    )
    left = _touched(line, mutation, holdings=shipped_out(line.holdings, allotment.parts))
    return _applied(line, _settled(left), effects, _chosen(allotment, mutation))


_NEW: Mapping[Kind, Callable[[Mutation, Placement | None, str], Decision]] = {
    Kind.ORDERED: _create,
    Kind.CHANGED: _unknown,
    Kind.DELAYED: _unknown,
    Kind.CANCELLED: _unknown,
    Kind.SHIPPED: _create_and_ship,
}
_KNOWN: Mapping[Kind, Callable[[OrderLine, Mutation, Placement | None, str], Decision]] = {
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


def _new_line(mutation: Mutation, placement: Placement, content: str) -> OrderLine:
    return OrderLine(
        sender="",
        institution="",
        order_number=mutation.order_number,
        order_line=mutation.order_line,
        state=LineState.IN_ORDER,
        holdings=tuple(Holding(share) for share in placement.shares),
        net_price=mutation.net_price or NOTHING,
        last_at=mutation.occurred_at,
        last_sequence=mutation.sequence,
        made_from=mutation.kind,
        content=content,
        title=mutation.title,
        ean=mutation.ean,
        expected_date=mutation.expected_date,
        budget_year=mutation.budget_year,
    )


def _touched(line: OrderLine, mutation: Mutation, **changes: Any) -> OrderLine:
    """The line with these changes, and with the newest moment that was applied to it."""
    newest = max((line.last_at, line.last_sequence), (mutation.occurred_at, mutation.sequence), key=lambda at: at[0])
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


def _commit(holding: Holding, price: Cents) -> Effect:
    amount = Cents(holding.open * price)
    return Effect(replace(holding.share, copies=holding.open), amount, NOTHING, amount)


def _release(holding: Holding, copies: int, price: Cents) -> Effect:
    amount = Cents(copies * price)
    return Effect(replace(holding.share, copies=copies), Cents(-amount), NOTHING, amount)


def _name(mutation: Mutation) -> str:
    return f"{mutation.order_number}/{mutation.order_line}"
