"""Digests, certificates and last uses, over a real database of either kind."""

import base64
import hmac
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway import clock, db
from gateway.accounts import entry, suppliers
from gateway.accounts.digest import FRESH, Token, expected
from gateway.accounts.entry import PACE, Gate
from gateway.accounts.model import (
    BadCertificate,
    BadCredentials,
    CertificateExpired,
    CertificateNotYet,
    CertificateTaken,
    KeptOut,
    LastSecret,
    NewestUnused,
    NoSealingKey,
    NoSuchCertificate,
    Replayed,
    SlowDown,
    StaleToken,
    SupplierAccount,
    TwoSecretsAlready,
    WrongSealingKey,
)
from gateway.accounts.sealing import Seal, seal_of
from gateway.accounts.slowdown import Memory, Pace
from tests import databases
from tests.certificates import NOW, a_certificate

KEY = b"k" * 32
SEAL = seal_of("0123456789abcdef" * 4)
HOME = "192.0.2.10"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PATIENT = Pace(free=5, first_seconds=300, longest_seconds=600)


@pytest.fixture(params=databases.KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[db.Engine]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield engine


@pytest.fixture
def gate(database: db.Engine) -> Gate:
    suppliers.add(database, KEY, "merel", "000002", ["I201"])
    return Gate(database, KEY, SEAL, Memory(PATIENT))


@pytest.fixture
def secret(gate: Gate) -> str:
    """The secret of an account that takes digests; a second one that was sealed for it."""
    return suppliers.turn_digest_on(gate.database, KEY, "merel", SEAL)


def a_token(secret: str, name: str = "merel", created: datetime | None = None, nonce: bytes = b"") -> Token:
    moment = (created or clock.now()).isoformat()
    token = Token(name, nonce or secrets.token_bytes(16), moment, "")
    return Token(token.username, token.nonce, token.created, expected(token, secret))


def rows(database: db.Engine) -> str:
    with db.reading(database) as connection:
        return repr([connection.execute(sa.select(table)).all() for table in db.metadata.sorted_tables])


# Digests.


def test_a_right_digest_gives_the_account(gate: Gate, secret: str) -> None:
    found = entry.by_digest(gate, a_token(secret), HOME)
    assert found == SupplierAccount("merel", "000002", frozenset({"I201"}))


def test_the_secret_of_a_digest_also_comes_in_as_text(gate: Gate, secret: str) -> None:
    assert entry.by_secret(gate, "merel", secret, HOME).name == "merel"


def test_a_sealed_secret_is_nowhere_readable(gate: Gate, secret: str) -> None:
    kept = rows(gate.database)
    assert secret not in kept
    assert base64.b64encode(secret.encode()).decode() not in kept
    assert secret.encode().hex() not in kept


@pytest.mark.parametrize("name", ["merel", "nobody", "", "x" * 1000])
def test_a_wrong_digest_is_refused_with_one_answer_and_writes_nothing(gate: Gate, secret: str, name: str) -> None:
    before = rows(gate.database)
    with pytest.raises(BadCredentials) as refused:
        entry.by_digest(gate, a_token("another", name), HOME)
    assert str(refused.value) == "The user name or the secret is not right."
    assert rows(gate.database) == before


def test_a_digest_is_taken_only_where_it_was_turned_on(gate: Gate, database: db.Engine) -> None:
    plain = suppliers.add(database, KEY, "vlinder", "000003", ["I202"])
    with pytest.raises(BadCredentials):
        entry.by_digest(gate, a_token(plain, "vlinder"), HOME)


def test_a_digest_is_refused_once_it_is_turned_off_and_nothing_stays_sealed(gate: Gate, secret: str) -> None:
    suppliers.turn_digest_off(gate.database, "merel")
    with pytest.raises(BadCredentials):
        entry.by_digest(gate, a_token(secret), HOME)
    with db.reading(gate.database) as connection:
        assert connection.exec_driver_sql("select count(*) from supplier_secret where sealed is not null").scalar() == 0
    assert entry.by_secret(gate, "merel", secret, HOME).name == "merel"


def test_a_nonce_is_taken_once(gate: Gate, secret: str) -> None:
    token = a_token(secret)
    entry.by_digest(gate, token, HOME)
    with pytest.raises(Replayed):
        entry.by_digest(gate, token, HOME)
    with pytest.raises(Replayed):
        entry.by_digest(Gate(gate.database, KEY, SEAL), a_token(secret, nonce=token.nonce), "198.51.100.1")


def test_of_twenty_copies_at_once_one_comes_in(gate: Gate, secret: str) -> None:
    token = a_token(secret)

    def come(_: int) -> str:
        try:
            return entry.by_digest(Gate(gate.database, KEY, SEAL), token, HOME).name
        except Replayed:
            return "replayed"

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(come, range(20))) == ["merel"] + ["replayed"] * 19


