"""Send mail over SMTP: one connection for a batch, over TLS unless the settings say otherwise.

The only user of smtplib. What a mail server says is told apart by who must act: nobody (later it may work), whoever
gave the address, or the installer.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from gateway import clock
from gateway.config import MailSettings
from gateway.errors import ConfigurationError, SystemRefused, SystemUnavailable


class MailRefused(SystemRefused):
    """The server will not take this mail, now or later."""

    code = "mail-refused"
    message = "Mail to {to} is refused: {reason}."
    hint = "Check the address."


class MailPutOff(SystemUnavailable):
    """The server cannot be reached or does not take it now."""

    code = "mail-put-off"
    message = "Mail cannot be sent through {server} now: {reason}."
    hint = "It may work later; check the network and the mail server if it goes on."


class MailServerUnusable(ConfigurationError):
    """The server and the settings do not go together; nothing was sent."""

    code = "mail-server-unusable"
    message = "The mail server {server} cannot be used: {reason}."
    hint = "Mend the [mail] section of the settings."


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail in plain text to one address."""

    to: str
    subject: str
    body: str


class Post:
    """An open connection to a mail server."""

    def __init__(self, settings: MailSettings, connection: smtplib.SMTP) -> None:
        self._settings = settings
        self._connection = connection

    def send(self, mail: Mail) -> None:
        """Hand one mail to the server, which has it when this returns.

        Raises:
            MailRefused: for good.
            MailPutOff: for now.
        """
        with _in_our_words(self._settings, mail.to):
            self._connection.send_message(_message(mail, self._settings.sender))


@contextmanager
def connected(settings: MailSettings) -> Iterator[Post]:
    """Connect and log in; within the block mails can be sent.

    Raises:
        MailServerUnusable: it offers no TLS, is not trusted, or does not take the account.
        MailPutOff: it cannot be reached.
    """
    with _in_our_words(settings):
        connection = _open(settings)
    try:
        with _in_our_words(settings):
            _log_in(connection, settings)
        yield Post(settings, connection)
    finally:
        _leave(connection)


def send(settings: MailSettings, mail: Mail) -> None:
    """Send a single mail; raises as `connected` and `Post.send`."""
    with connected(settings) as post:
        post.send(mail)


def _open(settings: MailSettings) -> smtplib.SMTP:
    if settings.tls == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, timeout=settings.timeout_seconds, context=ssl.create_default_context()
        )
    return smtplib.SMTP(settings.host, settings.port, timeout=settings.timeout_seconds)


def _log_in(connection: smtplib.SMTP, settings: MailSettings) -> None:
    if settings.tls == "starttls":
        connection.starttls(context=ssl.create_default_context())
    if settings.user:
        connection.login(settings.user, settings.password or "")


def _leave(connection: smtplib.SMTP) -> None:
    try:
        connection.quit()
    except (smtplib.SMTPException, OSError):
        connection.close()


def _message(mail: Mail, sender: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = mail.to
    # A line break would begin another header.
    message["Subject"] = " ".join(mail.subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    # So that nobody's out-of-office answers a machine.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.body)
    return message


@contextmanager
def _in_our_words(settings: MailSettings, to: str = "") -> Iterator[None]:
    server = f"{settings.host}:{settings.port}"
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise _by_code(code, said, server, to) from error
    except smtplib.SMTPNotSupportedError as error:
        raise _by_code(500, _plain(error), server, to) from error
    except smtplib.SMTPResponseException as error:
        raise _by_code(error.smtp_code, error.smtp_error, server, to) from error
    except ssl.SSLCertVerificationError as error:
        raise MailServerUnusable(
            server=server, reason=f"its certificate is not trusted ({error.verify_message})"
        ) from error
    except ssl.SSLError as error:
        raise MailServerUnusable(server=server, reason="it does not speak TLS here") from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailPutOff(server=server, reason=_plain(error)) from error


def _by_code(code: int, said: bytes | str, server: str, to: str) -> Exception:
    """What a reply means: 4yz is for now, 5yz for good; of a mail, or of the whole server."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    reason = f"{code} {' '.join(words.split())}".rstrip(". ")
    if code < 500:
        return MailPutOff(server=server, reason=reason)
    return MailRefused(to=to, reason=reason) if to else MailServerUnusable(server=server, reason=reason)


def _plain(error: Exception) -> str:
    return (str(error) or type(error).__name__).strip().rstrip(".")
