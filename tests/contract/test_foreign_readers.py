"""What we write for library systems, read by programs that others wrote: Perl's Business::Edifact, and yaz."""

import io
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pymarc import MARCReader
from pymarc.marcxml import parse_xml_to_array

from adapters.koha.entry import as_cancelled
from gateway.order_files import new_titles, order_response
from gateway.orders.model import Kind, Share
from gateway.orders.system import SystemLine
from tests.order_lines import a_line, a_mutation, everything

READER = Path(__file__).parents[1] / "readers" / "edifact.pl"
edifact = pytest.mark.program("Business::Edifact::Interchange")
yaz = pytest.mark.program("yaz-marcdump")


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., list[dict[str, Any]]]:
    """Order lines, written as an order response and read back: its messages."""

    def written_and_read(*lines: SystemLine) -> list[dict[str, Any]]:
        numbered = list(enumerate(lines, start=1))
        file = tmp_path / "orders.edi"
        file.write_bytes(order_response.write(numbered, institution="I202", zone="Europe/Amsterdam").content)
        done = subprocess.run(["perl", READER, file], capture_output=True, check=True)
        assert done.stderr == b""
        return list(json.loads(done.stdout))

    return written_and_read


def described(line: dict[str, Any]) -> dict[str, str]:
    """The texts of a title by their code; a long one comes in parts."""
    texts: dict[str, str] = {}
    for each in line["item_description"]:
        texts[each["code"]] = texts.get(each["code"], "") + each["text"]
    return texts


@edifact
def test_edifact_reader_finds_each_order_with_its_parties_and_lines(read: Any) -> None:
    first, second = read(a_line(order_number="A"), a_line(order_number="B"), a_line(Kind.CHANGED, order_number="A"))
    assert [message["type"] for message in (first, second)] == ["ORDRSP", "ORDRSP"]
    assert first["message_reference"] == {"qualifier": "ON", "number": "A"}
    assert [each["NAD"][1][0] for each in first["addresses"]] == ["I202", "000002"]
    assert [line["line_number"] for line in first["lines"]] == ["1", "3"] and first["summary_count"] == "2"
    assert (first["currency"][1], first["message_date"]) == ("EUR", "202603100930")


@edifact
@pytest.mark.parametrize(
    ("kind", "action", "reason"),
    [
        (Kind.ORDERED, "5", ["902", "12B", "28"]),
        (Kind.CHANGED, "24", ["902", "12B", "28"]),
        (Kind.DELAYED, "24", ["902", "12B", "28"]),
        (Kind.CANCELLED, "2", ["902", "12B", "28"]),
        (Kind.SHIPPED, "5", ["902", "12B", "28"]),
    ],
)
def test_edifact_reader_finds_every_field_of_each_kind(read: Any, kind: Kind, action: str, reason: list[str]) -> None:
    [[line]] = [message["lines"] for message in read(everything(kind))]
    assert (line["action_req"], line["quantity"], line["item_number"]) == (action, "1", "9789025870379")
    assert described(line) == {
        "009": "Schrijver, Anna", "050": "Een titel als geen ander", "120": "Uitgeverij Voorbeeld", "170": "1987"
    }  # fmt: skip
    [copy] = line["related_numbers"]
    expected = {"LLO": "2077", "LFN": "BUDGET7", "LCO": "COPY-0042", "LAC": "30123456789012"}
    assert {name: copy[name] for name in expected} == {name: [value] for name, value in expected.items()}
    assert [each["price"] for each in line["price"]] == ["21.11", "24.99"]
    assert line["tax"][0]["rate"] == "9.01"
    assert ["44", "20270819", "102"] in (line["datetimeperiod"], *line["datetimeperiod"])
    told = json.dumps(line)
    assert all(each in told for each in ("LINE-23", "LIBREF-5", "ART445566", "9789044622355"))


@edifact
def test_edifact_reader_finds_the_packing_slip_of_what_is_on_transport(read: Any) -> None:
    [message] = read(a_line(Kind.SHIPPED, packing_slip="PB-77"))
    [line] = message["lines"]
    assert ["DQ", "PB-77"] in (line["item_reference"], *line["item_reference"])
    assert ["11", "202603100930", "203"] in (line["datetimeperiod"], *line["datetimeperiod"])


@edifact
def test_edifact_reader_finds_copies_per_branch(read: Any) -> None:
    shares = (Share("NOORD", "JF01", 2), Share("ZUID", "V02", 1, copy_id="C-3"))
    [message] = read(a_line(quantity=3, shares=shares))
    copies = message["lines"][0]["related_numbers"]
    assert [(each["LLO"], each["LFN"], each.get("LQT")) for each in copies] == [
        (["NOORD"], ["JF01"], ["2"]), (["ZUID"], ["V02"], None)
    ]  # fmt: skip


@edifact
@pytest.mark.parametrize("title", ["Wie is 'De Rat'?", "1+1=3: een raadsel", "Één hond", "Zwart?", "?+:'"])
def test_edifact_reader_reads_titles_as_they_were(read: Any, title: str) -> None:
    [message] = read(a_line(title=title), a_line(order_line="2"))
    assert described(message["lines"][0])["050"].rstrip() == title
    assert len(message["lines"]) == 2


@edifact
def test_edifact_reader_finds_the_last_reason_and_kohas_own_number_in_its_cancellation(read: Any) -> None:
    cancelled = as_cancelled(a_line(Kind.CANCELLED, order_line="L1"), {"order_id": 41})
    [message] = read(cancelled, a_line(Kind.CANCELLED, order_line="L2"))
    first, second = message["lines"]
    assert ["LI", "41"] in first["item_reference"][-1]
    assert (first["action_req"], first["free_text"]["reference"]) == ("2", ["OP", "8B", "28"])
    assert second["line_number"] == "2"


TITLES = (
    a_mutation(title="Škoda & <co>", author="Толстой, Лев", ppn="401234567", publisher="Uitgever",
               publication_year=2026, article_number="A17"),
    a_mutation(title="Een spel: met twee punten", ean="8712345678906"),
)  # fmt: skip


@yaz
def test_yaz_reads_the_same_records_as_we_wrote(tmp_path: Path) -> None:
    file = tmp_path / "titles.xml"
    file.write_bytes(new_titles.write(TITLES))
    asked = ["yaz-marcdump", "-i", "marcxml", "-o", "line", file]
    done = subprocess.run(asked, capture_output=True, check=True, text=True)
    assert done.stderr == ""
    book, game = done.stdout.strip().split("\n\n")
    for expected in (
        "00000nam a2200000 5 4500", "020    $a 9789021408354", "035    $a (PPN)401234567", "037    $a A17",
        "100 1  $a Толстой, Лев", "245 10 $a Škoda & <co>", "264  1 $b Uitgever $c 2026",
    ):  # fmt: skip
        assert expected in book
    assert "024 3  $a 8712345678906" in game and "245 00 $a Een spel: met twee punten" in game


@yaz
def test_yaz_makes_binary_marc_of_it_that_pymarc_reads(tmp_path: Path) -> None:
    file = tmp_path / "titles.xml"
    file.write_bytes(new_titles.write(TITLES))
    asked = ["yaz-marcdump", "-i", "marcxml", "-o", "marc", file]
    binary = list(MARCReader(subprocess.run(asked, capture_output=True, check=True).stdout))
    ours = parse_xml_to_array(io.BytesIO(new_titles.write(TITLES)))
    assert [each.as_dict()["fields"] for each in binary] == [each.as_dict()["fields"] for each in ours]
