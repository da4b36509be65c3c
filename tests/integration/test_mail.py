"""Mail goes out over a real SMTP connection, with TLS unless told otherwise."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.config import MailSettings
from gateway.errors import ConfigurationError
from gateway.transport import mail
from gateway.transport.mail import Mail, MailPutOff, MailRefused, MailServerUnusable
from tests.simulators.mail_server import ACCOUNT, PASSWORD, MailServer, a_certificate, mail_server

LETTER = Mail("staff@library.example", "Één regel wacht", "Beste lezer,\n\nBudgetcode ‘JF’ ontbreekt.\n")


def settings(server: MailServer, **different: Any) -> MailSettings:
    values = {"host": "127.0.0.1", "port": server.port, "sender": "gateway@library.example", "tls": "none"}
    return MailSettings(**(values | different))


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A certificate that this machine trusts."""
    path = a_certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


def test_mail_arrives_as_it_was_written() -> None:
    with mail_server() as server:
        mail.send(settings(server), LETTER)
    [arrived] = server.sent
    assert (arrived["From"], arrived["To"], arrived["Subject"]) == (
        "gateway@library.example", "staff@library.example", "Één regel wacht",
    )  # fmt: skip
    assert arrived.get_content().replace("\r\n", "\n") == LETTER.body
    assert arrived["Message-ID"].endswith("@library.example>") and arrived["Auto-Submitted"] == "auto-generated"
    assert arrived["Date"]


def test_batch_goes_over_one_connection_and_one_refusal_stops_no_other() -> None:
    with mail_server() as server:
        server.refused = {"gone@library.example": "550 no such user", "full@library.example": "452 mailbox full"}
        with mail.connected(settings(server)) as post:
            with pytest.raises(MailRefused, match="550 no such user"):
                post.send(Mail("gone@library.example", "x", "x"))
            with pytest.raises(MailPutOff, match="452 mailbox full"):
                post.send(Mail("full@library.example", "x", "x"))
            post.send(LETTER)
    assert (len(server.sent), server.connections) == (1, 1)


def test_account_is_used_after_tls_only(certificate: Path, tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text(f"{PASSWORD}\n")
    with mail_server(certificate, asks_for_account=True) as server:
        mail.send(settings(server, tls="starttls", user=ACCOUNT, password_file=password), LETTER)
        assert len(server.sent) == 1
        password.write_text("een ander")
        with pytest.raises(MailServerUnusable, match="535"):
            mail.send(settings(server, tls="starttls", user=ACCOUNT, password_file=password), LETTER)
    assert len(server.sent) == 1


def test_server_without_tls_gets_no_mail_unless_told_so() -> None:
    with mail_server() as server, pytest.raises(MailServerUnusable, match="STARTTLS"):
        mail.send(settings(server, tls="starttls"), LETTER)
    assert server.sent == []


def test_server_with_a_certificate_that_nobody_vouches_for_gets_no_mail(tmp_path: Path) -> None:
    with mail_server(a_certificate(tmp_path)) as server, pytest.raises(MailServerUnusable, match="not trusted"):
        mail.send(settings(server, tls="starttls"), LETTER)
    assert server.sent == []


def test_server_that_speaks_no_tls_from_the_first_byte_is_told_so() -> None:
    with mail_server() as server, pytest.raises(MailServerUnusable, match="does not speak TLS here"):
        mail.send(settings(server, tls="tls"), LETTER)


def test_server_that_is_not_there_is_tried_later() -> None:
    with mail_server() as server:
        pass
    with pytest.raises(MailPutOff, match="refused"):
        mail.send(settings(server), LETTER)


def test_password_that_is_missing_is_told_with_its_place(certificate: Path, tmp_path: Path) -> None:
    with mail_server(certificate, asks_for_account=True) as server:
        gone = settings(server, tls="starttls", user=ACCOUNT, password_file=tmp_path / "gone")
        with pytest.raises(ConfigurationError, match=r"There is no password in .*gone"):
            mail.send(gone, LETTER)


@pytest.mark.parametrize(
    "different",
    [
        {"user": "gateway"},
        {"password_env": "PASSWORD"},
        {"user": "gateway", "password_env": "A", "password_file": "/b"},
        {"host": "smtp.library.example", "user": "gateway", "password_env": "A", "tls": "none"},
        {"sender": "geen adres"},
        {"tls": "misschien"},
    ],
)
def test_mail_settings_that_are_not_safe_or_not_whole_are_refused(different: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        settings(MailServer(port=25), **different)


def test_subject_cannot_add_a_header() -> None:
    with mail_server() as server:
        mail.send(settings(server), Mail("staff@library.example", "Hallo\r\nBcc: anderen@elders.example", "x"))
    [arrived] = server.sent
    assert (arrived["Bcc"], arrived["Subject"]) == (None, "Hallo Bcc: anderen@elders.example")
