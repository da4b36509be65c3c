"""Who gets in at the supplier's door: over TLS only, with one of three credentials, and nothing done before that."""

import base64
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from zeep.wsse.username import UsernameToken

from gateway import app, clock, serving
from gateway.accounts import audit, suppliers
from gateway.soap.desk import Limits
from gateway.soap.fronts import Caller
from gateway.soap.versions import SOAP11
from gateway.soap.visit import STEP, Visit
from gateway.supplier.message import envelope_xml
from tests.builders import a_mutation
from tests.certificates import a_certificate
from tests.soap_desk import Memory
from tests.soap_messages import DIGEST, SOAP12, SOAP_XML, WSSE, a_ping, a_push, a_username_token, envelope
from tests.stage import Answer, Stage, a_stage

FRONT, AWAY = "10.0.0.1", "192.0.2.7"
HEADER = "X-Client-Certificate"
THROUGH_FRONT = {"REMOTE_ADDR": FRONT, "HTTP_X_FORWARDED_FOR": AWAY, "HTTP_X_FORWARDED_PROTO": "https"}
NOBODY = {"HTTP_AUTHORIZATION": ""}
WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"
PING = a_ping().encode()


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """A gateway behind a front that passes on client certificates."""
    monkeypatch.setenv("GATEWAY_DIGEST_KEY", "0123456789abcdef" * 4)
    with a_stage(tmp_path) as stage:
        fronts = {"trusted_fronts": (FRONT,), "client_certificate_header": HEADER}
        stage.settings = stage.settings.model_copy(update=fronts)
        stage.__dict__.pop("gateway", None)
        yield stage
        stage.gateway.close()


def told(answer: Answer) -> tuple[int, str | None, str | None]:
    """Status, code and sentence of a refusal: a SOAP fault, that asks for a credential when one is needed."""
    assert etree.fromstring(answer.body).find(".//{*}Fault") is not None, answer.body
    assert ("WWW-Authenticate" in answer.headers) == (answer.status == 401)
    return answer.status, answer.text("code"), answer.text("message")


def everything(stage: Stage) -> str:
    """All that is in the database."""
    tables = [name for (name,) in stage.rows("select name from sqlite_master where type = 'table' order by name")]
    return "".join(repr(stage.rows(f"select * from {name}")) for name in tables)


def refusals(stage: Stage) -> dict[tuple[str, str, str], int]:
    """What the audit log tells of those who were kept out."""
    audit.keep(stage.gateway.database, stage.gateway.gate.tally)
    rows = stage.rows("select account, address, detail, times from audit_count where what = 'refused'")
    return {(account, address, detail): times for account, address, detail, times in rows}


class Body:
    """What somebody sends: of any size, and it is counted how much of it is taken."""

    def __init__(self, start: bytes, size: int, filling: bytes = b" ") -> None:
        self.taken, self._start, self._size, self._filling = 0, start, size, filling

    def read(self, size: int = -1) -> bytes:
        most = min(size if size >= 0 else self._size, self._size - self.taken)
        piece = self._start[self.taken : self.taken + most]
        piece += self._filling * (most - len(piece))
        self.taken += most
        return piece


def post(stage: Stage, body: Body, size: int, **environ: Any) -> Answer:
    """Send it; nothing of it is made before it is read."""
    return stage.post(b"", **{"wsgi.input": body, "CONTENT_LENGTH": str(size), **environ})


# Nothing before it is known who asks.

LARGE = 100_000_000


def test_of_a_hundred_megabytes_with_a_wrong_secret_not_a_byte_is_read(stage: Stage):
    body, before = Body(b"<broken", LARGE), everything(stage)
    answer = post(stage, body, LARGE, HTTP_AUTHORIZATION="Basic " + base64.b64encode(b"supplier:wrong").decode())
    assert told(answer) == (401, "authentication", "The user name or the secret is not right.")
    assert body.taken == 0
    assert everything(stage) == before


BEGUN = b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/">'


