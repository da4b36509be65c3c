"""The archive of reports, on a real database and a real disk."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations

from gateway import clock, db, typeset
from gateway.reports import archive, shelf
from gateway.reports.model import Audience, Format, Layout
from tests import databases
from tests.builders_reports import a_report

NAME = "INA-I202-000002-260310-0602-17"
TEXTS = (Format.TXT, Format.CSV)


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "reports"


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_migration_makes_exactly_the_tables_of_the_archive(tmp_path: Path) -> None:
    engine = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    migration = import_module("gateway.migrations.versions.0002_reports")
    ours = {"reports", "report_files"}
    options = {
        "compare_type": True,
        "include_name": lambda name, kind, _: kind != "table" or name in ours,
        "include_object": lambda _thing, name, kind, *_: kind != "table" or name in ours,
    }
    with engine.begin() as connection:
        context = MigrationContext.configure(connection, opts=options)
        with Operations.context(context):
            migration.upgrade()
        assert set(sa.inspect(connection).get_table_names()) == ours
        assert compare_metadata(context, db.metadata) == []
        with Operations.context(context):
            migration.downgrade()
        assert sa.inspect(connection).get_table_names() == []
    engine.dispose()


def test_report_is_kept_in_all_six_formats(database: sa.Engine, folder: Path) -> None:
    kept = archive.keep(database, folder, a_report(), Audience.STAFF)
    assert kept.formats == tuple(Format)
    assert files_in(folder) == sorted(f"I202/2026/{NAME}{form.extension}" for form in Format)
    assert (kept.mutation_count, kept.cancelled_count, kept.waiting_count) == (10, 2, 1)
    assert (kept.refused_count, kept.warning_count) == (1, 1)
    for form in Format:
        file = archive.open_file(database, folder, NAME, form, Audience.STAFF)
        assert file.name == f"{NAME}{form.extension}"
        assert file.media_type == form.media_type
        assert file.content == (folder / "I202/2026" / file.name).read_bytes()


def test_report_is_written_once(database: sa.Engine, folder: Path) -> None:
    first = archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    before = (folder / "I202/2026" / f"{NAME}.txt").stat()
    other = a_report(library_name="Een andere naam")
    assert archive.keep(database, folder, other, Audience.STAFF, formats=TEXTS) == first
    after = (folder / "I202/2026" / f"{NAME}.txt").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_files_cannot_be_written_by_anyone(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    modes = {stat.S_IMODE((folder / path).stat().st_mode) for path in files_in(folder)}
    assert modes == {0o440}


def test_format_asked_for_later_is_added_and_the_others_stay(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.SUPPLIER, formats=(Format.XML,))
    xml = (folder / f"I202/2026/supplier/{NAME}.xml").stat().st_ino
    kept = archive.keep(database, folder, a_report(), Audience.SUPPLIER, formats=(Format.CSV,))
    assert kept.formats == (Format.CSV, Format.XML)
    assert (folder / f"I202/2026/supplier/{NAME}.xml").stat().st_ino == xml


def test_suppliers_copy_stands_apart_from_that_of_staff(database: sa.Engine, folder: Path) -> None:
    report = a_report(Layout.AFO291)
    for audience in Audience:
        archive.keep(database, folder, report, audience, formats=(Format.XML,))
    assert files_in(folder) == ["I202/2026/AFO291-I202-17.xml", "I202/2026/supplier/AFO291-I202-17.xml"]
    staff, supplier = (
        archive.open_file(database, folder, report.name, Format.XML, audience).content for audience in Audience
    )
    assert b"<available>" in staff
    assert b"<available>" not in supplier


def test_orphans_of_a_crash_are_replaced(database: sa.Engine, folder: Path) -> None:
    orphan = folder / f"I202/2026/{NAME}.txt"
    orphan.parent.mkdir(parents=True)
    orphan.write_text("half a rep")
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    assert b"INA-VERWERKINGSVERSLAG" in archive.open_file(database, folder, NAME, Format.TXT, Audience.STAFF).content


def test_nothing_is_left_behind_when_the_database_cannot_be_written(database: sa.Engine, folder: Path) -> None:
    with database.begin() as connection:
        connection.execute(sa.text("drop table report_files"))
        columns = ", ".join(f"{column.name} text" for column in archive.report_files.columns)
        connection.execute(sa.text(f"create table report_files ({columns}, check (format = ''))"))
    with pytest.raises(sa.exc.IntegrityError):
        archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    assert files_in(folder) == []
    assert list(folder.iterdir()) == []
    with db.reading(database) as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(archive.reports)) == 0


def test_two_that_write_the_same_report_at_once_keep_one(database: sa.Engine, folder: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        tries = [
            pool.submit(archive.keep, database, folder, a_report(), Audience.STAFF, formats=TEXTS) for _ in range(4)
        ]
    kept = [each.result() for each in tries]
    assert all(each == kept[0] for each in kept)
    assert len(files_in(folder)) == 2
    assert archive.open_file(database, folder, NAME, Format.TXT, Audience.STAFF).content


def test_report_does_not_wait_for_a_pdf_that_cannot_be_made(
    database: sa.Engine, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(typeset, "TIME_LIMIT_SECONDS", 0.001)
    kept = archive.keep(database, folder, a_report(), Audience.STAFF)
    assert Format.PDF not in kept.formats
    assert len(kept.formats) == 5
    with pytest.raises(typeset.TypesettingFailed):
        archive.keep(database, folder, a_report(), Audience.STAFF, formats=(Format.PDF,))
    monkeypatch.undo()
    assert Format.PDF in archive.keep(database, folder, a_report(), Audience.STAFF).formats


def test_what_a_killed_process_left_aside_is_thrown_away_after_a_day(database: sa.Engine, folder: Path) -> None:
    old, young = folder / ".draft-old", folder / ".draft-young"
    for left in (old, young):
        left.mkdir(parents=True)
        (left / "half.txt").write_text("half")
    two_days_ago = old.stat().st_mtime - 2 * 24 * 60 * 60
    os.utime(old, (two_days_ago, two_days_ago))
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    assert not old.exists()
    assert young.exists()


def test_draft_of_another_library_that_goes_meanwhile_holds_no_report_up(database: sa.Engine, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    # Listed, and gone when it is looked at.
    (folder / ".draft-gone").symlink_to(folder / "nowhere")
    assert archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)


def test_altered_file_is_not_handed_out(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    path = folder / f"I202/2026/{NAME}.txt"
    path.chmod(0o640)
    path.write_bytes(path.read_bytes().replace(b"Zoutwater", b"Zoetwater"))
    with pytest.raises(shelf.ReportFileAltered, match="was changed"):
        archive.open_file(database, folder, NAME, Format.TXT, Audience.STAFF)


def test_missing_file_is_named(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    (folder / f"I202/2026/{NAME}.csv").unlink()
    with pytest.raises(shelf.ReportFileMissing, match=rf"{NAME}\.csv is gone"):
        archive.open_stream(database, folder, NAME, Format.CSV, Audience.STAFF)


def test_report_that_was_never_written_is_unknown(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS)
    assert archive.find(database, "INA-I999", Audience.STAFF) is None
    assert archive.find(database, NAME, Audience.SUPPLIER) is None
    with pytest.raises(archive.UnknownReport):
        archive.open_file(database, folder, NAME, Format.PDF, Audience.STAFF)


def test_library_system_gets_its_copies_once(database: sa.Engine, folder: Path, tmp_path: Path) -> None:
    reader = tmp_path / "for the library system"
    reader.mkdir()
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS, reader_folder=reader)
    assert files_in(reader) == [f"{NAME}.csv", f"{NAME}.txt"]
    assert (reader / f"{NAME}.txt").read_bytes() == (folder / f"I202/2026/{NAME}.txt").read_bytes()
    (reader / f"{NAME}.txt").unlink()
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS, reader_folder=reader)
    assert files_in(reader) == [f"{NAME}.csv"], "what the library system took away is not offered again"


def test_report_is_kept_while_the_library_systems_folder_is_gone_and_offered_later(
    database: sa.Engine, folder: Path, tmp_path: Path
) -> None:
    reader = tmp_path / "share"
    with pytest.raises(shelf.ReportFolderUnusable, match="share"):
        archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS, reader_folder=reader)
    assert archive.find(database, NAME, Audience.STAFF)
    reader.mkdir()
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=TEXTS, reader_folder=reader)
    assert files_in(reader) == [f"{NAME}.csv", f"{NAME}.txt"]


def test_text_for_old_readers_says_what_it_is_written_in(database: sa.Engine, folder: Path) -> None:
    archive.keep(database, folder, a_report(), Audience.STAFF, formats=(Format.TXT,), windows_1252=True)
    file = archive.open_file(database, folder, NAME, Format.TXT, Audience.STAFF)
    assert file.media_type == "text/plain; charset=windows-1252"
    assert "Gökçe" in file.content.decode("windows-1252")


def test_list_is_newest_first_within_its_bounds_and_its_libraries(database: sa.Engine, folder: Path) -> None:
    start = datetime(2026, 3, 10, 5, 0, tzinfo=UTC)
    for run in range(4):
        with clock.pretending(start + timedelta(days=run)):
            report = replace(a_report(Layout.AFO291), run=run, institution="I202" if run < 3 else "I777")
            archive.keep(database, folder, report, Audience.STAFF, formats=(Format.CSV,))

    def runs(*institutions: str, **bounds: datetime | int) -> list[int]:
        return [each.run for each in archive.listing(database, institutions, **bounds)]

    assert runs("I202") == [2, 1, 0]
    assert runs("I202", "I777") == [3, 2, 1, 0]
    assert runs("I202", since=start + timedelta(hours=12)) == [2, 1]
    assert runs("I202", until=start + timedelta(hours=12)) == [0]
    assert runs("I202", limit=1) == [2]
    assert runs() == []
    assert archive.listing(database, ["I202"], audience=Audience.SUPPLIER) == []


FILL_A_DISK = """
import sys
from dataclasses import replace
from pathlib import Path
from gateway import db
from gateway.errors import Busy
from gateway.reports import archive
from gateway.reports.model import Audience, Format
from tests import databases
from tests.builders_reports import a_report

