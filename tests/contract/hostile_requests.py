"""Hostile and odd requests, a row each, with the fault that each must get; for the rest it is as in a good push."""

import gzip
import zlib
from dataclasses import dataclass, field

from tests.soap_messages import (
    DIGEST,
    NS,
    SOAP11,
    SOAP12,
    SOAP_XML,
    WSSE,
    a_header,
    a_mutation,
    a_ping,
    a_push,
    a_submission,
    a_username_token,
    envelope,
)


@dataclass(frozen=True)
class Row:
    """One request and the fault it must get."""

    name: str
    content: bytes
    code: str = "invalid-message"
    status: int = 500
    soap: str = SOAP11
    soap_code: str = "Client"
    says: str = ""
    headers: dict[str, str | None] = field(default_factory=dict)


def row(name: str, content: str | bytes, code: str = "invalid-message", status: int = 500, **more: object) -> Row:
    """A request in SOAP 1.1."""
    payload = content.encode() if isinstance(content, str) else content
    return Row(name, payload, code, status, **more)  # type: ignore[arg-type]


def row12(name: str, content: str, code: str = "invalid-message", status: int = 400, **more: object) -> Row:
    """The same in SOAP 1.2."""
    settings: dict[str, object] = {"soap": SOAP12, "soap_code": "Sender", "headers": {"Content_Type": SOAP_XML}}
    return row(name, content, code, status, **(settings | more))


def titled(title: str) -> str:
    """A push of one mutation with this title, written as it is."""
    return a_push(a_mutation(title=title))


def extended(extension: str) -> str:
    """A push of one mutation with this at its end."""
    return a_push(a_mutation().replace("</mutation>", f"{extension}</mutation>"))


PUSH = a_push()
PUSH12 = a_push(soap=SOAP12)
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
MUST = f'<x:lock xmlns:x="urn:x" xmlns:s="{SOAP11}" s:mustUnderstand="1"/>'
MUST12 = f'<x:lock xmlns:x="urn:x" xmlns:s="{SOAP12}" s:mustUnderstand="true"/>'
XSI = "http://www.w3.org/2001/XMLSchema-instance"
STRANGER: dict[str, str | None] = {"authorization": None}
STRANGER12 = STRANGER | {"Content_Type": SOAP_XML}
ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(200_000))
LONG_ID = f'<getProcessingStatus xmlns="{NS}"><messageId>{"x" * 41}</messageId></getProcessingStatus>'
NO_FORMAT = f'<getProcessingReport xmlns="{NS}"><messageId>B</messageId><format>DOC</format></getProcessingReport>'
BOMB = gzip.compress(PUSH.encode() + b" " * 60_000_000)
TOO_LARGE = {"code": "too-large", "status": 413}
WRONG_TYPE = {"code": "unsupported", "says": "Content-Type"}

