"""PasswordDigest: which tokens are fresh, what their digest is, and how the secret behind it is sealed."""

import base64
import hashlib
import secrets
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from zeep.wsse.username import UsernameToken

from gateway.accounts.digest import FRESH, Token, expected, fresh_until
from gateway.accounts.model import NoSealingKey, StaleToken, WrongSealingKey
from gateway.accounts.sealing import Seal, seal_of

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
KEY = "0123456789abcdef" * 4


@given(st.integers(-3600, 3600))
def test_a_token_is_fresh_for_five_minutes_either_way(seconds: int):
    created = (NOON + timedelta(seconds=seconds)).isoformat()
    if abs(seconds) <= FRESH.total_seconds():
        assert fresh_until(created, NOON) == NOON + timedelta(seconds=seconds) + FRESH
    else:
        with pytest.raises(StaleToken):
            fresh_until(created, NOON)


@pytest.mark.parametrize(
    "created", ["2026-11-20T12:00:00Z", "2026-11-20T12:00:00.123Z", "2026-11-20T13:00:00+01:00", "2026-11-20T12:00:00"]
)
def test_created_is_read_as_toolkits_write_it(created: str):
    assert NOON < fresh_until(created, NOON) <= NOON + FRESH + timedelta(seconds=1)


@given(st.one_of(st.text(max_size=40), st.datetimes(timezones=st.timezones()).map(str)))
def test_no_created_makes_it_fail_in_another_way(created: str):
    with pytest.raises(StaleToken):
        fresh_until(created, NOON - timedelta(days=400 * 365))


def test_the_digest_is_what_another_implementation_makes():
    envelope = etree.fromstring(
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body/></s:Envelope>'
    )
    made, _ = UsernameToken("supplier", "geheim", use_digest=True).apply(envelope, {})
    nonce = base64.b64decode(made.findtext(".//{*}Nonce") or "")
    created = made.findtext(f".//{{{WSU}}}Created") or ""
    token = Token("supplier", nonce, created, made.findtext(".//{*}Password") or "")
    assert expected(token, "geheim") == token.digest
    assert expected(token, "geheim ") != token.digest


@given(st.binary(min_size=1, max_size=40), st.text(max_size=30), st.text(max_size=30))
def test_the_digest_is_sha1_of_nonce_created_and_secret(nonce: bytes, created: str, secret: str):
    plain = nonce + created.encode() + secret.encode()
    assert base64.b64decode(expected(Token("x", nonce, created, ""), secret)) == hashlib.sha1(plain).digest()


@given(st.text(max_size=100), st.text(max_size=40))
def test_a_sealed_secret_opens_for_its_own_account_only(secret: str, name: str):
    seal = seal_of(KEY)
    sealed = seal.close(secret, name)
    assert seal.open(sealed, name) == secret
    assert secret not in sealed or len(secret) < 4
    with pytest.raises(WrongSealingKey):
        seal.open(sealed, name + "x")
    with pytest.raises(WrongSealingKey):
        Seal(secrets.token_bytes(32)).open(sealed, name)


@given(st.integers(0, 60), st.integers(1, 255))
def test_a_sealed_secret_that_was_touched_does_not_open(place: int, bits: int):
    seal = seal_of(KEY)
    content = bytearray(base64.b64decode(seal.close("x" * 40, "merel")))
    content[place % len(content)] ^= bits
    with pytest.raises(WrongSealingKey):
        seal.open(base64.b64encode(content).decode(), "merel")


def test_sealing_the_same_twice_shows_nothing():
    assert seal_of(KEY).close("geheim", "merel") != seal_of(KEY).close("geheim", "merel")


@pytest.mark.parametrize("key", ["geheim", "00" * 31, "00" * 33, "zz" * 32])
def test_what_is_no_key_is_told_with_the_remedy(key: str):
    with pytest.raises(NoSealingKey, match="There is no key") as refused:
        seal_of(key)
    assert "openssl rand -hex 32" in refused.value.advice
