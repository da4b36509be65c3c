"""What the published files promise: the XSD, the WSDL and the examples."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree
from stdnum import ean as ean13

import schemas
from gateway.orders.model import WIRE_FIELDS, Channel, Kind, MessageState, Outcome
from gateway.soap import contract, faults, service
from gateway.soap.contract import OPERATIONS, Q

ROOT = Path(__file__).parents[2]
XS = "{http://www.w3.org/2001/XMLSchema}"
WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
EXAMPLES = [name for name in schemas.names("orders/v1") if name.endswith(".xml")]
REQUESTS = [name for name in EXAMPLES if not name.endswith(("-receipt.xml", "-fault.xml"))]


@pytest.fixture(scope="module")
def xsd() -> etree._Element:
    return etree.fromstring(schemas.read("orders/v1/orders.xsd"))


@pytest.fixture(scope="module")
def wsdl() -> etree._Element:
    return etree.fromstring(schemas.read("orders/v1/orders.wsdl"))


def payload(name: str) -> etree._Element:
    """What an example's Body holds, or the fault in its detail."""
    body = etree.fromstring(schemas.read(name))[-1]
    fault = body.find(f".//{Q}fault")
    return body[0] if fault is None else fault


def type_named(xsd: etree._Element, name: str) -> etree._Element:
    return next(each for each in xsd if each.get("name") == name and "Type" in str(each.tag))


def test_the_seeds_six_examples_and_a_delay_and_a_change_are_there():
    names = {name.rpartition("example-")[2].removesuffix(".xml") for name in REQUESTS}
    assert names == {
        "webshop", "shop", "phone", "selection-service", "no-longer-deliverable", "on-transport", "delayed", "changed",
    }  # fmt: skip


@pytest.mark.parametrize("name", EXAMPLES)
def test_every_example_keeps_the_schema(name: str):
    schema = schemas.validator("orders/v1/orders.xsd")
    assert schema.validate(payload(name)), schema.error_log


@pytest.mark.parametrize("name", REQUESTS)
def test_the_control_totals_of_every_example_add_up(name: str):
    operation = payload(name)
    mutations = operation.findall(f"{Q}mutations/{Q}mutation")
    quantities = [int(each.findtext(f"{Q}quantity") or 0) for each in mutations]
    prices = [Decimal(each.findtext(f"{Q}netPrice") or 0) for each in mutations]
    counted = [len(mutations), sum(quantities), sum(q * p for q, p in zip(quantities, prices, strict=True))]
    control = operation.find(f"{Q}header/{Q}control")
    assert control is not None
    assert [Decimal(each.text or "") for each in control] == counted


@pytest.mark.parametrize("name", REQUESTS)
def test_the_eans_of_every_example_have_a_right_check_digit(name: str):
    eans = [each.text for tag in ("ean", "replacementEan") for each in payload(name).iter(Q + tag)]
    assert all(ean13.is_valid(each) for each in eans)


def test_a_mutation_has_the_wires_elements_in_their_order(xsd: etree._Element):
    names = [each.get("name") for each in type_named(xsd, "Mutation").iter(f"{XS}element")]
    assert names == [name for name in WIRE_FIELDS if name != "extension"]


def test_every_type_can_grow_by_elements_of_another_namespace_at_its_end(xsd: etree._Element):
    sequences = list(xsd.iter(f"{XS}sequence"))
    assert len(sequences) > 20
    for sequence in sequences:
        last = sequence[-1]
        assert last.tag == f"{XS}any", etree.tostring(sequence)[:200]
        assert (last.get("namespace"), last.get("processContents"), last.get("minOccurs")) == ("##other", "lax", "0")


@pytest.mark.parametrize(
    ("type_name", "alternatives"),
    [("Kind", Kind), ("Channel", Channel), ("Outcome", Outcome), ("MessageState", MessageState)],
)
def test_the_schema_knows_the_same_words_as_the_order_room(xsd, type_name, alternatives):
    values = {each.get("value") for each in type_named(xsd, type_name).iter(f"{XS}enumeration")}
    assert values == {each.value for each in alternatives}


def test_both_versions_of_soap_are_bound_to_the_same_five_operations(wsdl: etree._Element):
    bindings = wsdl.findall(f"{WSDL}binding")
    assert len(bindings) == 2
    for binding in bindings:
        operations = {
            each.get("name"): each.find("{*}operation").get("soapAction") for each in binding.iter(f"{WSDL}operation")
        }
        assert operations == {name: f"urn:bestelsync:orders:1/{name}" for name in OPERATIONS}


def test_every_operation_is_documented_and_has_the_typed_fault(wsdl: etree._Element):
    operations = list(wsdl.find(f"{WSDL}portType").iter(f"{WSDL}operation"))
    assert [each.get("name") for each in operations] == list(OPERATIONS)
    for operation in operations:
        assert len(operation.findtext(f"{WSDL}documentation") or "") > 20
        assert operation.find(f"{WSDL}fault").get("message") == "tns:fault"


def test_spyne_understands_the_operations_and_parameters_that_the_files_promise(xsd: etree._Element):
    promised = {}
    for name in OPERATIONS:
        for element in (name, f"{name}Response"):
            declared = next(each for each in xsd if each.tag == f"{XS}element" and each.get("name") == element)
            promised[element] = [
                each.get("name") for each in declared[-1].find(f"{XS}sequence").iterfind(f"{XS}element")
            ]
    for application in service.applications().values():
        understood = {}
        for descriptors in application.interface.service_method_map.values():
            for message in (descriptors[0].in_message, descriptors[0].out_message):
                assert message.get_namespace() == contract.NAMESPACE
                understood[message.get_type_name()] = list(message._type_info)
        assert understood == promised


def test_schema_door_and_documentation_name_the_same_fault_codes(xsd: etree._Element):
    documented = re.findall(
        r"^  ([a-z-]+)  ", type_named(xsd, "FaultCode").findtext(f".//{XS}documentation") or "", re.M
    )
    explained = re.findall(r"^\| `([a-z-]+)` \| \d", (ROOT / "docs" / "supplier.md").read_text("utf-8"), re.M)
    assert sorted(documented) == sorted(explained) == sorted(faults.CODES)


def test_the_served_wsdl_is_whole_and_carries_the_configured_address():
    served = etree.fromstring(contract.wsdl("https://gateway.example/soap/orders"))
    assert [each.get("location") for each in served.iter("{*}address")] == ["https://gateway.example/soap/orders"] * 2
    assert not list(served.iter(f"{XS}import"))
    etree.XMLSchema(etree.fromstring(etree.tostring(served.find(f"{WSDL}types")[0])))


def test_announcement_of_budget_codes_keeps_its_schema_and_carries_no_amount() -> None:
    example = etree.fromstring(schemas.read("budgets/v1/example-announcement.xml"))
    schemas.validator("budgets/v1/budgets.xsd").assertValid(example)
    names = {
        each.get("name") for each in etree.fromstring(schemas.read("budgets/v1/budgets.xsd")).iterfind(".//{*}element")
    }
    assert not {"initial", "amount", "available"} & names
