"""The way to the network of our SOAP client: who asks, no redirects, and everything that is sent can be watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from html import escape
from typing import cast
from urllib.parse import urljoin

import requests
import requests.auth
import zeep.transports

import schemas
from gateway.transport.exchange import Exchange, Overheard, Upload, Watcher
from gateway.transport.soap_faults import AddressMoved

CONTRACT = "file:///contract/"
"""Stands before the name of a file in `schemas`, so that what a WSDL imports is found there too."""

_CONNECT_SECONDS = 10
_WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
_TEXT = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText"


class Proof(StrEnum):
    """How an account proves who it is."""

    BASIC = "basic"
    TOKEN = "token"  # noqa: S105
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account with its secret, and how they go along: as HTTP Basic, or as a UsernameToken in the SOAP header."""

    account: str
    secret: str = field(repr=False)
    proof: Proof = Proof.BASIC

    @property
    def soap_header(self) -> bytes:
        """What stands in the header of an envelope; nothing unless it is a UsernameToken."""
        if self.proof is not Proof.TOKEN:
            return b""
        return (
            f'<wsse:Security xmlns:wsse="{_WSSE}"><wsse:UsernameToken>'
            f"<wsse:Username>{escape(self.account, quote=False)}</wsse:Username>"
            f'<wsse:Password Type="{_TEXT}">{escape(self.secret, quote=False)}</wsse:Password>'
            "</wsse:UsernameToken></wsse:Security>"
        ).encode()


class Wire(zeep.transports.Transport):
    """Contract files from `schemas`, no redirects, the last answer remembered."""

    def __init__(self, credentials: Credentials | None, timeout_seconds: float, watcher: Watcher | None) -> None:
        session = requests.Session()
        # Without an answer of our own, requests would look for one in ~/.netrc.
        session.auth = lambda request: request
        if credentials and credentials.proof is Proof.BASIC:
            session.auth = requests.auth.HTTPBasicAuth(credentials.account.encode(), credentials.secret.encode())
        super().__init__(session=session, timeout=_CONNECT_SECONDS, operation_timeout=timeout_seconds)  # type: ignore[no-untyped-call]
        self.answer: requests.Response | None = None
        self._watcher = watcher

    def load(self, url: str) -> bytes:
        if url.startswith(CONTRACT):
            return schemas.read(url.removeprefix(CONTRACT))
        return bytes(super().load(url))  # type: ignore[no-untyped-call]

    def post(self, address: str, message: bytes | Upload, headers: Mapping[str, str]) -> requests.Response:
        self.answer = None
        exchange = Exchange(address)
        try:
            self.answer = self._send(address, message, headers, exchange)
            exchange.answered(self.answer)
        except requests.RequestException as error:
            exchange.lost = type(error).__name__
            raise
        finally:
            if self._watcher:
                self._watcher(exchange)
        if self.answer.is_redirect:
            raise AddressMoved(address=address, location=urljoin(address, self.answer.headers["location"]))
        return self.answer

    def _send(
        self, address: str, message: bytes | Upload, headers: Mapping[str, str], exchange: Exchange
    ) -> requests.Response:
        sent = message if isinstance(message, bytes) else Overheard(message, exchange.asked)
        asked = requests.Request("POST", address, data=cast(bytes, sent), headers=dict(headers))
        prepared = self.session.prepare_request(asked)
        exchange.asked_headers = dict(prepared.headers)
        if isinstance(message, bytes):
            exchange.asked.add(message)
        settings = self.session.merge_environment_settings(prepared.url, {}, None, None, None)
        timeout = (_CONNECT_SECONDS, self.operation_timeout)
        return self.session.send(prepared, timeout=timeout, allow_redirects=False, **settings)
