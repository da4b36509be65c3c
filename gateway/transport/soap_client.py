"""Call a SOAP service by its WSDL; the only user of zeep, and the one place where its errors become ours.

Zeep reads the contract, writes ordinary requests and reads every answer. A message that is already
written (a supplier's own file, or a day of 100,000 mutations) is sent with `send`: straight from its
source, since zeep would first build it as Python values and then as a tree, at some 40 times its size.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from urllib.parse import urljoin

import requests
import requests.auth
import zeep
import zeep.exceptions
import zeep.helpers
import zeep.transports
from lxml import etree

import schemas
from gateway.errors import GatewayError, Place
from gateway.transport.soap_faults import (
    AddressMoved,
    BadAddress,
    Fault,
    NotSoap,
    OutsideContract,
    ServiceBusy,
    ServiceRefused,
    ServiceTooSlow,
    ServiceUnreachable,
    UntrustedCertificate,
    UnusableContract,
)

CONTRACT = "file:///contract/"
"""Stands before the name of a file in `schemas`, so that what a WSDL imports is found there too."""


class SoapVersion(StrEnum):
    """The SOAP version of a question; the answer comes in the same."""

    V1_1 = "1.1"
    V1_2 = "1.2"


ENVELOPES = {
    SoapVersion.V1_1: "http://schemas.xmlsoap.org/soap/envelope/",
    SoapVersion.V1_2: "http://www.w3.org/2003/05/soap-envelope",
}


class Upload(Protocol):
    """A written message that can be read in parts; its length in bytes is known."""

    def read(self, size: int = -1, /) -> bytes: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Credentials:
    """HTTP Basic."""

    account: str
    secret: str = field(repr=False)


_Client: Any = zeep.Client
_plain_values: Any = zeep.helpers.serialize_object
# Zeep's types are there for half of it.


class _Wire(zeep.transports.Transport):
    """Zeep's way to the network: contract files from `schemas`, no redirects, the last answer remembered."""

    def __init__(self, credentials: Credentials | None, timeout_seconds: float) -> None:
        session = requests.Session()
        if credentials:
            session.auth = requests.auth.HTTPBasicAuth(credentials.account.encode(), credentials.secret.encode())
        super().__init__(session=session, timeout=10, operation_timeout=timeout_seconds)  # type: ignore[no-untyped-call]
        self.answer: requests.Response | None = None

    def load(self, url: str) -> bytes:
        if url.startswith(CONTRACT):
            return schemas.read(url.removeprefix(CONTRACT))
        return bytes(super().load(url))  # type: ignore[no-untyped-call]

    def post(self, address: str, message: object, headers: Mapping[str, str]) -> requests.Response:
        self.answer = None
        self.answer = self.session.post(
            address,
            data=message,  # type: ignore[arg-type]
            headers=dict(headers),
            timeout=(10, self.operation_timeout),
            allow_redirects=False,
        )
        if self.answer.is_redirect:
            raise AddressMoved(address=address, location=urljoin(address, self.answer.headers["location"]))
        return self.answer


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
    ) -> None:
        """Read the contract.

        Args:
            wsdl: a file in `schemas` (`orders/v1/orders.wsdl`), or an http(s) address.
            address: where to send to, whatever the WSDL says.

        Raises:
            UnusableContract: it cannot be read, or has no binding of this SOAP version.
        """
        self.address = address
        self.version = version
        self._wire = _Wire(credentials, timeout_seconds)
        location = wsdl if "://" in wsdl else CONTRACT + wsdl
        try:
            self._zeep = _Client(location, transport=self._wire)
            self._binding = _binding(self._zeep, version)
        except (zeep.exceptions.Error, requests.RequestException, OSError, LookupError, etree.XMLSyntaxError) as error:
            raise UnusableContract(wsdl=wsdl, reason=_plain(error)) from error
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
        except (zeep.exceptions.Error, requests.RequestException, TypeError, ValueError) as error:
            raise self._in_our_words(error) from error
        return answer if isinstance(answer, dict) else {operation: answer}

    def _in_our_words(self, error: Exception) -> GatewayError:
        for kinds, translate in _TRANSLATIONS:
            if isinstance(error, kinds):
                return translate(error, self.address, self._wire.answer)
        return ServiceUnreachable(address=self.address, reason=_plain(error))


def _binding(client: Any, version: SoapVersion) -> Any:
    for binding in client.wsdl.bindings.values():
        if binding.nsmap["soap-env"] == ENVELOPES[version]:
            return binding
    raise LookupError(f"it has no binding for SOAP {version}")


def _plain(error: Exception) -> str:
    """The innermost reason in a few words: requests wraps it three deep."""
    inner: BaseException = error
    while (reason := getattr(inner, "reason", None) or (inner.args[0] if inner.args else None)) and isinstance(
        reason, BaseException
    ):
        inner = reason
    text = str(getattr(inner, "args", [""])[-1] if inner.args else inner) or type(inner).__name__
    return re.sub(r"^\[Errno -?\d+\] ", "", text.rpartition(": ")[2]).rstrip(".")[:200]


def _fault(error: Any, address: str, answer: requests.Response | None) -> GatewayError:
    if not error.code:
        return _not_soap(error, address, answer)
    fault = _typed(error)
    if fault.code == "busy":
        wait = answer.headers.get("Retry-After", "") if answer is not None else ""
        return ServiceBusy(fault, address, int(wait) if wait.isdecimal() else None)
    return ServiceRefused(fault)


def _typed(error: Any) -> Fault:
    """The fault as our contract details it; a fault of another service keeps its own code and sentence."""
    named: dict[str, str] = {}
    if isinstance(error.detail, etree._Element):
        named = {etree.QName(each).localname: (each.text or "") for each in error.detail.iterfind("{*}fault/*")}
    line = named.get("line", "")
    return Fault(
        code=named.get("code") or str(error.code).rpartition(":")[2],
        message=named.get("message") or error.message or "The service gave no reason.",
        hint=named.get("hint", ""),
        place=Place(int(line) if line.isdecimal() else None, named.get("mutationId"), named.get("element")),
        number=named.get("number"),
    )


def _not_soap(_error: Exception, address: str, answer: requests.Response | None) -> GatewayError:
    status = answer.status_code if answer is not None else 0
    if status in (502, 503, 504):
        return ServiceUnreachable(address=address, reason=f"HTTP {status} from something in front of it")
    content = (answer.headers.get("Content-Type", "") if answer is not None else "").partition(";")[0]
    return NotSoap(address=address, status=status, content=content or "nothing")


def _outside(error: Exception, _address: str, _answer: object) -> GatewayError:
    return OutsideContract(reason=str(error).rstrip("."))


_Translate = Callable[[Any, str, requests.Response | None], GatewayError]

_TRANSLATIONS: tuple[tuple[type[Exception] | tuple[type[Exception], ...], _Translate], ...] = (
    (zeep.exceptions.Fault, _fault),
    (zeep.exceptions.ValidationError, _outside),
    (zeep.exceptions.Error, _not_soap),
    (requests.Timeout, lambda _e, address, _a: ServiceTooSlow(address=address)),
    (requests.exceptions.SSLError, lambda e, address, _a: UntrustedCertificate(address=address, reason=_plain(e))),
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidSchema,
        ),
        lambda _e, address, _a: BadAddress(address=address),
    ),
    (requests.RequestException, lambda e, address, _a: ServiceUnreachable(address=address, reason=_plain(e))),
    ((TypeError, ValueError), _outside),
)
"""Zeep's and requests' exceptions, most special first, and what each is to us."""
