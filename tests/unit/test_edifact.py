"""EDIFACT written by us and read by others: the escapes, the character set, the counts."""

import re
import warnings
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydifact.segmentcollection import Interchange

from gateway.transport.edifact import escaped, interchange, latin, message, pieces
from tests.simulators.vsmart import read_segments

NOON = datetime(2026, 3, 10, 12, 5, tzinfo=UTC)
LATIN = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), min_size=1)


def by_pydifact(content: bytes) -> list[list[object]]:
    """The segments between UNB and UNZ, as pydifact reads them."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns for each segment of which it does not know the structure
        return [
            [segment.tag, *segment.elements] for segment in Interchange.from_str(content.decode("iso-8859-1")).segments
        ]


def test_an_interchange_counts_its_messages_and_segments():
    content = interchange("000002:91", "I202:91", NOON, "REF1", [message("1", "ORDRSP:D:96A:UN", ["BGM+231+A+29"])])
    assert content == (
        b"UNA:+.? 'UNB+UNOC:3+000002:91+I202:91+260310:1205+REF1'UNH+1+ORDRSP:D:96A:UN'BGM+231+A+29'UNT+3+1'UNZ+1+REF1'"
    )


@pytest.mark.parametrize("title", ["Wie is 'De Rat'?", "1+1=3: een raadsel", "??", "het einde?", "'", "a?'b", "+?:"])
def test_separators_in_a_title_come_through_two_other_readers(title: str):
    content = interchange("1", "2", NOON, "R", [message("1", "X:D", [f"IMD+L+050+:::{escaped(title)}", "UNS+S"])])
    assert [each[3][3].rstrip() for each in by_pydifact(content) if each[0] == "IMD"] == [title]
    assert [each[3][3].rstrip() for each in read_segments(content) if each[0] == ["IMD"]] == [title]
    assert read_segments(content)[-2] == [["UNT"], ["4"], ["1"]]


@given(LATIN)
def test_any_latin_text_comes_through(text: str):
    written = latin(text)[0]
    content = interchange("1", "2", NOON, "R", [message("1", "X:D", [f"IMD+L+050+:::{escaped(written)}"])])
    assert read_segments(content)[2][3][3].rstrip() == written.rstrip()


@given(st.text())
def test_whatever_comes_in_goes_out_as_latin_1_on_one_line(text: str):
    written, done = latin(text)
    written.encode("iso-8859-1")
    assert written.isprintable() or "\xa0" in written or "\xad" in written
    assert done in ("", "spelled", "lost")


@pytest.mark.parametrize(
    ("given_text", "written", "done"),
    [
        ("naïef, één, Ångström", "naïef, één, Ångström", ""),
        ("voor €5 – “mooi” …", 'voor EUR5 - "mooi" ...', "spelled"),
        ("Škvorecký, Łódź, ĳs", "Skvorecký, Lódz, ijs", "spelled"),
        ("e\u0301e\u0301n", "één", ""),
        ("Война и мир", "????? ? ???", "lost"),
        ("twee\nregels\tlang", "twee regels lang", ""),
    ],
)
def test_letters_are_kept_spelled_out_or_said_to_be_lost(given_text: str, written: str, done: str):
    assert latin(given_text) == (written, done)


def test_a_question_mark_of_the_text_itself_is_not_a_lost_letter():
    assert latin("Wie? – ik") == ("Wie? - ik", "spelled")


@given(LATIN.filter(lambda text: "???" not in text))
def test_no_separator_follows_a_question_mark_that_stands_for_itself(text: str):
    naive = re.compile(r"(?<!\?)[:+']")
    parts = [naive.split(part) for part in pieces(text, 35)]
    assert all(len(each) == 1 for each in parts)
    assert not any(part.endswith("?") for part in pieces(text, 35))
    assert "".join(read_segments(f"X+{part}'".encode("latin-1"))[0][1][0] for part in pieces(text, 35)).rstrip() == (
        text.rstrip()
    )


def test_a_long_text_is_cut_before_it_is_escaped():
    assert pieces("a" * 34 + "'" + "b", 35) == ["a" * 34 + "?'", "b"]
