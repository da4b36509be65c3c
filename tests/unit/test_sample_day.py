"""A day from the generator is one that a supplier could have had, and the contract holds for it."""

from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from lxml import etree

import schemas
from gateway.orders import imports, tables_in
from gateway.orders.model import Channel, Kind, Mutation
from gateway.supplier import books, demonstration, message, sample
from gateway.supplier.message import Day

ON = date(2026, 3, 10)
ASKED = {"institution": "I202", "sender": "000002", "branches": ["2021", "2022"], "budget_codes": ["JEUGD", "FICTIE"]}


def a_day(n: int = 3_000, seed: int = 1, **other: object) -> Day:
    return sample.day(n, seed, **{**ASKED, "on": ON, **other})


def a_demonstration() -> Day:
    return demonstration.day(**ASKED, on=ON)


def written(day: Day) -> bytes:
    return b"".join(message.request_xml(day))


@pytest.mark.parametrize("day", [a_day(), a_demonstration()], ids=["sample", "demonstration"])
def test_a_day_keeps_the_contract(day: Day) -> None:
    validator = etree.XMLSchema(etree.fromstring(schemas.read("orders/v1/orders.xsd")))
    validator.assertValid(etree.fromstring(written(day)))


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert written(a_day()) == written(a_day())


def test_the_mutations_of_a_day_can_be_read_again_and_again() -> None:
    day = a_day(50)
    assert list(day.mutations()) == list(day.mutations())


@pytest.mark.parametrize("other", [{"seed": 2}, {"institution": "I203"}, {"n": 2_999}, {"branches": ["2021"]}])
def test_days_that_differ_share_no_mutation_id_and_no_message_id(other: dict[str, object]) -> None:
    one, two = a_day(), a_day(**other)
    assert one.header.message_id != two.header.message_id
    assert not {each.mutation_id for each in one.mutations()} & {each.mutation_id for each in two.mutations()}


def test_a_trial_of_a_day_tells_the_same_mutations() -> None:
    real, trial = a_day(20), a_day(20, test=True)
    assert trial.header.test
    assert list(real.mutations()) == list(trial.mutations())


def test_control_totals_are_what_a_reader_of_the_xml_counts() -> None:
    day = a_day()
    request = etree.fromstring(written(day))
    spaces = {"o": message.NAMESPACE}
    cents = 0
    for mutation in request.iterfind("o:mutations/o:mutation", spaces):
        price = mutation.findtext("o:netPrice", "0.00", spaces)
        cents += int(mutation.findtext("o:quantity", "", spaces)) * int(price.replace(".", ""))
    assert day.header.control.total_amount == cents
    assert day.header.control.mutation_count == len(request.findall("o:mutations/o:mutation", spaces)) == 3_000
    assert day.header.control.copy_count == sum(each.quantity for each in day.mutations())


def test_every_isbn_and_ppn_has_the_right_check_digit() -> None:
    told = list(a_day().mutations())
    for each in told:
        digits = [int(digit) for digit in each.ean or ""]
        assert len(digits) == 13
        assert sum(digits[::2]) % 10 == (10 - 3 * sum(digits[1::2]) % 10) % 10
        assert (each.ean or "")[:5] in ("97890", "97894")
    for ppn in filter(None, (each.ppn for each in told)):
        values = [10 if digit == "X" else int(digit) for digit in ppn]
        assert sum(value * weight for weight, value in enumerate(reversed(values), start=1)) % 11 == 0


def test_a_known_isbn_and_a_known_ppn_are_completed_as_printed() -> None:
    assert books.isbn13("978030640615") == "9780306406157"
    assert books.ppn("030640615") == "0306406152"  # the same sum as an ISBN of ten
    assert books.ppn("080442957") == "080442957X"


def test_kinds_come_in_the_proportions_of_an_ordinary_day() -> None:
    share = {kind: count / 3_000 for kind, count in Counter(each.kind for each in a_day().mutations()).items()}
    assert 0.50 < share[Kind.ORDERED] < 0.62
    assert 0.25 < share[Kind.SHIPPED] < 0.35
    assert all(0.01 < share[kind] < 0.10 for kind in (Kind.DELAYED, Kind.CHANGED, Kind.CANCELLED))


