"""The supplier's door on a real server: who gets in, what is kept, what is answered, what is said when it fails."""

import gzip
import hashlib
import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlparse

import pytest
import requests
import structlog
import zeep
from lxml import etree
from zeep.wsse.username import UsernameToken

import schemas
from gateway import clock
from gateway.errors import Busy, Place, RejectedInput
from gateway.soap.fronts import Fronts
from tests.soap_desk import ACCOUNT, SECRET, Memory, serving
from tests.soap_messages import (
    BASIC,
    NS,
    SOAP12,
    SOAP_XML,
    TEXT_XML,
    a_header,
    a_mutation,
    a_ping,
    a_push,
    a_username_token,
    envelope,
    post,
)

Q = f"{{{NS}}}"
FROZEN = Path(schemas.__file__).parent / "orders" / "v1" / "orders.wsdl"
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def address(memory: Memory) -> Iterator[str]:
    with serving(memory) as address:
        yield address


def receipt_in(answer: requests.Response) -> bytes:
    """The receipt element, cut out as bytes."""
    content = answer.content
    return content[content.index(b"<receipt") : content.index(b"</receipt>") + len(b"</receipt>")]


def expiring(minutes: int) -> etree._Element:
    """A WS-Security Timestamp."""
    stamp = etree.Element(f"{{{WSU}}}Timestamp")
    etree.SubElement(stamp, f"{{{WSU}}}Expires").text = (clock.now() + timedelta(minutes=minutes)).isoformat()
    return stamp


def fault_in(answer: requests.Response) -> dict[str, str | None]:
    """The parts of our fault."""
    fault = etree.fromstring(answer.content).find(f".//{Q}fault")
    assert fault is not None, answer.text
    return {etree.QName(each).localname: each.text for each in fault}


# Keeping.


def test_a_message_is_kept_as_it_came_with_the_line_of_each_mutation(address: str, memory: Memory):
    pushed = a_push(a_mutation(1) + "\n\n", a_mutation(2))
    assert post(address, pushed).status_code == 200
    kept = memory.kept["B-1"]
    assert kept.raw == pushed.encode()
    assert [row[0] for row in kept.rows] == ["M-1", "M-2"]
    assert kept.lines == [1, 3]


def test_what_is_kept_of_a_packed_message_is_what_was_packed(address: str, memory: Memory):
    pushed = a_push().encode()
    assert post(address, gzip.compress(pushed), Content_Encoding="gzip").status_code == 200
    assert memory.kept["B-1"].raw == pushed


def test_a_chunked_message_is_taken(address: str, memory: Memory):
    pushed = a_push().encode()
    assert post(address, (pushed[place : place + 100] for place in range(0, len(pushed), 100))).status_code == 200
    assert memory.kept["B-1"].raw == pushed


def test_a_message_in_utf16_is_taken(address: str, memory: Memory):
    assert (
        post(address, a_push(a_mutation(title="Café €")).encode("utf-16"), Content_Type="text/xml").status_code == 200
    )
    assert memory.kept["B-1"].rows[0][14] == "Café €"


def test_an_empty_day_is_kept(address: str, memory: Memory):
    assert post(address, a_push("", header=a_header(0))).status_code == 200
    assert memory.kept["B-1"].rows == []


def test_elements_of_another_namespace_are_kept_with_their_mutation(address: str, memory: Memory):
    strange = '<x:weight xmlns:x="urn:x" unit="g">300</x:weight>'
    pushed = a_push(a_mutation().replace("</mutation>", f"{strange}</mutation>"))
    assert post(address, pushed).status_code == 200
    assert memory.kept["B-1"].rows[0][-1] == strange


def test_a_mutation_inside_an_element_of_another_namespace_is_no_mutation(address: str, memory: Memory):
    nested = f'<x:copy xmlns:x="urn:x">{a_mutation(2)}</x:copy>'
    post(address, a_push(a_mutation().replace("</mutation>", f"{nested}</mutation>")))
    post(address, a_push(header=a_header(1, messageId="B-2")).replace("</submit", f"{nested}</submit"))
    assert [[row[0] for row in kept.rows] for kept in memory.kept.values()] == [["M-1"], ["M-1"]]


# Retries.