ROWS = [
    # What is no XML at all, or not all of it.
    row("nothing", b"", says="no content"),
    row("white space", b" \r\n ", says="not well-formed"),
    row("plain text", "hello", says="not well-formed"),
    row("json", '{"submitMutations": {}}', says="not well-formed"),
    row("zero bytes", b"\x00" * 1000, says="not well-formed"),
    row("random bytes", bytes(range(256)) * 40, says="not well-formed"),
    row("truncated in the middle", PUSH[: len(PUSH) // 2], says="not well-formed"),
    row("truncated before the last tag", PUSH.removesuffix("</s:Envelope>"), says="not well-formed"),
    row("truncated after the mutations", PUSH[: PUSH.index("</mutations>")], says="not well-formed"),
    row("two documents", PUSH + PUSH, says="Extra content"),
    row("text after the end", PUSH + "tail", says="Extra content"),
    row("crossed tags", PUSH.replace("</header>", "</heading>"), says="mismatch"),
    row("unknown prefix", PUSH.replace("<s:Body>", "<t:Body>").replace("</s:Body>", "</t:Body>"), says="prefix"),
    row("a control character", PUSH.replace("vuurtoren", "vuur\x01toren"), says="not well-formed"),
    row("a reference to one", PUSH.replace("vuurtoren", "vuur&#1;toren"), says="not well-formed"),
    row("an attribute twice", PUSH.replace("<mutation>", '<mutation a="1" a="1">'), says="redefined"),
    row("too deep", envelope("<a>" * 400 + "</a>" * 400), says="depth"),
    # Encodings.
    row("latin-1 without saying so", PUSH.replace("vuur", "café").encode("latin-1"), says="encoding"),
    row(
        "an encoding nobody knows",
        '<?xml version="1.0" encoding="KLINGON"?>' + PUSH,
        "unsupported",
        headers={"Content_Type": "text/xml"},
        says="KLINGON",
    ),
    row(
        "charset against declaration",
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + PUSH.encode(),
        says="charset utf-8",
    ),
    row("charset that is not there", PUSH, headers={"Content_Type": "text/xml; charset=utf-16"}, says="utf-16"),
    row("a charset nobody knows", PUSH, headers={"Content_Type": "text/xml; charset=klingon"}, says="klingon"),
    # DOCTYPE and entities.
    row("an empty doctype", "<!DOCTYPE a>" + PUSH, says="DOCTYPE"),
    row("an external doctype", '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + PUSH, says="DOCTYPE"),
    row(
        "an external entity",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PUSH.replace("De vuurtoren", "&x;"),
        says="DOCTYPE",
    ),
    row(
        "a parameter entity",
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>' + PUSH,
        says="DOCTYPE",
    ),
    row("an internal entity", '<!DOCTYPE a [<!ENTITY x "y">]>' + PUSH.replace("De vuur", "&x;"), says="DOCTYPE"),
    row(
        "a billion laughs",
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>' + PUSH.replace("De vuurtoren", "&l9;"),
        says="",
    ),
    row("an entity nobody declared", PUSH.replace("De vuurtoren", "&eacute;"), says="eacute"),
    row(
        "attribute defaults",
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>' + PUSH,
        says="DOCTYPE",
    ),
    row("a doctype in UTF-16", ("<!DOCTYPE a>" + PUSH).encode("utf-16"), headers={"Content_Type": "text/xml"}),
    # Envelopes.
    row("another root", "<html><body/></html>", says="html"),
    row("an operation without envelope", a_submission(a_mutation()), says="submitMutations"),
    row("an envelope without body", f'<s:Envelope xmlns:s="{SOAP11}"/>', says="one Body"),
    row("a header only", f'<s:Envelope xmlns:s="{SOAP11}"><s:Header/></s:Envelope>', says="one Body"),
    row("an empty body element", envelope(""), says="0 elements"),
    row("two children of body", envelope(a_submission(a_mutation()) * 2), says="2 elements"),
    row("a stranger beside the push", envelope(a_submission(a_mutation()) + '<x xmlns="urn:x"/>'), says="2 elements"),
    row("a stranger before the push", envelope('<x xmlns="urn:x"/>' + a_submission(a_mutation())), says="2 elements"),
    row("two bodies", PUSH.replace("</s:Envelope>", "<s:Body/></s:Envelope>"), says="one Body"),
    row("a header after the body", PUSH.replace("</s:Envelope>", "<s:Header/></s:Envelope>"), says="one Body"),
    row("text in the body", envelope("text" + a_submission(a_mutation())), says="text outside"),
    row("a fault as question", envelope("<s:Fault><faultcode/></s:Fault>"), "unsupported", says="no operation"),
    row("an operation nobody knows", envelope(f'<order xmlns="{NS}"/>'), "unsupported", says="no operation"),
    row("another namespace", PUSH.replace(NS, "urn:other"), "unsupported", says="urn:other"),
    row("an answer as question", envelope(f'<pingResponse xmlns="{NS}"/>'), "unsupported", says="pingResponse"),
    row(
        "an envelope nobody knows",
        PUSH.replace(SOAP11, "http://www.w3.org/2001/12/soap-envelope"),
        "unsupported",
        soap_code="VersionMismatch",
        says="2001/12",
    ),
    row("SOAP 1.2 sent as 1.1", PUSH12, "unsupported", soap_code="VersionMismatch", says="SOAP 1.1"),
    row12("SOAP 1.1 sent as 1.2", PUSH, "unsupported", 500, soap_code="VersionMismatch", says="SOAP 1.2"),
    # HTTP.
    row("no content type", PUSH, headers={"Content_Type": None}, **WRONG_TYPE),
    row("json as content type", PUSH, headers={"Content_Type": "application/json"}, **WRONG_TYPE),
    row("a form", PUSH, headers={"Content_Type": "application/x-www-form-urlencoded"}, **WRONG_TYPE),
    row("application/xml", PUSH, headers={"Content_Type": "application/xml"}, **WRONG_TYPE),
    row("attachments", PUSH, headers={"Content_Type": 'multipart/related; type="text/xml"; boundary=x'}, **WRONG_TYPE),
    row("a content type that is none", PUSH, headers={"Content_Type": ";;;"}, **WRONG_TYPE),
    row12("json around SOAP 1.2", PUSH12, "unsupported", headers={"Content_Type": "application/json"}),
    row("brotli", PUSH, "unsupported", headers={"Content_Encoding": "br"}, says="Content-Encoding"),
    row("deflate", zlib.compress(PUSH.encode()), "unsupported", headers={"Content_Encoding": "deflate"}),
    row("gzip that is none", PUSH, headers={"Content_Encoding": "gzip"}, says="unpacked"),
    row("gzip cut off", gzip.compress(PUSH.encode())[:-12], headers={"Content_Encoding": "gzip"}, says="breaks off"),
    row(
        "gzip with a tail",
        gzip.compress(PUSH.encode()) + b"tail",
        headers={"Content_Encoding": "gzip"},
        says="follows the end",
    ),
    row("gzip damaged", gzip.compress(PUSH.encode())[:-8] + b"12345678", headers={"Content_Encoding": "gzip"}),
    row("gzip of nothing", gzip.compress(b""), headers={"Content_Encoding": "gzip"}, says="not well-formed"),
    row("a gzip bomb", BOMB, "too-large", 413, headers={"Content_Encoding": "gzip"}),
    row(
        "a gzip of many mutations",
        gzip.compress(a_push(*map(a_mutation, range(25_000))).encode()),
        "too-large",
        413,
        headers={"Content_Encoding": "gzip"},
        says="after unpacking",
    ),
    row("above the limit", PUSH + " " * 9_000_000, "too-large", 413),
    row("another operation in SOAPAction", PUSH, "unsupported", headers={"SOAPAction": f'"{NS}/ping"'}, says="ping"),
    row("a SOAPAction nobody knows", PUSH, "unsupported", headers={"SOAPAction": '"urn:x"'}, says="urn:x"),
    row12(
        "another operation in action",
        PUSH12,
        "unsupported",
        headers={"Content_Type": f'{SOAP_XML}; action="{NS}/ping"'},
    ),
    # Headers of SOAP.
    row("must understand", envelope(a_submission(a_mutation()), MUST), "unsupported", soap_code="MustUnderstand"),
    row12(
        "must understand in 1.2",
        envelope(a_submission(a_mutation()), MUST12, SOAP12),
        "unsupported",
        500,
        soap_code="MustUnderstand",
        says="lock",
    ),
    row(
        "a signature that must be understood",
        a_ping(
            f'<w:Security xmlns:w="{WSSE}" xmlns:s="{SOAP11}" s:mustUnderstand="1">'
            '<d:Signature xmlns:d="urn:d"/></w:Security>'
        ),
        "unsupported",
        soap_code="MustUnderstand",
    ),
    row("a very long header", a_ping(f"<x:x xmlns:x='urn:x'>{'x' * 300_000}</x:x>"), "too-large", 413),
    # Credentials.
    row("no credential", PUSH, "authentication", 401, headers=STRANGER),
    row12("no credential in 1.2", PUSH12, "authentication", 401, headers=STRANGER12),
    row("a wrong secret", PUSH, "authentication", 401, headers={"authorization": "Basic c3VwcGxpZXI6d3Jvbmc="}),
    row("a bearer", PUSH, "authentication", 401, headers={"authorization": "Bearer abc"}),
    row("no base64", PUSH, "authentication", 401, headers={"authorization": "Basic ####"}),
    row("no colon", PUSH, "authentication", 401, headers={"authorization": "Basic YWJj"}),
    row("no UTF-8", PUSH, "authentication", 401, headers={"authorization": "Basic //86"}),
    row("a wrong token", a_ping(a_username_token("wrong")), "authentication", 401, headers=STRANGER),
    row("a digest", a_ping(a_username_token(kind=DIGEST)), "authentication", 401, headers=STRANGER),
    row("two tokens", a_ping(a_username_token() * 2), "authentication", 401, headers=STRANGER),
    row("a token of another account", a_ping(a_username_token(user="other")), "authentication", 401),
    row(
        "a token after the body",
        PUSH.replace("</s:Envelope>", f"<s:Header>{a_username_token()}</s:Header></s:Envelope>"),
        "authentication",
        401,
        headers=STRANGER,
    ),
    row("a stranger with garbage behind a good push", PUSH + "<", "authentication", 401, headers=STRANGER),
    row("another sender", a_push(header=a_header(1, senderCode="999999")), "not-allowed", 403, says="may not send"),
    # What the schema refuses, and tricks around it.
    row("a mutation without id", a_push(a_mutation(mutationId=None)), says="expected mutationId"),
    row("a kind of a later version", a_push(a_mutation(kind="RETURNED")), says="'RETURNED', expected one of"),
    row("a header after the mutations", a_push(header="").replace("</submit", a_header() + "</submit")),
    row("two headers", a_push(header=a_header() + a_header(messageId="B-2"))),
    row("two lists", a_push().replace("</submit", f"<mutations>{a_mutation(2)}</mutations></submit")),
    row("a mutation beside the list", a_push().replace("</submit", a_mutation(2) + "</submit")),
    row("text between mutations", a_push(a_mutation() + "text", a_mutation(2)), says="followed by text"),
    row("text after the last mutation", a_push(a_mutation() + "text"), says="text"),
    row("text before the first", a_push("text" + a_mutation(), header=a_header(1)), says="text"),
    row(
        "a stranger between mutations", a_push(a_mutation() + '<x xmlns="urn:x"/>', a_mutation(2)), says="not expected"
    ),
    row("our own word among them", a_push(a_mutation() + "<order/>"), says="order"),
    row("nil", a_push().replace("<title>De vuurtoren", f'<title xmlns:i="{XSI}" i:nil="true">'), says="nil"),
    row("a type of their own", a_push().replace("<mutation>", f'<mutation xmlns:i="{XSI}" i:type="i:no">')),
    row("a number of ten thousand digits", a_push(header=a_header(1, messageNumber="9" * 10_000))),
    row("Arabic digits", a_push(a_mutation(ean="٩٧٨٩٠٠٠٠٠٠٠١٢")), says="13 digits"),
    row("an hour 24", a_push(a_mutation(occurredAt="2026-03-09T24:00:00Z")), says="date and time"),
    row("the year 12026", a_push(a_mutation(orderDate="12026-03-09")), says="day without a zone"),
    row("an element that never ends", a_push(a_mutation(title="x" * 5_000_000)), "too-large", 413, says="element"),
    row("200,000 attributes", a_push().replace("<mutation>", f"<mutation {ATTRIBUTES}>"), "too-large", 413),
    row("a flood of strangers", a_push(a_mutation() + '<x xmlns="urn:x"/>' * 300_000), "too-large", 413),
    row("an extension by a question", a_ping().replace("/></s:Body>", "><more/></ping></s:Body>"), says="more"),
    row("a messageId of 41", envelope(LONG_ID), says="41 characters"),
    row("a format nobody makes", envelope(NO_FORMAT), says="'DOC', expected one of"),
]