def test_a_nonce_of_one_account_is_free_for_another(gate: Gate, secret: str) -> None:
    suppliers.add(gate.database, KEY, "vlinder", "000003", ["I202"])
    other = suppliers.turn_digest_on(gate.database, KEY, "vlinder", SEAL)
    token = a_token(secret)
    entry.by_digest(gate, token, HOME)
    assert entry.by_digest(gate, a_token(other, "vlinder", nonce=token.nonce), HOME).name == "vlinder"


def test_a_wrong_digest_does_not_use_up_a_nonce(gate: Gate, secret: str) -> None:
    token = a_token(secret)
    with pytest.raises(BadCredentials):
        entry.by_digest(gate, Token(token.username, token.nonce, token.created, "wrong"), HOME)
    assert entry.by_digest(gate, token, HOME).name == "merel"


def test_a_stale_token_is_refused_before_its_digest_is_looked_at(gate: Gate, secret: str) -> None:
    for created in (clock.now() - FRESH * 2, clock.now() + FRESH * 2):
        for name in ("merel", "nobody"):
            with pytest.raises(StaleToken):
                entry.by_digest(gate, a_token(secret, name, created), HOME)


def test_a_nonce_is_kept_as_long_as_its_token_is_fresh_and_no_longer(gate: Gate, secret: str) -> None:
    ahead = a_token(secret, created=NOON + FRESH)
    with clock.pretending(NOON):
        entry.by_digest(gate, ahead, HOME)
    with clock.pretending(NOON + FRESH * 2 - timedelta(seconds=5)), pytest.raises(Replayed):
        entry.by_digest(gate, ahead, HOME)
    with clock.pretending(NOON + FRESH * 3):
        entry.by_digest(gate, a_token(secret), HOME)
    with db.reading(gate.database) as connection:
        assert connection.exec_driver_sql("select count(*) from supplier_nonce").scalar() == 1


def test_wrong_digests_slow_down_name_and_address_as_wrong_secrets_do(gate: Gate, secret: str) -> None:
    with clock.pretending(NOON):
        for way in range(5):
            with pytest.raises(BadCredentials):
                if way % 2:
                    entry.by_digest(gate, a_token("wrong"), HOME)
                else:
                    entry.by_secret(gate, "merel", "wrong", HOME)
        with pytest.raises(SlowDown):
            entry.by_digest(gate, a_token(secret), HOME)
        assert entry.by_digest(gate, a_token(secret), "198.51.100.1").name == "merel"


def test_both_secrets_of_a_rotation_make_digests(gate: Gate, secret: str) -> None:
    entry.by_digest(gate, a_token(secret), HOME)
    suppliers.retire(gate.database, "merel")
    newer = suppliers.rotate(gate.database, KEY, "merel", SEAL)
    for each in (secret, newer):
        assert entry.by_digest(gate, a_token(each), HOME).name == "merel"


def test_without_a_key_no_secret_is_made_for_digests(gate: Gate, secret: str) -> None:
    with pytest.raises(TwoSecretsAlready):
        suppliers.turn_digest_on(gate.database, KEY, "merel", SEAL)
    suppliers.retire(gate.database, "merel", even_when_unused=True)
    for act in (suppliers.turn_digest_on, lambda *facts: suppliers.rotate(*facts)):
        with pytest.raises(NoSealingKey):
            act(gate.database, KEY, "merel", None)
    assert len(suppliers.listing(gate.database)[0].secrets) == 1


