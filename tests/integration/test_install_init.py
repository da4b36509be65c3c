"""`gateway init` on a real disk and a real database: what it makes, and that it can be run again."""

import json
import os
import pwd
import re
import stat
import tomllib
from pathlib import Path

import pytest

from gateway import db
from gateway.accounts import entry, people, suppliers
from gateway.accounts.entry import Gate
from gateway.install.files import read_key
from gateway.install.steps import journal_of
from tests.installing import Installation

ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.drop.mkdir()
    return made


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def file_with(folder: Path, name: str, *lines: str) -> str:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def rows_read(place: Installation) -> list[tuple[str, str, str]]:
    engine = db.engine(place.settings().database)
    try:
        with db.reading(engine) as connection:
            rows = connection.exec_driver_sql("select what, institution, code from rows_read order by 1, 2, 3")
            return [tuple(row) for row in rows]
    finally:
        engine.dispose()


def test_flags_alone_make_a_gateway_that_can_be_used(place: Installation) -> None:
    place.init("--public-address", "https://bieb.example/")

    settings = place.settings()
    assert settings.public_address == "https://bieb.example"
    assert [(each.institution, each.name, each.system) for each in settings.library] == [
        ("I201", "Bibliotheek Voorbeeld", "folder")
    ]
    assert len(read_key(place.folder)) == 32
    engine = db.engine(settings.database)
    assert [each.account.name for each in suppliers.listing(engine)] == ["supplier-000002"]
    assert [each.person.name for each in people.listing(engine)] == ["staff"]
    engine.dispose()


def test_nothing_secret_can_be_read_by_others(place: Installation) -> None:
    place.init()

    assert mode(place.folder) == 0o750
    assert mode(place.folder / "secrets") == 0o700
    assert mode(place.config) == 0o640
    assert [mode(each) for each in (place.folder / "secrets").iterdir()] == [0o600, 0o600]
    assert mode(place.folder / "gateway.db") == 0o640
    assert mode(journal_of(place.config).path) == 0o600


def test_the_secret_that_is_told_opens_the_account(place: Installation) -> None:
    sheet = place.home / "secrets.txt"
    place.init("--secrets-file", str(sheet))

    told = dict(line.split("\t") for line in sheet.read_text().splitlines())
    engine = db.engine(place.settings().database)
    key = read_key(place.folder)
    account = entry.by_secret(Gate(engine, key), "supplier-000002", told["supplier-000002"], "127.0.0.1")
    assert account.institutions == {"I201"}
    assert people.sign_in(engine, "staff", told["staff"], "127.0.0.1").sees("I201")
    engine.dispose()
    assert mode(sheet) == 0o600


def test_secrets_stand_in_no_output_of_an_automated_run(place: Installation) -> None:
    result = place.init()

    secrets = (place.folder / "secrets" / "first-accounts.txt").read_text().split()[1::2]
    assert len(secrets) == 2
    assert not [each for each in secrets if each in result.output]


def test_running_again_changes_nothing_and_says_so(place: Installation) -> None:
    place.init()
    before = {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in place.paths() if path.is_file()}

    again = place.init()

    assert {path: (path.stat().st_mtime_ns, path.read_bytes()) for path in place.paths() if path.is_file()} == before
    assert "done" not in again.output
    assert again.output.count("already right") == 10


def test_running_again_mends_only_what_was_spoilt(place: Installation) -> None:
    place.init()
    (place.folder / "secrets").chmod(0o755)
    (place.folder / "systems" / "I201").rmdir()

    again = place.init()

    assert mode(place.folder / "secrets") == 0o700
    assert (place.folder / "systems" / "I201").is_dir()
    assert again.output.count("done ") == 2
    assert "had mode 0755 instead of 0700" in again.output


def test_settings_changed_by_hand_are_kept_and_followed(place: Installation) -> None:
    place.init()
    elsewhere = place.home / "reports"
    text = re.sub("#reports_folder = .*", f'reports_folder = "{elsewhere}"', place.config.read_text())
    place.config.write_text(text)

    result = place.run("init", "--yes")

    assert result.exception is None
    assert place.config.read_text() == text
    assert mode(elsewhere) == 0o750


def test_a_flag_that_contradicts_the_settings_is_refused_by_key(place: Installation) -> None:
    place.init()
    before = place.config.read_text()

    refused = place.run(*place.flags, "--listen", "127.0.0.1:9999", "--library", "I202:Andere:folder").exception

    assert f"listen: the file says {place.listen}, the flag says 127.0.0.1:9999" in str(refused)
    assert "I202: the file has no such library" in str(refused)
    assert place.config.read_text() == before


def test_a_library_added_to_the_settings_can_be_pushed_for_after_running_again(place: Installation) -> None:
    place.init()
    with place.config.open("a") as file:
        file.write(f'\n[[library]]\ninstitution = "I202"\nname = "Tweede"\nsystem = "budget"\n'
                   f'[library.budget]\nfolder = "{place.drop}"\n')  # fmt: skip

    result = place.run("init", "--yes")

    assert "suppliers may now push for I202" in result.output
    engine = db.engine(place.settings().database)
    assert suppliers.listing(engine)[0].account.institutions == {"I201", "I202"}
    engine.dispose()


