"""`gateway init --undo`: takes back exactly what was made, and refuses to lose what suppliers sent."""

import json
from pathlib import Path

import pytest

from gateway import db, locks
from gateway.accounts import people, suppliers
from gateway.errors import ConfigurationError, GatewayError
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.steps import journal_of
from tests.installing import Installation, serving


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.drop.mkdir()
    return made


def receive_messages(place: Installation, count: int) -> None:
    engine = db.engine(place.settings().database)
    with db.writing(engine) as connection:
        for number in range(count):
            connection.exec_driver_sql(f"insert into test_messages values ({number})")
    engine.dispose()


def test_undo_leaves_the_disk_as_it_was(place: Installation) -> None:
    before = place.paths()
    place.init("--secrets-file", str(place.home / "secrets.txt"))

    result = place.run("init", "--undo", "--yes")

    assert result.exception is None
    assert place.paths() == before


def test_undo_says_in_numbers_what_will_go_and_asks(place: Installation) -> None:
    place.init()
    before = place.paths()

    refused = place.run("init", "--undo", answers="n\n")

    assert "2 accounts: supplier-000002, staff" in refused.output
    assert "1 database file:" in refused.output
    assert "3 files:" in refused.output
    assert "6 folders:" in refused.output
    assert "Nothing was taken back" in str(refused.exception)
    assert place.paths() == before


def test_undo_that_gets_no_answer_takes_nothing_back_and_says_so(place: Installation) -> None:
    place.init()
    before = place.paths()

    refused = place.run("init", "--undo", answers="").exception

    assert isinstance(refused, GatewayError) and not isinstance(refused, ConfigurationError)
    assert str(refused) == "Nothing was taken back."
    assert refused.advice == "Run `gateway init --undo` again, or add --yes."
    assert place.paths() == before


def test_undo_refuses_while_messages_would_be_lost(place: Installation) -> None:
    place.init()
    receive_messages(place, 3)
    before = place.paths()

    refused = place.run("init", "--undo", "--yes")

    assert "holds 3 messages" in str(refused.exception)
    assert place.paths() == before


def test_undo_refuses_while_messages_would_be_lost_even_when_the_settings_are_gone(place: Installation) -> None:
    place.init()
    receive_messages(place, 1)
    place.config.unlink()

    refused = place.run("init", "--undo", "--yes")

    assert "holds 1 messages" in str(refused.exception)


def test_undo_with_messages_takes_reports_too_and_tells_how_many(place: Installation) -> None:
    before = place.paths()
    place.init()
    receive_messages(place, 3)
    (place.folder / "reports" / "INA-I201.txt").write_text("x" * 200_000)
    size = sum(each.stat().st_size for each in place.folder.rglob("*") if each.is_file())

    result = place.run("init", "--undo", "--yes", "--even-with-messages")

    assert f"4 files of {size / 1e6:.1f} MB" in result.output
    assert place.paths() == before


def test_undo_keeps_what_others_put_into_our_folders(place: Installation) -> None:
    place.init()
    theirs = place.folder / "notes.txt"
    theirs.write_text("of the installer")

    result = place.run("init", "--undo", "--yes")

    assert theirs.read_text() == "of the installer"
    assert "did not make what is in it: notes.txt" in result.output


def test_undo_takes_away_what_kept_processes_off_each_other(place: Installation) -> None:
    before = place.paths()
    place.init()
    engine = db.engine(place.settings().database)
    with locks.alone(engine, place.folder / locks.FOLDER, "I201"):
        pass
    engine.dispose()

    place.run("init", "--undo", "--yes")

    assert place.paths() == before


def test_undo_refuses_while_the_gateway_runs(place: Installation) -> None:
    with serving() as port:
        place.init("--listen", f"127.0.0.1:{port}")
        before = place.paths()

        refused = place.run("init", "--undo", "--yes").exception

    assert f"it answers on 127.0.0.1:{port}" in str(refused)
    assert place.paths() == before


def test_undo_leaves_folders_that_were_there_before(place: Installation) -> None:
    place.folder.mkdir()
    place.init()

    place.run("init", "--undo", "--yes")

    assert place.folder.is_dir()
    assert not list(place.folder.iterdir())


def test_undo_keeps_settings_that_somebody_worked_on(place: Installation) -> None:
    place.init()
    place.config.write_text(place.config.read_text() + "\n# a note\n")

    place.run("init", "--undo", "--yes")

    assert not place.config.exists()
    assert "# a note" in place.config.with_name("gateway.toml.changed").read_text()


def test_undo_follows_no_link_out_of_our_folders(place: Installation) -> None:
    place.init()
    theirs = place.home / "theirs"
    theirs.mkdir()
    (theirs / "precious").touch()
    (place.folder / "reports").rmdir()
    (place.folder / "reports").symlink_to(theirs)

    result = place.run("init", "--undo", "--yes", "--even-with-messages")

    assert result.exception is None
    assert (theirs / "precious").exists()


def test_undo_in_a_database_that_was_there_before_removes_only_our_accounts(place: Installation) -> None:
    place.folder.mkdir()
    engine = db.engine(f"sqlite:///{place.folder / 'gateway.db'}")
    place.given.tables.upgrade(engine)
    people.add_person(engine, name="jo", display_name="Jo", password="vier losse woorden", institutions={"I201"})
    place.init()

    place.run("init", "--undo", "--yes")

    assert suppliers.listing(engine) == []
    assert [each.person.name for each in people.listing(engine)] == ["jo"]
    engine.dispose()


def test_undo_after_a_failure_half_way_takes_back_the_half(place: Installation) -> None:
    place.folder.mkdir()
    (place.folder / "reports").write_text("in the way")
    before = place.paths()
    assert place.run(*place.flags).exit_code != 0

    result = place.run("init", "--undo", "--yes")

    assert result.exception is None
    assert place.paths() == before


def test_undo_where_nothing_was_made_says_so(place: Installation) -> None:
    refused = place.run("init", "--undo", "--yes").exception

    assert "nothing here was made by `gateway init`" in str(refused)


def test_init_after_undo_makes_everything_anew(place: Installation) -> None:
    place.init()
    place.run("init", "--undo", "--yes")

    assert "already right" not in place.init().output


def test_a_damaged_journal_is_told_with_its_line(place: Installation) -> None:
    place.init()
    path = journal_of(place.config).path
    path.write_text(path.read_text() + '{"kind": "fol')

    refused = place.run("init", "--undo", "--yes").exception

    assert "Line 13 of" in str(refused)


def test_the_journal_names_a_thing_once_and_before_it_is_made(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "made.jsonl")
    folder = Made(MadeKind.FOLDER, "/somewhere")

    journal.note(folder)
    journal.note(folder)

    assert journal.read() == [folder]
    journal.forget(folder)
    assert not journal.path.exists()


def test_undo_answers_a_program_in_json(place: Installation) -> None:
    place.init()

    answer = json.loads(place.run("init", "--undo", "--yes", as_json=True).stdout)

    assert len(answer["undone"]) == 12
