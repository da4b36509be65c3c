"""Circulation messages by command and by folder, on a gateway as it is installed."""

import gzip
import json
import os
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import schemas
from gateway import clock, clockwork, picture
from gateway.circulation.intake import Arrival, Receipt
from gateway.circulation.refusals import TooMuch
from gateway.circulation.watched import Folder
from gateway.config import CirculationSettings
from tests.circulation_messages import EVERYTHING, item, loan, message
from tests.commands import Command, commands_of
from tests.stage import Stage, a_stage

SNAPSHOT = schemas.read("circulation/v1/example-snapshot.xml")
PACKED = gzip.compress(SNAPSHOT)
DAMAGED = PACKED[:20] + b"\xff" * 20 + PACKED[40:]
LONG_AGO = 1_700_000_000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture
def run(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return commands_of(stage, monkeypatch, capsys)


def put(folder: Path, name: str, content: bytes, at: int = LONG_AGO) -> Path:
    """A file that nobody wrote to since."""
    file = folder / name
    file.write_bytes(content)
    os.utime(file, (at, at))
    return file


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def test_message_is_imported_by_command_packed_or_not(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(SNAPSHOT)
    (tmp_path / "a.xml.gz").write_bytes(gzip.compress(SNAPSHOT))
    status, out, err = run("circulation", "import", str(tmp_path / "a.xml"))
    assert (status, err) == (0, "")
    assert "2026-03-10-0500 of I201: applied" in out
    assert "loan: 1 received, 1 changed, 0 refused, 0 gone" in out
    status, out, _ = run("circulation", "import", str(tmp_path / "a.xml.gz"), "--json")
    assert (status, json.loads(out)["state"]) == (0, "KNOWN")


def test_refused_records_are_told_and_end_the_command_with_1(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(message(*EVERYTHING, loan(2, patron="P9"), item(2)))
    status, _, err = run("circulation", "import", str(tmp_path / "a.xml"))
    assert (status, err.strip()) == (1, "line 12, loan A2: There is no patron P9.")


def test_held_snapshot_ends_the_command_with_3_until_it_is_confirmed(run: Command, tmp_path: Path) -> None:
    many = [item(number) for number in range(2, 60)] + [loan(number) for number in range(2, 60)]
    (tmp_path / "a.xml").write_bytes(message(*EVERYTHING, *many))
    (tmp_path / "b.xml").write_bytes(message(*EVERYTHING, as_of="2026-03-11T05:00:00Z"))
    assert run("circulation", "import", str(tmp_path / "a.xml"))[0] == 0
    status, _, err = run("circulation", "import", str(tmp_path / "b.xml"))
    assert status == 3
    assert "It would delete 58 of 59: loan. Nothing was changed; --confirm lets it." in err
    assert run("circulation", "import", str(tmp_path / "b.xml"), "--confirm")[0] == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "This is no circulation message"),
        (gzip.compress(SNAPSHOT)[:-20], "cannot be read"),
        (DAMAGED, "is damaged"),
        (None, "cannot be read"),
    ],
)
def test_file_that_is_no_message_is_told_in_a_sentence(
    run: Command, tmp_path: Path, content: bytes | None, said: str
) -> None:
    file = tmp_path / "a.xml"
    os.mkfifo(file) if content is None else file.write_bytes(content)
    status, out, err = run("circulation", "import", str(file))
    assert status in (1, 2)
    assert said in err
    assert "Traceback" not in out + err


