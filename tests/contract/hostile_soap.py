"""Hostile and odd requests: packing, media types, envelopes and headers, a row each."""

import gzip
import zlib

from tests.contract.hostile_requests import MUST, PUSH, PUSH12, TOO_LARGE, WRONG_TYPE, row, row12, titled
from tests.soap_messages import (
    NS,
    SOAP11,
    SOAP12,
    SOAP_XML,
    WSSE,
    a_mutation,
    a_ping,
    a_push,
    a_submission,
    a_username_token,
    envelope,
)

GZIP: dict[str, str | None] = {"Content_Encoding": "gzip"}
XOP = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a"/>'
WSA = "http://www.w3.org/2005/08/addressing"

PACKED = [
    row("gzip twice", gzip.compress(gzip.compress(PUSH.encode())), headers=GZIP, says="not well-formed"),
    row("gzip twice by name", PUSH, "unsupported", headers={"Content_Encoding": "gzip, gzip"}, says="gzip, gzip"),
    row("two streams of gzip", gzip.compress(PUSH[:50].encode()) + gzip.compress(PUSH[50:].encode()), headers=GZIP),
    row("gzip that nobody named", gzip.compress(PUSH.encode()), says="not well-formed"),
    row("gzip under x-gzip cut", gzip.compress(PUSH.encode())[:20], headers={"Content_Encoding": "x-gzip"}),
    row("zlib under gzip", zlib.compress(PUSH.encode()), headers=GZIP, says="not a gzip stream"),
    row(
        "deflate without a head",
        zlib.compress(PUSH.encode())[2:-4],
        "unsupported",
        headers={"Content_Encoding": "deflate"},
    ),
    row("zstd", PUSH, "unsupported", headers={"Content_Encoding": "zstd"}, says="zstd"),
    row("compress", PUSH, "unsupported", headers={"Content_Encoding": "compress"}, says="compress"),
    row("an encoding of 9,000 letters", PUSH, "unsupported", headers={"Content_Encoding": "x" * 9000}),
    row(
        "a bomb of line breaks",
        gzip.compress(a_push(a_mutation() + "\n" * 60_000_000).encode()),
        headers=GZIP,
        **TOO_LARGE,
    ),
    row("a bomb of spaces", gzip.compress(a_push(a_mutation() + " " * 60_000_000).encode()), headers=GZIP, **TOO_LARGE),
    row("a bomb of one title", gzip.compress(titled("x" * 60_000_000).encode()), headers=GZIP, **TOO_LARGE),
    row(
        "MTOM",
        PUSH,
        headers={"Content_Type": 'multipart/related; type="application/xop+xml"; boundary=x'},
        **WRONG_TYPE,
    ),
    row("XOP", PUSH, headers={"Content_Type": "application/xop+xml"}, **WRONG_TYPE),
    row("plain text by name", PUSH, headers={"Content_Type": "text/plain"}, **WRONG_TYPE),
    row("two content types", PUSH, headers={"Content_Type": "text/xml, text/xml"}, **WRONG_TYPE),
    row("a content type of HTML", PUSH, headers={"Content_Type": "text/html"}, **WRONG_TYPE),
    row(
        "a content type of 60,000 semicolons",
        PUSH,
        headers={"Content_Type": 'text/xml; a="' + ";" * 60_000},
        **WRONG_TYPE,
    ),
    row("a SOAPAction of half a quotation", PUSH, "unsupported", headers={"SOAPAction": f'"{NS}/submitMutations'}),
    row("a SOAPAction of a name alone", PUSH, "unsupported", headers={"SOAPAction": "submitMutations"}),
    row("a SOAPAction of 9,000 letters", PUSH, "unsupported", headers={"SOAPAction": "x" * 9000}, says="xxx"),
    row(
        "a question under the push's SOAPAction",
        a_ping(),
        "unsupported",
        headers={"SOAPAction": f'"{NS}/submitMutations"'},
    ),
    row12(
        "an action of another's in 1.2", PUSH12, "unsupported", headers={"Content_Type": f'{SOAP_XML}; action="urn:x"'}
    ),
    row12(
        "MTOM in 1.2",
        PUSH12,
        "unsupported",
        headers={"Content_Type": 'multipart/related; start-info="application/soap+xml"'},
    ),
]

