"""The drop folder on a real disk: who may write there, what a crash leaves, what never comes twice."""

import grp
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway import clock
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.transport.drop_folder import (
    DropFolder,
    FolderOpenToOthers,
    FolderUnavailable,
    MissingFolder,
    UnknownGroup,
)
from gateway.transport.drop_journal import KEPT_DAYS, Journal, finish, offer

ROOT = Path(__file__).parents[2]
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a folder of somebody else")


@pytest.fixture
def drop(tmp_path: Path) -> DropFolder:
    """A folder of ours."""
    (tmp_path / "in").mkdir(mode=0o750)
    return DropFolder(tmp_path / "in")


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "journal")


def names(drop: DropFolder) -> list[str]:
    return sorted(each.name for each in drop.folder.iterdir())


def test_a_batch_stands_there_whole_with_a_manifest_that_sha256sum_can_check(drop: DropFolder, journal: Journal):
    offer(drop, journal, "B1", {"B1-1.xml": b"een", "B1-2.edi": b"twee"}, ["k1", "k2"])
    assert names(drop) == ["B1-1.xml", "B1-2.edi", "B1.manifest"]
    digest = hashlib.sha256(b"een").hexdigest()
    assert (drop.folder / "B1.manifest").read_text().splitlines()[0] == f"{digest}  B1-1.xml"
    subprocess.run(
        ["sha256sum", "--check", "--strict", "B1.manifest"], cwd=drop.folder, check=True, capture_output=True
    )