def test_a_retry_gets_the_same_receipt_byte_for_byte_in_either_version_of_soap(address: str):
    first = post(address, a_push())
    again = post(address, a_push())
    in_soap12 = post(address, a_push(soap=SOAP12), Content_Type=SOAP_XML)
    assert receipt_in(first) == receipt_in(again) == receipt_in(in_soap12)
    assert first.headers["Content-Type"] == TEXT_XML
    assert in_soap12.headers["Content-Type"] == SOAP_XML
    assert in_soap12.content.count(SOAP12.encode()) == 1


def test_twenty_copies_at_the_same_time_get_one_receipt(address: str, memory: Memory):
    with ThreadPoolExecutor(8) as pool:
        receipts = set(pool.map(lambda _: receipt_in(post(address, a_push())), range(20)))
    assert len(receipts) == 1
    assert len(memory.kept) == 1


def test_a_message_refused_once_may_be_sent_mended_under_its_id(address: str):
    assert post(address, a_push(a_mutation(ean="97"))).status_code == 500
    assert post(address, a_push()).status_code == 200


# Who gets in.


def test_nothing_of_a_body_is_read_when_the_credential_is_wrong(address: str, memory: Memory):
    answer = post(address, "no XML", authorization="Basic c3VwcGxpZXI6d3Jvbmc=")
    assert answer.status_code == 401
    assert fault_in(answer)["code"] == "authentication"
    assert memory.begun == 0


@pytest.mark.parametrize(
    "question",
    [
        f'<ping xmlns="{NS}"/>',
        f'<getProcessingStatus xmlns="{NS}"><messageId>B</messageId></getProcessingStatus>',
        f'<getProcessingReport xmlns="{NS}"><messageId>B</messageId><format>TXT</format></getProcessingReport>',
        f'<getBudgetCodes xmlns="{NS}"><institutionCode>I200</institutionCode></getBudgetCodes>',
    ],
)
def test_without_a_credential_no_question_is_answered(address: str, question: str):
    answer = post(address, envelope(question), authorization=None)
    assert (answer.status_code, fault_in(answer)["code"]) == (401, "authentication")


def test_without_a_credential_no_intake_is_begun(address: str, memory: Memory):
    assert post(address, a_push(), authorization=None).status_code == 401
    assert memory.begun == 0


def test_a_username_token_must_be_right_before_the_first_mutation_is_looked_at(address: str, memory: Memory):
    pushed = a_push().replace("<s:Body>", f"<s:Header>{a_username_token('wrong')}</s:Header><s:Body>")
    assert post(address, pushed, authorization=None).status_code == 401
    assert memory.begun == 0


def test_a_secret_with_accents_comes_through_in_both_ways(address: str):
    assert "é" in SECRET
    assert post(address, a_ping()).status_code == 200
    assert post(address, a_ping(a_username_token()), authorization=None).status_code == 200


def test_a_security_header_that_must_be_understood_is_when_it_holds_a_username_token(address: str):
    header = a_username_token(more=' xmlns:s="http://schemas.xmlsoap.org/soap/envelope/" s:mustUnderstand="1"')
    assert post(address, a_ping(header), authorization=None).status_code == 200


@pytest.mark.parametrize(("minutes", "status"), [(5, 200), (-5, 401)])
def test_a_message_past_its_timestamp_is_refused(address: str, minutes: int, status: int):
    client = zeep.Client(str(FROZEN), wsse=UsernameToken("supplier", SECRET, timestamp_token=expiring(minutes)))
    envelope = client.create_message(client.service, "ping")
    signed, _ = client.wsse.apply(envelope, {})
    assert post(address, etree.tostring(signed), authorization=None).status_code == status


def test_a_header_for_another_role_need_not_be_understood(address: str):
    soap = "http://schemas.xmlsoap.org/soap/envelope/"
    header = f'<x:lock xmlns:x="urn:x" xmlns:s="{soap}" s:mustUnderstand="1" s:actor="urn:someone"/>'
    assert post(address, a_ping(header)).status_code == 200


