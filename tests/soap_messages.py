"""Builders of SOAP requests with sensible defaults; override the one thing that matters."""

import base64
from collections.abc import Iterable, Iterator

import requests

from tests.soap_desk import SECRET

SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12 = "http://www.w3.org/2003/05/soap-envelope"
NS = "urn:bestelsync:orders:1"
WSSE = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd"
DIGEST = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest"
TEXT_XML = "text/xml; charset=utf-8"
SOAP_XML = "application/soap+xml; charset=utf-8"
BASIC = "Basic " + base64.b64encode(f"supplier:{SECRET}".encode()).decode()


def envelope(body: str, header: str = "", soap: str = SOAP11) -> str:
    """A SOAP envelope around a body."""
    head = f"<s:Header>{header}</s:Header>" if header else ""
    return f'<s:Envelope xmlns:s="{soap}">{head}<s:Body>{body}</s:Body></s:Envelope>'


def a_mutation(number: int = 1, **changes: str | None) -> str:
    """An ordered line; a change to None leaves an element out."""
    fields: dict[str, str | None] = {
        "mutationId": f"M-{number}",
        "kind": "ORDERED",
        "occurredAt": "2026-03-09T10:00:00+01:00",
        "orderNumber": "O-1",
        "orderLine": str(number),
        "orderDate": "2026-03-09",
        "channel": "WEBSHOP",
        "ean": "9789000000012",
        "title": "De vuurtoren",
        "quantity": "1",
        "branch": "2001",
        "budgetCode": "ROMAN",
        "netPrice": "12.50",
        "currency": "EUR",
        **changes,
    }
    return "<mutation>" + "".join(f"<{n}>{v}</{n}>" for n, v in fields.items() if v is not None) + "</mutation>"


def a_header(count: int = 1, **changes: str | None) -> str:
    """The header of a message; a change to None leaves an element out."""
    fields: dict[str, str | None] = {
        "messageId": "B-1",
        "messageNumber": None,
        "test": None,
        "senderCode": "123456",
        "customerNumber": "20000",
        "institutionCode": "I200",
        "createdAt": "2026-03-10T05:00:00+01:00",
        "periodFrom": None,
        "periodTo": None,
        "control": f"<mutationCount>{count}</mutationCount><copyCount>{count}</copyCount><totalAmount>0</totalAmount>",
        **changes,
    }
    return "<header>" + "".join(f"<{n}>{v}</{n}>" for n, v in fields.items() if v is not None) + "</header>"


def a_submission(*mutations: str, header: str | None = None) -> str:
    """The operation element of a push."""
    head = a_header(len(mutations)) if header is None else header
    return f'<submitMutations xmlns="{NS}">{head}<mutations>{"".join(mutations)}</mutations></submitMutations>'


def a_push(*mutations: str, header: str | None = None, soap: str = SOAP11) -> str:
    """A whole push: one mutation unless told otherwise."""
    return envelope(a_submission(*(mutations or (a_mutation(),)), header=header), soap=soap)


def a_ping(header: str = "", soap: str = SOAP11) -> str:
    """A whole ping."""
    return envelope(f'<ping xmlns="{NS}"/>', header, soap)


def a_username_token(password: str = SECRET, user: str = "supplier", kind: str = "", more: str = "") -> str:
    """A WS-Security header block."""
    kind = f' Type="{kind}"' if kind else ""
    token = f"<w:Username>{user}</w:Username><w:Password{kind}>{password}</w:Password>"
    return f'<w:Security xmlns:w="{WSSE}"{more}><w:UsernameToken>{token}</w:UsernameToken></w:Security>'


def post(
    address: str, content: str | bytes | Iterable[bytes], *, authorization: str | None = BASIC, **headers: str | None
) -> requests.Response:
    """POST it; `Content_Type="text/plain"` sets a header, None leaves one out."""
    sent: dict[str, str] = {}
    named = {"Content_Type": TEXT_XML, "Authorization": authorization, **headers}
    for name, value in named.items():
        if value is not None:
            sent[name.replace("_", "-")] = value
    payload = content.encode() if isinstance(content, str) else content
    return requests.post(address, data=payload, headers=sent, timeout=60)


def a_large_push(count: int, *, bad: Iterable[int] = ()) -> Iterator[bytes]:
    """A push of any size, a piece at a time; the mutations numbered in `bad` have an EAN that is none."""
    wrong = frozenset(bad)
    yield f'<s:Envelope xmlns:s="{SOAP11}"><s:Body><submitMutations xmlns="{NS}">'.encode()
    yield (a_header(count) + "<mutations>\n").encode()
    for start in range(1, count + 1, 100):
        numbers = range(start, min(start + 100, count + 1))
        yield "".join(_large_mutation(number, number in wrong) + "\n" for number in numbers).encode()
    yield b"</mutations></submitMutations></s:Body></s:Envelope>"


def _large_mutation(number: int, bad: bool) -> str:
    return a_mutation(
        number,
        ean="97890" if bad else "9789000000012",
        title=f"De geschiedenis van een café in de straat, deel {number}",
    )