def test_a_batch_offered_twice_stands_there_once_and_not_again_after_it_was_taken(drop: DropFolder, journal: Journal):
    for _ in range(2):
        offer(drop, journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert names(drop) == ["B1.edi", "B1.manifest"]
    for each in drop.folder.iterdir():
        each.unlink()
    offer(drop, journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert names(drop) == []


@pytest.mark.parametrize("mode", [["left", "regrouped"], ["taken"]])
def test_a_kill_at_any_step_neither_loses_nor_doubles_a_line(tmp_path: Path, mode: list[str]):
    program = [sys.executable, "-m", "tests.integration.killed_in_the_middle", str(tmp_path), *mode]
    found = json.loads(subprocess.run(program, cwd=ROOT, check=True, capture_output=True, timeout=50).stdout)
    assert sum(each["killed"] for each in found) > 15
    assert [each["copies"] for each in found] == [{f"L{number} ORDERED": 2 for number in range(4)}] * len(found)
    assert all(not name.startswith("I202") for each in found for name in each["left"])


def test_what_was_begun_is_finished_and_its_lines_are_known(drop: DropFolder, journal: Journal):
    drop.hide({"B1.edi": b"een"})
    journal.begin("B1", ["B1.edi"], ["k1", "k2"])
    assert finish(drop, journal) == {"k1", "k2"}
    assert names(drop) == ["B1.edi"]
    assert finish(drop, journal) == frozenset()
    assert journal.known(["k2", "k3"]) == {"k2"} and journal.keys("B1") == ("k1", "k2")


def test_the_journal_forgets_after_a_while(drop: DropFolder, journal: Journal):
    offer(drop, journal, "OLD", {"OLD.edi": b"een"}, ["k1"])
    with clock.pretending(clock.now() + timedelta(days=KEPT_DAYS)):
        journal.forget_old()
        assert journal.remembers("OLD")
    with clock.pretending(clock.now() + timedelta(days=KEPT_DAYS + 1)):
        journal.forget_old()
        assert not journal.remembers("OLD")


def test_check_leaves_nothing_behind(drop: DropFolder):
    drop.check()
    assert names(drop) == []


def test_a_folder_that_is_not_there_is_the_installers(tmp_path: Path):
    with pytest.raises(MissingFolder, match="no folder"):
        DropFolder(tmp_path / "none").check()
    (tmp_path / "file").touch()
    with pytest.raises(MissingFolder):
        DropFolder(tmp_path / "file").check()


def test_a_folder_that_everybody_can_write_to_is_refused_with_the_remedy(drop: DropFolder, journal: Journal):
    drop.folder.chmod(0o757)
    with pytest.raises(FolderOpenToOthers) as refusal:
        drop.check()
    assert f"chmod o-w {drop.folder}" in refusal.value.advice
    with pytest.raises(FolderOpenToOthers):
        offer(drop, journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert names(drop) == []
    DropFolder(drop.folder, allow_others_to_write=True).check()


@as_root
def test_a_folder_of_somebody_else_is_refused(drop: DropFolder):
    os.chown(drop.folder, 12345, -1)
    with pytest.raises(FolderOpenToOthers, match="12345"):
        drop.check()
    DropFolder(drop.folder, allow_others_to_write=True).check()


@as_root
def test_a_group_may_write_only_when_the_installer_named_it(drop: DropFolder):
    os.chown(drop.folder, -1, grp.getgrnam("games").gr_gid)
    drop.folder.chmod(0o2770)
    with pytest.raises(FolderOpenToOthers):
        drop.check()
    DropFolder(drop.folder, group="games").check()


@as_root
def test_files_are_readable_for_the_group_the_installer_named(drop: DropFolder, journal: Journal):
    offer(DropFolder(drop.folder, group="games"), journal, "B1", {"B1.edi": b"een"}, ["k1"])
    for each in drop.folder.iterdir():
        found = each.stat()
        assert (grp.getgrgid(found.st_gid).gr_name, found.st_mode & 0o777) == ("games", 0o640)


def test_an_unknown_group_is_the_installers(drop: DropFolder):
    with pytest.raises(UnknownGroup, match="geen-groep"):
        DropFolder(drop.folder, group="geen-groep").check()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that other users can reach, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def check_as_nobody(folder: Path, group: str | None) -> str:
    """What a check says to an account that is neither root nor in the group."""
    program = (
        "import os, sys; from pathlib import Path; from gateway.errors import ConfigurationError\n"
        "from gateway.transport.drop_folder import DropFolder\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "try: DropFolder(Path(sys.argv[1]), sys.argv[2] or None).check()\n"
        "except ConfigurationError as error: print(error.code, error.advice)"
    )
    said = subprocess.run(
        [sys.executable, "-c", program, str(folder), group or ""], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return said.stdout


@as_root
def test_without_rights_the_remedy_is_to_give_us_the_folder(open_folder: Path):
    assert check_as_nobody(open_folder, None).startswith("not-writable Give it the folder with `chown nobody ")


@as_root
def test_a_group_that_we_are_not_in_is_told_with_the_remedy(open_folder: Path):
    os.chown(open_folder, 65534, -1)
    assert check_as_nobody(open_folder, None) == ""
    assert check_as_nobody(open_folder, "games").startswith("not-our-group Run `usermod -a -G games nobody`")
    assert list(open_folder.iterdir()) == []


def test_a_link_in_place_of_a_file_is_not_followed(drop: DropFolder, journal: Journal, tmp_path: Path):
    (tmp_path / "precious").write_text("keep")
    (drop.folder / ".B1.edi").symlink_to(tmp_path / "precious")
    offer(drop, journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert (tmp_path / "precious").read_text() == "keep"
    assert (drop.folder / "B1.edi").read_bytes() == b"een"


def test_a_full_disk_shows_nothing_and_is_tried_again(tmp_path: Path, journal: Journal):
    with pytest.raises((FolderUnavailable, ConfigurationError)) as told:
        offer(DropFolder(Path("/dev/full")), journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert told.value.advice
    (tmp_path / "in").mkdir(mode=0o750)
    (tmp_path / "in" / ".B1.manifest").mkdir()  # what stands in the way of the last file
    with pytest.raises(SystemUnavailable):
        offer(DropFolder(tmp_path / "in"), journal, "B1", {"B1.edi": b"een"}, ["k1"])
    assert [each.name for each in (tmp_path / "in").iterdir()] == [".B1.manifest"]
    assert not journal.remembers("B1")