def test_an_account_an_operator_removed_is_not_made_again(place: Installation) -> None:
    place.init()
    engine = db.engine(place.settings().database)
    people.add_person(engine, name="jo", display_name="Jo", password="vier losse woorden", institutions={"I201"})
    people.remove(engine, "staff")

    place.init()

    assert [each.person.name for each in people.listing(engine)] == ["jo"]
    engine.dispose()


def test_registers_are_read_before_what_refers_to_them(place: Installation) -> None:
    orders = file_with(place.home, "orders.csv", "A1;x")
    codes = file_with(place.home, "codes.csv", "JEUGD;x", "FICTIE;x")
    branches = file_with(place.home, "branches.csv", "0100;x")

    result = place.init("--open-orders", orders, "--budget-codes", f"I201={codes}", "--branches", branches)

    places = [result.output.index(each) for each in ("branches of I201", "budget-codes of I201", "open-orders of I201")]
    assert places == sorted(places)
    assert rows_read(place) == [
        ("branches", "I201", "0100"),
        ("budget-codes", "I201", "FICTIE"),
        ("budget-codes", "I201", "JEUGD"),
        ("open-orders", "I201", "A1"),
    ]


def test_a_bad_row_stops_init_with_its_line_and_running_again_goes_on(place: Installation) -> None:
    codes = file_with(place.home, "codes.csv", "JEUGD;x", "no second column")
    orders = file_with(place.home, "orders.csv", "A1;x")
    flags = (*place.flags, "--budget-codes", codes, "--open-orders", orders)

    stopped = place.run(*flags).exception
    file_with(place.home, "codes.csv", "JEUGD;x", "mended;x")
    place_after = place.run(*flags)

    assert "line 2: two columns are needed" in str(stopped)
    assert place_after.exception is None
    assert [row[2] for row in rows_read(place)] == ["JEUGD", "mended", "A1"]


@pytest.mark.parametrize("obstacle", ["var/reports", "var/secrets", "etc", "var/gateway.db-parent"])
def test_a_failure_half_way_leaves_a_state_from_which_running_again_continues(
    place: Installation, obstacle: str
) -> None:
    blocked = place.home / obstacle
    blocked.parent.mkdir(parents=True, exist_ok=True)
    blocked.write_text("in the way")
    flags = place.flags
    if obstacle.endswith("-parent"):
        flags = [*flags, "--database", f"sqlite:///{blocked}/gateway.db"]

    stopped = place.run(*flags)
    blocked.unlink()
    if obstacle.endswith("-parent"):
        blocked.mkdir()
    again = place.run(*flags)

    assert stopped.exit_code != 0
    assert again.exception is None
    assert len(read_key(place.folder)) == 32
    assert len((place.folder / "secrets" / "first-accounts.txt").read_text().splitlines()) == 2


@ROOT_ONLY
def test_everything_belongs_to_the_user_that_runs_the_service(place: Installation) -> None:
    place.init("--user", "daemon")

    daemon = pwd.getpwnam("daemon")
    ours = [place.folder, *place.folder.rglob("*")]
    assert {(each.stat().st_uid, each.stat().st_gid) for each in ours} == {(daemon.pw_uid, daemon.pw_gid)}
    assert (place.config.stat().st_uid, place.config.stat().st_gid) == (0, daemon.pw_gid)


@ROOT_ONLY
def test_what_is_written_for_a_library_system_gets_the_group_that_reads_it(place: Installation) -> None:
    reports = place.home / "for-wise"
    place.init("--user", "daemon", "--set", f"I201.reports_folder={reports}", "--set", "I201.reports_group=mail")

    assert mode(reports) == 0o2750
    assert reports.group() == "mail"
    (reports / "b").touch()
    assert (reports / "b").group() == "mail"


def test_folders_of_a_library_system_are_made_but_never_changed(place: Installation) -> None:
    place.drop.chmod(0o777)
    second = place.home / "second"
    place.init("--library", "I202:Tweede:budget", "--set", f"I202.folder={second}")

    assert mode(place.drop) == 0o777
    assert mode(second) == 0o750


def test_a_user_who_does_not_exist_is_told_before_anything_is_made(place: Installation) -> None:
    refused = place.run(*place.flags, "--user", "nobody-of-that-name").exception

    assert "There is no user 'nobody-of-that-name'" in str(refused)
    assert not place.config.exists()


def test_the_settings_that_are_written_name_every_key_with_its_meaning(place: Installation) -> None:
    place.init()

    text = place.config.read_text()
    assert '# the library\'s time zone\n#time_zone = "Europe/Amsterdam"' in text
    assert tomllib.loads(text)["library"][0]["folder"] == {"folder": str(place.drop)}


def test_json_answer_tells_each_step(place: Installation) -> None:
    answer = json.loads(place.run(*place.flags, as_json=True).stdout)

    assert {"step", "changed", "sentence"} == set(answer["steps"][0])
    assert all(each["changed"] for each in answer["steps"])
