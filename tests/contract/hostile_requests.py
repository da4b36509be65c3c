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


def _row(name: str, content: str | bytes, code: str = "invalid-message", status: int = 500, **more: object) -> Row:
    payload = content.encode() if isinstance(content, str) else content
    return Row(name, payload, code, status, **more)  # type: ignore[arg-type]


def _row12(name: str, content: str, code: str = "invalid-message", status: int = 400, **more: object) -> Row:
    settings: dict[str, object] = {"soap": SOAP12, "soap_code": "Sender", "headers": {"Content_Type": SOAP_XML}}
    return _row(name, content, code, status, **(settings | more))


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
WRONG_TYPE = {"code": "unsupported", "says": "Content-Type"}

ROWS = [
    # What is no XML at all, or not all of it.
    _row("nothing", b"", says="no content"),
    _row("white space", b" \r\n ", says="not well-formed"),
    _row("plain text", "hello", says="not well-formed"),
    _row("json", '{"submitMutations": {}}', says="not well-formed"),
    _row("zero bytes", b"\x00" * 1000, says="not well-formed"),
    _row("random bytes", bytes(range(256)) * 40, says="not well-formed"),
    _row("truncated in the middle", PUSH[: len(PUSH) // 2], says="not well-formed"),
    _row("truncated before the last tag", PUSH.removesuffix("</s:Envelope>"), says="not well-formed"),
    _row("truncated after the mutations", PUSH[: PUSH.index("</mutations>")], says="not well-formed"),
    _row("two documents", PUSH + PUSH, says="Extra content"),
    _row("text after the end", PUSH + "tail", says="Extra content"),
    _row("crossed tags", PUSH.replace("</header>", "</heading>"), says="mismatch"),
    _row("unknown prefix", PUSH.replace("<s:Body>", "<t:Body>").replace("</s:Body>", "</t:Body>"), says="prefix"),
    _row("a control character", PUSH.replace("vuurtoren", "vuur\x01toren"), says="not well-formed"),
    _row("a reference to one", PUSH.replace("vuurtoren", "vuur&#1;toren"), says="not well-formed"),
    _row("an attribute twice", PUSH.replace("<mutation>", '<mutation a="1" a="1">'), says="redefined"),
    _row("too deep", envelope("<a>" * 400 + "</a>" * 400), says="depth"),
    # Encodings.
    _row("latin-1 without saying so", PUSH.replace("vuur", "café").encode("latin-1"), says="encoding"),
    _row(
        "an encoding nobody knows",
        '<?xml version="1.0" encoding="KLINGON"?>' + PUSH,
        "unsupported",
        headers={"Content_Type": "text/xml"},
        says="KLINGON",
    ),
    _row(
        "charset against declaration",
        b'<?xml version="1.0" encoding="ISO-8859-1"?>' + PUSH.encode(),
        says="charset utf-8",
    ),
    _row("charset that is not there", PUSH, headers={"Content_Type": "text/xml; charset=utf-16"}, says="utf-16"),
    _row("a charset nobody knows", PUSH, headers={"Content_Type": "text/xml; charset=klingon"}, says="klingon"),
    # DOCTYPE and entities.
    _row("an empty doctype", "<!DOCTYPE a>" + PUSH, says="DOCTYPE"),
    _row("an external doctype", '<!DOCTYPE a SYSTEM "file:///etc/passwd">' + PUSH, says="DOCTYPE"),
    _row(
        "an external entity",
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + PUSH.replace("De vuurtoren", "&x;"),
        says="DOCTYPE",
    ),
    _row(
        "a parameter entity",
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]>' + PUSH,
        says="DOCTYPE",
    ),
    _row("an internal entity", '<!DOCTYPE a [<!ENTITY x "y">]>' + PUSH.replace("De vuur", "&x;"), says="DOCTYPE"),
    _row(
        "a billion laughs",
        f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>' + PUSH.replace("De vuurtoren", "&l9;"),
        says="",
    ),
    _row("an entity nobody declared", PUSH.replace("De vuurtoren", "&eacute;"), says="eacute"),
    _row(
        "attribute defaults",
        '<!DOCTYPE a [<!ATTLIST a b CDATA "c">]>' + PUSH,
        says="DOCTYPE",
    ),
    _row("a doctype in UTF-16", ("<!DOCTYPE a>" + PUSH).encode("utf-16"), headers={"Content_Type": "text/xml"}),
    # Envelopes.
    _row("another root", "<html><body/></html>", says="html"),
    _row("an operation without envelope", a_submission(a_mutation()), says="submitMutations"),
    _row("an envelope without body", f'<s:Envelope xmlns:s="{SOAP11}"/>', says="one Body"),
    _row("a header only", f'<s:Envelope xmlns:s="{SOAP11}"><s:Header/></s:Envelope>', says="one Body"),
    _row("an empty body element", envelope(""), says="0 elements"),
    _row("two children of body", envelope(a_submission(a_mutation()) * 2), says="2 elements"),
    _row("a stranger beside the push", envelope(a_submission(a_mutation()) + '<x xmlns="urn:x"/>'), says="2 elements"),
    _row("a stranger before the push", envelope('<x xmlns="urn:x"/>' + a_submission(a_mutation())), says="2 elements"),
    _row("two bodies", PUSH.replace("</s:Envelope>", "<s:Body/></s:Envelope>"), says="one Body"),
    _row("a header after the body", PUSH.replace("</s:Envelope>", "<s:Header/></s:Envelope>"), says="one Body"),
    _row("text in the body", envelope("text" + a_submission(a_mutation())), says="text outside"),
    _row("a fault as question", envelope("<s:Fault><faultcode/></s:Fault>"), "unsupported", says="no operation"),
    _row("an operation nobody knows", envelope(f'<order xmlns="{NS}"/>'), "unsupported", says="no operation"),
    _row("another namespace", PUSH.replace(NS, "urn:other"), "unsupported", says="urn:other"),
    _row("an answer as question", envelope(f'<pingResponse xmlns="{NS}"/>'), "unsupported", says="pingResponse"),
    _row(
        "an envelope nobody knows",
        PUSH.replace(SOAP11, "http://www.w3.org/2001/12/soap-envelope"),
        "unsupported",
        soap_code="VersionMismatch",
        says="2001/12",
    ),
    _row("SOAP 1.2 sent as 1.1", PUSH12, "unsupported", soap_code="VersionMismatch", says="SOAP 1.1"),
    _row12("SOAP 1.1 sent as 1.2", PUSH, "unsupported", 500, soap_code="VersionMismatch", says="SOAP 1.2"),
    # HTTP.
    _row("no content type", PUSH, headers={"Content_Type": None}, **WRONG_TYPE),
    _row("json as content type", PUSH, headers={"Content_Type": "application/json"}, **WRONG_TYPE),
    _row("a form", PUSH, headers={"Content_Type": "application/x-www-form-urlencoded"}, **WRONG_TYPE),
    _row("application/xml", PUSH, headers={"Content_Type": "application/xml"}, **WRONG_TYPE),
    _row("attachments", PUSH, headers={"Content_Type": 'multipart/related; type="text/xml"; boundary=x'}, **WRONG_TYPE),
    _row("a content type that is none", PUSH, headers={"Content_Type": ";;;"}, **WRONG_TYPE),
    _row12("json around SOAP 1.2", PUSH12, "unsupported", headers={"Content_Type": "application/json"}),
    _row("brotli", PUSH, "unsupported", headers={"Content_Encoding": "br"}, says="Content-Encoding"),
    _row("deflate", zlib.compress(PUSH.encode()), "unsupported", headers={"Content_Encoding": "deflate"}),
    _row("gzip that is none", PUSH, headers={"Content_Encoding": "gzip"}, says="unpacked"),
    _row("gzip cut off", gzip.compress(PUSH.encode())[:-12], headers={"Content_Encoding": "gzip"}, says="breaks off"),
    _row(
        "gzip with a tail",
        gzip.compress(PUSH.encode()) + b"tail",
        headers={"Content_Encoding": "gzip"},
        says="follows the end",
    ),
    _row("gzip damaged", gzip.compress(PUSH.encode())[:-8] + b"12345678", headers={"Content_Encoding": "gzip"}),
    _row("gzip of nothing", gzip.compress(b""), headers={"Content_Encoding": "gzip"}, says="not well-formed"),
    _row("a gzip bomb", BOMB, "too-large", 413, headers={"Content_Encoding": "gzip"}),
    _row(
        "a gzip of many mutations",
        gzip.compress(a_push(*map(a_mutation, range(25_000))).encode()),
        "too-large",
        413,
        headers={"Content_Encoding": "gzip"},
        says="after unpacking",
    ),
    _row("above the limit", PUSH + " " * 9_000_000, "too-large", 413),
    _row("another operation in SOAPAction", PUSH, "unsupported", headers={"SOAPAction": f'"{NS}/ping"'}, says="ping"),
    _row("a SOAPAction nobody knows", PUSH, "unsupported", headers={"SOAPAction": '"urn:x"'}, says="urn:x"),
    _row12(
        "another operation in action",
        PUSH12,
        "unsupported",
        headers={"Content_Type": f'{SOAP_XML}; action="{NS}/ping"'},
    ),
    # Headers of SOAP.
    _row("must understand", envelope(a_submission(a_mutation()), MUST), "unsupported", soap_code="MustUnderstand"),
    _row12(
        "must understand in 1.2",
        envelope(a_submission(a_mutation()), MUST12, SOAP12),
        "unsupported",
        500,
        soap_code="MustUnderstand",
        says="lock",
    ),
    _row(
        "a signature that must be understood",
        a_ping(
            f'<w:Security xmlns:w="{WSSE}" xmlns:s="{SOAP11}" s:mustUnderstand="1">'
            '<d:Signature xmlns:d="urn:d"/></w:Security>'
        ),
        "unsupported",
        soap_code="MustUnderstand",
    ),
    _row("a very long header", a_ping(f"<x:x xmlns:x='urn:x'>{'x' * 300_000}</x:x>"), "too-large", 413),
    # Credentials.
    _row("no credential", PUSH, "authentication", 401, headers=STRANGER),
    _row12("no credential in 1.2", PUSH12, "authentication", 401, headers=STRANGER12),
    _row("a wrong secret", PUSH, "authentication", 401, headers={"authorization": "Basic c3VwcGxpZXI6d3Jvbmc="}),
    _row("a bearer", PUSH, "authentication", 401, headers={"authorization": "Bearer abc"}),
    _row("no base64", PUSH, "authentication", 401, headers={"authorization": "Basic ####"}),
    _row("no colon", PUSH, "authentication", 401, headers={"authorization": "Basic YWJj"}),
    _row("no UTF-8", PUSH, "authentication", 401, headers={"authorization": "Basic //86"}),
    _row("a wrong token", a_ping(a_username_token("wrong")), "authentication", 401, headers=STRANGER),
    _row("a digest", a_ping(a_username_token(kind=DIGEST)), "authentication", 401, headers=STRANGER),
    _row("two tokens", a_ping(a_username_token() * 2), "authentication", 401, headers=STRANGER),
    _row("a token of another account", a_ping(a_username_token(user="other")), "authentication", 401),
    _row(
        "a token after the body",
        PUSH.replace("</s:Envelope>", f"<s:Header>{a_username_token()}</s:Header></s:Envelope>"),
        "authentication",
        401,
        headers=STRANGER,
    ),
    _row("a stranger with garbage behind a good push", PUSH + "<", "authentication", 401, headers=STRANGER),
    _row("another library", a_push(header=a_header(1, institutionCode="I999")), "not-allowed", 403, says="I999"),
    # What the schema refuses, and tricks around it.
    _row("a mutation without id", a_push(a_mutation(mutationId=None)), says="expected mutationId"),
    _row("a kind of a later version", a_push(a_mutation(kind="RETURNED")), says="'RETURNED', expected one of"),
    _row("a header after the mutations", a_push(header="").replace("</submit", a_header() + "</submit")),
    _row("two headers", a_push(header=a_header() + a_header(messageId="B-2"))),
    _row("two lists", a_push().replace("</submit", f"<mutations>{a_mutation(2)}</mutations></submit")),
    _row("a mutation beside the list", a_push().replace("</submit", a_mutation(2) + "</submit")),
    _row("text between mutations", a_push(a_mutation() + "text", a_mutation(2)), says="followed by text"),
    _row("text after the last mutation", a_push(a_mutation() + "text"), says="text"),
    _row("text before the first", a_push("text" + a_mutation(), header=a_header(1)), says="text"),
    _row(
        "a stranger between mutations", a_push(a_mutation() + '<x xmlns="urn:x"/>', a_mutation(2)), says="not expected"
    ),
    _row("our own word among them", a_push(a_mutation() + "<order/>"), says="order"),
    _row("nil", a_push().replace("<title>De vuurtoren", f'<title xmlns:i="{XSI}" i:nil="true">'), says="nil"),
    _row("a type of their own", a_push().replace("<mutation>", f'<mutation xmlns:i="{XSI}" i:type="i:no">')),
    _row("a number of ten thousand digits", a_push(header=a_header(1, messageNumber="9" * 10_000))),
    _row("Arabic digits", a_push(a_mutation(ean="٩٧٨٩٠٠٠٠٠٠٠١٢")), says="13 digits"),
    _row("an hour 24", a_push(a_mutation(occurredAt="2026-03-09T24:00:00Z")), says="date and time"),
    _row("the year 12026", a_push(a_mutation(orderDate="12026-03-09")), says="day without a zone"),
    _row("an element that never ends", a_push(a_mutation(title="x" * 5_000_000)), "too-large", 413, says="element"),
    _row("200,000 attributes", a_push().replace("<mutation>", f"<mutation {ATTRIBUTES}>"), "too-large", 413),
    _row("a flood of strangers", a_push(a_mutation() + '<x xmlns="urn:x"/>' * 300_000), "too-large", 413),
    _row("an extension by a question", a_ping().replace("/></s:Body>", "><more/></ping></s:Body>"), says="more"),
    _row("a messageId of 41", envelope(LONG_ID), says="41 characters"),
    _row("a format nobody makes", envelope(NO_FORMAT), says="'DOC', expected one of"),
]