@pytest.mark.parametrize(
    ("start", "filling", "code"),
    [
        (BEGUN + b"<s:Body>", b" ", "authentication"),
        (BEGUN + b"<s:Body>", b"<", "authentication"),
        (a_push().encode()[:-60], b"<", "authentication"),
        (BEGUN + b"<s:Header>", b" ", "too-large"),
        (BEGUN + b'<s:Header><x:y xmlns:x="urn:x">', b"z", "too-large"),
        (b"<x", b" ", "too-large"),
        (b"", b" ", "too-large"),
    ],
)
def test_of_a_hundred_megabytes_without_a_credential_little_is_read_and_nothing_kept(
    stage: Stage, start: bytes, filling: bytes, code: str
):
    body, before = Body(start, LARGE, filling), everything(stage)
    answer = post(stage, body, LARGE, **NOBODY)
    assert answer.text("code") == code
    assert body.taken <= Limits().prologue_bytes + 2 * 65_536
    assert everything(stage) == before


def test_a_broken_body_with_a_wrong_secret_is_not_told_that_it_is_broken(stage: Stage):
    wrong = "Basic " + base64.b64encode(b"supplier:wrong").decode()
    for broken in (b"<", b"\0", b"<!DOCTYPE x>", a_push().encode()[:-9]):
        assert told(stage.post(broken, HTTP_AUTHORIZATION=wrong))[:2] == (401, "authentication")


@pytest.mark.parametrize("broken", ["<", "<a></b>", "&nothing;", "\x0b", "<mutations>" * 300])
def test_behind_a_wrong_token_a_broken_body_is_not_told_that_it_is_broken(stage: Stage, broken: str):
    head = a_ping(a_username_token("wrong")).partition("<ping")[0]
    before = everything(stage)
    assert told(stage.post((head + broken).encode(), **NOBODY))[:2] == (401, "authentication")
    assert told(stage.post(envelope(broken).encode(), **NOBODY))[:2] == (401, "authentication")
    assert everything(stage) == before


class Reads(Visit):
    """A visit of a stranger that counts what the parser is given."""

    given = 0

    def received(self, chunk: bytes) -> None:
        self.given += len(chunk)
        super().received(chunk)


@given(st.integers(0, 5000), st.integers(0, 60_000), st.booleans())
def test_beyond_the_header_of_a_stranger_no_more_than_a_step_is_parsed(before: int, behind: int, with_token: bool):
    header = f'<x:y xmlns:x="urn:x">{"z" * before}</x:y>' + (a_username_token("wrong") if with_token else "")
    start = envelope("", header).partition("</s:Body>")[0]
    visit = Reads(Memory().desk(), Limits(), SOAP11, Caller("127.0.0.1", True))
    visit.bring(iter([start.encode() + b"<a>" * behind]), charset=None, action="")
    with pytest.raises(Exception, match=r"credential|is not right"):
        visit.read()
    assert visit.given <= len(start) + STEP


def test_a_token_that_comes_in_lets_the_whole_message_in(stage: Stage):
    token = a_username_token(stage.secret)
    message = b"".join(envelope_xml(stage.day(a_mutation()), SOAP11.namespace)).decode()
    prefix = message.partition(":Body>")[0].rpartition("<")[2]
    message = message.replace(f"<{prefix}:Body>", f"<{prefix}:Header>{token}</{prefix}:Header><{prefix}:Body>")
    assert token in message
    answer = stage.post(message.encode(), **NOBODY)
    assert (answer.status, answer.text("mutationCount")) == (200, "1")


