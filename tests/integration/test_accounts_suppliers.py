"""Suppliers at the door, over a real SQLite file."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import clock, db
from gateway.accounts import entry, suppliers
from gateway.accounts.fingerprints import fingerprint
from gateway.accounts.model import (
    BadBinding,
    BadCredentials,
    LastSecret,
    NameTaken,
    NoSuchAccount,
    ShortKey,
    SlowDown,
    SupplierAccount,
    TwoSecretsAlready,
)
from gateway.accounts.slowdown import Memory, Pace
from gateway.errors import Busy, RejectedInput

KEY = b"k" * 32
HOME, ELSEWHERE = "192.0.2.10", "198.51.100.20"
PATIENT = Pace(free=5, first_seconds=300, longest_seconds=600)
"""So long that a slow machine does not wait it out by itself."""
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = db.engine(f"sqlite:///{tmp_path}/gateway.db")
    db.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def memory() -> Memory:
    return Memory(PATIENT)


@pytest.fixture
def secret(database: sa.Engine) -> str:
    return suppliers.add(database, KEY, "vlinder", "000002", ["I201", "I202"])


def enter(database: sa.Engine, key: bytes, name: str, secret: str, address: str, memory: Memory) -> SupplierAccount:
    return entry.by_secret(entry.Gate(database, key, memory=memory), name, secret, address)


def _wrong_tries(database: sa.Engine, memory: Memory, number: int, address: str, name: str = "vlinder") -> None:
    for _ in range(number):
        with pytest.raises(BadCredentials):
            enter(database, KEY, name, "wrong", address, memory)


def _everything(database: sa.Engine) -> str:
    return "".join(_rows(database, table) for table in db.metadata.sorted_tables)


def _rows(database: sa.Engine, table: sa.Table) -> str:
    with db.reading(database) as connection:
        return repr(connection.execute(sa.select(table)).all())


def test_right_secret_gives_the_account_with_its_sender_and_institutions(
    database: sa.Engine, secret: str, memory: Memory
) -> None:
    found = enter(database, KEY, "vlinder", secret, HOME, memory)
    assert found == SupplierAccount("vlinder", "000002", frozenset({"I201", "I202"}))


def test_secret_has_at_least_128_bits_and_is_kept_nowhere(database: sa.Engine, secret: str) -> None:
    assert suppliers.SECRET_BYTES * 8 >= 128
    assert len(secret) >= 32
    assert secret not in _everything(database)
    assert fingerprint(KEY, "vlinder", secret) in _everything(database)


def test_secret_is_of_no_use_under_another_key_or_name(database: sa.Engine, secret: str, memory: Memory) -> None:
    other = suppliers.add(database, KEY, "merel", "000003", ["I203"])
    assert fingerprint(KEY, "vlinder", secret) != fingerprint(KEY, "merel", secret)
    for key, name, word in ((b"x" * 32, "vlinder", secret), (KEY, "merel", secret), (KEY, "vlinder", other)):
        with pytest.raises(BadCredentials):
            enter(database, key, name, word, HOME, memory)


def test_a_short_key_is_a_mistake_of_the_installer(database: sa.Engine) -> None:
    with pytest.raises(ShortKey):
        suppliers.add(database, b"short", "vlinder", "000002", ["I201"])


@pytest.mark.parametrize("name", ["vlinder", "nobody", "", "x" * 10_000, "a\0b", "' or 1=1 --", "\udcff"])
def test_every_mistake_gets_the_same_answer_and_writes_nothing(
    database: sa.Engine, secret: str, memory: Memory, name: str
) -> None:
    before = _everything(database)
    with pytest.raises(BadCredentials) as caught:
        enter(database, KEY, name, "wrong\0\udcff", HOME, memory)
    assert (str(caught.value), caught.value.code) == ("The user name or the secret is not right.", "authentication")
    assert _everything(database) == before


def test_unknown_name_costs_the_same_statements_as_a_wrong_secret(
    database: sa.Engine, secret: str, memory: Memory
) -> None:
    asked: list[str] = []
    sa.event.listen(database, "before_cursor_execute", lambda *facts: asked.append(facts[2]))
    counts = []
    for name in ("vlinder", "nobody"):
        asked.clear()
        _wrong_tries(database, memory, 1, HOME, name)
        counts.append(list(asked))
    assert counts[0] == counts[1]


def test_sixth_wrong_try_must_wait_and_is_told_how_long(database: sa.Engine, secret: str, memory: Memory) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, memory, 5, HOME)
        with pytest.raises(SlowDown) as caught:
            enter(database, KEY, "vlinder", "wrong", HOME, memory)
    assert 290 < caught.value.retry_after_seconds <= 300
    assert caught.value.facts == {"seconds": caught.value.retry_after_seconds}
    assert isinstance(caught.value, RejectedInput)
    assert caught.value.code == "authentication"


def test_a_supplier_never_waits_longer_than_a_minute() -> None:
    assert entry.PACE.free == 5
    assert entry.PACE.wait_seconds(10_000) == 60


def test_after_the_wait_the_right_secret_gets_in(database: sa.Engine, secret: str, memory: Memory) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, memory, 5, HOME)
        with pytest.raises(SlowDown):
            enter(database, KEY, "vlinder", secret, HOME, memory)
    with clock.pretending(NOON + timedelta(minutes=6)):
        assert enter(database, KEY, "vlinder", secret, HOME, memory).name == "vlinder"


def test_hammering_while_waiting_does_not_make_the_wait_longer(
    database: sa.Engine, secret: str, memory: Memory
) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, memory, 5, HOME)
        for _ in range(50):
            with pytest.raises(SlowDown) as caught:
                enter(database, KEY, "vlinder", "wrong", HOME, memory)
            assert caught.value.retry_after_seconds <= 300


def test_right_secret_from_a_known_address_always_gets_in(database: sa.Engine, secret: str, memory: Memory) -> None:
    enter(database, KEY, "vlinder", secret, HOME, memory)
    with clock.pretending(NOON):
        _wrong_tries(database, memory, 5, HOME)
        with pytest.raises(SlowDown):
            enter(database, KEY, "vlinder", "wrong", HOME, memory)
        assert enter(database, KEY, "vlinder", secret, HOME, memory).name == "vlinder"


def test_known_address_is_still_known_after_a_restart(database: sa.Engine, secret: str) -> None:
    enter(database, KEY, "vlinder", secret, HOME, Memory(PATIENT))
    restarted = Memory(PATIENT)
    with clock.pretending(NOON):
        _wrong_tries(database, restarted, 5, HOME)
        assert enter(database, KEY, "vlinder", secret, HOME, restarted).name == "vlinder"


def test_wrong_tries_from_elsewhere_lock_nobody_out(database: sa.Engine, secret: str, memory: Memory) -> None:
    with clock.pretending(NOON):
        _wrong_tries(database, memory, 5, ELSEWHERE)
        with pytest.raises(SlowDown):
            enter(database, KEY, "vlinder", secret, ELSEWHERE, memory)
        assert enter(database, KEY, "vlinder", secret, HOME, memory).name == "vlinder"


def test_both_secrets_open_the_account_while_it_changes_over(database: sa.Engine, secret: str, memory: Memory) -> None:
    newer = suppliers.rotate(database, KEY, "vlinder")
    for each in (secret, newer):
        assert enter(database, KEY, "vlinder", each, HOME, memory).name == "vlinder"
    with pytest.raises(TwoSecretsAlready):
        suppliers.rotate(database, KEY, "vlinder")


def test_retiring_closes_the_older_secret_and_never_the_last(database: sa.Engine, secret: str, memory: Memory) -> None:
    newer = suppliers.rotate(database, KEY, "vlinder")
    enter(database, KEY, "vlinder", newer, HOME, memory)
    suppliers.retire(database, "vlinder")
    with pytest.raises(BadCredentials):
        enter(database, KEY, "vlinder", secret, HOME, memory)
    assert enter(database, KEY, "vlinder", newer, HOME, memory).name == "vlinder"
    with pytest.raises(LastSecret):
        suppliers.retire(database, "vlinder")


def test_two_operators_rotating_at_once_leave_two_secrets(database: sa.Engine, secret: str) -> None:
    refused: list[Exception] = []

    def rotate() -> None:
        try:
            suppliers.rotate(database, KEY, "vlinder")
        except TwoSecretsAlready as error:
            refused.append(error)

    threads = [threading.Thread(target=rotate) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 5
    assert len(suppliers.listing(database)[0].secrets) == 2


def test_disabled_account_is_closed_until_it_is_enabled(database: sa.Engine, secret: str, memory: Memory) -> None:
    suppliers.disable(database, "vlinder")
    with pytest.raises(BadCredentials):
        enter(database, KEY, "vlinder", secret, HOME, memory)
    suppliers.enable(database, "vlinder")
    assert enter(database, KEY, "vlinder", secret, HOME, memory).name == "vlinder"


def test_binding_anew_holds_from_the_next_message_on(database: sa.Engine, secret: str, memory: Memory) -> None:
    suppliers.bind(database, "vlinder", ["I300"])
    found = enter(database, KEY, "vlinder", secret, HOME, memory)
    assert found.institutions == frozenset({"I300"})


def test_account_without_institutions_is_refused(database: sa.Engine) -> None:
    with pytest.raises(BadBinding, match="at least one"):
        suppliers.add(database, KEY, "vlinder", "000002", [])
    assert suppliers.listing(database) == []


def test_a_name_is_taken_once(database: sa.Engine, secret: str) -> None:
    with pytest.raises(NameTaken):
        suppliers.add(database, KEY, "vlinder", "000009", ["I201"])
    with pytest.raises(NoSuchAccount):
        suppliers.rotate(database, KEY, "merel")


def test_removed_account_leaves_nothing(database: sa.Engine, secret: str, memory: Memory) -> None:
    enter(database, KEY, "vlinder", secret, HOME, memory)
    suppliers.remove(database, "vlinder")
    left = {table.name for table in db.metadata.sorted_tables if "vlinder" in _rows(database, table)}
    assert left == {"audit_change"}


def test_right_secret_gets_in_while_the_database_takes_no_write(
    database: sa.Engine, secret: str, memory: Memory, tmp_path: Path
) -> None:
    impatient = db.engine(f"sqlite:///{tmp_path}/gateway.db", 0.01)
    try:
        with db.writing(database):
            assert enter(impatient, KEY, "vlinder", secret, HOME, memory).name == "vlinder"
    finally:
        impatient.dispose()


def test_database_that_is_gone_says_busy_and_not_wrong(memory: Memory, tmp_path: Path) -> None:
    nowhere = db.engine(f"sqlite:///{tmp_path}/no/such/folder/gateway.db")
    with pytest.raises(Busy):
        enter(nowhere, KEY, "vlinder", "secret", HOME, memory)
