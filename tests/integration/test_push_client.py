"""A push over real HTTP: what leaves, and what every kind of answer means to the one who pushed."""

import base64
import threading
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from gateway.supplier import message, push, sample, upload
from gateway.supplier.patience import Patience
from gateway.transport import soap_faults
from gateway.transport.soap_client import ENVELOPES, Credentials, SoapClient, SoapVersion
from tests.simulators.soap_door import SOAP_11, SOAP_12, Answer, SoapDoor, fault, soap_door

ON = date(2026, 3, 10)
ONCE = Patience(tries=1)


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


def a_day(n: int = 20) -> message.Day:
    return sample.day(
        n, 1, institution="I202", sender="000002", branches=["2021"], budget_codes=["JEUGD", "FICTIE"], on=ON
    )


def a_client(door: SoapDoor, version: SoapVersion = SoapVersion.V1_1, **other: float) -> SoapClient:
    return push.client(door.address, Credentials("acme", "geheim é"), version, **other)


def a_file(folder: Path, content: bytes) -> Path:
    path = folder / "message.xml"
    path.write_bytes(content)
    return path


def request_of(day: message.Day) -> bytes:
    return b"".join(message.request_xml(day))


@pytest.mark.parametrize(
    ("version", "namespace", "content_type"),
    [(SoapVersion.V1_1, SOAP_11, "text/xml"), (SoapVersion.V1_2, SOAP_12, "application/soap+xml")],
)
def test_a_day_arrives_in_the_soap_version_that_was_asked(
    door: SoapDoor, version: SoapVersion, namespace: str, content_type: str
) -> None:
    receipt = push.push_day(a_client(door, version), a_day())
    (asked,) = door.asked
    assert etree.QName(asked.envelope).namespace == namespace
    assert asked.headers["content-type"].startswith(content_type)
    action = asked.headers.get("soapaction", "") + asked.headers["content-type"]
    assert "urn:bestelsync:orders:1/submitMutations" in action
    assert (receipt.receipt_id, receipt.mutation_count, receipt.unknown_budget_codes) == ("R-1", 20, ("JEUGD-OUD",))
    assert receipt.message_id == a_day().header.message_id


def test_account_and_secret_go_as_http_basic_in_utf8(door: SoapDoor) -> None:
    push.push_day(a_client(door), a_day())
    assert door.asked[0].headers["authorization"] == "Basic " + base64.b64encode("acme:geheim é".encode()).decode()


def plain(request: etree._Element) -> list[tuple[str, str]]:
    return [(etree.QName(each).localname, (each.text or "").strip()) for each in request.iter()]


@pytest.mark.parametrize("version", SoapVersion)
def test_zeep_and_the_stream_say_the_same(door: SoapDoor, version: SoapVersion) -> None:
    day, client = a_day(200), a_client(door, version)
    push.push_day(client, day)
    with push.written(day, version) as path:
        push.push_message(client, upload.message(path))
    by_zeep, streamed = door.asked
    assert plain(by_zeep.request) == plain(streamed.request)
    action = "soapaction" if version is SoapVersion.V1_1 else "content-type"  # zeep sends it in 1.2 as well
    for name in ("content-type", "authorization", action):
        assert by_zeep.headers.get(name) == streamed.headers.get(name)


def test_a_day_too_large_for_zeep_is_streamed_with_its_length(door: SoapDoor) -> None:
    day, sent = a_day(push.WRITTEN_BY_ZEEP + 1), []
    receipt = push.push_day(a_client(door), day, told=sent.append)
    (asked,) = door.asked
    assert receipt.mutation_count == push.WRITTEN_BY_ZEEP + 1
    assert asked.content == b"".join(message.envelope_xml(day, SOAP_11))
    assert sum(sent) == len(asked.content) == int(asked.headers["content-length"])


def test_an_envelope_is_sent_byte_for_byte(door: SoapDoor, tmp_path: Path) -> None:
    content = b"<!-- ours -->\n" + b"".join(message.envelope_xml(a_day(3), SOAP_12)).removeprefix(
        b'<?xml version="1.0" encoding="UTF-8"?>\n'
    )
    found = upload.message(a_file(tmp_path, content))
    push.push_message(a_client(door, found.version), found)
    assert found.version is SoapVersion.V1_2
    assert door.asked[0].content == content


