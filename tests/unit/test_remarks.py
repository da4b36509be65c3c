"""What a report says beside its lines, in words that staff know."""

import pytest

from gateway.orders.remarks import FIELD_WORDS, of_left_out, of_message
from gateway.orders.system import TELLABLE
from gateway.wording import translations

_THE_SAME = {"ISBN/EAN", "PPN", "route", "barcode"}


def test_every_field_that_may_be_left_out_has_a_word() -> None:
    assert set(FIELD_WORDS) == set(TELLABLE)


@pytest.mark.parametrize("english", sorted(set(FIELD_WORDS.values()) - _THE_SAME))
def test_every_field_is_called_by_its_dutch_word(english: str) -> None:
    assert translations("nl").gettext(english) != english


def test_staff_read_no_name_of_the_wire_in_what_cannot_be_told() -> None:
    (told,) = of_left_out({"offerForm": 3, "processingFee": 2, "vatRate": 1}, "nl")
    assert "aanbiedingsvorm (3), bewerkingskosten (2), btw-tarief (1)" in told
    assert not any(field in told for field in ("offerForm", "processingFee", "vatRate"))


def test_nothing_is_said_when_all_was_told() -> None:
    assert list(of_left_out({}, "nl")) == []


def test_gap_in_the_suppliers_numbers_is_told_with_both() -> None:
    (told,) = of_message('["number-gap 7 9"]', "nl")
    assert "nummer 7" in told and "9" in told
