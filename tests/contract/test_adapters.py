"""What every library system must keep: each file in adapters/ goes through the same list, against its simulator."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

import adapters
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.orders.model import Kind, LineState, Share
from gateway.orders.system import TELLABLE, LineStatus, OrderSystem, SystemLine
from gateway.reports.model import Layout
from tests.order_lines import FOOTPRINTS, a_line, a_workplace, everything, offered_again, orders
from tests.simulators.arranged import ArrangedSimulator
from tests.simulators.koha import Behaviour as Slow
from tests.simulators.koha import KohaSimulator
from tests.simulators.vsmart import VSmartSimulator
from tests.simulators.wise import Behaviour, WiseSimulator

SETTLED = {LineStatus.CONFIRMED, LineStatus.HANDED_OVER}


@dataclass
class Stand:
    """A library system set up against its simulator, and the hooks by which a test makes it misbehave."""

    make: Callable[[], OrderSystem]
    read: Callable[[], None]
    told: Callable[[], list[tuple[str, str, int]]]
    received: Callable[[], bytes]
    go_down: Callable[[], None]
    come_back: Callable[[], None]
    refuse: Callable[[str, str], None]
    talk_nonsense: Callable[[], None]
    be_slow: Callable[[], None]
    left_behind: Callable[[], list[Any]]

    @property
    def copies(self) -> Counter[str]:
        """Copies told per order line and kind, doubles counted twice: `L1 ORDERED`."""
        counted: Counter[str] = Counter()
        for line, kind, copies in self.told():
            counted[f"{line} {kind}"] += copies
        return counted

    def story(self, line: str) -> list[str]:
        """What was told of one order line, in the order in which it came."""
        return [kind for told, kind, _ in self.told() if told == line]


WISE_KINDS = {
    "ORDER": "ORDERED", "CHANGE": "CHANGED", "DELAY": "DELAYED", "CANCEL": "CANCELLED", "SHIPPING": "SHIPPED"
}  # fmt: skip


def _wise(folder: Path, cleaning: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Stand:
    wise = cleaning.enter_context(WiseSimulator().running())
    monkeypatch.setenv("WISE_PASSWORD", wise.password)
    monkeypatch.setenv("WISE_API_KEY", wise.api_key)
    kind = adapters.system("wise")
    settings = {
        "address": wise.address,
        "user": wise.user,
        "password_env": "WISE_PASSWORD",
        "api_key_env": "WISE_API_KEY",
        "api_id": wise.api_id,
        "application_name": wise.application_name,
        "timeout_seconds": 5,
    }
    return Stand(
        make=lambda: kind.from_settings(kind.Settings.model_validate(settings), a_workplace(folder)),
        read=lambda: None,
        told=lambda: [(row.row, WISE_KINDS[row.message_type], row.amount) for row in wise.rows],
        received=lambda: b"".join(wise.uploads),
        go_down=wise.down,
        come_back=wise.up,
        refuse=lambda line, why: wise.refused_rows.__setitem__(line, why),
        talk_nonsense=lambda: setattr(wise, "behaviour", Behaviour.NONSENSE),
        be_slow=lambda: setattr(wise, "behaviour", Behaviour.SLOW),
        left_behind=lambda: [*wise.uploads, *wise.rows],
    )


def _vsmart(folder: Path, cleaning: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Stand:
    section = {"folder": folder / "in", "acknowledgements": folder / "out"}
    return _in_folders("vsmart", section, VSmartSimulator(*section.values()))


def _arranged(name: str, **about: str) -> Callable[[Path, ExitStack, pytest.MonkeyPatch], Stand]:
    def set_up(folder: Path, cleaning: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Stand:
        section = {"folder": folder / "in", "answers": folder / "out"}
        return _in_folders(name, section | about | {"arranged": True}, ArrangedSimulator(*section.values()))

    return set_up


def _in_folders(name: str, section: dict[str, Any], vsmart: VSmartSimulator) -> Stand:
    drop, answers, folder = vsmart.folder, vsmart.acknowledgements, vsmart.folder.parent
    for each in (drop, answers):
        each.mkdir(mode=0o750)
    kind = adapters.system(name)
    settings = kind.Settings.model_validate(section)
    return Stand(
        make=lambda: kind.from_settings(settings, a_workplace(folder / "work", system=name)),
        read=lambda: (vsmart.step(), None)[1],
        told=lambda: [(entry.line, entry.action, entry.copies) for entry in vsmart.entered],
        received=lambda: b"".join(vsmart.files.values()),
        go_down=lambda: drop.rename(folder / "elsewhere") and None,
        come_back=lambda: (folder / "elsewhere").rename(drop) and None,
        refuse=lambda line, why: vsmart.refused.__setitem__(line, why),
        talk_nonsense=lambda: setattr(vsmart, "nonsense", True),
        be_slow=lambda: None,
        left_behind=lambda: [*drop.iterdir(), *answers.iterdir()],
    )


def _koha(folder: Path, cleaning: ExitStack, monkeypatch: pytest.MonkeyPatch) -> Stand:
    drop = folder / "edi"
    drop.mkdir(mode=0o750)
    koha = cleaning.enter_context(KohaSimulator(drop).running())
    monkeypatch.setenv("KOHA_PASSWORD", koha.password)
    kind = adapters.system("koha")
    settings = kind.Settings.model_validate(
        {
            "address": koha.address,
            "user": koha.user,
            "password_env": "KOHA_PASSWORD",
            "basket_id": 7,
            "folder": drop,
            "timeout_seconds": 5,
        }
    )
    return Stand(
        make=lambda: kind.from_settings(settings, a_workplace(folder / "work", system="koha")),
        read=lambda: (koha.run_edi_cron(), None)[1],
        told=lambda: list(koha.told()),
        received=lambda: b"\n".join(koha.taken),
        go_down=koha.down,
        come_back=koha.up,
        refuse=koha.refused.__setitem__,
        talk_nonsense=lambda: setattr(koha, "all_nonsense", True),
        be_slow=lambda: setattr(koha, "behaviour", Slow.SLOW),
        left_behind=lambda: [*drop.iterdir(), *koha.orders, *koha.records],
    )


STANDS = {
    "brocade": _arranged("brocade"),
    "brocade with CSV": _arranged("brocade", format="csv"),
    "clientrix": _arranged("clientrix"),
    "concerto": _arranged("concerto"),
    "koha": _koha,
    "vsmart": _vsmart,
    "wise": _wise,
}
"""One for each library system by its name, and more where it has two ways of being told."""


@pytest.fixture(params=sorted({*STANDS, *adapters.names()}))
def stand(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    """One library system after the other; one without a simulator fails here."""
    with ExitStack() as cleaning:
        yield STANDS[request.param](tmp_path, cleaning, monkeypatch)


def statuses(system: OrderSystem, lines: Sequence[SystemLine]) -> list[LineStatus]:
    """Apply, check that there is one result for each line in the same order, and give the statuses."""
    results = system.apply(lines)
    assert [result.key for result in results] == [line.key for line in lines]
    return [result.status for result in results]


def one_life(number: int = 1) -> list[SystemLine]:
    """An order line from order to transport, with a change and a delay, and another that is cancelled."""
    kept, dropped = f"L{number}", f"X{number}"
    return [
        a_line(order_line=kept),
        a_line(order_line=dropped),
        a_line(Kind.CHANGED, order_line=kept, quantity=3),
        a_line(Kind.DELAYED, order_line=kept, quantity=3),
        a_line(Kind.CANCELLED, order_line=dropped),
        a_line(Kind.SHIPPED, order_line=kept, quantity=3, state_before=LineState.DELAYED),
    ]


def test_the_listing_of_the_folder_is_the_list_of_systems():
    assert adapters.names() == ["brocade", "clientrix", "concerto", "koha", "vsmart", "wise"]
    assert {name.split()[0] for name in STANDS} == set(adapters.names())


def test_a_system_says_what_it_is(stand: Stand):
    system = stand.make()
    assert system.label and system.layout in Layout
    assert set(system.carries) <= set(Kind) and all(system.carries.values())
    assert set(system.cannot_carry) < set(TELLABLE)


def test_check_passes_and_leaves_nothing_behind(stand: Stand):
    stand.make().check()
    assert stand.left_behind() == []


def test_check_says_what_to_mend_when_the_system_is_not_there(stand: Stand):
    stand.go_down()
    with pytest.raises((ConfigurationError, SystemUnavailable)) as refusal:
        stand.make().check()
    assert refusal.value.advice


def test_every_kind_arrives_once(stand: Stand):
    assert set(statuses(stand.make(), one_life())) <= SETTLED
    stand.read()
    assert stand.copies == {
        "L1 ORDERED": 2, "L1 CHANGED": 3, "L1 DELAYED": 3, "L1 SHIPPED": 3, "X1 ORDERED": 2, "X1 CANCELLED": 2
    }  # fmt: skip


def test_a_shop_purchase_is_entered_before_it_is_shipped(stand: Stand):
    purchase = a_line(Kind.SHIPPED, order_line="L1", state_before=None, title="Los gekocht")
    assert statuses(stand.make(), [purchase])[0] in SETTLED
    stand.read()
    assert stand.copies == {"L1 ORDERED": 2, "L1 SHIPPED": 2}
    assert stand.story("L1") == ["ORDERED", "SHIPPED"]


def test_copies_for_two_branches_arrive_each_with_its_own(stand: Stand):
    shares = (Share("2001", "JF01", 2), Share("2099", "V02", 3))
    assert set(statuses(stand.make(), [a_line(order_line="L1", quantity=5, shares=shares)])) <= SETTLED
    stand.read()
    assert stand.copies == {"L1 ORDERED": 5}
    pieces = _content(stand.received().decode("utf-8"))
    assert {"2001", "JF01", "2099", "V02"} <= set(pieces)


def test_applying_twice_after_a_crash_doubles_nothing(stand: Stand):
    lines = one_life()
    assert set(statuses(stand.make(), lines)) <= SETTLED
    stand.read()
    once = stand.copies
    again = statuses(stand.make(), offered_again(lines))
    stand.read()
    assert stand.copies == once
    assert set(again) <= SETTLED | {LineStatus.UNCERTAIN}


def test_a_crash_between_two_lines_doubles_nothing_and_loses_nothing_that_is_not_told_as_uncertain(stand: Stand):
    lines = one_life()
    statuses(stand.make(), lines[:3])
    again = statuses(stand.make(), offered_again(lines))
    stand.read()
    whole = {
        "L1 ORDERED": 2, "X1 ORDERED": 2, "L1 CHANGED": 3, "L1 DELAYED": 3, "X1 CANCELLED": 2, "L1 SHIPPED": 3
    }  # fmt: skip
    told = dict(list(whole.items())[: 3 if LineStatus.UNCERTAIN in again else 6])
    assert stand.copies == told
    assert set(again) in ({LineStatus.UNCERTAIN}, *({status} for status in SETTLED), SETTLED)


def test_lines_of_a_crash_among_new_ones_do_not_double(stand: Stand):
    first = orders(6)
    statuses(stand.make(), first)
    stand.read()
    new = [a_line(order_line="NEW")]
    statuses(stand.make(), [*offered_again(first[3:]), *new])
    stand.read()
    assert set(stand.copies.values()) == {1, 2}
    assert stand.copies["NEW ORDERED"] == 2


def test_one_bad_line_does_not_stop_the_others(stand: Stand):
    lines = orders(20)
    stand.refuse("L000013", "Onbekende vestiging")
    system = stand.make()
    results = {result.key: result for result in system.apply(lines)}
    stand.read()
    refused = {each.key: each.reason for each in system.acknowledgements() if not each.accepted}
    refused |= {key: result.reason for key, result in results.items() if result.status is LineStatus.REFUSED}
    assert refused == {lines[13].key: "Onbekende vestiging"}
    assert len(stand.copies) == 19


def test_an_unreachable_system_has_done_nothing_and_takes_all_in_order_when_it_is_back(stand: Stand):
    system, lines = stand.make(), one_life()
    stand.go_down()
    with pytest.raises(SystemUnavailable) as told:
        system.apply(lines)
    assert str(told.value)
    stand.come_back()
    assert set(statuses(system, lines)) <= SETTLED
    stand.read()
    assert stand.story("L1") == ["ORDERED", "CHANGED", "DELAYED", "SHIPPED"]
    assert stand.story("X1") == ["ORDERED", "CANCELLED"]


def test_what_was_offered_while_it_went_away_and_came_back_is_told_once(stand: Stand):
    lines = one_life()
    system = stand.make()
    statuses(system, lines[:2])
    stand.go_down()
    with pytest.raises(SystemUnavailable):
        system.apply(lines[2:])
    stand.come_back()
    assert set(statuses(system, lines[2:])) <= SETTLED
    stand.read()
    assert stand.story("L1") == ["ORDERED", "CHANGED", "DELAYED", "SHIPPED"]


def test_a_slow_system_is_waited_for(stand: Stand):
    stand.be_slow()
    system = stand.make()
    assert set(statuses(system, orders(3))) <= SETTLED
    assert not [each for each in system.acknowledgements() if not each.accepted]
    stand.read()
    assert len(stand.copies) == 3


def test_a_nonsense_answer_is_never_taken_for_a_yes(stand: Stand):
    stand.talk_nonsense()
    system = stand.make()
    try:
        found = statuses(system, orders(3))
    except SystemUnavailable:
        assert stand.copies == {}  # it can be asked, and says that it has nothing
        return
    stand.read()
    assert set(found) <= {LineStatus.UNCERTAIN, LineStatus.HANDED_OVER}
    assert LineStatus.HANDED_OVER not in found or system.acknowledgements() == []


ELSEWHERE = (Share("2001", "BUDGET7", 2),)


@pytest.mark.parametrize("kind", Kind)
def test_every_field_either_arrives_or_is_said_to_be_left_out(stand: Stand, kind: Kind):
    system = stand.make()
    assert kind in system.carries
    if kind is not Kind.ORDERED:
        statuses(system, [a_line(order_number="ORDER-17", order_line="LINE-23", key="before", shares=ELSEWHERE)])
    result = system.apply([everything(kind)])[0]
    stand.read()
    pieces = _content(stand.received().decode("utf-8"))
    found = {
        name
        for name, footprint in FOOTPRINTS.items()
        if any(piece.startswith(footprint) or piece.endswith(footprint) for piece in pieces)
    }
    assert found.isdisjoint(result.left_out), "said to be left out, and yet it arrived"
    assert found | set(result.left_out) >= set(FOOTPRINTS), "neither arrived nor said to be left out"
    assert set(system.cannot_carry) <= set(result.left_out)


def _content(received: str) -> list[str]:
    """What arrived, cut at every separator of XML, EDIFACT and CSV; dates without their century."""
    return [re.sub(r"^20(?=2\d{5})", "", piece.strip(" ,}")) for piece in re.split(r"[<>+:;\"'\r\n]", received)]


def test_fields_without_a_value_are_not_said_to_be_left_out(stand: Stand):
    system = stand.make()
    ordered, cancelled = a_line(), a_line(Kind.CANCELLED, action_code=None, net_price=None, currency=None)
    result = system.apply([ordered, cancelled])[1]
    assert result.left_out == ()


def test_letters_of_every_kind_survive_or_are_said_aloud(stand: Stand):
    title = "Één <tuin> & 'huis'+? voor €5: naïef"
    result = stand.make().apply([a_line(title=title)])[0]
    stand.read()
    arrived = escape(title).encode() in stand.received() or title.encode() in stand.received()
    assert arrived or "title" in (*result.left_out, *re.findall(r"\w+", result.reason))
