"""What zeep and requests raise, in our words: the one place where their errors become ours."""

import re
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

import requests
import zeep.exceptions
from lxml import etree

from gateway import clock
from gateway.errors import GatewayError, Place
from gateway.transport.soap_faults import (
    BadAddress,
    Fault,
    NotSoap,
    OutsideContract,
    ServiceBusy,
    ServiceRefused,
    ServiceTooSlow,
    ServiceUnreachable,
    UntrustedCertificate,
)

KNOWN = (zeep.exceptions.Error, requests.RequestException, TypeError, ValueError)
"""What may come out of a call."""


def in_our_words(error: Exception, address: str, answer: requests.Response | None) -> GatewayError:
    """What an error of a call is to us."""
    for kinds, translate in _TRANSLATIONS:
        if isinstance(error, kinds):
            return translate(error, address, answer)
    return ServiceUnreachable(address=address, reason=plain(error))


def plain(error: Exception) -> str:
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
        return ServiceBusy(fault, address, _retry_after(answer))
    return ServiceRefused(fault)


def _retry_after(answer: requests.Response | None) -> float | None:
    """The seconds to wait that an answer asks for, whether it says so in seconds or as a moment."""
    asked = answer.headers.get("Retry-After", "").strip() if answer is not None else ""
    if asked.isdecimal():
        return float(asked)
    try:
        moment = parsedate_to_datetime(asked)
    except ValueError:
        return None
    zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (zoned - clock.now()).total_seconds())


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
        reason = f"HTTP {status} from something in front of it"
        return ServiceUnreachable(_retry_after(answer), address=address, reason=reason)
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
    (requests.exceptions.SSLError, lambda e, address, _a: UntrustedCertificate(address=address, reason=plain(e))),
    (
        (
            requests.exceptions.InvalidURL,
            requests.exceptions.MissingSchema,
            requests.exceptions.InvalidSchema,
        ),
        lambda _e, address, _a: BadAddress(address=address),
    ),
    (requests.RequestException, lambda e, address, _a: ServiceUnreachable(address=address, reason=plain(e))),
    ((TypeError, ValueError), _outside),
)
"""Zeep's and requests' exceptions, most special first, and what each is to us."""