# Over TLS, or from this machine.


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"REMOTE_ADDR": "127.0.0.1"}, 200),
        ({"REMOTE_ADDR": "::1"}, 200),
        ({"REMOTE_ADDR": AWAY}, 401),
        ({"REMOTE_ADDR": AWAY, "HTTP_X_FORWARDED_PROTO": "https"}, 401),
        ({"REMOTE_ADDR": AWAY, "HTTP_X_FORWARDED_FOR": "127.0.0.1", "HTTP_X_FORWARDED_PROTO": "https"}, 401),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": AWAY, "HTTP_X_FORWARDED_PROTO": "https"}, 401),
        (THROUGH_FRONT, 200),
        ({**THROUGH_FRONT, "HTTP_X_FORWARDED_PROTO": "http"}, 401),
        ({**THROUGH_FRONT, "HTTP_X_FORWARDED_PROTO": ""}, 401),
        ({**THROUGH_FRONT, "HTTP_X_FORWARDED_PROTO": "https, http"}, 401),
        ({"REMOTE_ADDR": AWAY, "wsgi.url_scheme": "https"}, 200),
    ],
)
def test_a_secret_is_taken_over_tls_or_from_this_machine_only(stage: Stage, environ: dict[str, str], status: int):
    by_basic = stage.post(PING, **environ)
    by_token = stage.post(a_ping(a_username_token(stage.secret)).encode(), **NOBODY, **environ)
    assert (by_basic.status, by_token.status) == (status, status)
    if status == 401:
        assert told(by_basic)[2] == "HTTP Basic is taken over TLS only, and this request came without."
        assert "UsernameToken" in (told(by_token)[2] or "")
        assert "ask for a new one" in (by_basic.text("hint") or "")


def test_a_secret_that_came_in_the_open_is_not_even_looked_at(stage: Stage):
    for _ in range(20):
        assert told(stage.post(PING, secret="wrong", REMOTE_ADDR=AWAY))[0] == 401
    assert refusals(stage) == {("", AWAY, "not-secret"): 20}


# What is answered.


@pytest.mark.parametrize(("content_type", "soap"), [("text/xml", ""), (SOAP_XML, SOAP12)])
def test_whoever_is_not_known_gets_401_with_a_fault_in_the_questions_version(
    stage: Stage, content_type: str, soap: str
):
    ping = (a_ping(soap=soap) if soap else a_ping()).encode()
    for environ in (NOBODY, {"HTTP_AUTHORIZATION": "Bearer x"}, {"HTTP_AUTHORIZATION": "Basic %"}, {"secret": "wrong"}):
        answer = stage.post(ping, CONTENT_TYPE=content_type, **environ)
        assert told(answer)[:2] == (401, "authentication")
        assert answer.headers["WWW-Authenticate"] == 'Basic realm="orders", charset="UTF-8"'
        assert (b"Client" in answer.body) != bool(soap) and (b"soap:Sender" in answer.body) == bool(soap)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=60).map(str.encode)))
def test_whatever_stands_in_authorization_is_answered_with_401(authorization: bytes):
    for given_ in (authorization, b"Basic " + authorization, b"Basic " + base64.b64encode(authorization)):
        visit = Visit(Memory().desk(), Limits(), SOAP11, Caller("127.0.0.1", True))
        text = given_.decode("latin-1")
        try:
            visit.identify(text)
        except Exception as error:
            assert getattr(error, "code", "") == "authentication", error
        else:
            assert not text


def test_too_many_wrong_tries_are_told_when_to_come_back_and_slow_down_nobody_else(stage: Stage):
    for _ in range(5):
        stage.post(PING, secret="wrong", **THROUGH_FRONT)
    slowed = stage.post(PING, **THROUGH_FRONT)
    assert told(slowed)[0] == 401 and int(slowed.headers["Retry-After"]) > 0
    assert stage.post(PING, **{**THROUGH_FRONT, "HTTP_X_FORWARDED_FOR": "198.51.100.1"}).status == 200
    assert refusals(stage) == {("supplier", AWAY, "bad-credentials"): 5, ("supplier", AWAY, "slow-down"): 1}


def test_another_ones_institution_or_sender_is_403(stage: Stage):
    suppliers.bind(stage.gateway.database, "supplier", ["I201"])
    assert told(stage.push(a_mutation(), institution="I202"))[:2] == (403, "not-allowed")
    assert told(stage.push(a_mutation(), institution="I201", sender="000009"))[:2] == (403, "not-allowed")
    assert refusals(stage) == {("supplier", "127.0.0.1", "not-yours"): 2}
    assert stage.push(a_mutation(), institution="I201").status == 200