@pytest.mark.parametrize(
    ("fronts", "headers", "status"),
    [
        (("127.0.0.1",), {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "https"}, 200),
        (("127.0.0.0/8",), {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "https"}, 200),
        (("127.0.0.1",), {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "http"}, 401),
        (("127.0.0.1",), {"X_Forwarded_For": "192.0.2.7"}, 401),
        ((), {"X_Forwarded_For": "192.0.2.7", "X_Forwarded_Proto": "https"}, 401),
        ((), {"X_Forwarded_Proto": "https"}, 401),
        ((), {}, 200),
    ],
)
def test_a_username_token_is_taken_over_tls_or_from_this_machine_only(memory: Memory, fronts, headers, status):
    with serving(memory, fronts=Fronts(fronts)) as address:
        assert post(address, a_ping(a_username_token()), authorization=None, **headers).status_code == status


def test_the_address_that_is_slowed_down_is_the_callers_not_the_fronts(memory: Memory):
    with serving(memory, fronts=Fronts(["127.0.0.1"])) as address:
        post(address, a_ping(), X_Forwarded_For="203.0.113.9, 192.0.2.7, 127.0.0.1", X_Forwarded_Proto="https")
    with serving(memory) as address:
        post(address, a_ping())
    assert memory.tries == [("supplier", "192.0.2.7"), ("supplier", "127.0.0.1")]


# What is said when it fails.


@pytest.mark.parametrize("at", ["authenticate", "begin", "header", "add", "accept"])
@pytest.mark.parametrize(("soap", "media_type"), [(None, TEXT_XML), (SOAP12, SOAP_XML)])
def test_a_gateway_that_cannot_store_says_busy_and_when_to_come_back(
    address: str, memory: Memory, at: str, soap: str | None, media_type: str
):
    memory.fail_at, memory.fail_with = at, Busy()
    pushed = a_push(soap=soap) if soap else a_push()
    answer = post(address, pushed, Content_Type=media_type)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert fault_in(answer)["code"] == "busy"
    assert "Server" in answer.text or "Receiver" in answer.text
    assert memory.kept == {}
    memory.fail_with = None
    assert post(address, pushed, Content_Type=media_type).status_code == 200


@pytest.mark.parametrize("at", ["authenticate", "begin", "header", "add", "accept", "status"])
def test_an_unforeseen_error_shows_only_the_number_under_which_it_was_logged(address: str, memory: Memory, at: str):
    memory.fail_at, memory.fail_with = at, ZeroDivisionError("secret inside")
    asked = f'<s:Envelope xmlns:s="{SOAP12}"><s:Body><getProcessingStatus xmlns="{NS}"><messageId>B</messageId>'
    asked += "</getProcessingStatus></s:Body></s:Envelope>"
    pushed = asked if at == "status" else a_push(soap=SOAP12)
    with structlog.testing.capture_logs() as logged:
        answer = post(address, pushed, Content_Type=SOAP_XML)
    fault = fault_in(answer)
    assert (answer.status_code, fault["code"]) == (500, "internal")
    assert "soap:Receiver" in answer.text
    assert "secret" not in answer.text and "ZeroDivision" not in answer.text
    assert [each["number"] for each in logged if each["event"] == "soap.internal_error"] == [fault["number"]]
    assert fault["number"] in (fault["message"] or "")
    assert memory.discarded == memory.begun


class LineRefused(RejectedInput):
    """Refused by the intake with a place."""

    code = "control-totals"
    message = "The totals differ by {amount}."
    hint = "Count again."


def test_a_refusal_by_the_intake_comes_with_code_sentence_hint_and_place(address: str, memory: Memory):
    memory.fail_at = "accept"
    memory.fail_with = LineRefused(amount="1.00", place=Place(12, "M-9", "totalAmount"))
    answer = post(address, a_push())
    assert answer.status_code == 500
    assert fault_in(answer) == {
        "code": "control-totals",
        "message": "The totals differ by 1.00.",
        "hint": "Count again.",
        "line": "12",
        "mutationId": "M-9",
        "element": "totalAmount",
    }
    schema = schemas.validator("orders/v1/orders.xsd")
    assert schema.validate(etree.fromstring(answer.content).find(f".//{Q}fault"))


def test_the_example_of_a_fault_is_what_the_gateway_says(address: str):
    pushed = schemas.read("orders/v1/example-webshop.xml").replace(b"9789000000012", b"978900000001")
    example = etree.fromstring(schemas.read("orders/v1/example-fault.xml")).find(f".//{Q}fault")
    assert fault_in(post(address, pushed)) == {etree.QName(each).localname: each.text for each in example}


