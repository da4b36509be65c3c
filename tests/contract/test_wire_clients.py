"""A foreign SOAP client speaks with the running door, from the frozen files and from what it serves."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
import zeep
from lxml import etree
from zeep.wsse.username import UsernameToken

import schemas
from tests.soap_desk import SECRET, Memory, serving
from tests.soap_messages import BASIC

FROZEN = Path(schemas.__file__).parent / "orders" / "v1" / "orders.wsdl"
PORTS = {"1.1": "OrderMutationsSoap11", "1.2": "OrderMutationsSoap12"}

MUTATION = {
    "mutationId": "M-1",
    "kind": "ORDERED",
    "occurredAt": "2026-03-09T10:00:00+01:00",
    "orderNumber": "O-1",
    "orderLine": "1",
    "orderDate": "2026-03-09",
    "channel": "WEBSHOP",
    "title": "Café €",
    "quantity": 2,
    "copies": {"copy": [{"copyId": "1-1", "branch": "2001"}, {"copyId": "1-2", "branch": "2002", "note": "Etalage"}]},
    "branch": "2001",
    "netPrice": "12.50",
    "currency": "EUR",
}
HEADER = {
    "messageId": "Z-1",
    "senderCode": "123456",
    "customerNumber": "20000",
    "institutionCode": "I200",
    "createdAt": "2026-03-10T05:00:00+01:00",
    "control": {"mutationCount": 1, "copyCount": 2, "totalAmount": "25.00"},
}


@pytest.fixture(scope="module")
def memory() -> Memory:
    return Memory()


@pytest.fixture(scope="module")
def address(memory: Memory) -> Iterator[str]:
    with serving(memory) as address:
        yield address


@pytest.fixture(params=[(source, version) for source in ("frozen files", "?wsdl") for version in PORTS], ids=str)
def service(request: pytest.FixtureRequest, address: str, memory: Memory, tmp_path: Path) -> zeep.proxy.ServiceProxy:
    """The service as zeep sees it, authenticated by HTTP Basic."""
    source, version = request.param
    memory.kept.clear()
    session = requests.Session()
    session.headers["Authorization"] = BASIC
    client = zeep.Client(
        str(FROZEN) if source == "frozen files" else f"{address}?wsdl", transport=zeep.Transport(session=session)
    )
    return client.create_service(f"{{urn:bestelsync:orders:1}}{PORTS[version]}", address)


def test_a_push_gets_a_receipt_and_is_kept(service, memory: Memory):
    answer = service.submitMutations(header=HEADER, mutations={"mutation": [MUTATION]})
    assert answer.receipt.messageId == "Z-1"
    assert (answer.receipt.mutationCount, answer.receipt.newCount, answer.receipt.knownCount) == (1, 1, 0)
    row = memory.kept["Z-1"].rows[0]
    assert (row[0], row[14], row[19]) == ("M-1", "Café €", "2")
    assert row[20] == '[["1-1","2001",null,null,null],["1-2","2002",null,"Etalage",null]]'


def test_an_empty_day_may_be_told(service, memory: Memory):
    header = HEADER | {"control": {"mutationCount": 0, "copyCount": 0, "totalAmount": 0}}
    assert service.submitMutations(header=header, mutations={}).receipt.mutationCount == 0
    assert memory.kept["Z-1"].rows == []


def test_the_status_tells_counts_reports_and_what_needs_attention(service):
    service.submitMutations(header=HEADER, mutations={"mutation": [MUTATION]})
    status = service.getProcessingStatus(messageId="Z-1").status
    assert status.state == "PROCESSED"
    assert {each.outcome: each._value_1 for each in status.outcomes.count} == {"APPLIED": 0, "WAITING": 1}
    assert status.report == ["INA-I200-123456-260310-0600-1.txt"]
    assert [(each.mutationId, each.code) for each in status.mutation] == [("M-2", "unknown-budget-code")]


def test_a_report_comes_as_the_bytes_of_its_file(service):
    report = service.getProcessingReport(messageId="Z-1", format="TXT").report
    assert (report.fileName, report.mediaType) == ("INA-1.txt", "text/plain; charset=utf-8")
    assert report.content == "verslag: café €".encode()


def test_budget_codes_come_with_their_dates_and_without_amounts(service):
    codes = service.getBudgetCodes(institutionCode="I200", budgetYear=(2026, None)).budgetCodes
    assert codes.version == "v7"
    first, second = codes.budgetCode
    assert (first.code, first.description, str(first.validFrom), first.blocked) == (
        "JF", "Jeugd fictie", "2026-01-01", True,
    )  # fmt: skip
    assert (second.code, second.year, second.blocked) == ("VN", None, False)


def test_a_ping_tells_product_and_contract_version(service):
    answer = service.ping()
    assert (answer.productVersion, answer.contractVersion) == ("0.1.0", "1.0")


def test_a_fault_reaches_the_client_with_its_typed_detail(service):
    with pytest.raises(zeep.exceptions.Fault) as caught:
        service.getProcessingStatus(messageId="unknown")
    detail = caught.value.detail
    fault = detail.find("{urn:bestelsync:orders:1}fault") if isinstance(detail, etree._Element) else detail
    assert fault.findtext("{urn:bestelsync:orders:1}code") == "unknown-message"
    assert caught.value.message == "There is no message unknown."


@pytest.mark.parametrize("version", PORTS)
def test_a_username_token_opens_the_door_by_itself(address: str, version: str):
    client = zeep.Client(str(FROZEN), wsse=UsernameToken("supplier", SECRET))
    service = client.create_service(f"{{urn:bestelsync:orders:1}}{PORTS[version]}", address)
    assert service.ping().contractVersion == "1.0"
