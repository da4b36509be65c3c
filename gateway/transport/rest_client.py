"""HTTP calls to a library system, with the one question that matters answered: may it have arrived?

The only user of requests. Every call opens a connection of its own: a kept-alive connection that the other
side has closed meanwhile fails in a way that cannot be told from an answer that was lost.
"""

import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests import exceptions as trouble
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
    ProxyError,
)

from gateway.errors import ConfigurationError, GatewayError, SystemUnavailable

CONNECT_SECONDS = 10
LARGEST_ANSWER_BYTES = 1_000_000


class BadAddress(ConfigurationError):
    """The installer wrote an address that cannot be called."""

    code = "bad-address"
    message = "{address} is not an address that can be called: {reason}."
    hint = "Write it as https://name-of-the-server/… in the settings."


class UntrustedCertificate(ConfigurationError):
    """The other side shows a certificate that this machine does not trust; nothing was sent."""

    code = "untrusted-certificate"
    message = "The certificate of {address} is not trusted: {reason}."
    hint = (
        "Check the name in the address; if the server uses a certificate authority of its own, add that to this "
        "machine and point REQUESTS_CA_BUNDLE to it."
    )


class NotReached(SystemUnavailable):
    """No connection was made, so nothing of the call can have arrived."""

    code = "not-reached"
    message = "{address} cannot be reached: {reason}."
    hint = "Check the address, the network and whether the system is running."


class AnswerLost(GatewayError):
    """The call went out and no whole answer came back: it may have been done, or not."""

    code = "answer-lost"
    message = "{address} was called, but its answer did not come: {reason}."
    hint = "Look in the system whether it was done."


@dataclass(frozen=True, slots=True)
class Answer:
    """What the other side said; a body beyond LARGEST_ANSWER_BYTES is cut off."""

    status: int
    media_type: str
    body: bytes

    @property
    def text(self) -> str:
        """The body for a person, on one line and not too long."""
        return " ".join(self.body.decode("utf-8", "replace").split())[:300]


def post(
    address: str,
    *,
    headers: Mapping[str, str],
    timeout_seconds: float,
    json: Any = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
) -> Answer:
    """Call once, without following redirects and without trying again.

    Args:
        timeout_seconds: how long to wait for the whole answer, once connected.
        files: form field to file name, content and media type, sent as multipart.

    Raises: as `call`.
    """
    return call("POST", address, headers=headers, timeout_seconds=timeout_seconds, json=json, files=files)


def call(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str],
    timeout_seconds: float,
    query: Mapping[str, str] | None = None,
    json: Any = None,
    content: bytes | None = None,
    files: Mapping[str, tuple[str, bytes, str]] | None = None,
) -> Answer:
    """Call once by any method of HTTP, as `post` does.

    Raises:
        NotReached: nothing arrived.
        AnswerLost: it may have arrived.
        ConfigurationError: nothing arrived, and never will until the settings are mended.
    """
    asked = requests.Request(
        method, address, headers=dict(headers), params=query, data=content, json=json, files=files, auth=_as_given
    )
    try:
        return _answered(asked, timeout_seconds)
    except (trouble.RequestException, OSError) as error:
        raise _in_our_words(error, address) from error


def _answered(asked: requests.Request, timeout_seconds: float) -> Answer:
    until = time.monotonic() + timeout_seconds
    timeouts = (min(CONNECT_SECONDS, timeout_seconds), timeout_seconds)
    with requests.Session() as session:
        prepared = session.prepare_request(asked)
        around = session.merge_environment_settings(prepared.url, {}, True, None, None)
        with session.send(prepared, timeout=timeouts, allow_redirects=False, **around) as response:
            media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            return Answer(response.status_code, media_type, _read(response, until))


def _as_given(request: requests.PreparedRequest) -> requests.PreparedRequest:
    # Without this, requests lets a .netrc on the machine replace our Authorization header.
    return request


def _read(response: requests.Response, until: float) -> bytes:
    # The time limit of requests is per read: a drop now and then would keep us for ever.
    body = bytearray()
    for piece in response.iter_content(16_384):
        body += piece
        if len(body) >= LARGEST_ANSWER_BYTES:
            break
        if time.monotonic() > until:
            raise trouble.ReadTimeout("the answer went on beyond the time limit")
    return bytes(body[:LARGEST_ANSWER_BYTES])


_NEVER_CONNECTED = (NewConnectionError, NameResolutionError, ConnectTimeoutError, ProxyError)
_TRANSLATIONS: tuple[tuple[type[Exception], type[GatewayError], str], ...] = (
    (ssl.SSLCertVerificationError, UntrustedCertificate, ""),
    (trouble.ConnectTimeout, NotReached, "no connection within the time limit"),
    (trouble.MissingSchema, BadAddress, "it does not begin with http:// or https://"),
    (trouble.InvalidSchema, BadAddress, "it does not begin with http:// or https://"),
    (trouble.InvalidURL, BadAddress, "the server's name cannot be read"),
    (trouble.InvalidHeader, BadAddress, "a key or token holds a character that HTTP cannot carry"),
    (NameResolutionError, NotReached, "there is no server of that name"),
    (NewConnectionError, NotReached, "the connection was refused"),
    (ConnectTimeoutError, NotReached, "no connection within the time limit"),
    (ProxyError, NotReached, "the proxy between here and there cannot be reached"),
    (trouble.Timeout, AnswerLost, "no answer within the time limit"),
    (trouble.ChunkedEncodingError, AnswerLost, "the answer broke off"),
    (trouble.ContentDecodingError, AnswerLost, "the answer cannot be unpacked"),
    (trouble.ConnectionError, AnswerLost, "the connection was lost"),
    (Exception, AnswerLost, ""),
)
"""The first row that fits the cause decides; whatever we do not know may have arrived."""


def _in_our_words(error: Exception, address: str) -> GatewayError:
    cause = _cause(error)
    for theirs, ours, reason in _TRANSLATIONS:
        if isinstance(cause, theirs):
            return ours(address=address, reason=reason or _last_words(cause))
    raise AssertionError("the last row fits everything")


def _cause(error: Exception) -> Exception:
    """What lies beneath: urllib3 wraps it in a MaxRetryError, requests wraps that once more."""
    inner = error.args[0] if error.args else None
    reason = inner.reason if isinstance(inner, MaxRetryError) else inner
    if isinstance(reason, _NEVER_CONNECTED):
        return reason
    certificate = reason.args[0] if isinstance(reason, Exception) and reason.args else None
    return certificate if isinstance(certificate, ssl.SSLCertVerificationError) else error


def _last_words(cause: Exception) -> str:
    return str(getattr(cause, "verify_message", "") or type(cause).__name__)
