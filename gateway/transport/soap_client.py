"""Call a SOAP service by its WSDL, with zeep.

Zeep reads the contract, writes ordinary requests and reads every answer. A message that is already
written (a supplier's own file, or a day of 100,000 mutations) is sent with `send`: straight from its
source, since zeep would first build it as Python values and then as a tree, at some 40 times its size.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

import requests
import zeep
import zeep.exceptions
import zeep.helpers
import zeep.wsse.username
from lxml import etree

from gateway.transport.exchange import Upload, Watcher
from gateway.transport.soap_faults import UnusableContract
from gateway.transport.soap_translation import KNOWN, in_our_words, plain
from gateway.transport.soap_wire import CONTRACT, Credentials, Proof, Wire

__all__ = ["ENVELOPES", "Credentials", "Proof", "SoapClient", "SoapVersion", "Upload", "Watcher"]


class SoapVersion(StrEnum):
    """The SOAP version of a question; the answer comes in the same."""

    V1_1 = "1.1"
    V1_2 = "1.2"


ENVELOPES = {
    SoapVersion.V1_1: "http://schemas.xmlsoap.org/soap/envelope/",
    SoapVersion.V1_2: "http://www.w3.org/2003/05/soap-envelope",
}

_Client: Any = zeep.Client
_plain_values: Any = zeep.helpers.serialize_object
_Token: Any = zeep.wsse.username.UsernameToken
# Zeep's types are there for half of it.


class SoapClient:
    """One service at one address, in one SOAP version. Not for use by several threads at once."""

    def __init__(
        self,
        wsdl: str,
        *,
        address: str,
        credentials: Credentials | None = None,
        version: SoapVersion = SoapVersion.V1_1,
        timeout_seconds: float = 600,
        watcher: Watcher | None = None,
    ) -> None:
        """Read the contract.

        Args:
            wsdl: a file in `schemas` (`orders/v1/orders.wsdl`), or an http(s) address.
            address: where to send to, whatever the WSDL says.
            watcher: is shown every exchange, also one that got no answer.

        Raises:
            UnusableContract: it cannot be read, or has no binding of this SOAP version.
        """
        self.address = address
        self.version = version
        self.soap_header = credentials.soap_header if credentials else b""
        self._wire = Wire(credentials, timeout_seconds, watcher)
        location = wsdl if "://" in wsdl else CONTRACT + wsdl
        try:
            self._zeep = _Client(location, transport=self._wire, wsse=_token(credentials))
            self._binding = _binding(self._zeep, version)
        except (zeep.exceptions.Error, requests.RequestException, OSError, LookupError, etree.XMLSyntaxError) as error:
            raise UnusableContract(wsdl=wsdl, reason=plain(error)) from error
        self._service = self._zeep.create_service(self._binding.name, address)

    def operations(self) -> list[str]:
        """The names of what can be asked."""
        return sorted(self._binding.all())

    def call(self, operation: str, **arguments: object) -> dict[str, Any]:
        """Ask one thing, given and answered as plain values under the names of the contract.

        Raises:
            ServiceRefused: a fault, with its place.
            ServiceBusy, ServiceUnreachable, ServiceTooSlow: may be asked again.
            OutsideContract: an argument that the contract has no place for; nothing was sent.
            ConfigurationError: the address, the certificate or the answer is not what it should be.
        """
        return self._asked(operation, lambda: self._service[operation](**arguments))

    def send(self, operation: str, upload: Upload, *, charset: str = "utf-8") -> dict[str, Any]:
        """Send an envelope that is already written, in parts; answers and raises as `call`."""
        asked = self._binding.get(operation)
        headers = self._headers(asked.soapaction or "", charset)

        def ask() -> object:
            answer = self._wire.post(self.address, upload, headers)
            return self._binding.process_reply(self._zeep, asked, answer)

        return self._asked(operation, ask)

    def _headers(self, action: str, charset: str) -> dict[str, str]:
        if self.version is SoapVersion.V1_1:
            return {"Content-Type": f"text/xml; charset={charset}", "SOAPAction": f'"{action}"'}
        return {"Content-Type": f'application/soap+xml; charset={charset}; action="{action}"'}

    def _asked(self, operation: str, ask: Callable[[], object]) -> dict[str, Any]:
        try:
            answer = _plain_values(ask(), dict)
        except KNOWN as error:
            raise in_our_words(error, self.address, self._wire.answer) from error
        return answer if isinstance(answer, dict) else {operation: answer}


def _token(credentials: Credentials | None) -> Any:
    if credentials is None or credentials.proof is not Proof.TOKEN:
        return None
    return _Token(credentials.account, credentials.secret)


def _binding(client: Any, version: SoapVersion) -> Any:
    for binding in client.wsdl.bindings.values():
        if binding.nsmap["soap-env"] == ENVELOPES[version]:
            return binding
    raise LookupError(f"it has no binding for SOAP {version}")
