"""What a cell of a list may say: read strictly, so that no amount becomes another one."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gateway.money import Cents, dutch, plain
from gateway.orders import cells
from gateway.orders.cells import Row

AMOUNTS = st.integers(0, 99_999_999_999).map(Cents)


def _amount(text: str) -> Cents | None:
    return cells.amount(Row(2, {"net_price": text}), "net_price")


def _meant(text: str) -> int:
    """What a person means by an amount: its last sign parts the decimals, every other only helps the eye."""
    mark = max(text.rfind("."), text.rfind(","))
    whole, decimals = (text, "") if mark < 0 else (text[:mark], text[mark + 1 :])
    return int("".join(sign for sign in whole if sign not in ".,") + decimals.ljust(2, "0"))


@given(AMOUNTS)
def test_amount_is_read_as_it_was_written_in_dutch_and_plain(amount: Cents) -> None:
    assert _amount(dutch(amount)) == _amount(plain(amount)) == _amount(plain(amount).replace(".", ",")) == amount


@given(st.integers(0, 999), st.sampled_from(".,"), st.integers(0, 999))
def test_amount_with_one_sign_and_three_digits_is_never_guessed(whole: int, sign: str, rest: int) -> None:
    with pytest.raises(ValueError, match=f"can be read in two ways: write {whole}{rest:03d},00"):
        _amount(f"{whole}{sign}{rest:03d}")


@given(AMOUNTS)
def test_amount_below_nothing_is_refused(amount: Cents) -> None:
    with pytest.raises(ValueError, match="not below nothing"):
        _amount(f"-{plain(amount)}")


@given(st.text("0123456789.,-+ €e", min_size=1, max_size=14))
@example("1.250")
@example("1,250.00")
@example("1.250.000")
@example("12.50,00")
@example("1e3")
def test_whatever_is_taken_as_an_amount_says_what_it_says(text: str) -> None:
    try:
        read = _amount(text)
    except ValueError:
        return
    assert read == _meant(text)


@pytest.mark.parametrize("text", ["1,250.00", "1.250.000", "12.50,00", "1e3", "€ 5,00", "NaN", "5,", "٣", "1234.567"])
def test_what_is_no_amount_is_refused_with_its_column(text: str) -> None:
    with pytest.raises(ValueError, match="net_price must be an amount such as 1250,00"):
        _amount(text)


@pytest.mark.parametrize("text", ["31-01-2026", "20260131", "2026-W05-1", "2026-02-30", "2026-1-31"])
def test_only_the_one_way_to_write_a_day_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match="order_date must be a day such as 2026-01-31"):
        cells.day(Row(2, {"order_date": text}), "order_date")


@pytest.mark.parametrize(("text", "read"), [("ja", True), ("NEE", False), ("yes", True), ("0", False), ("", None)])
def test_yes_and_no_are_read_in_both_languages(text: str, read: bool | None) -> None:
    assert cells.yes(Row(2, {"blocked": text}), "blocked") is read


@pytest.mark.parametrize(("text", "read"), [("1", 1), ("9999", 9999), ("", None)])
def test_number_is_read_up_to_both_ends(text: str, read: int | None) -> None:
    assert cells.number(Row(2, {"copies": text}), "copies", 1, 9999) == read


@pytest.mark.parametrize("text", ["0", "10000", "-1", "1.5", "٣"])
def test_number_outside_its_ends_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="copies must be a whole number from 1 to 9999"):
        cells.number(Row(2, {"copies": text}), "copies", 1, 9999)
