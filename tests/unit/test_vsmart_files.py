"""The files for V-Smart, each read back by a reader that is not ours."""

import io
from datetime import date

import pytest
from lxml import etree
from pymarc.marcxml import parse_xml_to_array

from adapters.vsmart import ANSWERS, ship_notice
from gateway.order_files import new_titles, order_response
from gateway.order_files.answer_file import UnreadableAnswer
from gateway.orders.model import Kind, LineState, Share
from tests.order_lines import a_line, a_mutation
from tests.simulators.vsmart import read_order_response, read_segments


def response(*lines):
    """Lines as an order response."""
    return order_response.write(list(enumerate(lines, start=1)), institution="I202", zone="Europe/Amsterdam")


def segments(*lines):
    """The segments of a response as text, escapes taken away."""
    return ["+".join(":".join(part) for part in segment) for segment in read_segments(response(*lines).content)]


def test_an_order_line_tells_title_copies_prices_and_references():
    shares = (
        Share(branch="NOORD", budget_code="JF01", copies=2),
        Share(branch="ZUID", budget_code="V02", copies=1, copy_id="C-3", barcode="30123456789012", note="voor de KJV"),
    )
    line = a_line(order_line="L1", quantity=3, shares=shares, author="Jansen, Piet", library_reference="REF9")
    found = segments(line)
    for expected in (
        "BGM+231", "RFF+ON:WBV650", "DTM+171:20260309:102", "NAD+BY+I202::91", "NAD+SU+000002::91", "CUX+2:EUR:9",
        "LIN+1+5+9789021408354:EN", "IMD+L+009+:::Jansen, Piet", "IMD+L+050+:::De tuin & het huis", "QTY+21:3",
        "GIR+001+NOORD:LLO+JF01:LFN+2:LQT", "GIR+002+ZUID:LLO+V02:LFN+C-3:LCO+30123456789012:LAC",
        "FTX+LIN++100:12B:28",
        "FTX+LIN+++voor de KJV", "PRI+AAA:12.95", "RFF+SLI:L1", "RFF+LI:REF9", "UNS+S", "CNT+2:1",
    ):  # fmt: skip
        assert any(each.startswith(expected) for each in found), expected


def test_a_cancellation_carries_action_and_reason():
    found = segments(a_line(Kind.CANCELLED, order_line="L1", reason_text="Niet meer leverbaar?+"))
    assert "LIN+1+2+9789021408354:EN" in found
    assert "FTX+LIN++223:12B:28" in found
    assert "FTX+LIN++OP:8B:28+Niet meer leverbaar?+" in found
    assert "QTY+1:2" in found


def test_a_cancellation_without_a_code_says_that_no_reason_was_given():
    assert "FTX+LIN++220:12B:28" in segments(a_line(Kind.CANCELLED, action_code=None, reason_code=None))


def test_a_delay_carries_the_expected_date():
    found = segments(a_line(Kind.DELAYED, expected_date=date(2026, 6, 1)))
    assert "DTM+44:20260601:102" in found and "FTX+LIN++400:12B:28" in found and "FTX+LIN++NP:8B:28" in found


def test_each_order_is_a_message_and_lines_count_on_over_the_batch():
    entries = list(
        read_order_response(
            response(
                a_line(order_number="A", order_line="A1"),
                a_line(order_number="B", order_line="B1"),
                a_line(Kind.CHANGED, order_number="A", order_line="A1"),
            ).content
        )
    )
    assert [(entry.order, entry.position, entry.action) for entry in entries] == [
        ("A", 1, "ORDERED"), ("A", 3, "CHANGED"), ("B", 2, "ORDERED")
    ]  # fmt: skip


def test_a_long_title_is_cut_in_components_of_35_and_comes_through_whole():
    title = "Alles over tuinieren op het balkon: " * 8
    found = [each for each in read_segments(response(a_line(title=title)).content) if each[0] == ["IMD"]]
    parts = [part for segment in found for part in segment[3][3:]]
    assert "".join(parts) == title
    assert max(map(len, parts)) == 35 and max(len(segment[3]) for segment in found) == 5


def test_the_same_lines_give_the_same_bytes_and_others_do_not():
    assert response(a_line()).content == response(a_line()).content
    assert response(a_line()).reference != response(a_line(quantity=3)).reference


def test_letters_that_latin_1_does_not_have_are_named():
    altered = response(a_line(title="Škoda", author="Толстой")).altered[1]
    assert (altered.spelled, altered.lost) == (["title"], ["author"])


def test_new_titles_are_read_by_pymarc():
    content = new_titles.write(
        [
            a_mutation(title="Škoda & <co>", author="Толстой, Лев", ppn="401234567", publisher="Uitgever",
                       publication_year=2026, article_number="A17"),
            a_mutation(title="Een spel", ean="8712345678906"),
        ]
    )  # fmt: skip
    book, game = parse_xml_to_array(io.BytesIO(content))
    assert book.title == "Škoda & <co>" and book.author == "Толстой, Лев" and book.isbn == "9789021408354"
    assert book["035"]["a"] == "(PPN)401234567" and book["037"]["a"] == "A17"
    assert (book["264"]["b"], book["264"]["c"]) == ("Uitgever", "2026")
    assert (game["024"]["a"], game["024"].indicator1, game.isbn) == ("8712345678906", "3", None)


def test_a_title_ordered_twice_is_one_record_and_no_title_is_no_file():
    assert len(parse_xml_to_array(io.BytesIO(new_titles.write([a_mutation(), a_mutation(order_line="2")])))) == 1
    assert new_titles.write([a_mutation(title=None)]) == b""


def test_each_packing_slip_is_a_notice():
    lines = [
        a_line(Kind.SHIPPED, order_line="L1", packing_slip="P1"),
        a_line(Kind.SHIPPED, order_line="L2", packing_slip="P2"),
        a_line(Kind.SHIPPED, order_line="L3", packing_slip="P1", state_before=LineState.DELAYED),
    ]
    notices = [
        etree.fromstring(notice)
        for notice in ship_notice.write(
            list(enumerate(lines, start=1)),
            institution="I202",
            library_name="Zandmeer",
            sender_names={"000002": "Leverancier"},
            zone="Europe/Amsterdam",
        )
    ]
    assert [notice.findtext("Header/ShipNoticeNumber") for notice in notices] == ["P1", "P2"]
    assert [each.text for each in notices[0].iterfind("ItemDetail/LineNumber")] == ["1", "3"]
    assert notices[0].findtext("Header/IssueDateTime") == "20260310T0930"
    assert notices[0].findtext("Summary/UnitsShipped") == "4"


def test_an_acknowledgement_is_read_in_both_encodings():
    for encoding in ("utf-8", "iso-8859-1"):
        rows = ANSWERS.read("1;ACCEPTED;\n2;REFUSED;Budget één is op; bel even\n".encode(encoding))
        assert [(row.position, row.accepted, row.reason) for row in rows] == [
            (1, True, ""), (2, False, "Budget één is op; bel even")
        ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"0;ACCEPTED;", b"-1;ACCEPTED;", b"1;OK;", b"<html>", b"1;ACCEPTED;\n2;REF"])
def test_an_acknowledgement_that_does_not_keep_the_format_is_not_guessed_at(content: bytes):
    with pytest.raises(UnreadableAnswer):
        ANSWERS.read(content)
