"""What we ask the library system to do: known again by its key, and the same after a stay in the database."""

import json
from dataclasses import replace
from datetime import date

import pytest

from gateway.circulation.commands import (
    COMMANDS,
    BlockPatron,
    BookCharge,
    CancelHold,
    ClaimIssue,
    ClearInvoiceNumber,
    Command,
    CreditPatron,
    MarkMessageSent,
    ReverseCharge,
    SetInvoiceNumber,
    SetSubstatus,
    UnblockPatron,
    WaiveCharge,
    WithdrawItem,
    WriteOffCharge,
    command,
    facts,
)
from gateway.circulation.model import Block, Channel, ChargeKind, Substatus
from gateway.money import Cents

DAY = date(2026, 4, 22)
FINE = BookCharge(
    library="I201", cause="N47", patron="P1", kind=ChargeKind.FINE, amount=Cents(390), booked_on=DAY, loan="A1"
)
EACH: list[Command] = [
    FINE,
    WaiveCharge(library="I201", cause="N49", charge="C1", amount=Cents(1600), reason="returned"),
    WriteOffCharge(library="I201", cause="N85", charge="C1", amount=Cents(1600)),
    ReverseCharge(library="I201", cause="N47", charge="C1"),
    SetInvoiceNumber(library="I201", cause="N47", charge="C1", invoice_number="2026-1"),
    ClearInvoiceNumber(library="I201", cause="N47", charge="C1", invoice_number="2026-1"),
    SetSubstatus(library="I201", cause="N47", item="X1", substatus=Substatus.N),
    WithdrawItem(library="I201", cause="N85", item="X1"),
    CancelHold(library="I201", cause="N103", hold="H1", archive_reason=7),
    MarkMessageSent(library="I201", cause="N90", hold="H1", channel=Channel.EMAIL, sent_on=DAY),
    CreditPatron(library="I201", cause="N99", patron="P1", amount=Cents(100), charge="C1"),
    BlockPatron(library="I201", cause="N85", patron="P1", block=Block.BAILIFF),
    UnblockPatron(library="I201", cause="N86", patron="P1", block=Block.BAILIFF),
    ClaimIssue(library="I201", cause="N119", issue="I1", claimed_on=DAY),
]


def test_command_is_known_again_whatever_the_day_and_the_amount() -> None:
    again = replace(FINE, booked_on=date(2026, 4, 23), amount=Cents(400))
    assert again.key == FINE.key


@pytest.mark.parametrize("different", [{"cause": "N64"}, {"loan": "A2"}, {"kind": ChargeKind.REPLACEMENT}])
def test_command_for_something_else_is_another_command(different: dict[str, str]) -> None:
    assert replace(FINE, **different).key != FINE.key


def test_ids_with_signs_of_ours_in_them_are_not_confused() -> None:
    one = BlockPatron(library="I201", cause='c","x', patron='p"', block=Block.GENERAL)
    other = BlockPatron(library="I201", cause="c", patron='p","x"', block=Block.GENERAL)
    assert one.key != other.key


def test_one_bill_may_put_an_item_in_the_procedure_and_on_the_bill() -> None:
    on_bill = EACH[6]
    assert isinstance(on_bill, SetSubstatus)
    assert len({on_bill.key, replace(on_bill, substatus=Substatus.F).key, replace(on_bill, substatus=None).key}) == 3


def test_every_command_is_tried_here_and_has_a_key_of_its_own() -> None:
    assert {type(each) for each in EACH} == set(COMMANDS.values())
    assert len({each.key for each in EACH}) == len(EACH)


@pytest.mark.parametrize("asked", EACH, ids=lambda asked: asked.name)
def test_command_comes_back_from_json_as_it_was(asked: Command) -> None:
    assert command(asked.name, json.loads(json.dumps(facts(asked)))) == asked