@pytest.mark.parametrize("seal", [None, Seal(b"x" * 32)], ids=["no key", "another key"])
def test_a_digest_that_nobody_can_check_is_refused_like_a_wrong_one_and_told_to_the_installer(
    gate: Gate, secret: str, seal: Seal | None
) -> None:
    mistaken = Gate(gate.database, KEY, seal)
    for _ in range(PACE.free):
        with pytest.raises(BadCredentials):
            entry.by_digest(mistaken, a_token(secret), HOME)
    with pytest.raises(SlowDown):
        entry.by_digest(mistaken, a_token(secret), HOME)
    with pytest.raises((NoSealingKey, WrongSealingKey)):
        suppliers.check_sealed(gate.database, seal)
    assert suppliers.check_sealed(gate.database, SEAL) == ["merel"]


# The same cost for whoever it is.


@pytest.mark.parametrize("way", ["secret", "digest"])
def test_whoever_is_unknown_costs_the_same_statements_comparisons_and_openings(
    gate: Gate, secret: str, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    suppliers.disable(gate.database, suppliers.listing(gate.database)[0].account.name)
    suppliers.enable(gate.database, "merel")
    suppliers.add(gate.database, KEY, "vlinder", "000003", ["I202"])
    suppliers.add(gate.database, KEY, "uil", "000004", ["I202"])
    suppliers.disable(gate.database, "uil")
    done: list[str] = []
    sa.event.listen(gate.database, "before_cursor_execute", lambda *facts: done.append(facts[2]))
    compare, opened = hmac.compare_digest, Seal.open
    monkeypatch.setattr(hmac, "compare_digest", lambda *both: [done.append("compared"), compare(*both)][1])
    monkeypatch.setattr(Seal, "open", lambda *facts: [done.append("opened"), opened(*facts)][1])
    costs = []
    for name in ("merel", "vlinder", "uil", "nobody", "x" * 1000):
        done.clear()
        with pytest.raises(BadCredentials):
            if way == "secret":
                entry.by_secret(gate, name, "wrong", HOME)
            else:
                entry.by_digest(gate, a_token("wrong", name), HOME)
        costs.append(list(done))
    assert costs.count(costs[0]) == len(costs)
    assert costs[0].count("compared") == 2
    assert costs[0].count("opened") == (2 if way == "digest" else 0)


def test_only_an_account_that_exists_is_named_for_the_audit_log(gate: Gate) -> None:
    for name, tried in (("merel", "merel"), ("nobody", ""), ("geheim-wachtwoord", "")):
        with pytest.raises(KeptOut) as refused:
            entry.by_secret(gate, name, "wrong", HOME)
        assert refused.value.tried == tried


# Last uses, and the end of a rotation.


def test_an_operator_sees_when_each_secret_was_last_used(gate: Gate) -> None:
    newer = suppliers.rotate(gate.database, KEY, "merel")
    with clock.pretending(NOON):
        entry.by_secret(gate, "merel", newer, HOME)
    older, newest = suppliers.listing(gate.database)[0].secrets
    assert older.last_used_at is None
    assert newest.last_used_at is not None and abs(newest.last_used_at - NOON) < timedelta(seconds=5)


def test_a_use_is_written_down_once_an_hour_and_not_for_every_push(gate: Gate) -> None:
    secret = suppliers.rotate(gate.database, KEY, "merel")
    written: list[str] = []
    with clock.pretending(NOON):
        entry.by_secret(gate, "merel", secret, HOME)
    sa.event.listen(gate.database, "before_cursor_execute", lambda *facts: written.append(facts[2]))
    with clock.pretending(NOON + timedelta(minutes=59)):
        entry.by_secret(gate, "merel", secret, HOME)
    assert not [each for each in written if not each.lower().startswith(("select", "begin"))]
    with clock.pretending(NOON + timedelta(minutes=61)):
        entry.by_secret(gate, "merel", secret, HOME)
    assert [each for each in written if each.lower().startswith("update")]


def test_a_rotation_ends_once_the_newer_secret_was_used(gate: Gate) -> None:
    with pytest.raises(LastSecret):
        suppliers.retire(gate.database, "merel")
    newer = suppliers.rotate(gate.database, KEY, "merel")
    with pytest.raises(NewestUnused, match="was never used"):
        suppliers.retire(gate.database, "merel")
    entry.by_secret(gate, "merel", newer, HOME)
    assert suppliers.retire(gate.database, "merel") is None
    assert entry.by_secret(gate, "merel", newer, HOME).name == "merel"


def test_a_secret_that_leaked_is_ended_at_once(gate: Gate) -> None:
    suppliers.rotate(gate.database, KEY, "merel")
    suppliers.retire(gate.database, "merel", even_when_unused=True)
    assert len(suppliers.listing(gate.database)[0].secrets) == 1


# Certificates.


def test_a_bound_certificate_gives_the_account(gate: Gate) -> None:
    pair = a_certificate("merel.example")
    assert entry.by_certificate(gate, pair.fingerprint, HOME) is None
    assert suppliers.bind_certificate(gate.database, "merel", pair.pem) == pair.fingerprint
    assert entry.by_certificate(gate, pair.fingerprint, HOME) == SupplierAccount("merel", "000002", frozenset({"I201"}))
    [listed] = suppliers.listing(gate.database)[0].certificates
    assert listed.certificate.subject == "CN=merel.example"
    assert listed.last_used_at is not None


def test_a_certificate_opens_nothing_once_removed_or_its_account_is_closed(gate: Gate) -> None:
    pair = a_certificate()
    suppliers.bind_certificate(gate.database, "merel", pair.der)
    suppliers.disable(gate.database, "merel")
    assert entry.by_certificate(gate, pair.fingerprint, HOME) is None
    suppliers.enable(gate.database, "merel")
    assert entry.by_certificate(gate, pair.fingerprint, HOME)
    suppliers.remove_certificate(gate.database, "merel", pair.fingerprint[:8].upper())
    assert entry.by_certificate(gate, pair.fingerprint, HOME) is None
    with pytest.raises(NoSuchCertificate):
        suppliers.remove_certificate(gate.database, "merel", pair.fingerprint)


def test_a_certificate_past_its_time_is_refused_whatever_the_front_thinks(gate: Gate) -> None:
    pair = a_certificate(days=10)
    suppliers.bind_certificate(gate.database, "merel", pair.pem)
    with clock.pretending(NOW + timedelta(days=11)), pytest.raises(CertificateExpired):
        entry.by_certificate(gate, pair.fingerprint, HOME)


def test_a_certificate_before_its_time_is_refused_and_may_be_bound_already(gate: Gate) -> None:
    pair = a_certificate(begins=10)
    suppliers.bind_certificate(gate.database, "merel", pair.pem)
    with pytest.raises(CertificateNotYet, match=f"{NOW + timedelta(days=10):%Y-%m-%d}"):
        entry.by_certificate(gate, pair.fingerprint, HOME)
    with clock.pretending(NOW + timedelta(days=11)):
        assert entry.by_certificate(gate, pair.fingerprint, HOME)


def test_a_certificate_of_which_it_is_not_known_when_it_begins_is_taken(gate: Gate) -> None:
    pair = a_certificate(begins=10)
    suppliers.bind_certificate(gate.database, "merel", pair.pem)
    with db.writing(gate.database) as connection:
        connection.exec_driver_sql("update supplier_certificate set not_before = null")
    assert entry.by_certificate(gate, pair.fingerprint, HOME)
    [listed] = suppliers.listing(gate.database)[0].certificates
    assert listed.certificate.not_before is None


def test_a_certificate_is_of_one_account(gate: Gate) -> None:
    pair = a_certificate()
    suppliers.add(gate.database, KEY, "vlinder", "000003", ["I202"])
    suppliers.bind_certificate(gate.database, "merel", pair.pem)
    suppliers.bind_certificate(gate.database, "merel", pair.pem)
    with pytest.raises(CertificateTaken, match="merel"):
        suppliers.bind_certificate(gate.database, "vlinder", pair.pem)


def test_what_cannot_be_bound_is_told(gate: Gate) -> None:
    pair = a_certificate()
    for content, problem in (
        (b"no certificate", "holds no certificate"),
        (b"", "holds no certificate"),
        (pair.pem + pair.key_pem, "private key"),
        (pair.pem + pair.pem, "several"),
        (pair.pem[:-80], "holds no certificate"),
        (a_certificate(days=-1).pem, "was valid until"),
    ):
        with pytest.raises(BadCertificate, match=problem):
            suppliers.bind_certificate(gate.database, "merel", content)
    assert suppliers.listing(gate.database)[0].certificates == ()