def test_later_events_speak_of_copies_that_are_still_open() -> None:
    still: dict[tuple[str, str], int] = {}
    for each in a_day().mutations():
        line = (each.order_number, each.order_line)
        if each.kind is Kind.ORDERED:
            assert line not in still
            still[line] = each.quantity
        elif each.channel is Channel.SHOP:
            assert line not in still
            still[line] = 0
        else:
            assert 0 < each.quantity <= still[line]
            still[line] -= each.quantity if each.kind in (Kind.SHIPPED, Kind.CANCELLED) else 0


def test_lines_that_were_open_before_the_day_are_spoken_of_too() -> None:
    before = [each.line for each in demonstration.open_orders("I202", ["2021"], ["JEUGD"], ON)]
    told = {(each.order_number, each.order_line) for each in a_day(200, open_orders=before).mutations()}
    assert {(line.order_number, line.order_line) for line in before} & told


def test_a_day_runs_from_morning_to_evening() -> None:
    moments = [each.occurred_at for each in a_day().mutations()]
    assert all(one <= other for one, other in pairwise(moments))
    assert (moments[0].hour, moments[-1].hour) == (7, 18)
    assert {moment.utcoffset() for moment in moments} == {a_day(1).header.created_at.utcoffset()}


def test_divided_lines_name_a_copy_for_each_of_their_quantity() -> None:
    divided = [each for each in a_day().mutations() if each.copies]
    assert divided
    assert all(len(each.copies) == each.quantity for each in divided)


def test_texts_hold_accents_the_euro_and_what_xml_must_escape() -> None:
    text = "".join(each.title or "" for each in a_day().mutations())
    assert all(sign in text for sign in "éëÀèç€’&<")


def test_a_library_without_budget_codes_gets_none() -> None:
    assert all(each.budget_code is None for each in a_day(100, budget_codes=[]).mutations())


def _of(kind: Kind) -> list[Mutation]:
    return [each for each in a_demonstration().mutations() if each.kind is kind]


def test_the_demonstration_holds_the_examples_that_libraries_are_given() -> None:
    assert {Channel.WEBSHOP, Channel.PHONE, Channel.SELECTION_SERVICE} <= {each.channel for each in _of(Kind.ORDERED)}
    ordered = {(each.order_number, each.order_line) for each in _of(Kind.ORDERED)}
    (shop,) = (each for each in _of(Kind.SHIPPED) if each.channel is Channel.SHOP)
    assert (shop.order_number, shop.order_line) not in ordered
    assert any((each.order_number, each.order_line) in ordered for each in _of(Kind.SHIPPED))
    assert ("223", "OP") in {(each.action_code, each.reason_code) for each in _of(Kind.CANCELLED)}


def test_the_demonstration_holds_what_goes_wrong_on_an_ordinary_day() -> None:
    told = list(a_demonstration().mutations())
    ids = Counter(each.mutation_id for each in told)
    (twice,) = (name for name, times in ids.items() if times == 2)
    assert len({each for each in told if each.mutation_id == twice}) == 1
    assert {each.budget_code for each in told} - {"JEUGD", "FICTIE", None} == {"JEUGD-OUD"}
    assert len(_of(Kind.DELAYED)) == 2
    assert len(_of(Kind.CHANGED)) == 1


def test_the_demonstration_speaks_of_the_orders_that_stand_open() -> None:
    before = demonstration.open_orders("I202", ASKED["branches"], ASKED["budget_codes"], ON)
    still = {(each.line.order_number, each.line.order_line): each.line.quantity for each in before}
    later = [each for each in a_demonstration().mutations() if (each.order_number, each.order_line) in still]
    assert {each.kind for each in later} == {Kind.CANCELLED, Kind.DELAYED, Kind.CHANGED, Kind.SHIPPED}
    assert all(each.quantity <= still[each.order_number, each.order_line] for each in later)


def test_the_open_orders_are_a_list_that_a_library_could_hand_in(tmp_path: Path) -> None:
    orders = demonstration.open_orders("I202", ["2021"], ["JEUGD"], ON)
    (tmp_path / "open-orders.csv").write_text(demonstration.as_csv(orders, "000002"), encoding="utf-8")
    read = tables_in.rows(tmp_path / "open-orders.csv", (), imports.OPEN_ORDER_COLUMNS)
    assert [row["order_number"] for row in read] == [each.line.order_number for each in orders]
    assert read[2]["title"] == "Rondkomen met € 50 per week"
    assert {row["copies"] for row in read} == {str(each.line.quantity) for each in orders}
