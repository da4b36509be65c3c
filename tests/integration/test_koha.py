"""Koha over real HTTP and a real folder: its traps, and what the result of a line says of them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import adapters
from adapters.koha.settings import KohaUnavailable, LoginRefused, NotKoha
from gateway import clock
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.orders.model import Channel, Kind, LineState, Share
from gateway.orders.system import LineStatus, OrderSystem
from tests.order_lines import a_line, a_workplace, offered_again, orders
from tests.simulators.koha import Behaviour, KohaSimulator
from tests.simulators.vsmart import read_segments

ROOT = Path(__file__).parents[2]
TWO_FUNDS = (Share("2001", "JF01", 2), Share("2002", "V02", 1))


@pytest.fixture
def koha(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[KohaSimulator]:
    """A Koha with its EDI folder."""
    (tmp_path / "edi").mkdir(mode=0o750)
    with KohaSimulator(tmp_path / "edi").running() as koha:
        monkeypatch.setenv("KOHA_PASSWORD", koha.password)
        yield koha


def a_system(koha: KohaSimulator, **about: Any) -> OrderSystem:
    kind = adapters.system("koha")
    section = {
        "address": koha.address, "user": koha.user, "password_env": "KOHA_PASSWORD", "basket_id": 7,
        "folder": koha.folder, "timeout_seconds": 5,
    }  # fmt: skip
    workplace = a_workplace(koha.folder.parent / "work", system="koha", language="en")
    return kind.from_settings(kind.Settings.model_validate(section | about), workplace)


@pytest.fixture
def system(koha: KohaSimulator) -> OrderSystem:
    return a_system(koha)


def refusals(system: OrderSystem, *lines: Any) -> list[str]:
    results = system.apply(lines)
    assert {each.status for each in results} == {LineStatus.REFUSED}
    return [each.reason for each in results]


def test_an_order_stands_in_the_basket_on_its_fund_with_its_title_and_prices(koha: KohaSimulator, system: OrderSystem):
    [result] = system.apply([a_line(author="Jansen, Piet", order_line="L1")])
    assert (result.status, result.left_out) == (LineStatus.CONFIRMED, ())
    [order] = koha.orders.values()
    assert {name: order[name] for name in ("basket_id", "fund_id", "quantity", "ecost", "currency")} == {
        "basket_id": 7, "fund_id": 1, "quantity": 2, "ecost": 12.95, "currency": "EUR"
    }  # fmt: skip
    assert b"De tuin &amp; het huis" in koha.records[order["biblio_id"]]
    assert "BESTELD 2; bestelnummer: WBV650; bestelregel: L1" in order["internal_note"]
    assert "vestiging: 2001" in order["internal_note"]


def test_a_line_on_two_funds_is_an_order_on_each(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(quantity=3, shares=TWO_FUNDS)])
    assert [(each["fund_id"], each["quantity"]) for each in koha.orders.values()] == [(1, 2), (2, 1)]
    assert len(koha.records) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_a_lost_answer_is_resolved_by_asking_and_each_fund_by_itself(
    koha: KohaSimulator, system: OrderSystem, which: int
):
    koha.once.extend([Behaviour.NORMAL] * (which + 1) + [Behaviour.LOSE])  # the record is the first call
    [result] = system.apply([a_line(quantity=3, shares=TWO_FUNDS)])
    assert result.status is LineStatus.CONFIRMED
    assert [each["fund_id"] for each in koha.orders.values()] == [1, 2]


@pytest.mark.parametrize("behaviour", [Behaviour.DROP, Behaviour.BUSY])
@pytest.mark.parametrize("before", range(3))
def test_what_was_not_done_is_offered_again_and_goes_on_from_there(
    koha: KohaSimulator, system: OrderSystem, behaviour: Behaviour, before: int
):
    koha.once.extend([Behaviour.NORMAL] * before + [behaviour])
    line = a_line(quantity=3, shares=TWO_FUNDS)
    with pytest.raises(SystemUnavailable):
        system.apply([line])
    [result] = a_system(koha).apply([line])
    assert result.status is LineStatus.CONFIRMED
    assert [(each["fund_id"], each["quantity"]) for each in koha.orders.values()] == [(1, 2), (2, 1)]


def test_a_web_page_as_answer_is_resolved_by_asking(koha: KohaSimulator, system: OrderSystem):
    koha.once.extend([Behaviour.NORMAL, Behaviour.NONSENSE])
    [result] = system.apply([a_line()])
    assert result.status is LineStatus.CONFIRMED and len(koha.orders) == 1


def test_a_bare_500_for_an_unknown_basket_is_a_refusal_and_not_tried_for_ever(koha: KohaSimulator):
    [reason] = refusals(a_system(koha, basket_id=8), a_line())
    assert "500" in reason and "basket" in reason and koha.orders == {}


def test_a_bare_500_after_the_work_was_done_is_found_done(koha: KohaSimulator, system: OrderSystem):
    koha.once.extend([Behaviour.NORMAL, Behaviour.FAIL])
    koha.work_done_on_failure = True
    assert [each.status for each in system.apply([a_line()])] == [LineStatus.CONFIRMED]
    assert len(koha.orders) == 1


def test_a_500_for_one_record_does_not_hold_up_the_others(koha: KohaSimulator, system: OrderSystem):
    koha.once.append(Behaviour.FAIL)
    bad, good = system.apply([a_line(order_line="A"), a_line(order_line="B", ean="9789025870379")])
    assert (bad.status, good.status) == (LineStatus.REFUSED, LineStatus.CONFIRMED)
    assert "record" in bad.reason


def test_an_unknown_fund_is_named_before_anything_is_done(koha: KohaSimulator, system: OrderSystem):
    shares = (Share("2001", "JF01", 1), Share("2001", "WEG", 1))
    assert refusals(system, a_line(shares=shares)) == ["Koha has no fund with code WEG."]
    assert koha.orders == {} and koha.records == {}


def test_a_fund_code_of_two_budgets_needs_the_budget(koha: KohaSimulator, system: OrderSystem):
    koha.funds[9] = ("JF01", 2)
    [reason] = refusals(system, a_line())
    assert "2 budgets" in reason and "budget_id" in reason
    assert a_system(koha, budget_id=2).apply([a_line()])[0].status is LineStatus.CONFIRMED
    assert [each["fund_id"] for each in koha.orders.values()] == [9]


def test_a_title_that_koha_has_keeps_its_record(koha: KohaSimulator):
    a_system(koha).apply([a_line(order_line="A")])
    a_system(koha).apply([a_line(order_line="B")])
    assert len(koha.records) == 1 and len(koha.orders) == 2


def test_a_change_moves_copies_between_funds(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(order_line="L1", quantity=3, shares=TWO_FUNDS)])
    moved = (Share("2001", "JF01", 1), Share("2003", "BUDGET7", 4))
    [result] = system.apply([a_line(Kind.CHANGED, order_line="L1", quantity=5, shares=moved)])
    koha.run_edi_cron()
    found = [(each["fund_id"], each["quantity"], each["status"]) for each in koha.orders.values()]
    assert found == [(1, 1, "new"), (2, 1, "cancelled"), (3, 4, "new")]
    assert result.status is LineStatus.HANDED_OVER
    again = a_system(koha).apply(offered_again([a_line(Kind.CHANGED, order_line="L1", quantity=5, shares=moved)]))
    assert len(koha.orders) == 3 and again[0].status in (LineStatus.HANDED_OVER, LineStatus.CONFIRMED)


def test_a_whole_cancellation_goes_by_edi_with_kohas_own_number_and_reason(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(order_line="A"), a_line(order_line="B", ean="9789025870379")])
    [result] = system.apply([a_line(Kind.CANCELLED, order_line="B", reason_text="Één reden")])
    assert result.status is LineStatus.HANDED_OVER
    [file] = koha.folder.glob("*.CEA")
    content = file.read_bytes()
    found = ["+".join(":".join(part) for part in segment) for segment in read_segments(content)]
    assert "LIN+1+2+9789021408354:EN" in found and "RFF+LI:2" in found and "UNS+S" in found
    assert "Één reden".encode("iso-8859-1") in content
    koha.run_edi_cron()
    assert [each["status"] for each in koha.orders.values()] == ["new", "cancelled"]
    assert koha.orders[2]["cancellation_reason"] == "OP"


def test_a_part_that_is_cancelled_does_not_cancel_the_order(koha: KohaSimulator, system: OrderSystem):
    part = a_line(Kind.CANCELLED, quantity=1)
    system.apply([a_line(quantity=3)])
    assert [each.status for each in system.apply([part])] == [LineStatus.CONFIRMED]
    a_system(koha).apply(offered_again([part]))
    assert koha.run_edi_cron() == 0
    [order] = koha.orders.values()
    assert (order["status"], order["quantity"]) == ("new", 2)


def test_a_cancellation_is_confirmed_once_the_cron_did_it(koha: KohaSimulator, system: OrderSystem):
    line = a_line(Kind.CANCELLED)
    system.apply([a_line(), line])
    assert system.acknowledgements() == []
    koha.run_edi_cron()
    [found] = system.acknowledgements()
    assert (found.key, found.accepted) == (line.key, True)
    system.forget([found])
    assert system.acknowledgements() == []


def test_a_cancellation_that_koha_does_not_read_for_a_week_needs_a_hand(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(), a_line(Kind.CANCELLED)])
    with clock.pretending(clock.now() + timedelta(days=8)):
        [found] = system.acknowledgements()
    assert not found.accepted and "order 1 within 7 days" in found.reason and "cron" in found.reason


def test_a_cancellation_whose_file_could_not_be_put_is_put_once_later(koha: KohaSimulator, system: OrderSystem):
    lines = [a_line(), a_line(Kind.CANCELLED)]
    elsewhere = koha.folder.rename(koha.folder.with_name("elsewhere"))
    with pytest.raises(KohaUnavailable):
        system.apply(lines)
    elsewhere.rename(koha.folder)
    results = a_system(koha).apply(lines)
    assert [each.status for each in results] == [LineStatus.CONFIRMED, LineStatus.HANDED_OVER]
    a_system(koha).apply(offered_again(lines))
    assert koha.run_edi_cron() == 1 and koha.orders[1]["status"] == "cancelled"


def test_cancellations_offered_again_in_other_groups_are_not_put_twice(koha: KohaSimulator, system: OrderSystem):
    lines = [a_line(kind, order_line=line) for line in "AB" for kind in (Kind.ORDERED, Kind.CANCELLED)]
    system.apply(lines)
    for line in lines:
        assert a_system(koha).apply(offered_again([line]))[0].status is not LineStatus.REFUSED
    assert koha.run_edi_cron() == 1 and {each["status"] for each in koha.orders.values()} == {"cancelled"}


def test_an_order_that_koha_placed_itself_is_taken_over(koha: KohaSimulator, system: OrderSystem):
    koha.records[101] = b"<record/>"
    koha.orders[41] = {"biblio_id": 101, "basket_id": 7, "fund_id": 2, "quantity": 2, "status": "ordered"}
    own = {"library_reference": "41", "channel": Channel.LIBRARY_SYSTEM}
    system.apply([a_line(**own), a_line(Kind.SHIPPED, packing_slip="PB-9")])
    assert list(koha.orders) == [41] and "pakbon: PB-9" in koha.orders[41]["internal_note"]
    [result] = system.apply([a_line(Kind.CANCELLED, quantity=2)])
    koha.run_edi_cron()
    assert result.status is LineStatus.HANDED_OVER and koha.orders[41]["status"] == "cancelled"


def test_a_number_of_another_system_is_not_taken_for_kohas(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(order_line="A")])
    system.apply([a_line(order_line="B", library_reference="1")])
    assert len(koha.orders) == 2


def test_a_line_that_koha_does_not_know_is_said_to_be_so(koha: KohaSimulator, system: OrderSystem):
    assert (
        refusals(system, a_line(Kind.DELAYED), a_line(Kind.SHIPPED), a_line(Kind.CHANGED))
        == ["Koha has no open order for it."] * 3
    )


def test_a_delay_sets_the_day_and_more_than_a_page_of_orders_is_seen(koha: KohaSimulator, system: OrderSystem):
    koha.funds |= {number: (f"F{number}", 1) for number in range(10, 40)}
    shares = tuple(Share("2001", f"F{number}", 1) for number in range(10, 40))
    system.apply([a_line(quantity=30, shares=shares)])
    system.apply([a_line(Kind.DELAYED, quantity=30, shares=shares)])
    assert {each["estimated_delivery_date"] for each in koha.orders.values()} == {"2026-06-01"}
    assert len(koha.orders) == 30


def test_marks_of_lines_with_like_numbers_are_told_apart(koha: KohaSimulator, system: OrderSystem):
    system.apply([a_line(order_number="A_1", order_line="%"), a_line(order_number="AB1", order_line="1")])
    system.apply([a_line(Kind.CHANGED, order_number="A_1", order_line="%", quantity=7)])
    assert [each["quantity"] for each in koha.orders.values()] == [7, 2]


def test_a_kill_at_any_step_neither_loses_nor_doubles_a_line(tmp_path: Path):
    program = [sys.executable, "-m", "tests.integration.koha_killed_in_the_middle", str(tmp_path)]
    found = json.loads(subprocess.run(program, cwd=ROOT, check=True, capture_output=True, timeout=100).stdout)
    assert sum(each["killed"] for each in found) > 25
    told = {"A ORDERED": 3, "A CHANGED": 2, "B ORDERED": 2, "B CANCELLED": 2, "C ORDERED": 2, "C SHIPPED": 2}
    assert [each["copies"] for each in found] == [told] * len(found)
    assert [each["cancelled"] for each in found] == [[1, 2]] * len(found)
    assert {each["files"] for each in found} == {1}


def test_a_night_of_orders_is_entered_once_each(koha: KohaSimulator, system: OrderSystem):
    lines = orders(40)
    system.apply(lines[:25])
    system.apply(offered_again(lines))
    assert len(koha.orders) == 40


def test_check_says_what_to_mend(koha: KohaSimulator, system: OrderSystem, monkeypatch: pytest.MonkeyPatch):
    system.check()
    assert list(koha.folder.iterdir()) == [] and koha.orders == {}
    with pytest.raises(LoginRefused) as refusal:
        a_system(koha, user="nobody").check()
    assert "order_manage" in refusal.value.advice
    with pytest.raises(NotKoha):
        a_system(koha, address=koha.address.replace("/api/v1", "/cgi-bin")).check()
    monkeypatch.delenv("KOHA_PASSWORD")
    with pytest.raises(ConfigurationError, match="password of Koha"):
        system.check()


def test_a_shop_purchase_that_broke_off_between_order_and_shipment_goes_on(koha: KohaSimulator, system: OrderSystem):
    bought = a_line(Kind.SHIPPED, state_before=None, title="Los gekocht", order_line="L1")
    koha.once.extend([Behaviour.NORMAL, Behaviour.NORMAL, Behaviour.BUSY])
    with pytest.raises(SystemUnavailable):
        system.apply([bought])
    assert koha.copies == {"L1 ORDERED": 2}
    a_system(koha).apply([bought])
    assert koha.copies == {"L1 ORDERED": 2, "L1 SHIPPED": 2}
    part = a_line(Kind.SHIPPED, state_before=LineState.SHIPPED, order_line="L1", quantity=1)
    assert a_system(koha).apply([part])[0].status is LineStatus.CONFIRMED
