"""People who sign in, over a real SQLite file."""

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import clock, db
from gateway.accounts import people, sessions
from gateway.accounts.model import (
    BadBinding,
    BadCredentials,
    NameTaken,
    NoSuchAccount,
    Person,
    Role,
    SlowDown,
    WeakPassword,
)
from gateway.accounts.slowdown import Tries
from gateway.accounts.store import people as store

PASSWORD = "kantoor-zon-fiets"
DESK, ELSEWHERE = "192.0.2.10", "198.51.100.20"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    db.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def anna(database: sa.Engine) -> Person:
    return people.add_person(database, name="anna", display_name="Anna Proef", password=PASSWORD, institutions=["I201"])


def _wrong_tries(database: sa.Engine, number: int, address: str, name: str = "anna") -> None:
    for _ in range(number):
        with pytest.raises(BadCredentials):
            people.sign_in(database, name, "not the password", address)


def _is_slowed(database: sa.Engine, address: str, name: str = "anna") -> bool:
    try:
        people.sign_in(database, name, PASSWORD, address)
    except SlowDown:
        return True
    return False


def test_right_password_gives_the_person(database: sa.Engine, anna: Person) -> None:
    assert people.sign_in(database, " Anna ", PASSWORD, DESK) == anna
    assert anna == Person("anna", "Anna Proef", Role.STAFF, frozenset({"I201"}), "nl")


def test_password_is_kept_as_argon2_only(database: sa.Engine, anna: Person) -> None:
    with db.reading(database) as connection:
        kept = connection.exec_driver_sql("select password_hash from person").scalar_one()
    assert kept.startswith("$argon2id$")
    assert PASSWORD not in kept


@pytest.mark.parametrize("name", ["anna", "nobody", "", "a\0b", "x" * 5000, "\udcff"])
def test_every_mistake_gets_the_same_answer(database: sa.Engine, anna: Person, name: str) -> None:
    with pytest.raises(BadCredentials) as caught:
        people.sign_in(database, name, "not the password\0\udcff", DESK)
    assert caught.value.facts == {}


def test_unknown_name_takes_as_long_as_a_wrong_password(database: sa.Engine, anna: Person) -> None:
    _wrong_tries(database, 1, "203.0.113.1", "warm-up")

    def fastest(name: str) -> float:
        spent = []
        for each in range(3):
            begun = time.process_time()
            _wrong_tries(database, 1, f"203.0.113.{each + 2}", name)
            spent.append(time.process_time() - begun)
        return min(spent)

    assert fastest("nobody") > fastest("anna") / 2


def test_sixth_wrong_try_must_wait(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, 5, DESK)
        with pytest.raises(SlowDown) as caught:
            people.sign_in(database, "anna", PASSWORD, DESK)
    assert 0 < caught.value.retry_after_seconds <= people.NAME_AND_ADDRESS.first_seconds
    with clock.pretending(NOON + timedelta(minutes=2)):
        assert people.sign_in(database, "anna", PASSWORD, DESK) == anna


def test_slow_down_survives_a_restart(database: sa.Engine, anna: Person, tmp_path: Path) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, 5, DESK)
        database.dispose()
        restarted = db.engine(f"sqlite:///{tmp_path}/gateway.db")
        assert _is_slowed(restarted, DESK)
        restarted.dispose()


def test_unknown_name_is_slowed_down_alike(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, 5, DESK, "nobody")
        assert _is_slowed(database, DESK, "nobody")


def test_wrong_tries_from_elsewhere_do_not_keep_a_person_out(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, 5, ELSEWHERE)
        assert not _is_slowed(database, DESK)


def test_wrong_tries_of_a_colleague_do_not_slow_down_the_desk(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, 5, DESK, "bram")
        assert not _is_slowed(database, DESK)


