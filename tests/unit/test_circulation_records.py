"""The table of records says what the schema says, and what the model can hold."""

from dataclasses import fields

import pytest
from lxml import etree

import schemas
from gateway.circulation import model
from gateway.circulation.records import RECORDS, Record, Sort

XS = "{http://www.w3.org/2001/XMLSchema}"
SCHEMA = etree.fromstring(schemas.read("circulation/v1/circulation.xsd"))
MODELS = {
    "library": model.CirculationLibrary,
    "branch": model.Branch,
    "preferenceSet": model.PreferenceSet,
    "membershipType": model.MembershipType,
    "patron": model.Patron,
    "membership": model.Membership,
    "supplier": model.Supplier,
    "subscription": model.Subscription,
    "issue": model.Issue,
    "title": model.Title,
    "item": model.Item,
    "loan": model.Loan,
    "hold": model.Hold,
    "charge": model.Charge,
    "bill": model.Bill,
}
KEPT_OTHERWISE = {"host_marks": "marks", "week": "calendar", "days": "calendar", "currency": "currency"}


def said_of(record: Record) -> etree._Element:
    found = SCHEMA.find(f"{XS}element[@name='{record.name}']/{XS}complexType")
    assert found is not None
    return found


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_record_has_the_fields_of_the_schema(record: Record) -> None:
    elements = {field.name for field in record.fields if field.sort in (Sort.WRITTEN, Sort.LIST)}
    attributes = {field.name for field in record.fields} - elements
    assert {each.get("name") for each in said_of(record).iterfind(f"{XS}sequence/{XS}element")} == elements
    assert {each.get("name") for each in said_of(record).iterfind(f"{XS}attribute")} - {"id"} == attributes


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.name)
def test_model_holds_every_field_of_a_record(record: Record) -> None:
    held = {field.name for field in fields(MODELS[record.name])} | {"currency"}
    assert {KEPT_OTHERWISE.get(column, column) for column in record.columns} - held == set()


def test_what_a_record_names_stands_before_it() -> None:
    seen: set[str] = set()
    for record in RECORDS:
        assert {target for _, target in record.references} <= seen
        seen.add(record.name)


@pytest.mark.parametrize(
    "kind",
    ["DayState", "Channel", "PatronSort", "Block", "RenewalMode", "MembershipStatus", "EnrolledVia", "ItemStatus",
     "Substatus", "HoldKind", "HoldState", "ChargedWhen", "ChargeKind", "BillState"],
)  # fmt: skip
def test_words_of_the_schema_are_those_of_the_model(kind: str) -> None:
    path = f"{XS}simpleType[@name='{kind}']/{XS}restriction/{XS}enumeration"
    assert [each.get("value") for each in SCHEMA.iterfind(path)] == [each.value for each in getattr(model, kind)]


@pytest.mark.parametrize("name", [each for each in schemas.names("circulation/v1") if each.endswith(".xml")])
def test_examples_keep_the_schema(name: str) -> None:
    schemas.validator("circulation/v1/circulation.xsd").assertValid(etree.fromstring(schemas.read(name)))
