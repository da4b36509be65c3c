"""What happens to a line: the table of the wire's specification, rule by rule."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.money import Cents
from gateway.orders.budgets import BudgetMapping, Budgets
from gateway.orders.decision import Decision, Said
from gateway.orders.explanations import Finding
from gateway.orders.ledger import Holding, OrderLine
from gateway.orders.lifecycle import decide, needs_placement
from gateway.orders.mapping import Codes, Placement, place, place_change
from gateway.orders.model import BudgetCode, Copy, Kind, LineState, Mutation, Outcome
from tests.builders import MORNING, a_line, a_mutation, a_share, copies

CODES = Codes(
    {"01": "2011", "02": "2012"},
    Budgets.of([BudgetCode("JF"), BudgetCode("VR")], [BudgetMapping("JEUGD", "JF"), BudgetMapping("VOLW", "VR")]),
)


def decided(line: OrderLine | None, mutation: Mutation, content: str = "as ordered") -> Decision:
    """Decide with the mapping of the builders: branch 01 is 2011, budget JEUGD is JF."""
    placement: Placement | Finding | None = None
    if needs_placement(line, mutation):
        changes = line is not None and mutation.kind is Kind.CHANGED
        on = MORNING.date()
        placement = place_change(mutation, line, on, CODES) if changes and line else place(mutation, on, CODES)
    if isinstance(placement, Finding):
        return Decision(Outcome.REFUSED, (placement,))
    return decide(line, Said(mutation, placement, content, CODES.branches))


def test_order_makes_a_line_and_commits_its_price() -> None:
    decision = decided(None, a_mutation(Kind.ORDERED))
    assert decision.outcome is Outcome.APPLIED
    assert decision.line and decision.line.state is LineState.IN_ORDER and decision.line.open == 2
    assert [(each.committed, each.shipped) for each in decision.effects] == [(3198, 0)]


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.DELAYED, Kind.CANCELLED])
def test_what_is_said_of_an_unknown_line_waits_for_its_order(kind: Kind) -> None:
    decision = decided(None, a_mutation(kind))
    assert (decision.outcome, decision.code) == (Outcome.WAITING, "unknown-order")


def test_shipment_of_an_unknown_line_makes_it_then_ships_it_with_a_warning() -> None:
    decision = decided(
        None, a_mutation(Kind.SHIPPED, net_price=Cents(1599), currency="EUR", branch="01", budget_code="JEUGD")
    )
    assert (decision.outcome, decision.code) == (Outcome.APPLIED_WITH_WARNING, "made-from-shipment")
    assert decision.line and decision.line.state is LineState.SHIPPED and decision.line.shipped == 2
    assert [(each.committed, each.shipped) for each in decision.effects] == [(3198, 3198)]


def test_order_sent_twice_with_the_same_content_is_known() -> None:
    decision = decided(a_line(), a_mutation(Kind.ORDERED, hour=1))
    assert (decision.outcome, decision.code, decision.line) == (Outcome.KNOWN, "same-order", None)


def test_order_sent_twice_with_other_content_is_refused() -> None:
    decision = decided(a_line(), a_mutation(Kind.ORDERED, hour=1), content="something else")
    assert (decision.outcome, decision.code) == (Outcome.REFUSED, "order-conflict")


@pytest.mark.parametrize(("made_from", "code"), [(Kind.SHIPPED, "known-from-shipment"), (None, "known-from-import")])
def test_order_of_a_line_that_came_another_way_never_makes_a_second_one(made_from: Kind | None, code: str) -> None:
    line = a_line(made_from=made_from, content="")
    assert (decided(line, a_mutation(quantity=2)).outcome, decided(line, a_mutation(quantity=2)).code) == (
        Outcome.KNOWN,
        code,
    )
    assert decided(line, a_mutation(quantity=1)).code == "order-conflict"


@pytest.mark.parametrize("kind", [Kind.CHANGED, Kind.DELAYED, Kind.SHIPPED])
def test_what_is_older_than_what_was_applied_is_refused(kind: Kind) -> None:
    decision = decided(a_line(), a_mutation(kind, hour=-1))
    assert (decision.outcome, decision.code) == (Outcome.REFUSED, "out-of-order")


def test_sequence_decides_between_equal_moments() -> None:
    line = a_line(last_sequence=5)
    assert decided(line, a_mutation(Kind.DELAYED, sequence=4)).code == "out-of-order"
    assert decided(line, a_mutation(Kind.DELAYED, sequence=6)).outcome is Outcome.APPLIED
    assert decided(line, a_mutation(Kind.DELAYED)).outcome is Outcome.APPLIED


def test_older_cancellation_of_copies_not_yet_shipped_still_counts() -> None:
    decision = decided(a_line(), a_mutation(Kind.CANCELLED, hour=-1))
    assert decision.outcome is Outcome.APPLIED
    assert decision.line and decision.line.state is LineState.CANCELLED
    assert decision.line.last_at == MORNING


def test_cancellation_of_shipped_copies_is_refused() -> None:
    shipped = a_line(Holding(a_share(), shipped=2), state=LineState.SHIPPED)
    assert decided(shipped, a_mutation(Kind.CANCELLED, hour=1)).code == "already-shipped"


def test_cancellation_of_more_than_is_open_after_a_part_was_shipped_is_refused() -> None:
    partly = a_line(Holding(a_share(), shipped=1))
    assert decided(partly, a_mutation(Kind.CANCELLED, hour=1, quantity=2)).code == "already-shipped"
    assert decided(partly, a_mutation(Kind.CANCELLED, hour=1, quantity=1)).outcome is Outcome.APPLIED


def test_cancellation_releases_what_was_committed() -> None:
    decision = decided(a_line(), a_mutation(Kind.CANCELLED, hour=1, quantity=1))
    assert decision.line and decision.line.state is LineState.IN_ORDER and decision.line.open == 1
    assert [each.committed for each in decision.effects] == [-1599]


def test_second_cancellation_of_a_whole_line_is_refused_as_done() -> None:
    gone = a_line(Holding(a_share(), cancelled=2), state=LineState.CANCELLED)
    assert decided(gone, a_mutation(Kind.CANCELLED, hour=1)).code == "already-cancelled"


def test_shipment_of_more_copies_than_are_open_is_refused() -> None:
    assert decided(a_line(), a_mutation(Kind.SHIPPED, hour=1, quantity=3)).code == "too-many"


def test_part_of_a_line_may_be_shipped_and_the_rest_cancelled() -> None:
    first = decided(a_line(), a_mutation(Kind.SHIPPED, hour=1, quantity=1))
    assert first.line and first.line.state is LineState.IN_ORDER
    second = decided(first.line, a_mutation(Kind.CANCELLED, hour=2, quantity=1))
    assert second.line and second.line.state is LineState.SHIPPED


def test_shipment_at_another_price_corrects_the_commitment() -> None:
    dearer = a_mutation(Kind.SHIPPED, hour=1, net_price=Cents(1699), currency="EUR")
    [effect] = decided(a_line(), dearer).effects
    assert (effect.committed, effect.shipped, effect.amount) == (200, 3398, 3398)


def test_delay_and_change_go_back_and_forth() -> None:
    delayed = decided(a_line(), a_mutation(Kind.DELAYED, hour=1))
    assert delayed.line and delayed.line.state is LineState.DELAYED
    changed = decided(delayed.line, a_mutation(Kind.CHANGED, hour=2))
    assert changed.line and changed.line.state is LineState.IN_ORDER


def test_delayed_line_stays_delayed_while_a_part_is_shipped() -> None:
    delayed = a_line(state=LineState.DELAYED)
    decision = decided(delayed, a_mutation(Kind.SHIPPED, hour=1, quantity=1))
    assert decision.line and decision.line.state is LineState.DELAYED


def test_change_of_price_moves_the_whole_commitment() -> None:
    decision = decided(a_line(), a_mutation(Kind.CHANGED, hour=1, net_price=Cents(2000), currency="EUR"))
    assert [each.committed for each in decision.effects] == [-3198, 4000]


def test_change_of_total_counts_copies_that_are_on_transport() -> None:
    partly = a_line(Holding(a_share(), shipped=1))
    decision = decided(partly, a_mutation(Kind.CHANGED, hour=1, quantity=4))
    assert decision.line and (decision.line.open, decision.line.shipped) == (3, 1)
    assert decided(partly, a_mutation(Kind.CHANGED, hour=1, quantity=1)).line is not None
    two_gone = a_line(Holding(a_share(copies=3), shipped=2))
    assert decided(two_gone, a_mutation(Kind.CHANGED, hour=1, quantity=1)).code == "too-few"


def test_change_of_a_divided_total_must_say_how_it_is_divided() -> None:
    divided = a_line(Holding(a_share(copies=1)), Holding(a_share(copies=1, branch="2012")))
    assert decided(divided, a_mutation(Kind.CHANGED, hour=1, quantity=3)).code == "division-needed"
    assert decided(divided, a_mutation(Kind.CHANGED, hour=1, quantity=2)).outcome is Outcome.APPLIED


def test_shipment_by_copy_number_takes_just_those_copies() -> None:
    numbered = a_line(
        Holding(a_share(copies=1, copy_id="1-0001")), Holding(a_share(copies=1, copy_id="1-0002", branch="2012"))
    )
    shipment = a_mutation(Kind.SHIPPED, hour=1, quantity=1, copies=copies("01", "02")[1:])
    decision = decided(numbered, shipment)
    assert [each.share.branch for each in decision.effects] == ["2012"]
    again = decided(decision.line, replace(shipment, occurred_at=MORNING + timedelta(hours=2)))
    assert again.code == "unknown-copy"


def test_shipment_that_does_not_say_which_copies_takes_the_first_and_warns() -> None:
    divided = a_line(Holding(a_share(copies=2)), Holding(a_share(copies=2, branch="2012", supplier_branch="02")))
    decision = decided(divided, a_mutation(Kind.SHIPPED, hour=1, quantity=1))
    assert (decision.outcome, decision.code) == (Outcome.APPLIED_WITH_WARNING, "copies-in-order")
    named = decided(divided, a_mutation(Kind.SHIPPED, hour=1, quantity=2, branch="02"))
    assert [each.share.branch for each in named.effects] == ["2012"] and named.outcome is Outcome.APPLIED


later_kinds = st.sampled_from([Kind.CHANGED, Kind.DELAYED, Kind.CANCELLED, Kind.SHIPPED, Kind.ORDERED])


@given(st.lists(st.tuples(later_kinds, st.integers(1, 6), st.integers(500, 3000)), max_size=12))
def test_no_copy_and_no_cent_is_lost_whatever_is_said_of_a_line(events: list[tuple[Kind, int, int]]) -> None:
    line = decided(None, a_mutation(Kind.ORDERED)).line
    committed = shipped = 0
    for effect in decided(None, a_mutation(Kind.ORDERED)).effects:
        committed += effect.committed
    for hour, (kind, quantity, price) in enumerate(events, start=1):
        said = a_mutation(kind, hour=hour, quantity=quantity, net_price=Cents(price), currency="EUR", branch=None)
        decision = decided(line, replace(said, budget_code=None))
        if decision.line is None:
            continue
        line = decision.line
        committed += sum(effect.committed - effect.shipped for effect in decision.effects)
        shipped += sum(effect.shipped for effect in decision.effects)
        assert all(holding.open >= 0 for holding in line.holdings)
        assert committed == sum(holding.open for holding in line.holdings) * line.net_price
        assert (line.open == 0) == (line.state in (LineState.SHIPPED, LineState.CANCELLED))


def test_order_that_comes_after_a_part_of_it_was_shipped_puts_the_rest_in_order() -> None:
    shipped = decided(
        None, a_mutation(Kind.SHIPPED, quantity=1, branch="01", budget_code="JEUGD", net_price=Cents(1599))
    )
    completed = decided(shipped.line, a_mutation(Kind.ORDERED, hour=-1, quantity=3))
    assert completed.code == "completed-by-order"
    assert completed.line and (completed.line.open, completed.line.shipped) == (2, 1)
    assert sum(effect.committed for effect in completed.effects) == 2 * 1599
    assert decided(completed.line, a_mutation(Kind.SHIPPED, hour=2, quantity=2)).outcome is Outcome.APPLIED
    assert decided(completed.line, a_mutation(Kind.ORDERED, hour=3, quantity=3)).code == "same-order"


def test_shipment_without_a_price_of_an_unknown_line_warns_that_nothing_is_booked() -> None:
    decision = decided(None, a_mutation(Kind.SHIPPED, branch="01", budget_code="JEUGD"))
    assert [finding.code for finding in decision.findings] == ["made-from-shipment", "no-price"]


def test_sequence_is_kept_when_moments_are_equal() -> None:
    first = decided(a_line(last_sequence=1), a_mutation(Kind.DELAYED, sequence=5)).line
    assert decided(first, a_mutation(Kind.CHANGED, sequence=3)).code == "out-of-order"


def test_change_of_the_budget_of_a_divided_line_keeps_every_copy_at_its_branch() -> None:
    divided = a_line(Holding(a_share(copies=1)), Holding(a_share(copies=1, branch="2012", supplier_branch="02")))
    decision = decided(divided, a_mutation(Kind.CHANGED, hour=1, budget_code="VOLW"))
    assert decision.line is not None
    assert [(each.share.branch, each.share.budget_code) for each in decision.line.holdings] == [
        ("2011", "VR"),
        ("2012", "VR"),
    ]


def test_change_of_the_branch_keeps_the_budget_that_the_line_has() -> None:
    by_channel = a_line(Holding(a_share(budget_code="WINKEL", budget_year=2026)))
    decision = decided(by_channel, a_mutation(Kind.CHANGED, hour=1, branch="02"))
    assert decision.line is not None
    [holding] = decision.line.holdings
    assert (holding.share.branch, holding.share.budget_code, holding.share.budget_year) == ("2012", "WINKEL", 2026)


def test_change_of_an_imported_line_needs_no_code_of_the_supplier() -> None:
    imported = a_line(Holding(a_share(supplier_branch=None, supplier_budget_code=None)), made_from=None)
    decision = decided(imported, a_mutation(Kind.CHANGED, hour=1, budget_code="VOLW"))
    assert decision.line and [each.share.branch for each in decision.line.holdings] == ["2011"]


def test_change_that_lists_copies_by_number_moves_only_what_it_names() -> None:
    numbered = a_line(
        Holding(a_share(copies=1, copy_id="1-0001")), Holding(a_share(copies=1, copy_id="1-0002", budget_code="VR"))
    )
    moved = a_mutation(Kind.CHANGED, hour=1, copies=copies("02", "02"))
    decision = decided(numbered, moved)
    assert decision.line is not None
    assert [(each.share.branch, each.share.budget_code) for each in decision.line.holdings] == [
        ("2012", "JF"),
        ("2012", "VR"),
    ]


def test_change_of_the_branch_after_a_part_was_shipped_moves_what_is_still_to_come() -> None:
    partly = a_line(Holding(a_share(), shipped=1))
    decision = decided(partly, a_mutation(Kind.CHANGED, hour=1, branch="02"))
    assert decision.line is not None
    assert [(each.share.branch, each.shipped, each.open) for each in decision.line.holdings] == [
        ("2011", 1, 0),
        ("2012", 0, 1),
    ]


def test_shipment_by_branch_takes_the_copies_of_that_branch_of_an_imported_line_too() -> None:
    imported = a_line(
        Holding(a_share(copies=1, supplier_branch=None)),
        Holding(a_share(copies=1, branch="2012", supplier_branch=None)),
        made_from=None,
    )
    named = decided(imported, a_mutation(Kind.SHIPPED, hour=1, quantity=1, branch="02"))
    listed = decided(imported, a_mutation(Kind.SHIPPED, hour=1, quantity=1, copies=(Copy(branch="02"),)))
    for decision in (named, listed):
        assert decision.outcome is Outcome.APPLIED
        assert [effect.share.branch for effect in decision.effects] == ["2012"]


def test_shipment_takes_exactly_its_quantity_however_its_copies_are_named() -> None:
    numbered = a_line(Holding(a_share(copies=1, copy_id="a")), Holding(a_share(copies=1, copy_id="b", branch="2012")))
    mixed = a_mutation(Kind.SHIPPED, hour=1, copies=(Copy(branch="02"), Copy("a")))
    assert sum(effect.share.copies for effect in decided(numbered, mixed).effects) == 2
    twice = a_mutation(Kind.SHIPPED, hour=1, copies=(Copy("a"), Copy("a")))
    assert decided(numbered, twice).code == "unknown-copy"
