"""`--raw` shows what crosses the wire and never a secret; and no secret ever stands where others can read it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from gateway.transport.exchange import KEPT_BYTES, Body, Exchange, shown
from tests.integration.test_push_command import SAMPLE, pushed
from tests.serving import until
from tests.simulators.soap_door import SOAP_11, SOAP_12, Answer, SoapDoor, envelope, fault, soap_door

SECRET = "s3cr&t<é"
ENV = {"GATEWAY_PUSH_SECRET": SECRET}
BASIC = "YWNtZTpzM2NyJnQ8w6k="  # acme:s3cr&t<é
FORMS = (SECRET, escape(SECRET), escape(SECRET, quote=False), BASIC)
A_DAY = (*SAMPLE, "--budget-code", "JEUGD", "--raw")


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


def secrets_in(text: str) -> list[str]:
    return [form for form in FORMS if form in text]


@pytest.mark.parametrize("soap", ["1.1", "1.2"])
@pytest.mark.parametrize("auth", ["basic", "token"])
def test_exchange_is_shown_with_headers_and_bodies_and_without_the_secret(door: SoapDoor, auth: str, soap: str) -> None:
    told = pushed(door, *A_DAY, "--auth", auth, "--soap", soap, env=ENV)
    assert told.exit_code == 0
    assert secrets_in(told.output) == []
    assert "POST /soap/orders HTTP/1.1" in told.stderr and "Content-Length: " in told.stderr
    assert ("SOAPAction: " if soap == "1.1" else "application/soap+xml") in told.stderr
    assert "header>" in told.stderr and " 200 OK" in told.stderr
    assert "<receiptId>R-1</receiptId>" in told.stderr
    hidden = "Authorization: Basic (hidden)" if auth == "basic" else "(hidden)</wsse:Password>"
    assert hidden in told.stderr
    assert secrets_in(door.asked[0].content.decode() + str(door.asked[0].headers)) != []


@pytest.mark.parametrize(("soap", "namespace"), [("1.1", SOAP_11), ("1.2", SOAP_12)])
def test_token_goes_in_the_soap_header_of_a_file_without_envelope(
    door: SoapDoor, tmp_path: Path, soap: str, namespace: str
) -> None:
    path = tmp_path / "day.xml"
    pushed(door, *SAMPLE, "--budget-code", "JEUGD", env=ENV)
    path.write_bytes(b"<?xml version='1.0'?>\n" + _request(door))
    told = pushed(door, path, "--auth", "token", "--soap", soap, "--raw", env=ENV)
    assert told.exit_code == 0, told.output
    asked = door.asked[-1]
    assert asked.envelope.findtext(f"{{{namespace}}}Header//{{*}}Password") == SECRET
    assert "authorization" not in asked.headers
    assert secrets_in(told.output) == []


def _request(door: SoapDoor) -> bytes:
    from lxml import etree

    return etree.tostring(door.asked[-1].request)


@pytest.mark.parametrize(
    "password",
    [
        "<w:Password>{}</w:Password>",
        '<Password Type="#PasswordText">{}</Password>',
        "<w:Password><![CDATA[</x>{}]]></w:Password >",
        "<w:Password>{}",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16", "utf-16-le"])
def test_password_of_the_files_own_token_is_hidden_however_it_is_written(password: str, encoding: str) -> None:
    text = f'<?xml version="1.0" encoding="{encoding}"?><e><u>acme</u>{password.format("geheim")}</e>'
    exchange = Exchange("http://x.test/soap", {"Content-Type": "text/xml"}, asked=Body(text.encode(encoding), 9))
    told = shown(exchange, "", "")
    assert "geheim" not in told and "acme" in told


def test_secret_that_the_other_side_says_back_is_hidden_too(door: SoapDoor) -> None:
    door.answers.append(Answer(500, fault("internal", f"You said {escape(SECRET)}, {BASIC}."), {"X-Echo": BASIC}))
    told = pushed(door, *A_DAY, "--tries", "1", env=ENV)
    assert "You said (hidden), (hidden)." in told.stderr and "X-Echo: (hidden)" in told.stderr


def test_exchange_without_an_answer_is_shown_as_that(door: SoapDoor) -> None:
    door.answers.append(Answer(drops=True))
    told = pushed(door, *A_DAY, "--tries", "1", env=ENV)
    assert told.exit_code == 3
    assert "(no answer: ConnectionError)" in told.stderr


def test_cookies_are_hidden(door: SoapDoor) -> None:
    body = envelope(SOAP_11, "<x/>")
    door.answers.append(Answer(500, body, {"Set-Cookie": "session=abc123"}))
    told = pushed(door, *A_DAY, env=ENV)
    assert "Set-Cookie: (hidden)" in told.stderr and "abc123" not in told.output


def test_of_a_large_body_the_beginning_is_shown_and_the_rest_counted() -> None:
    body = Body()
    for _ in range(10):
        body.add(b"x" * (KEPT_BYTES // 4))
    told = shown(Exchange("http://x.test/", asked=body), "acme", "geheim")
    assert len(told) < 2 * KEPT_BYTES
    rest = f"… and {KEPT_BYTES * 10 // 4 - KEPT_BYTES:,} bytes more"
    assert told.count(f"{rest}, which went over the wire too: shown are the first 65,536 of 163,840 bytes") == 1


def test_programs_still_get_one_document_on_stdout(door: SoapDoor) -> None:
    assert json.loads(pushed(door, *A_DAY, "--json", env=ENV).stdout)["accepted"] is True


def test_secret_never_stands_in_the_list_of_processes(door: SoapDoor, tmp_path: Path) -> None:
    held = threading.Event()
    door.answers.append(Answer(seconds=held))
    command = [sys.executable, "-m", "gateway", "push", "--to", door.address, "--account", "acme", *A_DAY[:-1]]
    with subprocess.Popen(command, env={**os.environ, **ENV}, stdout=subprocess.PIPE, cwd=tmp_path) as process:
        until(lambda: bool(door.asked))
        seen = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        held.set()
        process.communicate()
    assert SECRET.encode() not in seen and b"acme" in seen
    assert process.returncode == 0


@pytest.mark.parametrize("userinfo", ["acme:geheim", "acme"])
def test_address_with_a_secret_in_it_is_refused(door: SoapDoor, userinfo: str) -> None:
    told = pushed(door, *A_DAY, "--to", door.address.replace("//", f"//{userinfo}@"), env=ENV)
    assert told.exit_code == 2
    assert "Leave account and secret out of --to" in told.stderr and "geheim" not in told.output
    assert not door.asked


def test_account_of_netrc_is_not_used_when_none_is_asked_for(
    door: SoapDoor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login someone password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert pushed(door, *A_DAY, "--auth", "none", env={}).exit_code == 0
    assert "authorization" not in door.asked[0].headers
