"""The order file of Wise: what its manual shows, and where we had to choose."""

import tomllib
from datetime import date

from lxml import etree

import schemas
from adapters.wise import order_file
from gateway.orders.model import Kind, Share
from tests.order_lines import a_line

FACTS = tomllib.loads(schemas.read("vendor/wise.toml").decode())["file"]


def written(*lines):
    """The file as a tree."""
    return etree.fromstring(
        order_file.write(
            lines,
            institution="I202",
            library_name="Bibliotheek Zandmeer",
            supplier="",
            supplier_names={"000002": "Boekleverancier", "000003": "Ander"},
            zone="Europe/Amsterdam",
        )
    )


def names(element):
    return [child.tag for child in element]


def test_an_order_stands_there_as_the_manual_shows_it():
    line = a_line(
        order_number="ABESTELV-1", order_line="WBV650", article_number="1270632", quantity=1,
        order_date=date(2021, 3, 2),
        shares=(Share(branch="2000", budget_code=None, copies=1),),
    )  # fmt: skip
    root = written(line)
    assert root.tag == FACTS["root"]
    order = root.find("orders/order")
    assert names(order) == FACTS["order"]
    assert [order.findtext(name) for name in FACTS["order"][:-1]] == [
        "ABESTELV-1", "000002", "Boekleverancier", "I202", "Bibliotheek Zandmeer", "210302000000", "ORDER",
    ]  # fmt: skip
    row = order.find("orderrows/orderrow")
    assert names(row) == FACTS["orderrow"]
    assert [row.findtext(name) for name in FACTS["orderrow"][:-1]] == ["WBV650", "2000", "1270632", "1", "OR"]
    item = row.find("items/item")
    assert [(each.tag, each.text) for each in item] == [
        ("item_id", "WBV650-0001"), ("product_id", "1270632"), ("status", "OR")
    ]  # fmt: skip
    product = root.find("products/product")
    assert [(each.tag, each.text) for each in product] == [
        ("product_id", "1270632"), ("article_number", "9789021408354"), ("title", "De tuin & het huis")
    ]  # fmt: skip


def test_copies_for_several_branches_are_rows_of_one_order_with_items_that_count_on():
    shares = (Share(branch="2001", budget_code="01", copies=2), Share(branch="2002", budget_code="02", copies=1))
    rows = written(a_line(order_line="L1", quantity=3, shares=shares)).findall("orders/order/orderrows/orderrow")
    assert [(row.findtext("relation_code"), row.findtext("amount")) for row in rows] == [("2001", "2"), ("2002", "1")]
    assert [item.text for row in rows for item in row.iter("item_id")] == ["L1-0001", "L1-0002", "L1-0003"]
    assert [row.findtext("sub_budget") for row in rows] == ["01", "02"]


def test_copies_on_transport_are_not_numbered_when_nobody_said_which_they_are():
    assert written(a_line(Kind.SHIPPED)).find(".//items") is None
    known = (Share(branch="2001", budget_code=None, copies=1, copy_id="L1-0007"),)
    assert written(a_line(Kind.SHIPPED, quantity=1, shares=known)).findtext(".//item_id") == "L1-0007"


def test_mutations_of_one_order_stand_together_in_the_order_of_their_coming():
    root = written(
        a_line(order_number="A", order_line="A1"),
        a_line(order_number="B", order_line="B1"),
        a_line(Kind.CHANGED, order_number="A", order_line="A1"),
        a_line(Kind.DELAYED, order_number="A", order_line="A1"),
        a_line(Kind.CHANGED, order_number="A", order_line="A1"),
    )
    found = [(order.findtext("referenceno"), order.findtext("message_type")) for order in root.iter("order")]
    assert found == [("A", "ORDER"), ("A", "CHANGE"), ("A", "DELAY"), ("A", "CHANGE"), ("B", "ORDER")]


def test_a_title_that_is_ordered_twice_is_one_product():
    root = written(a_line(order_line="1"), a_line(order_line="2"))
    assert len(root.findall("products/product")) == 1


def test_only_the_documented_message_is_not_our_choice():
    documented = {kind for kind, words in order_file.MESSAGES.items() if words[0] in FACTS["message_type"]}
    assert documented == {Kind.ORDERED}


def test_each_supplier_is_named_by_its_own_sender_code():
    root = written(a_line(sender="000002"), a_line(sender="000003"), a_line(sender="000004", order_number="B4"))
    named = [(order.findtext("supplier_code"), order.findtext("supplier_name")) for order in root.iter("order")]
    assert named == [("000002", "Boekleverancier"), ("000003", "Ander"), ("000004", None)]
