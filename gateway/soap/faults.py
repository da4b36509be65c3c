"""Our errors as SOAP faults: code, sentence, hint and place in the detail; never a stack trace."""

import re
import secrets
from dataclasses import dataclass
from http import HTTPStatus

from lxml import etree

from gateway.errors import GatewayError, Place, RejectedInput, SystemUnavailable
from gateway.log import logger
from gateway.soap.contract import DEFAULT_NAMESPACE, Q
from gateway.soap.versions import SOAP11, Version

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_WORD_BEGINS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_STATUS = {"authentication": 401, "not-allowed": 403, "too-large": 413, "busy": 503, "internal": 500}
_OURS = frozenset({"busy", "internal"})
_SUPPLIERS = frozenset(
    {
        "invalid-message", "control-totals", "message-conflict", "unknown-institution", "unknown-message",
        "report-not-ready", "unsupported", "authentication", "not-allowed", "too-large",
    }
)  # fmt: skip
CODES = _SUPPLIERS | _OURS
"""Every code that a supplier can meet."""

_RETRY_SECONDS = 60
_NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class WireFault:
    """What a supplier is told; the same in both versions of SOAP but for its clothes."""

    code: str
    message: str
    hint: str = ""
    place: Place = _NOWHERE
    number: str = ""
    soap_code: str | None = None
    fixed_status: int | None = None
    retry_seconds: int | None = None
    reason: str = ""
    """The name of the error, for the audit log; never told."""
    tried: str = ""
    """The account that somebody did not prove to be, when it exists; never told."""

    def status(self, version: Version) -> int:
        """The HTTP status: fixed for some codes, else 500 for SOAP 1.1 and 400 for a sender's fault in SOAP 1.2."""
        if self.fixed_status or self.code in _STATUS:
            return self.fixed_status or _STATUS[self.code]
        return 500 if version is SOAP11 or self.soap_code else 400

    def headers(self) -> list[tuple[str, str]]:
        """The HTTP headers that go with it."""
        headers: list[tuple[str, str]] = []
        if self.code == "authentication":
            headers.append(("WWW-Authenticate", 'Basic realm="orders", charset="UTF-8"'))
        if self.retry_seconds:
            headers.append(("Retry-After", str(self.retry_seconds)))
        if self.fixed_status == HTTPStatus.METHOD_NOT_ALLOWED:
            headers.append(("Allow", "GET, HEAD, OPTIONS, POST"))
        return headers


def describe(error: Exception) -> WireFault:
    """The fault for an error; one that we did not foresee is logged under a number, and only that is told."""
    if isinstance(error, RejectedInput) and error.code in _SUPPLIERS:
        return WireFault(
            code=error.code,
            message=str(error),
            hint=error.advice,
            place=error.place,
            soap_code=getattr(error, "soap_code", None),
            fixed_status=getattr(error, "status", None),
            retry_seconds=getattr(error, "retry_after_seconds", None),
            reason=_WORD_BEGINS.sub("-", type(error).__name__).lower(),
            tried=getattr(error, "tried", ""),
        )
    if isinstance(error, SystemUnavailable):
        logger.warning("soap.busy", reason=str(error.__cause__ or error))
        hint = error.advice or "Nothing was kept. Send the same message again in a minute, with the same messageId."
        return WireFault("busy", str(error), hint, retry_seconds=_RETRY_SECONDS)
    number = f"{secrets.randbelow(10**8):08d}"
    facts = error.facts if isinstance(error, GatewayError) else {}
    logger.error("soap.internal_error", number=number, facts=facts, exc_info=error)
    return WireFault(
        code="internal",
        message=f"Something went wrong here; it was written down under number {number}.",
        hint="Send the same message again later, with the same messageId; if that fails too, tell us the number.",
        number=number,
    )


def refusal(fault: WireFault, version: Version) -> tuple[int, list[tuple[str, str]], bytes]:
    """Status, headers and content of the answer that tells the fault."""
    content_type = ("Content-Type", f"{version.media_type}; charset=utf-8")
    return fault.status(version), [content_type, *fault.headers()], render(fault, version)


def render(fault: WireFault, version: Version) -> bytes:
    """The whole SOAP message that tells the fault."""
    envelope = etree.Element(version.tag("Envelope"), nsmap={"soap": version.namespace})
    body = etree.SubElement(envelope, version.tag("Body"))
    element = etree.SubElement(body, version.tag("Fault"))
    if version is SOAP11:
        _text(element, "faultcode", f"soap:{fault.soap_code or _role(fault, 'Client', 'Server')}")
        _text(element, "faultstring", fault.message)
        detail = etree.SubElement(element, "detail")
    else:
        code = etree.SubElement(element, version.tag("Code"))
        _text(code, version.tag("Value"), f"soap:{fault.soap_code or _role(fault, 'Sender', 'Receiver')}")
        reason = etree.SubElement(element, version.tag("Reason"))
        _text(reason, version.tag("Text"), fault.message).set(_XML_LANG, "en")
        detail = etree.SubElement(element, version.tag("Detail"))
    _detail(detail, fault)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _detail(parent: etree._Element, fault: WireFault) -> None:
    element = etree.SubElement(parent, Q + "fault", nsmap=DEFAULT_NAMESPACE)
    _text(element, Q + "code", fault.code)
    _text(element, Q + "message", fault.message)
    line = fault.place.line
    for name, value in (
        ("hint", fault.hint),
        ("line", str(line) if line else ""),
        ("mutationId", fault.place.mutation_id),
        ("element", fault.place.element),
        ("number", fault.number),
    ):
        if value:
            _text(element, Q + name, value)


def _role(fault: WireFault, theirs: str, ours: str) -> str:
    return ours if fault.code in _OURS else theirs


def _text(parent: etree._Element, tag: str, text: str) -> etree._Element:
    child = etree.SubElement(parent, tag)
    child.text = _NOT_XML.sub("\ufffd", text)
    return child