def test_patron_is_shown_by_card_number_and_by_id(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(SNAPSHOT)
    run("circulation", "import", str(tmp_path / "a.xml"))
    status, out, _ = run("patron", "show", "2900001", "-l", "I201", "--json")
    shown = json.loads(out)
    assert (status, shown["name"], shown["loans"][0]["said"]) == (0, "Anna Peeters", ["IV1 2026-02-28"])
    assert shown["charges"][0]["open"] == "3.00"
    status, out, _ = run("patron", "show", "P2", "-l", "I201")
    assert (status, "blocks: INTERNET" in out, "Kerkstraat 17" in out) == (0, True, True)
    status, _, err = run("patron", "show", "P9", "-l", "I201")
    assert (status, err.splitlines()[0]) == (1, "There is no patron P9 in I201.")


def test_patron_with_the_bailiff_is_shown_as_such_first(stage: Stage, run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(SNAPSHOT)
    run("circulation", "import", str(tmp_path / "a.xml"))
    with stage.gateway.database.begin() as connection:
        connection.exec_driver_sql(
            "insert into circulation_bailiff_lines (library, charge, patron, bill, amount, selected_at, selected_by,"
            " processed_at) values ('I201', 'C2', 'P1', '2026-0007', 300, '2026-03-10', 'eva', '2026-03-10')"
        )
    _, out, _ = run("patron", "show", "P1", "-l", "I201")
    assert out.startswith("Handed to the bailiff")


def test_age_of_the_picture_is_shown(run: Command, tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_bytes(SNAPSHOT)
    run("circulation", "import", str(tmp_path / "a.xml"))
    shown = json.loads(run("circulation", "age", "--json")[1])
    assert [each["as_of"] for each in shown] == ["2026-03-10T05:00:00+01:00", None]


@pytest.fixture
def folder(stage: Stage, tmp_path: Path) -> Path:
    """The folder in which the library system of I201 leaves messages."""
    made = tmp_path / "circulation"
    made.mkdir()
    first, *rest = stage.settings.library
    with_settings(stage, library=(first.model_copy(update={"circulation_folder": made}), *rest))
    return made


def with_settings(stage: Stage, **different: Any) -> None:
    """Start again with other settings."""
    stage.gateway.close()
    stage.__dict__.pop("gateway")
    stage.settings = stage.settings.model_copy(update=different)


def test_files_are_taken_in_the_order_of_their_time_and_put_away(stage: Stage, folder: Path) -> None:
    put(folder, "b.xml", SNAPSHOT, LONG_AGO)
    put(folder, "a\n.xml", schemas.read("circulation/v1/example-changes.xml"), LONG_AGO + 1)
    clockwork.take_circulation(stage.gateway)
    assert names(folder) == ["done"]
    assert names(folder / "done") == ["a\n.xml", "b.xml"]
    assert stage.rows("select due_on from circulation_loans") == [("2026-04-02",)]


def test_refused_file_is_put_away_with_the_reason_beside_it(stage: Stage, folder: Path) -> None:
    put(folder, "a.xml", SNAPSHOT.replace(b"I201", b"I202"))
    put(folder, "b.xml", SNAPSHOT[:-100])
    clockwork.take_circulation(stage.gateway)
    assert names(folder / "refused") == ["a.xml", "a.xml.reason.txt", "b.xml", "b.xml.reason.txt"]
    assert (folder / "refused" / "a.xml.reason.txt").read_text().startswith("I202 is not served")
    assert stage.rows("select * from circulation_loans") == []


def test_what_is_wrong_with_one_library_holds_up_no_other(stage: Stage, folder: Path, tmp_path: Path) -> None:
    first, second = stage.settings.library
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    impossible = first.model_copy(update={"circulation_folder": tmp_path / "no\0folder"})
    with_settings(stage, library=(impossible, first, second.model_copy(update={"circulation_folder": theirs})))
    put(folder, "a.xml.gz", DAMAGED)
    put(folder, "b.xml", message(*EVERYTHING, as_of="9999-12-31T12:00:00Z"))
    put(theirs, "c.xml", SNAPSHOT.replace(b"I201", second.institution.encode()))
    clockwork.take_circulation(stage.gateway)
    assert names(theirs / "done") == ["c.xml"]
    assert "b.xml" in names(folder / "refused")


def test_file_that_fails_in_an_unforeseen_way_holds_up_no_other(folder: Path) -> None:
    def take(name: str, _chunks: Iterator[bytes]) -> Receipt:
        raise RuntimeError if name == "a.xml" else TooMuch(what="It", limit="1 byte")

    put(folder, "a.xml", SNAPSHOT)
    put(folder, "b.xml", SNAPSHOT)
    Folder(folder, take, 10_000).look(LONG_AGO + 60)
    assert names(folder) == ["a.xml", "refused"]
    Folder(folder, take, 10_000).look(LONG_AGO + 3_600)
    assert "the log" in (folder / "refused" / "a.xml.reason.txt").read_text()


def test_file_that_breaks_off_is_read_again_only_when_it_changed(stage: Stage, folder: Path) -> None:
    read = []

    def take(name: str, chunks: Iterator[bytes]) -> Receipt:
        read.append(name)
        return Arrival(picture.reception(stage.gateway), name).take(chunks)

    half = put(folder, "half.xml", SNAPSHOT[:-100])
    watched = Folder(folder, take, 10**6)
    for minute in range(1, 30):
        watched.look(LONG_AGO + 60 * minute)
    assert read == ["half.xml"]
    put(folder, "half.xml", SNAPSHOT[:-50])
    for seconds in (60, 120, 3_599):
        watched.look(LONG_AGO + seconds)
    assert (read, half.exists()) == (["half.xml"] * 2, True)
    watched.look(LONG_AGO + 3_600)
    assert (read, names(folder / "refused")) == (["half.xml"] * 2, ["half.xml", "half.xml.reason.txt"])
    watched.look(LONG_AGO + 3_660)
    assert watched.failed == {}


def test_what_failed_is_remembered_from_look_to_look(stage: Stage, folder: Path) -> None:
    half = put(folder, "half.xml", SNAPSHOT[:-100], int(time.time()) - 60)
    clockwork.take_circulation(stage.gateway)
    watched = picture.folder(stage.gateway, stage.settings.library[0])
    assert watched is not None
    assert list(watched.failed) == [half]


@pytest.mark.parametrize("content", [SNAPSHOT.replace(b"</library>", b"</libary>"), DAMAGED, b"<loans/>"])
def test_file_that_is_wrong_before_its_end_is_refused_at_once(stage: Stage, folder: Path, content: bytes) -> None:
    put(folder, "a.xml", content, int(time.time()) - 60)
    clockwork.take_circulation(stage.gateway)
    assert names(folder / "refused") == ["a.xml", "a.xml.reason.txt"]


def test_file_whose_name_is_no_text_is_taken(stage: Stage, folder: Path) -> None:
    put(folder, os.fsdecode(b"\xe9.xml"), SNAPSHOT)
    clockwork.take_circulation(stage.gateway)
    assert names(folder) == ["done"]
    assert stage.rows("select origin from circulation_imports") == [("?.xml",)]


def test_file_that_may_still_be_written_is_left(stage: Stage, folder: Path) -> None:
    (folder / "new.xml").write_bytes(SNAPSHOT)
    put(folder, "half.xml.part", SNAPSHOT)
    put(folder, ".hidden.xml", SNAPSHOT)
    half = folder / "half.xml"
    half.write_bytes(SNAPSHOT[:-100])
    os.utime(half, (half.stat().st_atime, half.stat().st_mtime - 60))
    clockwork.take_circulation(stage.gateway)
    assert names(folder) == [".hidden.xml", "half.xml", "half.xml.part", "new.xml"]


def test_what_is_no_plain_file_is_never_opened(stage: Stage, folder: Path, tmp_path: Path) -> None:
    secret = put(tmp_path, "secret.xml", SNAPSHOT)
    (folder / "link.xml").symlink_to(secret)
    os.mkfifo(folder / "pipe.xml")
    (folder / "folder.xml").mkdir()
    clockwork.take_circulation(stage.gateway)
    assert names(folder) == ["folder.xml", "link.xml", "pipe.xml"]
    assert stage.rows("select * from circulation_loans") == []


def test_name_that_was_used_before_overwrites_nothing(stage: Stage, folder: Path) -> None:
    for content in (SNAPSHOT, SNAPSHOT.replace(b"0500", b"0501")):
        put(folder, "a.xml", content)
        clockwork.take_circulation(stage.gateway)
    assert names(folder / "done") == ["a.xml", "a.xml.2"]


def test_file_larger_than_allowed_is_refused(stage: Stage, folder: Path) -> None:
    with_settings(stage, circulation=CirculationSettings(message_megabytes=1))
    put(folder, "bomb.xml.gz", gzip.compress(SNAPSHOT.replace(b"</circulation>", b" " * 2**21 + b"</circulation>")))
    clockwork.take_circulation(stage.gateway)
    assert names(folder / "refused") == ["bomb.xml.gz", "bomb.xml.gz.reason.txt"]


def test_held_file_is_put_apart_and_taken_when_confirmed(stage: Stage, folder: Path, run: Command) -> None:
    many = [item(number) for number in range(2, 60)] + [loan(number) for number in range(2, 60)]
    put(folder, "a.xml", message(*EVERYTHING, *many))
    put(folder, "b.xml", message(*EVERYTHING, as_of="2026-03-11T05:00:00Z"), LONG_AGO + 1)
    clockwork.take_circulation(stage.gateway)
    assert names(folder / "held") == ["b.xml", "b.xml.reason.txt"]
    assert run("circulation", "import", str(folder / "held" / "b.xml"), "--confirm")[0] == 0


def test_what_was_put_away_and_what_was_wrong_are_kept_for_so_many_days(stage: Stage, folder: Path) -> None:
    with_settings(stage, circulation=CirculationSettings(keep_days=10))
    put(folder, "a.xml", message(*EVERYTHING, loan(2, patron="P9"), item(2)))
    put(folder, "b.xml", b"<loans/>", LONG_AGO + 1)
    clockwork.take_circulation(stage.gateway)
    (folder / "new.xml").write_bytes(SNAPSHOT)
    (folder / "done" / "link").symlink_to(folder / "new.xml")
    kept = ["a.xml", "a.xml.reason.txt", "link"]
    for days, left, rows in ((9.9, kept, 1), (10.1, ["link"], 0)):
        with clock.pretending(clock.now() + timedelta(days=days)):
            clockwork.forget_circulation(stage.gateway)
        assert names(folder / "done") == left
        assert len(names(folder / "refused")) == 2 * rows
        for table in ("imports", "findings"):
            assert stage.rows(f"select count(*) from circulation_{table}") == [(rows,)]
    assert names(folder) == ["done", "new.xml", "refused"]
    assert stage.rows("select count(*) from circulation_loans") == [(1,)]


def test_folder_that_is_away_holds_up_nothing(stage: Stage, folder: Path) -> None:
    folder.rmdir()
    clockwork.take_circulation(stage.gateway)
    assert stage.rows("select * from circulation_imports") == []