def test_a_question_that_breaks_the_contract_is_not_told_to_mend_a_message(address: str):
    asked = f'<getProcessingReport xmlns="{NS}"><messageId>M-1</messageId><format>DOCX</format></getProcessingReport>'
    fault = fault_in(post(address, envelope(asked)))
    assert fault["code"] == "invalid-message" and "'DOCX'" in str(fault["message"])
    assert fault["hint"] == "Mend the request and send it again."


def test_a_refusal_is_noted_with_who_whence_hash_code_and_sentence(address: str, memory: Memory):
    pushed = a_push(header=a_header(1, institutionCode="I999")).encode()
    post(address, gzip.compress(pushed + b"\n" * 200_000), Content_Encoding="gzip")
    noted = memory.refusals[-1]
    assert (noted["account"], noted["address"], noted["code"]) == (ACCOUNT, "127.0.0.1", "not-allowed")
    assert "I999" in str(noted["sentence"])
    assert noted["digest"] == hashlib.sha256(pushed + b"\n" * 200_000).hexdigest()


def test_a_message_that_was_accepted_is_not_noted_as_refused(address: str, memory: Memory):
    post(address, a_push())
    assert memory.refusals == []
    assert set(memory.kept) == {"B-1"}


# Documents and methods.


def test_the_wsdl_names_the_configured_address_whatever_host_is_asked(address: str):
    served = requests.get(f"{address}?wsdl", headers={"Host": "evil.example"}, timeout=10)
    assert served.status_code == 200
    assert b"evil.example" not in served.content
    assert served.content.count(b"https://gateway.example/soap/orders") == 2


def test_the_xsd_is_served_as_it_is_published(address: str):
    assert requests.get(f"{address}?xsd=orders.xsd", timeout=10).content == schemas.read("orders/v1/orders.xsd")


def test_the_zip_holds_contract_and_examples(address: str, tmp_path):
    served = requests.get(f"{address}?zip", timeout=10)
    assert served.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(served.content)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
        assert {entry.external_attr >> 16 for entry in archive.infolist()} == {0o644}
    names = {path.name for path in (tmp_path / "orders-v1").iterdir()}
    assert {"orders.xsd", "orders.wsdl", "example-webshop.xml", "example-fault.xml"} <= names
    assert "https://gateway.example/soap/orders" in (tmp_path / "orders-v1" / "orders.wsdl").read_text()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "GET", "TRACE"])
def test_another_method_is_refused_with_a_fault_that_names_the_contract(address: str, method: str):
    answer = requests.request(method, address, timeout=10)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert fault_in(answer)["code"] == "unsupported"
    assert "?wsdl" in (fault_in(answer)["hint"] or "")


def test_head_and_options_answer_without_a_body(address: str):
    head = requests.head(f"{address}?wsdl", timeout=10)
    assert (head.status_code, head.content) == (200, b"")
    options = requests.options(address, timeout=10)
    assert (options.status_code, options.headers["Allow"]) == (204, "GET, HEAD, OPTIONS, POST")


def test_a_connection_that_breaks_off_leaves_nothing(address: str, memory: Memory):
    place = urlparse(address)
    pushed = a_push().encode()
    with socket.create_connection((place.hostname, place.port), timeout=5) as connection:
        head = f"POST {place.path} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nAuthorization: {BASIC}\r\n"
        connection.sendall(head.encode() + f"Content-Length: {len(pushed)}\r\n\r\n".encode() + pushed[:-20])
    assert post(address, a_ping()).status_code == 200
    assert memory.kept == {}


def test_a_small_push_is_answered_while_a_large_one_is_still_coming(address: str, memory: Memory):
    first_half, second_half, go_on = a_push().encode()[:300], a_push().encode()[300:], threading.Event()

    def slowly() -> Iterator[bytes]:
        yield first_half
        go_on.wait(10)
        yield second_half

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(post, address, slowly())
        assert post(address, a_push(header=a_header(1, messageId="B-2"))).status_code == 200
        go_on.set()
        assert slow.result().status_code == 200
    assert set(memory.kept) == {"B-1", "B-2"}