database, disk = db.engine(f"sqlite:///{sys.argv[1]}/gateway.db"), Path(sys.argv[2])
db.metadata.create_all(database, [archive.reports, archive.report_files])
report = a_report(lines=tuple(line._replace(title="x" * 400) for line in a_report().detail()) * 40)
for form in Format:
    try:
        archive.keep(database, disk, report, Audience.STAFF, formats=(form,))
    except Busy:
        print(form, "is busy,", len(list(disk.rglob("*"))), "files left")
print(archive.find(database, report.name, Audience.STAFF))
"""
"""Run where a mount is seen by this process only, and goes with it."""


def test_full_disk_is_busy_and_leaves_nothing(tmp_path: Path) -> None:
    disk = tmp_path / "small"
    disk.mkdir()
    mount = f"mount -t tmpfs -o size=64k tmpfs {disk} 2>/dev/null || exit 77"
    run = f'{mount}; exec "{sys.executable}" -c "$0" "$1" "$2"'
    done = subprocess.run(
        ["unshare", "--mount", "sh", "-c", run, FILL_A_DISK, tmp_path, disk],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode in (1, 77) and "Traceback" not in done.stderr:
        pytest.skip("only who may mount a file system can fill one up")
    assert done.stdout.splitlines() == [*(f"{form} is busy, 0 files left" for form in Format), "None"], done.stderr