@pytest.mark.parametrize("encoding", ["UTF-8", "ISO-8859-1"])
@pytest.mark.parametrize("version", SoapVersion)
def test_a_request_without_envelope_gets_one_and_is_not_touched(
    door: SoapDoor, tmp_path: Path, version: SoapVersion, encoding: str
) -> None:
    request = request_of(a_day(1)).decode().replace("€", "E").replace("’", "'").encode(encoding, "replace")
    content = f'<?xml version="1.0" encoding="{encoding}"?>\n<!-- <not> the root -->\n'.encode() + request
    found = upload.message(a_file(tmp_path, content), version=version)
    push.push_message(a_client(door, version), found)
    (asked,) = door.asked
    assert request.strip() in asked.content
    assert f"charset={encoding.lower()}" in asked.headers["content-type"]
    assert etree.QName(asked.envelope).namespace == ENVELOPES[version]


def test_a_file_larger_than_one_part_arrives_whole(door: SoapDoor, tmp_path: Path) -> None:
    request = request_of(a_day(600))
    assert len(request) > 2 * (1 << 18)
    push.push_message(a_client(door), upload.message(a_file(tmp_path, request)))
    assert request.strip() in door.asked[0].content


@pytest.mark.parametrize("hidden", [b"<!-- <test>false</test> -->", b"<x xmlns=''><test>false</test></x>"])
def test_what_only_looks_like_the_header_is_no_trial(tmp_path: Path, hidden: bytes) -> None:
    """Otherwise the command would say that it only tries, and the orders would be entered."""
    request = request_of(a_day(3)).replace(b"<header>", hidden + b"<header>", 1)
    assert hidden in request
    with pytest.raises(upload.NotAMessage, match="looks like its header"):
        upload.message(a_file(tmp_path, request), trial=True)


@pytest.mark.parametrize("written", [b"<test>false</test>", b""], ids=["says false", "says nothing"])
def test_a_trial_changes_only_the_header(door: SoapDoor, tmp_path: Path, written: bytes) -> None:
    request = request_of(a_day(3)).replace(b"<test>false</test>", written)
    receipt = push.push_message(a_client(door), upload.message(a_file(tmp_path, request), trial=True))
    asked = door.asked[0].content
    assert asked.count(b"<test>true</test>") == 1
    assert request.partition(b"<senderCode>")[2].strip() in asked
    assert receipt.test
    assert receipt.plan is not None
    assert receipt.plan[0].code == "unknown-order"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"naam;aantal\n", "not XML"),
        (b"", "not XML|missing"),
        (b"<order/>", "another namespace"),
        (b'<Envelope xmlns="urn:other"><Body/></Envelope>', "another namespace"),
    ],
)
def test_a_file_that_is_no_message_is_not_sent(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(upload.NotAMessage, match=says) as refused:
        upload.message(a_file(tmp_path, content))
    assert "gateway wsdl" in refused.value.advice


def test_an_envelope_of_another_soap_version_than_asked_is_not_sent(tmp_path: Path) -> None:
    path = a_file(tmp_path, b"".join(message.envelope_xml(a_day(1), SOAP_11)))
    with pytest.raises(upload.NotAMessage, match=r"SOAP 1\.1, not 1\.2"):
        upload.message(path, version=SoapVersion.V1_2)


def test_a_file_that_asks_for_something_else_is_not_pushed(door: SoapDoor, tmp_path: Path) -> None:
    path = a_file(tmp_path, b'<ping xmlns="urn:bestelsync:orders:1"/>')
    with pytest.raises(push.NotAPush, match="ping"):
        push.push_message(a_client(door), upload.message(path))
    assert not door.asked


BUSY = Answer(503, fault("busy", "Not now."), {"Retry-After": "7"})


def test_a_busy_gateway_gets_the_same_message_again_when_it_asked(door: SoapDoor) -> None:
    door.answers += [BUSY, BUSY]
    waited: list[float] = []
    receipt = push.push_day(a_client(door), a_day(), Patience(sleep=waited.append, dice=lambda: 0.5))
    assert receipt.receipt_id == "R-1"
    assert waited == [7.875, 7.875]
    assert len({asked.content for asked in door.asked}) == 1
    assert len(door.asked) == 3


def test_patience_with_a_busy_gateway_ends(door: SoapDoor) -> None:
    door.answers += [BUSY] * 9
    waited: list[float] = []
    with pytest.raises(soap_faults.ServiceBusy) as refused:
        push.push_day(a_client(door), a_day(), Patience(tries=3, sleep=waited.append))
    assert (len(door.asked), len(waited)) == (3, 2)
    assert "same messageId" in refused.value.advice


def test_a_streamed_message_is_sent_whole_again_after_busy(door: SoapDoor, tmp_path: Path) -> None:
    door.answers.append(BUSY)
    path = a_file(tmp_path, request_of(a_day()))
    push.push_message(a_client(door), upload.message(path), Patience(sleep=lambda _seconds: None))
    assert door.asked[0].content == door.asked[1].content


@pytest.mark.parametrize(
    ("version", "namespace"), [(SoapVersion.V1_1, SOAP_11), (SoapVersion.V1_2, SOAP_12)], ids=["1.1", "1.2"]
)
def test_a_fault_tells_its_code_place_and_remedy(door: SoapDoor, version: SoapVersion, namespace: str) -> None:
    place = "<hint>Mend it.</hint><line>12</line><mutationId>m-3</mutationId><element>ean</element><number>77</number>"
    door.answers.append(Answer(500, fault("invalid-message", "No ISBN.", place, namespace)))
    with pytest.raises(soap_faults.ServiceRefused) as refused:
        push.push_day(a_client(door, version), a_day())
    told = refused.value.fault
    assert (told.code, told.message, told.hint, told.number) == ("invalid-message", "No ISBN.", "Mend it.", "77")
    assert (told.place.line, told.place.mutation_id, told.place.element) == (12, "m-3", "ean")
    assert (str(refused.value), refused.value.advice) == ("No ISBN.", "Mend it.")


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, "<html><body>Log in</body></html>", {"Content-Type": "text/html"}), soap_faults.NotSoap),
        (Answer(404, "Not here", {"Content-Type": "text/plain"}), soap_faults.NotSoap),
        (Answer(404), soap_faults.NotSoap),
        (Answer(502, "<h1>Bad gateway", {"Content-Type": "text/html"}), soap_faults.ServiceUnreachable),
        (Answer(307, headers={"Location": "https://elsewhere.test/"}), soap_faults.AddressMoved),
    ],
    ids=["login page", "wrong path", "empty", "proxy", "redirect"],
)
def test_an_answer_that_is_not_the_gateways_is_named(door: SoapDoor, answer: Answer, expected: type[Exception]) -> None:
    door.answers.append(answer)
    with pytest.raises(expected) as refused:
        push.push_day(a_client(door), a_day(), ONCE)
    assert door.address in str(refused.value)
    assert len(door.asked) == 1