ENVELOPES = [
    row("a response as question", envelope(f'<submitMutationsResponse xmlns="{NS}"/>'), "unsupported", says="Response"),
    row12("a fault of 1.2 as question", envelope("<s:Fault/>", soap=SOAP12), "unsupported", says="no operation"),
    row("our own fault as question", envelope(f'<fault xmlns="{NS}"/>'), "unsupported", says="no operation"),
    row("an envelope in the envelope", envelope(PUSH)),
    row("two envelopes", f"<a>{PUSH}{PUSH}</a>", says="'a'"),
    row("two headers of SOAP", PUSH.replace("<s:Body>", "<s:Header/><s:Header/><s:Body>"), says="one Body"),
    row("a header inside the body", envelope("<s:Header/>" + a_submission(a_mutation())), says="2 elements"),
    row("a stranger before the body", PUSH.replace("<s:Body>", '<x xmlns="urn:x"/><s:Body>'), says="one Body"),
    row("a stranger after the body", PUSH.replace("</s:Envelope>", '<x xmlns="urn:x"/></s:Envelope>'), says="one Body"),
    row("text before the body", PUSH.replace("<s:Body>", "text<s:Body>"), says="text outside"),
    row("text after the body", PUSH.replace("</s:Envelope>", "text</s:Envelope>"), says="text outside"),
    row("text after the push", envelope(a_submission(a_mutation()) + "text"), says="text outside"),
    row(
        "a body of the other version",
        PUSH.replace("<s:Body>", f'<b:Body xmlns:b="{SOAP12}">').replace("</s:Body>", "</b:Body>"),
        says="one Body",
    ),
    row("an envelope in small letters", PUSH.replace("Envelope", "envelope"), says="envelope"),
    row(
        "an envelope without a namespace",
        PUSH.replace(f' xmlns:s="{SOAP11}"', "").replace("s:", ""),
        "unsupported",
        soap_code="VersionMismatch",
        says="none",
    ),
    row("an operation in capitals", envelope(f'<PING xmlns="{NS}"/>'), "unsupported", says="PING"),
    row("an operation without a namespace", envelope("<ping/>"), "unsupported", says="no operation"),
    row(
        "an operation of version 2", envelope('<ping xmlns="urn:bestelsync:orders:2"/>'), "unsupported", says="orders:2"
    ),
    row(
        "a name of 49,000 letters as operation", envelope(f'<{"n" * 49_000} xmlns="{NS}"/>'), "unsupported", says="nnn"
    ),
    row("must understand as true", a_ping(MUST.replace('"1"', '"true"')), "unsupported", soap_code="MustUnderstand"),
    row(
        "must understand, for the next",
        a_ping(MUST.replace("/>", ' s:actor="http://schemas.xmlsoap.org/soap/actor/next"/>')),
        "unsupported",
        soap_code="MustUnderstand",
    ),
    row(
        "an address that must be understood",
        a_ping(f'<w:To xmlns:w="{WSA}" s:mustUnderstand="1">urn:x</w:To>'),
        "unsupported",
        soap_code="MustUnderstand",
        says="To",
    ),
    row(
        "an action that must be understood",
        a_ping(f'<w:Action xmlns:w="{WSA}" s:mustUnderstand="1">urn:x</w:Action>'),
        "unsupported",
        soap_code="MustUnderstand",
        says="Action",
    ),
    row(
        "an empty security that must be understood beside a stranger",
        a_ping(f'<w:Security xmlns:w="{WSSE}" s:mustUnderstand="1"><w:X/></w:Security>'),
        "unsupported",
        soap_code="MustUnderstand",
    ),
    row("300 KB of header blocks", a_ping('<x:x xmlns:x="urn:x"/>' * 14_000), **TOO_LARGE),
    row("a token in the body", envelope(a_username_token() + a_submission(a_mutation())), says="2 elements"),
    row("a token without a name", a_ping(a_username_token().replace("supplier", "")), "authentication", 401),
    row("a token of a kind nobody knows", a_ping(a_username_token(kind="urn:x")), "authentication", 401),
    row12(
        "a role of the last in 1.2",
        a_ping(f'<x:l xmlns:x="urn:x" s:mustUnderstand="1" s:role="{SOAP12}/role/ultimateReceiver"/>', SOAP12),
        "unsupported",
        500,
        soap_code="MustUnderstand",
    ),
    row12(
        "a role of the next in 1.2",
        a_ping(f'<x:l xmlns:x="urn:x" s:mustUnderstand="true" s:role="{SOAP12}/role/next"/>', SOAP12),
        "unsupported",
        500,
        soap_code="MustUnderstand",
    ),
    row12("an empty body in 1.2", envelope("", soap=SOAP12), says="0 elements"),
    row12("a DOCTYPE in 1.2", "<!DOCTYPE a>" + PUSH12, says="DOCTYPE"),
    row12("a schema error in 1.2", a_push(a_mutation(ean="97"), soap=SOAP12), says="13 digits"),
    row12("nothing in 1.2", "", says="no content"),
]

SOAP = [*PACKED, *ENVELOPES]