def test_no_secret_or_made_up_name_is_logged_or_kept(stage: Stage):
    with structlog.testing.capture_logs() as logged:
        for user, secret in (("supplier", stage.secret + "x"), ("hunter2-as-name", "hunter2"), ("x", stage.secret)):
            word = "Basic " + base64.b64encode(f"{user}:{secret}".encode()).decode()
            stage.post(PING, HTTP_AUTHORIZATION=word)
            stage.post(PING, HTTP_AUTHORIZATION=word, REMOTE_ADDR=AWAY)
            stage.post(a_ping(a_username_token(secret, user)).encode(), **NOBODY)
        stage.post(PING)
    refusals(stage)
    for told_ in (json.dumps(logged, default=str), everything(stage)):
        assert "hunter2" not in told_ and stage.secret not in told_


# Client certificates.


def test_a_certificate_that_the_front_saw_comes_in_by_itself(stage: Stage):
    pair = a_certificate()
    suppliers.bind_certificate(stage.gateway.database, "supplier", pair.pem)
    passed_on = (quote(pair.pem.decode()), base64.b64encode(pair.der).decode(), pair.fingerprint)
    for given_ in passed_on:
        environ = {**THROUGH_FRONT, "HTTP_X_CLIENT_CERTIFICATE": given_}
        assert stage.post(PING, **NOBODY, **environ).status == 200
        assert stage.post(PING, **environ).status == 200


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": AWAY},
        {"REMOTE_ADDR": "127.0.0.1"},
        {"REMOTE_ADDR": AWAY, "HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": FRONT},
        {"REMOTE_ADDR": FRONT, "HTTP_X_FORWARDED_FOR": AWAY},
        {**THROUGH_FRONT, "HTTP_X_FORWARDED_PROTO": "http"},
    ],
)
def test_a_certificate_that_anyone_else_names_is_ignored(stage: Stage, environ: dict[str, str]):
    pair = a_certificate()
    suppliers.bind_certificate(stage.gateway.database, "supplier", pair.pem)
    answer = stage.post(PING, **NOBODY, **environ, HTTP_X_CLIENT_CERTIFICATE=pair.fingerprint)
    assert told(answer) == (401, "authentication", "The request carries no credential.")


def test_a_certificate_of_nobody_is_told_its_fingerprint_and_harms_no_right_secret(stage: Stage):
    pair = a_certificate()
    environ = {**THROUGH_FRONT, "HTTP_X_CLIENT_CERTIFICATE": pair.fingerprint}
    refused = stage.post(PING, **NOBODY, **environ)
    assert told(refused)[:2] == (401, "authentication") and pair.fingerprint in (refused.text("message") or "")
    assert stage.post(PING, **environ).status == 200
    assert refusals(stage) == {("", AWAY, "unknown-certificate"): 1}


def test_two_credentials_must_be_of_one_account(stage: Stage):
    pair, database = a_certificate(), stage.gateway.database
    other = suppliers.add(database, stage.gateway.key, "other", "000003", ["I201"])
    suppliers.bind_certificate(database, "other", pair.pem)
    with_certificate = {**THROUGH_FRONT, "HTTP_X_CLIENT_CERTIFICATE": pair.fingerprint}
    assert told(stage.post(PING, **with_certificate))[:2] == (401, "authentication")
    assert told(stage.post(a_ping(a_username_token(other, "other")).encode()))[:2] == (401, "authentication")
    assert stage.post(a_ping(a_username_token(other, "other")).encode(), **NOBODY, **with_certificate).status == 200


def test_a_certificate_does_not_make_a_wrong_secret_right(stage: Stage):
    pair = a_certificate()
    suppliers.bind_certificate(stage.gateway.database, "supplier", pair.pem)
    environ = {**THROUGH_FRONT, "HTTP_X_CLIENT_CERTIFICATE": pair.fingerprint}
    assert told(stage.post(PING, secret="wrong", **environ))[0] == 401


def test_nonsense_from_the_front_is_401_and_no_failure(stage: Stage):
    for nonsense in ("(null)", "{http.request.tls.client.fingerprint}", "x" * 9000, f"{'a' * 64}, {'b' * 64}"):
        environ = {**THROUGH_FRONT, "HTTP_X_CLIENT_CERTIFICATE": nonsense}
        assert told(stage.post(PING, **NOBODY, **environ))[:2] == (401, "authentication")


# Digests.