def test_silence_is_told_as_not_knowing(door: SoapDoor) -> None:
    over = threading.Event()
    door.answers.append(Answer(seconds=over))
    with pytest.raises(soap_faults.ServiceTooSlow) as refused:
        push.push_day(a_client(door, timeout_seconds=0.2), a_day(), ONCE)
    over.set()
    assert "may have been taken in" in refused.value.advice


def test_a_closed_door_is_told_in_plain_words() -> None:
    with pytest.raises(soap_faults.ServiceUnreachable, match=r"127\.0\.0\.1:1/soap/orders: Connection refused"):
        push.push_day(push.client("http://127.0.0.1:1/soap/orders", None), a_day(), ONCE)


@pytest.mark.parametrize("address", ["gateway.test/soap", "ftp://gateway.test/soap", "http://"])
def test_what_is_no_address_is_told_so(address: str) -> None:
    with pytest.raises(soap_faults.BadAddress, match=address):
        push.push_day(push.client(address, None), a_day())


def test_a_value_outside_the_contract_is_told_before_anything_is_sent(door: SoapDoor) -> None:
    with pytest.raises(soap_faults.OutsideContract):
        a_client(door).call("submitMutations", header={"colour": "red"}, mutations={})
    assert not door.asked


def test_a_wsdl_that_cannot_be_fetched_is_told_with_its_address() -> None:
    with pytest.raises(soap_faults.UnusableContract, match=r"127\.0\.0\.1:1"):
        SoapClient("http://127.0.0.1:1/?wsdl", address="http://127.0.0.1:1/")


def test_budget_codes_that_are_blocked_are_not_used(door: SoapDoor) -> None:
    assert push.budget_codes(a_client(door), "I202") == ["JEUGD", "FICTIE"]


def test_waiting_for_the_outcome_ends_when_the_message_is_processed(door: SoapDoor) -> None:
    told = push.processed(a_client(door), "M-1", within_seconds=5)
    assert told["state"] == "PROCESSED"
    assert push.outcomes(told) == {"APPLIED": 1, "WAITING": 1}
    assert told["report"] == ["INA-I202-000002-260311-0200-1.txt"]