def test_many_names_from_one_address_are_slowed_down_together(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        for name in ("guess", "another"):
            _wrong_tries(database, 1, ELSEWHERE, name)
        with db.writing(database) as connection:
            assert store.tries(connection, "", ELSEWHERE).wrong == 2
            store.keep_tries(connection, "", ELSEWHERE, Tries(people.ADDRESS.free, clock.now()))
        assert _is_slowed(database, ELSEWHERE)
        assert not _is_slowed(database, DESK)


def test_many_addresses_with_one_name_are_slowed_down_but_not_where_she_works(
    database: sa.Engine, anna: Person
) -> None:
    with clock.pretending(NOON):
        sessions.begin(database, people.sign_in(database, "anna", PASSWORD, DESK), DESK)
        for each in range(2):
            _wrong_tries(database, 1, f"198.51.100.{each}")
        with db.writing(database) as connection:
            assert store.tries(connection, "anna", "").wrong == 2
            store.keep_tries(connection, "anna", "", Tries(people.NAME.free, clock.now()))
        assert _is_slowed(database, "203.0.113.99")
        assert not _is_slowed(database, DESK)


def test_signing_in_forgives_earlier_wrong_tries(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        for _ in range(3):
            _wrong_tries(database, 4, DESK)
            people.sign_in(database, "anna", PASSWORD, DESK)


def test_twenty_tries_at_once_count_as_twenty(database: sa.Engine, anna: Person) -> None:
    answers: list[type[Exception]] = []

    def guess() -> None:
        try:
            people.sign_in(database, "anna", "not the password", DESK)
        except (BadCredentials, SlowDown) as error:
            answers.append(type(error))

    threads = [threading.Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count(BadCredentials) == people.NAME_AND_ADDRESS.free
    assert answers.count(SlowDown) == 20 - people.NAME_AND_ADDRESS.free


def test_disabled_person_is_out_at_once(database: sa.Engine, anna: Person) -> None:
    token = sessions.begin(database, anna, DESK)
    people.disable(database, "anna")
    assert sessions.person_of(database, token) is None
    with pytest.raises(BadCredentials):
        people.sign_in(database, "anna", PASSWORD, DESK)
    people.enable(database, "anna")
    assert sessions.person_of(database, token) is None
    assert people.sign_in(database, "anna", PASSWORD, DESK) == anna


def test_session_that_begins_while_a_person_is_disabled_opens_nothing(database: sa.Engine, anna: Person) -> None:
    people.disable(database, "anna")
    assert sessions.person_of(database, sessions.begin(database, anna, DESK)) is None


def test_changing_the_password_asks_for_the_present_one_and_ends_every_session(
    database: sa.Engine, anna: Person
) -> None:
    token = sessions.begin(database, anna, DESK)
    with pytest.raises(BadCredentials):
        people.change_password(database, "anna", "not the password", "lamp-gracht-zeven", DESK)
    with pytest.raises(WeakPassword):
        people.change_password(database, "anna", PASSWORD, "kort", DESK)
    assert sessions.person_of(database, token) == anna
    people.change_password(database, "anna", PASSWORD, "lamp-gracht-zeven", DESK)
    assert sessions.person_of(database, token) is None
    assert people.sign_in(database, "anna", "lamp-gracht-zeven", DESK) == anna


def test_session_token_is_not_in_the_database(database: sa.Engine, anna: Person) -> None:
    token = sessions.begin(database, anna, DESK)
    with db.reading(database) as connection:
        kept = repr(connection.exec_driver_sql("select * from person_session").all())
    assert token not in kept


def test_session_ends_after_two_idle_hours(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        token = sessions.begin(database, anna, DESK)
    with clock.pretending(NOON + timedelta(minutes=119)):
        assert sessions.person_of(database, token) == anna
    with clock.pretending(NOON + timedelta(minutes=119 + 119)):
        assert sessions.person_of(database, token) == anna
    with clock.pretending(NOON + timedelta(minutes=119 + 119 + 121)):
        assert sessions.person_of(database, token) is None


def test_session_ends_after_twelve_hours_of_work(database: sa.Engine, anna: Person) -> None:
    with clock.pretending(NOON):
        token = sessions.begin(database, anna, DESK)
    for hour in range(1, 12):
        with clock.pretending(NOON + timedelta(hours=hour)):
            assert sessions.person_of(database, token) == anna
    with clock.pretending(NOON + timedelta(hours=12, minutes=1)):
        assert sessions.person_of(database, token) is None


def test_session_ends_at_log_out(database: sa.Engine, anna: Person) -> None:
    token, other = sessions.begin(database, anna, DESK), sessions.begin(database, anna, DESK)
    sessions.end(database, token)
    assert sessions.person_of(database, token) is None
    assert sessions.person_of(database, other) == anna


def test_binding_anew_holds_from_the_next_page_on(database: sa.Engine, anna: Person) -> None:
    token = sessions.begin(database, anna, DESK)
    people.bind(database, "anna", ["I202"])
    found = sessions.person_of(database, token)
    assert found is not None
    assert found.institutions == frozenset({"I202"})


def test_a_person_must_have_a_library_a_language_and_a_name_of_their_own(database: sa.Engine, anna: Person) -> None:
    facts = {"display_name": "Bram", "password": PASSWORD}
    with pytest.raises(BadBinding, match="at least one"):
        people.add_person(database, name="bram", institutions=[], **facts)
    with pytest.raises(BadBinding, match="a language"):
        people.add_person(database, name="bram", institutions=["I201"], language="fr", **facts)
    with pytest.raises(NameTaken):
        people.add_person(database, name="anna", institutions=["I201"], **facts)
    with pytest.raises(NoSuchAccount):
        people.set_password(database, "bram", PASSWORD)
    assert [each.person.name for each in people.listing(database)] == ["anna"]


def test_listing_tells_when_somebody_last_signed_in(database: sa.Engine, anna: Person) -> None:
    assert people.listing(database)[0].last_sign_in_at is None
    with clock.pretending(NOON):
        sessions.begin(database, anna, DESK)
    last = people.listing(database)[0].last_sign_in_at
    assert last is not None
    assert abs(last - NOON) < timedelta(minutes=1)


def test_removed_person_leaves_nothing(database: sa.Engine, anna: Person) -> None:
    sessions.begin(database, anna, DESK)
    people.remove(database, "anna")
    assert people.listing(database) == []
