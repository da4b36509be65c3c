"""Messages that cannot be taken, pushed at a running gateway: a fault to act on, and nothing is half kept."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.accounts import suppliers
from gateway.money import Cents
from gateway.orders.store import tables
from gateway.supplier.message import envelope_xml
from tests.builders import a_mutation
from tests.serving import a_stage_to_serve, log_of, posted, pushed, sent, serving, until
from tests.stage import SOAP11, Answer, Stage, a_stage, wrong

KEPT = sorted(
    {name: table for name, table in vars(tables).items() if isinstance(table, sa.Table) and name != "refusals"}
)
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
SOAP12_TYPE = "application/soap+xml; charset=utf-8"


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("gateway")
    with a_stage_to_serve(folder) as stage, serving(stage):
        suppliers.bind(stage.gateway.database, "supplier", ["I202"])
        pushed(stage, "BEFORE", a_mutation(mutation_id="BEFORE"))
        until(lambda: stage.rows("select count(*) from runs where finished_at is not null")[0][0] == 1)
        yield stage


@pytest.fixture(autouse=True)
def _nothing_is_kept_and_the_next_push_is_served(stage: Stage) -> Iterator[None]:
    before = _counts(stage)
    yield
    assert _counts(stage) == before
    assert sent(stage, message_id=f"AFTER-{stage.sent}", test=True).status == 200
    assert "Traceback" not in log_of(stage)


def test_day_that_breaks_off_anywhere_is_refused_by_its_line(stage: Stage) -> None:
    whole = _a_day(stage, 3)
    last_line = len(whole.splitlines())
    for cut in range(1, len(whole.rstrip()), max(len(whole) // 40, 1)):
        answer = posted(stage, whole[:cut])
        _is_a_fault(answer, "invalid-message", "not well-formed XML")
        assert 1 <= int(answer.text("line") or "0") <= last_line, cut


@pytest.mark.parametrize(
    ("body", "says"),
    [(b"", "no content"), (b"\x00\x01\x02", "not well-formed"), (b"PK\x03\x04 a zip file", "not well-formed"),
     (b"M-1;ORDERED;2", "not well-formed"), (b"<html><body>Bestelling</body></html>", "root is 'html'")],
    ids=["nothing", "bytes", "a zip", "a csv", "a web page"],
)  # fmt: skip
def test_what_is_no_message_at_all_is_refused_by_what_it_is(stage: Stage, body: bytes, says: str) -> None:
    _is_a_fault(posted(stage, body), "invalid-message", says)


def test_wrong_encodings_are_refused_by_what_is_declared_and_what_is_sent(stage: Stage) -> None:
    text = _a_day(stage, 1, title="Café in de straat").decode()
    declared = text.partition("?>")[2] if text.startswith("<?xml") else text
    latin = posted(stage, declared.encode("latin-1"))
    _is_a_fault(latin, "invalid-message", "encoding")
    assert latin.text("line")
    other = posted(stage, ('<?xml version="1.0" encoding="ISO-8859-1"?>' + declared).encode("latin-1"))
    _is_a_fault(other, "invalid-message", "charset utf-8")


@pytest.mark.parametrize(
    ("found", "instead", "element", "says"),
    [
        ("<quantity>2<", "<quantity>two<", "quantity", "expected a whole number from 1 to 9999"),
        ("<quantity>2<", "<quantity>0<", "quantity", "expected"),
        ("<kind>ORDERED<", "<kind>BESTELD<", "kind", "expected one of"),
        ("+00:00</occurredAt>", "</occurredAt>", "occurredAt", "with a zone"),
        ("<ean>9789000000012<", "<ean>978-90-00<", "ean", "13 digits"),
        ("<currency>EUR<", "<currency>euro<", "currency", "3 capitals"),
        ("<quantity>", "<colour>red</colour><quantity>", "colour", "is not expected here"),
        ("<netPrice>15.99<", "<netPrice>15,99<", "netPrice", "an amount such as 12.50"),
    ],
)
def test_schema_error_in_a_mutation_is_told_with_its_line_mutation_and_element(
    stage: Stage, found: str, instead: str, element: str, says: str
) -> None:
    text = _a_day(stage, 5).decode()
    before, mark, rest = text.partition("<mutationId>M-3<")
    assert mark and found in rest
    answer = posted(stage, (before + mark + rest.replace(found, instead, 1)).encode())
    _is_a_fault(answer, "invalid-message", says)
    assert (answer.text("mutationId"), answer.text("element")) == ("M-3", element)
    assert answer.text("line") == str((before + mark + rest[: rest.index(found)]).count("\n") + 1)


@pytest.mark.parametrize(
    ("found", "instead", "element"),
    [
        ("<senderCode>000002<", "<senderCode>2<", "senderCode"),
        ("<institutionCode>I202<", "<institutionCode>202<", "institutionCode"),
        ("<customerNumber>100200</customerNumber>", "", "institutionCode"),
        ("<mutationCount>5</mutationCount>", "", "copyCount"),
    ],
)
def test_schema_error_in_the_header_is_told_with_its_line_and_element(
    stage: Stage, found: str, instead: str, element: str
) -> None:
    text = _a_day(stage, 5).decode()
    assert found in text
    answer = posted(stage, text.replace(found, instead).encode())
    _is_a_fault(answer, "invalid-message", element)
    assert answer.text("line") and answer.text("element") == element


def test_ten_thousand_errors_are_counted_and_the_first_twenty_told(stage: Stage) -> None:
    answer = posted(stage, _a_day(stage, 10_000).replace(b"<quantity>2<", b"<quantity>two<"))
    _is_a_fault(answer, "invalid-message", "in 10000 places; the first 20:")
    told = (answer.text("message") or "").splitlines()[1:]
    assert len(told) == 20
    assert all(f"mutation M-{place}, quantity: found 'two'" in line for place, line in enumerate(told))
    assert answer.text("mutationId") == "M-0"


@pytest.mark.parametrize(
    ("different", "says"),
    [
        ({"mutation_count": 4}, "control/mutationCount says 4, but the mutations add up to 3."),
        ({"copy_count": 9}, "control/copyCount says 9, but the mutations add up to 6."),
        ({"total_amount": 1}, "control/totalAmount says 0.01, but the mutations add up to 95.94."),
    ],
)
def test_totals_that_do_not_add_up_are_told_with_both_numbers(
    stage: Stage, different: dict[str, int], says: str
) -> None:
    mutations = [a_mutation(order_line=str(line)) for line in range(3)]
    answer = sent(stage, *mutations, control=wrong(stage.day(*mutations).header.control, **different))
    _is_a_fault(answer, "control-totals", says)
    assert answer.text("element") == says.split()[0]


def test_institutions_that_are_unknown_or_someone_elses_are_refused_before_the_mutations(stage: Stage) -> None:
    unknown = sent(stage, a_mutation(), institution="I999")
    _is_a_fault(unknown, "unknown-institution", "I999")
    assert unknown.text("element") == "institutionCode"
    for header, element in (({"institution": "I201"}, "institutionCode"), ({"sender": "000009"}, "senderCode")):
        elses = sent(stage, a_mutation(), **header)
        _is_a_fault(elses, "not-allowed", *header.values(), status=403)
        assert elses.text("element") == element


def test_empty_body_element_is_told_apart_from_an_empty_request(stage: Stage) -> None:
    empty = f'<s:Envelope xmlns:s="{SOAP11}"><s:Body/></s:Envelope>'.encode()
    _is_a_fault(posted(stage, empty), "invalid-message", "the Body holds 0 elements instead of one")


def test_faults_of_soap_12_have_its_status_and_clothes(stage: Stage) -> None:
    text = _a_day(stage, 1).replace(SOAP11.encode(), SOAP12.encode())
    answer = posted(stage, text.replace(b"<quantity>2<", b"<quantity>two<"), SOAP12_TYPE)
    _is_a_fault(answer, "invalid-message", "quantity", status=400)
    assert answer.headers["Content-Type"] == SOAP12_TYPE and answer.text("Value") == "soap:Sender"


def test_refused_messages_are_remembered_by_what_was_wrong(stage: Stage) -> None:
    sent(stage, a_mutation(), institution="I999", message_id="REMEMBERED")
    code, sentence, account = stage.rows("select code, sentence, account from refusals order by pk desc limit 1")[0]
    assert (code, account) == ("unknown-institution", "supplier") and "I999" in sentence


@pytest.mark.sqlite_only  # it is about the line, and takes long
def test_day_of_twenty_thousand_lines_with_one_bad_isbn_has_one_refused_line(tmp_path: Path) -> None:
    mutations = [a_mutation(order_line=str(line), net_price=Cents(1)) for line in range(20_000)]
    mutations[12_345] = replace(mutations[12_345], mutation_id="BAD", ean="9789000000013")
    with a_stage(tmp_path) as stage:
        assert stage.push(*mutations).text("newCount") == "20000"
        stage.process()
        counts = dict(stage.rows("select outcome, count(*) from outcomes group by outcome"))
        assert (
            counts["REFUSED"] == 1
            and counts["REFUSED"] + sum(count for outcome, count in counts.items() if outcome.startswith("APPLIED"))
            == 20_000
        )
        refused = "select mutation_id from outcomes join mutations on pk = mutation_pk where outcome = 'REFUSED'"
        assert stage.rows(refused) == [("BAD",)]
        [report] = stage.reports("I202")
        assert "9789000000013" in report


def _a_day(stage: Stage, count: int, **different: object) -> bytes:
    """A message of so many orders, each on a line of its own."""
    mutations = [
        a_mutation(mutation_id=f"M-{place}", order_line=str(place), **different)  # type: ignore[arg-type]
        for place in range(count)
    ]
    whole = b"".join(envelope_xml(stage.day(*mutations), SOAP11))
    return whole.replace(b"<mutation>", b"\n<mutation>").replace(b"</header>", b"\n</header>")


def _is_a_fault(answer: Answer, code: str, says: str, status: int = 500) -> None:
    assert (answer.status, answer.text("code")) == (status, code), answer.body
    assert says in (answer.text("message") or ""), answer.text("message")
    assert answer.text("hint")
    assert b"Traceback" not in answer.body


def _counts(stage: Stage) -> dict[str, int]:
    return {name: stage.rows(f"select count(*) from {name}")[0][0] for name in KEPT}
