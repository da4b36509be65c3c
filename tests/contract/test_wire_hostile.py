"""No request, however odd, gets anything but the right fault, and none of them leaves anything behind."""

from collections.abc import Iterator

import pytest
import requests
from lxml import etree

from gateway.orders.model import WIRE_FIELDS
from gateway.soap.desk import Limits
from tests.contract.hostile_costs import COSTLY
from tests.contract.hostile_encodings import ENCODINGS
from tests.contract.hostile_requests import ROWS, Row
from tests.contract.hostile_soap import SOAP
from tests.contract.hostile_values import VALUES
from tests.contract.hostile_xml import XML
from tests.contract.odd_requests import RIGHT_ROWS, Right
from tests.soap_desk import Memory, serving
from tests.soap_messages import NS, SOAP11, SOAP_XML, TEXT_XML, a_push, post

ALL_ROWS = [*ROWS, *VALUES, *XML, *ENCODINGS, *SOAP, *COSTLY]
LIMITS = Limits(message_bytes=8_000_000)


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def address(memory: Memory) -> Iterator[str]:
    with serving(memory, limits=LIMITS) as address:
        yield address


@pytest.mark.parametrize("row", ALL_ROWS, ids=lambda row: row.name)
def test_an_odd_request_gets_its_fault_and_nothing_is_kept(row: Row, address: str, memory: Memory):
    memory.kept.clear()
    begun, discarded = memory.begun, memory.discarded
    answer = post(address, row.content, **row.headers)
    assert_fault(answer, row)
    assert memory.kept == {}
    assert memory.discarded - discarded == memory.begun - begun
    assert memory.refusals[-1]["code"] == row.code


@pytest.mark.parametrize("row", RIGHT_ROWS, ids=lambda row: row.name)
def test_an_odd_request_that_is_right_is_taken_as_it_is_meant(row: Right, address: str, memory: Memory):
    memory.kept.clear()
    answer = post(address, row.content, **row.headers)
    assert answer.status_code == 200, answer.text
    for name, text in row.says.items():
        assert memory.kept["B-1"].rows[0][WIRE_FIELDS.index(name)] == text


def test_there_are_well_over_two_hundred_of_them():
    assert len({row.name for row in ALL_ROWS}) == len(ALL_ROWS) > 250
    assert len({(row.content, str(row.headers)) for row in ALL_ROWS}) == len(ALL_ROWS)


def test_the_door_still_works_after_all_of_that(address: str, memory: Memory):
    assert post(address, a_push()).status_code == 200


def assert_fault(answer: requests.Response, row: Row) -> None:
    assert answer.status_code == row.status, answer.text
    assert answer.headers["Content-Type"] == (TEXT_XML if row.soap == SOAP11 else SOAP_XML)
    root = etree.fromstring(answer.content)
    assert root.tag == f"{{{row.soap}}}Envelope"
    fault = root.find(f"{{{row.soap}}}Body/{{{row.soap}}}Fault")
    assert fault is not None
    path = "faultcode" if row.soap == SOAP11 else "{*}Code/{*}Value"
    assert fault.findtext(path) == f"soap:{row.soap_code}"
    detail = fault.find("detail" if row.soap == SOAP11 else "{*}Detail")
    ours = detail.find(f"{{{NS}}}fault")
    assert ours.findtext(f"{{{NS}}}code") == row.code, answer.text
    message = ours.findtext(f"{{{NS}}}message")
    assert row.says in message, message
    assert "Traceback" not in answer.text and "XML_PARSE" not in answer.text
    if row.status == 401:
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
