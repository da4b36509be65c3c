"""What a programmer reads when a mutation breaks the schema."""

import pytest
from lxml import etree

from gateway.flaws import find
from gateway.soap import contract
from gateway.soap.flaws import TOLD, Flaws
from tests.soap_messages import NS, a_header, a_mutation

DAY = "expected a day without a zone, such as 2026-03-10"
MOMENT = "expected a date and time with a zone, such as 2026-03-10T06:00:00+01:00"


def flaws_of(text: str, name: str = "mutation") -> list[str]:
    schema = contract.schema()
    assert not schema.validate(etree.fromstring(text.replace(f"<{name}>", f'<{name} xmlns="{NS}">', 1)))
    return [str(flaw) for flaw in find(schema.error_log, "M-1")]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"mutationId": ""}, "mutationId: is empty, expected at least one character"),
        ({"orderNumber": "x" * 21}, "orderNumber: found 21 characters, expected at most 20"),
        ({"quantity": "0"}, "quantity: found '0', expected a whole number from 1 to 9999"),
        ({"quantity": "10000"}, "quantity: found '10000', expected 9999 or less"),
        ({"quantity": "two"}, "quantity: found 'two', expected a whole number from 1 to 9999"),
        ({"occurredAt": "2026-03-09T10:00:00"}, f"occurredAt: found '2026-03-09T10:00:00', {MOMENT}"),
        ({"occurredAt": "2026-13-09T10:00:00Z"}, f"occurredAt: found '2026-13-09T10:00:00Z', {MOMENT}"),
        ({"orderDate": "2026-02-30"}, f"orderDate: found '2026-02-30', {DAY}"),
        ({"netPrice": "1,50"}, "netPrice: found '1,50', expected an amount such as 12.50"),
        ({"netPrice": "1.505"}, "netPrice: found '1.505', expected at most 2 digits after the point"),
        ({"netPrice": "-1"}, "netPrice: found '-1', expected 0 or more"),
        ({"ean": "978"}, "ean: found '978', expected 13 digits"),
        ({"currency": "eur"}, "currency: found 'eur', expected 3 capitals, such as EUR"),
        ({"orderLine": None}, "orderDate: is not expected here; expected orderLine"),
    ],
)  # fmt: skip
def test_a_flaw_names_the_element_what_was_found_and_what_was_expected(changes, sentence):
    assert flaws_of(a_mutation(**changes)) == [f"line 1, mutation M-1, {sentence}"]


def test_one_wrong_value_is_one_flaw_and_two_are_two():
    assert len(flaws_of(a_mutation(ean="9", quantity="x"))) == 2


def test_two_wrong_copies_on_one_line_are_two_flaws():
    copies = "<copies>" + "<copy><barcode>123456789012345</barcode></copy>" * 2 + "</copies>"
    mutation = a_mutation().replace("<branch>", f"{copies}<branch>")
    assert flaws_of(mutation) == ["line 1, mutation M-1, barcode: found 15 characters, expected at most 14"] * 2


def test_elements_inside_a_text_are_named_as_such():
    assert flaws_of(a_mutation(title="<b/>"))[0].endswith("title: holds elements; only text is allowed there")


def test_an_unfinished_element_says_what_comes_next():
    header = a_header(control="<mutationCount>1</mutationCount>")
    assert flaws_of(header, "header") == ["line 1, mutation M-1, control: is not complete; expected next copyCount"]


def test_a_long_value_is_cut_off():
    assert len(flaws_of(a_mutation(ean="9" * 100_000))[0]) < 500


def test_no_namespace_and_no_word_of_the_parser_reaches_the_reader():
    for sentence in flaws_of(a_mutation(colour="red", ean="x", kind="?")):
        assert "{" not in sentence and "facet" not in sentence and "atomic" not in sentence


def test_flaws_are_told_in_the_order_of_their_lines_and_counted_beyond_the_first():
    schema = contract.schema()
    flaws = Flaws()
    for line in range(50, 0, -1):
        mutation = a_mutation(ean="9").replace("<mutation>", f'<mutation xmlns="{NS}">')
        assert not schema.validate(etree.fromstring("\n" * (line - 1) + mutation))
        flaws.find(schema.error_log)
    assert flaws.count == 50
    told = str(flaws.refusal()).splitlines()
    assert len(told) == TOLD + 1
    lines = [int(each.split(",")[0].split(":")[0].removeprefix("line ")) for each in told[1:]]
    assert lines == sorted(lines)
    assert all(each.endswith("ean: found '9', expected 13 digits") for each in told[1:])
