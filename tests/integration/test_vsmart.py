"""V-Smart over real folders: acknowledgements, positions, and what the result of a line says."""

from pathlib import Path

import pytest
from pydantic import ValidationError

import adapters
from adapters.vsmart.settings import VSmartSettings
from gateway.errors import ConfigurationError
from gateway.orders.model import Kind
from gateway.orders.system import Acknowledgement, OrderSystem
from tests.order_lines import a_line, a_workplace, offered_again, orders
from tests.simulators.vsmart import VSmartSimulator


@pytest.fixture
def vsmart(tmp_path: Path) -> VSmartSimulator:
    """A V-Smart with its two folders."""
    for name in ("in", "out"):
        (tmp_path / name).mkdir(mode=0o750)
    return VSmartSimulator(tmp_path / "in", tmp_path / "out")


@pytest.fixture
def system(vsmart: VSmartSimulator, tmp_path: Path) -> OrderSystem:
    settings = VSmartSettings(folder=vsmart.folder, acknowledgements=vsmart.acknowledgements)
    return adapters.system("vsmart").from_settings(settings, a_workplace(tmp_path / "work", system="vsmart"))


def test_acknowledgements_find_their_lines_and_are_given_until_forgotten(vsmart: VSmartSimulator, system: OrderSystem):
    lines = [a_line(order_line="A"), a_line(Kind.SHIPPED, order_line="B"), a_line(order_line="C")]
    vsmart.refused = {"B": "Pakbon onbekend"}
    system.apply(lines)
    assert system.acknowledgements() == []
    vsmart.step()
    expected = [
        Acknowledgement(lines[0].key, True),
        Acknowledgement(lines[1].key, False, "Pakbon onbekend"),
        Acknowledgement(lines[2].key, True),
    ]
    assert system.acknowledgements() == expected == system.acknowledgements()
    system.forget(expected[:1])
    assert system.acknowledgements() == expected
    system.forget(expected)
    assert system.acknowledgements() == []
    assert len(list((vsmart.acknowledgements / "done").iterdir())) == 1


def test_an_acknowledgement_of_nothing_of_ours_is_left_where_it_is(vsmart: VSmartSimulator, system: OrderSystem):
    system.apply([a_line()])
    vsmart.step()
    mine = next(vsmart.acknowledgements.glob("*.ack"))
    (vsmart.acknowledgements / "I202-ffffffffffffffff.ack").write_text("1;ACCEPTED;\n")
    mine.write_text("1;ACCEPTED;\n2;REFUSED;Er was geen tweede\n")
    assert system.acknowledgements() == []
    system.forget([])
    assert len(list(vsmart.acknowledgements.glob("*.ack"))) == 2


def test_a_batch_that_was_tampered_with_is_not_taken(vsmart: VSmartSimulator, system: OrderSystem):
    system.apply([a_line()])
    file = next(vsmart.folder.glob("*-orders.edi"))
    file.write_bytes(file.read_bytes().replace(b"QTY+21:2", b"QTY+21:9"))
    assert vsmart.step() == 0 and vsmart.complaints == [f"{file.name} is not what the manifest says"]


def test_the_files_are_named_in_the_order_in_which_they_must_be_read(vsmart: VSmartSimulator, system: OrderSystem):
    system.apply([a_line(Kind.SHIPPED, order_line="A"), a_line(order_line="B")])
    manifest = next(vsmart.folder.glob("*.manifest")).read_text()
    kinds = [line.split("  ")[1].split("-", 2)[2] for line in manifest.splitlines()]
    assert kinds == ["1-titles.xml", "2-orders.edi", "3-ship-001.xml"]


def test_lost_letters_are_left_out_unless_the_title_record_carries_them(system: OrderSystem):
    new, change = a_line(title="Война и мир"), a_line(Kind.CHANGED, title="Война и мир", order_line="B")
    first, second = system.apply([new, change])
    assert "title" not in first.left_out and "title" in first.reason
    assert "title" in second.left_out
    again = system.apply(offered_again([new, change]))
    assert [first, second] == again


def test_what_one_library_was_offered_says_nothing_of_another_with_the_same_work_folder(tmp_path: Path):
    systems = []
    for institution in ("I202", "I303"):
        folders = {name: tmp_path / institution / name for name in ("in", "out")}
        for each in folders.values():
            each.mkdir(parents=True, mode=0o750)
        settings = VSmartSettings(folder=folders["in"], acknowledgements=folders["out"])
        place = a_workplace(tmp_path / "work", institution=institution)
        systems.append(adapters.system("vsmart").from_settings(settings, place))
    lines = orders(2)
    systems[0].apply(lines)
    systems[1].apply(offered_again(lines))
    for institution in ("I202", "I303"):
        shown = [each.name for each in (tmp_path / institution / "in").iterdir()]
        assert len(shown) == 3 and all(name.startswith(institution) for name in shown)


def test_a_night_in_parts_runs_beside_a_v_smart_that_reads(vsmart: VSmartSimulator, system: OrderSystem):
    lines = orders(200)
    with vsmart.running(every_seconds=0.005):
        for start in range(0, 200, 20):
            system.apply(lines[start : start + 20])
    vsmart.step()
    assert len(vsmart.copies) == 200 and set(vsmart.copies.values()) == {1}
    assert len(vsmart.titles) == 200 and vsmart.complaints == []
    acknowledged = system.acknowledgements()
    assert {each.key for each in acknowledged} == {line.key for line in lines}


def test_check_tells_that_the_acknowledgement_folder_is_not_there(vsmart: VSmartSimulator, system: OrderSystem):
    vsmart.acknowledgements.rmdir()
    with pytest.raises(ConfigurationError, match="out"):
        system.check()


def test_one_folder_for_both_ways_is_refused(tmp_path: Path):
    with pytest.raises(ValidationError, match="two folders"):
        VSmartSettings(folder=tmp_path, acknowledgements=tmp_path)
