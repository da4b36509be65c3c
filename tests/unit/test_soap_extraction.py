"""From checked XML to rows and headers."""

from datetime import UTC, datetime, timedelta

import pytest
from lxml import etree

from gateway.orders.model import WIRE_FIELDS
from gateway.soap import extraction
from tests.soap_messages import NS, a_header, a_mutation


def row_of(**changes: str | None) -> dict[str, str | None]:
    element = etree.fromstring(a_mutation(**changes).replace("<mutation>", f'<mutation xmlns="{NS}">'))
    return dict(zip(WIRE_FIELDS, extraction.row(element), strict=True))


def header_of(**changes: str | None):
    element = etree.fromstring(a_header(**changes).replace("<header>", f'<header xmlns="{NS}">'))
    return extraction.header(element)


def test_a_row_has_every_field_of_the_wire_and_nothing_for_what_is_absent():
    row = row_of(author=None)
    assert list(row) == list(WIRE_FIELDS)
    assert (row["mutationId"], row["kind"], row["quantity"]) == ("M-1", "ORDERED", "1")
    assert row["author"] is None and row["copies"] is None and row["extension"] is None


def test_an_empty_element_says_as_much_as_an_absent_one():
    assert row_of(libraryReference="")["libraryReference"] is None
    assert row_of(libraryReference="  \n ")["libraryReference"] is None
    assert row_of(author="")["author"] is None


@pytest.mark.parametrize("text", [" ROMAN", "ROMAN ", "\n\tROMAN\r\n"])
def test_white_space_around_codes_is_taken_away(text: str):
    assert row_of(budgetCode=text)["budgetCode"] == "ROMAN"


def test_white_space_inside_a_token_becomes_one_space():
    assert row_of(orderNumber="O \n\t 1")["orderNumber"] == "O 1"


def test_a_no_break_space_is_a_character_like_any():
    assert row_of(orderNumber="\xa0O\u20031")["orderNumber"] == "\xa0O\u20031"


@pytest.mark.parametrize("field", ["title", "author", "publisher", "reasonText"])
def test_texts_for_people_keep_their_spaces(field: str):
    assert row_of(**{field: "  Een  titel\nop twee regels "})[field] == "  Een  titel\nop twee regels "


def test_copies_are_a_list_of_their_five_values():
    copies = "<copy><copyId> 1-1 </copyId><note> Etalage </note></copy><copy><branch>2002</branch><barcode/></copy>"
    assert row_of(copies=copies)["copies"] == (
        '[["1-1",null,null," Etalage ",null],[null,"2002",null,null,null]]'
    )  # fmt: skip


def test_no_copies_at_all_are_the_same_as_none_given():
    assert row_of(copies="")["copies"] is None


def test_strangers_in_mutation_and_copies_are_kept_in_canonical_form():
    strange = "<x:b xmlns:x='urn:x'  z='1' a='2'/>"
    row = row_of(copies=f"<copy>{strange}</copy>{strange}", route=f"PSO</route>{strange}<route>CB")
    assert row["extension"] == '<x:b xmlns:x="urn:x" a="2" z="1"></x:b>' * 3


def test_a_header_becomes_values():
    header = header_of(
        messageId=" B-7 ",
        messageNumber="+7",
        test="1",
        periodFrom="2026-03-09T00:00:00Z",
    )
    assert (header.message_id, header.message_number, header.test) == ("B-7", 7, True)
    assert (header.sender, header.institution, header.customer_number) == ("123456", "I200", "20000")
    assert header.created_at == datetime(2026, 3, 10, 4, tzinfo=UTC)
    assert header.period_from == datetime(2026, 3, 9, tzinfo=UTC)
    assert (header.control.mutation_count, header.control.copy_count, header.control.total_amount) == (1, 1, 0)


def test_a_period_without_zone_is_dutch_time():
    assert header_of(periodTo="2026-07-09T12:00:00").period_to.utcoffset() == timedelta(hours=2)


def test_what_a_header_leaves_out_has_its_default():
    header = header_of()
    assert (header.message_number, header.test, header.period_from, header.period_to) == (None, False, None, None)
    assert header_of(test="").test is False


def test_amounts_are_cents():
    control = "<mutationCount>2</mutationCount><copyCount>3</copyCount><totalAmount>1234.5</totalAmount>"
    assert header_of(control=control).control.total_amount == 123450
