"""The audit log: what is told of whom, and how little a stranger can make it write."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway import clock, db
from gateway.accounts import audit, entry, people, suppliers
from gateway.accounts.audit import MOST_REFUSALS_A_DAY, Tally
from gateway.accounts.entry import Gate
from gateway.accounts.events import AuditEntry, What
from gateway.accounts.model import BadCredentials
from gateway.errors import Busy
from tests import databases
from tests.certificates import a_certificate
from tests.serving import until

KEY = b"k" * 32
HOME = "192.0.2.10"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


def told(database: db.Engine, **chosen: object) -> list[AuditEntry]:
    return list(audit.entries(database, LONG_AGO, **chosen))


def count(database: db.Engine) -> int:
    with db.reading(database) as connection:
        return int(connection.exec_driver_sql("select count(*) from audit_count").scalar() or 0)


def test_every_change_of_an_account_is_told_with_who_made_it(
    database: db.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUDO_USER", "beheer")
    suppliers.add(database, KEY, "merel", "000002", ["I201"])
    suppliers.rotate(database, KEY, "merel")
    suppliers.retire(database, "merel", even_when_unused=True)
    suppliers.bind(database, "merel", ["I202", "I203"])
    pair = a_certificate()
    suppliers.bind_certificate(database, "merel", pair.pem)
    suppliers.remove_certificate(database, "merel", pair.fingerprint)
    suppliers.turn_digest_off(database, "merel")
    suppliers.disable(database, "merel")
    suppliers.enable(database, "merel")
    suppliers.remove(database, "merel")
    entries = told(database, account="merel")
    assert [each.what for each in reversed(entries)] == [
        "account-added", "secret-added", "secret-retired", "account-bound", "certificate-bound", "certificate-removed",
        "digest-off", "account-disabled", "account-enabled", "account-removed",
    ]  # fmt: skip
    assert {each.by for each in entries} == {"beheer"}
    assert entries[6].detail == "for I202, I203"
    assert entries[5].detail == pair.fingerprint


def test_a_change_that_was_not_made_is_not_told(database: db.Engine) -> None:
    suppliers.add(database, KEY, "merel", "000002", ["I201"])
    for refused in (lambda: suppliers.retire(database, "merel"), lambda: suppliers.bind(database, "merel", [])):
        with pytest.raises(Exception, match=r".+"):
            refused()
    assert [each.what for each in told(database)] == ["account-added"]


def test_people_are_told_of_as_well(database: db.Engine) -> None:
    word = "vier woorden zonder verband"
    people.add_person(database, name="jo", display_name="Jo", password=word, institutions=["I201"])
    people.sign_in(database, "jo", word, HOME)
    with pytest.raises(BadCredentials):
        people.sign_in(database, "jo", "wrong", HOME)
    people.change_password(database, "jo", word, word + " anders", HOME)
    people.disable(database, "jo")
    entries = told(database, account="jo")
    assert {each.what for each in entries} == {
        "account-added", "log-in", "refused", "password-set", "account-disabled",
    }  # fmt: skip
    assert next(each.by for each in entries if each.what == "password-set") == "jo"
    assert next(each.times for each in entries if each.what == "log-in") == 2
    assert word not in repr(entries)


def test_log_ins_are_counted_by_day_way_and_address(database: db.Engine) -> None:
    secret = suppliers.add(database, KEY, "merel", "000002", ["I201"])
    gate = Gate(database, KEY)
    for day in range(2):
        with clock.pretending(NOON + timedelta(days=day)):
            for _ in range(3):
                entry.by_secret(gate, "merel", secret, HOME)
            entry.by_secret(gate, "merel", secret, "198.51.100.1")
            audit.keep(database, gate.tally)
    found = [each for each in told(database) if each.what == "log-in"]
    assert {(each.at.day, each.address, each.detail, each.times) for each in found} == {
        (20, HOME, "secret", 3),
        (20, "198.51.100.1", "secret", 1),
        (21, HOME, "secret", 3),
        (21, "198.51.100.1", "secret", 1),
    }


def test_a_crowd_of_strangers_hides_nobody_who_comes_in(database: db.Engine) -> None:
    tally = Tally(capacity=5)
    for number in range(20):
        tally.kept_out("", f"10.0.0.{number}", "no-credential")
    tally.came_in("merel", HOME, "secret")
    audit.keep(database, tally)
    assert [each.address for each in told(database, account="merel")] == [HOME]


def test_tries_from_ten_thousand_addresses_fill_a_thousand_rows(database: db.Engine) -> None:
    tally = Tally()
    with clock.pretending(NOON), structlog.testing.capture_logs() as logged:
        for number in range(10_000):
            tally.kept_out("", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", "no-credential")
            if number == 5_000:
                audit.keep(database, tally)
        audit.keep(database, tally)
    assert count(database) <= MOST_REFUSALS_A_DAY + 1
    assert sum(each.times for each in told(database, most=100_000)) == 10_000
    assert len(logged) < 5 * MOST_REFUSALS_A_DAY


@pytest.fixture
def fresh_logging() -> None:
    """Whatever a command that ran before in this process has set up."""
    structlog.reset_defaults()


@pytest.mark.usefixtures("fresh_logging")
def test_one_stubborn_stranger_fills_one_row_and_few_lines_of_log(database: db.Engine) -> None:
    tally = Tally()
    with clock.pretending(NOON), structlog.testing.capture_logs() as logged:
        for _ in range(1000):
            tally.kept_out("merel", HOME, "bad-credentials")
        audit.keep(database, tally)
    [only] = told(database)
    assert (only.account, only.address, only.detail, only.times) == ("merel", HOME, "bad-credentials", 1000)
    assert [each["times"] for each in logged] == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["", "merel"]), st.ip_addresses(v=6).map(str)), max_size=60))
def test_whoever_tries_nothing_is_counted_twice_or_lost(tries: list[tuple[str, str]]) -> None:
    tally = Tally(capacity=10)
    for account, address in tries:
        tally.kept_out(account, address, "no-credential")
    taken = tally.take()
    assert sum(each.times for each in taken) == len(tries)
    assert len(taken) <= 11
    tally.give_back(taken)
    assert sum(each.times for each in tally.take()) == len(tries)


def test_what_cannot_be_written_down_now_is_written_down_later(tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as database:
        tally = Tally()
        tally.kept_out("", HOME, "no-credential")
        impatient = db.engine(f"sqlite:///{tmp_path}/gateway.db", 0.01)
        with db.writing(database), pytest.raises(Busy):
            audit.keep(impatient, tally)
        impatient.dispose()
        tally.kept_out("", HOME, "no-credential")
        audit.keep(database, tally)
        assert [each.times for each in told(database)] == [2]


def test_old_refusals_and_log_ins_are_let_go_of(database: db.Engine) -> None:
    tally = Tally()
    for days in (500, 100, 0):
        with clock.pretending(NOON - timedelta(days=days)):
            tally.kept_out("", HOME, "no-credential")
            tally.came_in("merel", HOME, "secret")
            with clock.pretending(NOON):
                audit.keep(database, tally)
    with clock.pretending(NOON):
        tally.came_in("merel", HOME, "secret")
        audit.keep(database, tally)
    found = sorted((each.what, (NOON - each.at).days) for each in told(database))
    assert [what for what, _ in found] == [What.LOG_IN, What.LOG_IN, What.REFUSED]


def test_counts_are_written_now_and_then_and_a_last_time_at_the_end(database: db.Engine) -> None:
    tally = Tally()
    with audit.keeping(database, tally, every_seconds=0.05):
        tally.kept_out("", HOME, "no-credential")
        until(lambda: count(database) == 1)
    with audit.keeping(database, tally, every_seconds=3600):
        tally.kept_out("", "198.51.100.1", "no-credential")
    assert count(database) == 2