@pytest.fixture
def digesting(stage: Stage) -> str:
    """The secret with which the supplier makes digests."""
    return suppliers.turn_digest_on(stage.gateway.database, stage.gateway.key, "supplier", stage.gateway.seal)


def by_zeep(secret: str) -> bytes:
    """A ping with a digest, as zeep makes it."""
    made, _ = UsernameToken("supplier", secret, use_digest=True).apply(etree.fromstring(a_ping()), {})
    return etree.tostring(made)


def a_digest_token(secret: str, *, nonce: bytes = b"0123456789abcdef", created: str = "", more: str = "") -> str:
    """A UsernameToken with a digest, by hand."""
    created = created or clock.now().isoformat()
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + secret.encode()).digest()).decode()
    nonces = f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce>" + more
    token = f'<w:Username>supplier</w:Username><w:Password Type="{DIGEST}">{digest}</w:Password>{nonces}'
    stamp = f'<u:Created xmlns:u="{WSU}">{created}</u:Created>'
    return f'<w:Security xmlns:w="{WSSE}"><w:UsernameToken>{token}{stamp}</w:UsernameToken></w:Security>'


def test_a_digest_comes_in_once_also_in_the_open(stage: Stage, digesting: str):
    ping = by_zeep(digesting)
    assert stage.post(ping, **NOBODY, REMOTE_ADDR=AWAY).status == 200
    again = stage.post(ping, **NOBODY, REMOTE_ADDR=AWAY)
    assert told(again) == (401, "authentication", "The Nonce of this UsernameToken was used before.")
    assert stage.post(by_zeep(digesting), **NOBODY, REMOTE_ADDR=AWAY).status == 200
    assert refusals(stage) == {("supplier", AWAY, "replayed"): 1}


def test_a_digest_is_refused_where_it_was_not_turned_on(stage: Stage):
    assert told(stage.post(by_zeep(stage.secret), **NOBODY))[:2] == (401, "authentication")


def test_an_old_digest_is_told_what_time_it_is_here(stage: Stage, digesting: str):
    answer = stage.post(a_ping(a_digest_token(digesting, created="2020-01-01T00:00:00Z")).encode(), **NOBODY)
    assert told(answer)[0] == 401
    assert "2020-01-01T00:00:00Z" in (answer.text("message") or "") and "clock" in (answer.text("hint") or "")


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("<w:Nonce>MDEyMzQ1Njc4OWFiY2RlZg==</w:Nonce>", ""),
        ("MDEyMzQ1Njc4OWFiY2RlZg==", "%%%"),
        ("MDEyMzQ1Njc4OWFiY2RlZg==", "MDEy"),
        ("MDEyMzQ1Njc4OWFiY2RlZg==", "MDEy" * 100),
        ("<w:Nonce>", '<w:Nonce EncodingType="urn:hex">'),
        ("<w:Nonce>", "<w:Nonce>eHh4eHh4eHh4eHh4</w:Nonce><w:Nonce>"),
        ("u:Created", "u:Made"),
        ("#PasswordDigest", "#PasswordSomething"),
        ("</w:Password>", "x</w:Password>"),
        ("w:Password>", "w:Wachtwoord>"),
    ],
)
def test_a_token_that_is_not_as_the_profile_says_is_refused(stage: Stage, digesting: str, there: str, instead: str):
    right = a_digest_token(digesting)
    assert there in right
    answer = stage.post(a_ping(right.replace(there, instead)).encode(), **NOBODY)
    assert answer.status in (401, 500) and answer.text("code") in ("authentication", "invalid-message")
    assert stage.post(a_ping(right).encode(), **NOBODY).status == 200


def test_a_gateway_that_lost_its_key_refuses_a_digest_like_a_wrong_one_and_still_takes_the_secret(
    stage: Stage, digesting: str, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.delenv("GATEWAY_DIGEST_KEY")
    without = app.open_gateway(stage.settings)
    try:
        stage.__dict__["doors"] = serving.doors(without)
        answer = stage.post(by_zeep(digesting), **NOBODY)
        assert told(answer)[1] == "authentication"
        assert "KEY" not in answer.body.decode()
        assert stage.post(PING, secret=digesting).status == 200
    finally:
        without.close()
