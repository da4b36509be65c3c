"""What the XSD cannot say: one bad line is refused by name, whatever the rest of its message is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import ean as independent_ean

from gateway.money import Cents
from gateway.orders import checks
from gateway.orders.explanations import EXPLANATIONS
from gateway.orders.model import Kind
from tests.builders import a_mutation, copies


@pytest.mark.parametrize("kind", list(Kind))
def test_complete_mutation_of_each_kind_passes(kind: Kind) -> None:
    assert list(checks.refusals(a_mutation(kind))) == []


@pytest.mark.parametrize(
    ("kind", "field", "element"),
    [
        (Kind.ORDERED, "order_date", "orderDate"),
        (Kind.ORDERED, "channel", "channel"),
        (Kind.ORDERED, "title", "title"),
        (Kind.ORDERED, "net_price", "netPrice"),
        (Kind.ORDERED, "branch", "branch"),
        (Kind.ORDERED, "currency", "currency"),
        (Kind.DELAYED, "reason_code", "reasonCode"),
        (Kind.CANCELLED, "reason_code", "reasonCode"),
        (Kind.SHIPPED, "packing_slip", "packingSlip"),
        (Kind.SHIPPED, "shipped_at", "shippedAt"),
    ],
)
def test_field_that_a_kind_requires_is_missed_by_its_name_on_the_wire(kind: Kind, field: str, element: str) -> None:
    [finding] = checks.refusals(a_mutation(kind, **{field: None}))
    assert (finding.code, finding.facts["element"]) == ("missing-element", element)


def test_order_whose_copies_all_name_a_branch_needs_none_itself() -> None:
    assert list(checks.refusals(a_mutation(branch=None, copies=copies("01", "02")))) == []


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"ean": "9789000000013"}, "bad-check-digit"),
        ({"ppn": "123456788"}, "bad-check-digit"),
        ({"replacement_ean": "9789000000013"}, "bad-check-digit"),
        ({"copies": copies("01")}, "copies-do-not-add-up"),
        ({"copies": (copies("01")[0],) * 2}, "copy-twice"),
        ({"currency": None, "list_price": Cents(1)}, "missing-element"),
    ],
)
def test_number_that_cannot_be_right_is_refused(different: dict[str, Any], code: str) -> None:
    assert [finding.code for finding in checks.refusals(a_mutation(**different))] == [code]


@pytest.mark.parametrize(("kind", "final"), [(Kind.DELAYED, True), (Kind.CANCELLED, False)])
def test_delay_is_never_final_and_a_cancellation_always(kind: Kind, final: bool) -> None:
    assert [finding.code for finding in checks.refusals(a_mutation(kind, final=final))] == ["wrong-final"]
    assert list(checks.refusals(a_mutation(kind, final=None))) == []


def test_code_outside_the_published_lists_is_kept_with_a_warning() -> None:
    strange = a_mutation(Kind.CANCELLED, action_code="777", reason_code="ZZ")
    assert [finding.facts["value"] for finding in checks.warnings(strange)] == ["777", "ZZ"]
    assert list(checks.warnings(a_mutation(Kind.CANCELLED))) == []


@given(st.from_regex(r"[0-9]{13}", fullmatch=True))
def test_ean_check_agrees_with_an_independent_one(ean: str) -> None:
    assert checks.ean_is_right(ean) == independent_ean.is_valid(ean)


@given(st.from_regex(r"[0-9]{8,9}", fullmatch=True))
def test_exactly_one_check_digit_fits_a_ppn(body: str) -> None:
    assert sum(checks.ppn_is_right(body + digit) for digit in "0123456789X") == 1


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_every_outcome_has_a_sentence_that_ends_as_one(code: str) -> None:
    assert EXPLANATIONS[code].sentence.rstrip("}").endswith((".", "{suggestion", "{reason"))
