"""Hostile and odd requests as bytes on the wire, a row each: lengths, chunks, methods and first lines."""

from dataclasses import dataclass

from tests.contract.hostile_requests import PUSH, PUSH12
from tests.raw_http import chunked, request
from tests.soap_messages import BASIC, SOAP11, SOAP12, SOAP_XML, TEXT_XML

Headers = list[tuple[str, str]]
CONTENT, CONTENT12 = PUSH.encode(), PUSH12.encode()
BROKEN = CONTENT.replace(b"vuur", b"\x01")
HEAD: Headers = [("Authorization", BASIC), ("Content-Type", TEXT_XML)]
HEAD12: Headers = [("Authorization", BASIC), ("Content-Type", SOAP_XML)]
CHUNKED = ("Transfer-Encoding", "chunked")


@dataclass(frozen=True)
class Raw:
    """One request and what must come back: a fault with this code, or the bare status when there is no code.

    `leave` says that the sender goes away once everything is sent; then there may be no answer at all.
    """

    name: str
    sent: bytes
    status: int = 400
    code: str = "invalid-message"
    soap: str = SOAP11
    leave: bool = False


def _length(what: object) -> Headers:
    return [*HEAD, ("Content-Length", str(what))]


def _raw(name: str, headers: Headers, content: bytes = CONTENT, **more: object) -> Raw:
    settings = {key: more.pop(key) for key in ("method", "target", "version") if key in more}
    return Raw(name, request(content, headers, **settings), **more)  # type: ignore[arg-type]


LENGTHS = [
    _raw("a length below zero", _length(-1)),
    _raw("a length with a plus sign", _length("+5")),
    _raw("a length in letters", _length("abc")),
    _raw("a length in hexadecimal", _length("0x10")),
    _raw("a length in Arabic digits", _length("\u0665")),
    _raw("an empty length", _length("")),
    _raw("two lengths in one", _length("5, 5")),
    _raw("two lengths that differ", [*_length(5), ("Content-Length", "6")]),
    _raw("two lengths that are the same", [*_length(5), ("Content-Length", "5")]),
    _raw("a length of twenty digits", _length("99999999999999999999"), status=413, code="too-large"),
    _raw("a length of nothing", _length(0), b"", status=500),
    _raw("no length and no chunks", HEAD, b"", status=500),
    _raw("a length too short", _length(200), status=500, leave=True),
    _raw("a length too long", _length(len(CONTENT) + 100), leave=True, status=500),
    _raw("a sender gone in the middle", _length(len(CONTENT)), CONTENT[:300], leave=True, status=500),
    _raw(
        "a sender gone who was told to go on",
        [*_length(len(CONTENT)), ("Expect", "100-continue")],
        CONTENT[:300],
        leave=True,
        status=500,
    ),
    _raw("a sender gone before the content", _length(len(CONTENT)), b"", leave=True, status=500),
    Raw("a sender gone in the headers", request(b"", HEAD)[:60], leave=True),
    Raw("a sender gone in the first line", b"POST /soap/or", leave=True),
    Raw("a sender who says nothing", b"", leave=True),
    _raw("length and chunks", [*_length(5), CHUNKED], chunked(CONTENT)),
]
CHUNKS = [
    _raw("chunks of one byte of what is no XML", [*HEAD, CHUNKED], chunked(BROKEN, [1]), status=500),
    _raw("chunks of one byte and 50 KB", [*HEAD, CHUNKED], chunked(b" " * 50_000 + b"<", [1]), status=500),
    _raw("chunks of one byte and 300 KB", [*HEAD, CHUNKED], chunked(b" " * 300_000, [1])),
    _raw("a chunk of a size in letters", [*HEAD, CHUNKED], b"xyz\r\nabc\r\n0\r\n\r\n"),
    _raw("a chunk of a size below zero", [*HEAD, CHUNKED], b"-5\r\nabcde\r\n0\r\n\r\n"),
    _raw("a chunk of a size with an underscore", [*HEAD, CHUNKED], b"1_0\r\nabcdeabcdeabcdef\r\n0\r\n\r\n"),
    _raw("a chunk of a size with 0x", [*HEAD, CHUNKED], b"0x5\r\nabcde\r\n0\r\n\r\n"),
    _raw("a chunk longer than its size", [*HEAD, CHUNKED], b"5\r\nabcdefgh\r\n0\r\n\r\n"),
    _raw("a chunk's line that never ends", [*HEAD, CHUNKED], b"5;" + b"x" * 9000, leave=True),
    _raw("chunks without an end", [*HEAD, CHUNKED], b"5\r\nabcde\r\n", leave=True),
    _raw("no chunks but the last", [*HEAD, CHUNKED], b"0\r\n\r\n", status=500),
    _raw("a trailer that never ends", [*HEAD, CHUNKED], b"1\r\na\r\n0\r\n" + b"X: y\r\n" * 9000, leave=True),
    _raw("gzip as transfer", [*HEAD, ("Transfer-Encoding", "gzip, chunked")], status=501, code="unsupported"),
    _raw("identity as transfer", [*HEAD, ("Transfer-Encoding", "identity")], status=501, code="unsupported"),
    _raw("chunks told twice", [*HEAD, CHUNKED, CHUNKED], chunked(BROKEN), status=500),
    _raw("chunks behind a vertical tab", [*HEAD, ("Transfer-Encoding", "\x0bchunked")], chunked(CONTENT)),
    _raw("chunks in HTTP/1.0", [*HEAD, CHUNKED], chunked(CONTENT), version="HTTP/1.0"),
    _raw("chunks of what is no XML in 1.2", [*HEAD12, CHUNKED], chunked(b"no XML"), soap=SOAP12),
    _raw("a length below zero in 1.2", [*HEAD12, ("Content-Length", "-1")], CONTENT12, soap=SOAP12),
]
METHODS = [
    _raw(f"{method} of a push", _length(len(CONTENT)), method=method, status=405, code="unsupported")
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "M-SEARCH", "GET")
] + [
    _raw("GET of nothing in particular", HEAD, b"", method="GET", status=405, code="unsupported"),
    _raw(
        "GET of another file",
        HEAD,
        b"",
        method="GET",
        target="/soap/orders?xsd=../../etc/passwd",
        status=405,
        code="unsupported",
    ),
    _raw("GET of two things", HEAD, b"", method="GET", target="/soap/orders?wsdl&zip", status=405, code="unsupported"),
    _raw("HEAD of nothing in particular", HEAD, b"", method="HEAD", status=405, code=""),
    _raw("HEAD of the WSDL", HEAD, b"", method="HEAD", target="/soap/orders?wsdl", status=200, code=""),
    _raw("OPTIONS", HEAD, b"", method="OPTIONS", status=204, code=""),
    _raw(
        "GET of the WSDL with a push in it",
        _length(len(CONTENT)),
        method="GET",
        target="/soap/orders?wsdl",
        status=200,
        code="",
    ),
    _raw("a push in HTTP/9.9 without content", HEAD, b"", version="HTTP/9.9", status=500),
]
HEADS = [
    _raw("headers of 300 KB", [*HEAD, ("X-Long", "y" * 300_000)], status=431, code="too-large"),
    _raw("10,000 headers", [*HEAD, *(("X-Many", "y"),) * 30_000], status=431, code="too-large"),
    _raw("60,000 spaces in a header", [*HEAD, ("X", " " * 60_000 + "y")]),
    _raw("60,000 tabs in a header", [*HEAD, ("X", "\t" * 60_000)]),
    _raw("20,000 lines that go on with nothing", [*HEAD, ("X", "\r\n " * 20_000 + "y")]),
    _raw("15,000 lines that go on", [*HEAD, ("X", "\r\n y" * 15_000), ("Content-Length", "0")], b"", status=500),
    _raw("250,000 spaces in a header", [*HEAD, ("X", " " * 250_000 + "y")], status=431, code="too-large"),
    _raw(
        "60,000 commas for a front",
        [*HEAD, ("X-Forwarded-For", "," * 60_000), ("Content-Length", "0")],
        b"",
        status=500,
    ),
    Raw("a header without a colon", b"POST /soap/orders HTTP/1.1\r\nnonsense\r\n\r\n"),
    Raw("a header with a space before its colon", b"POST /soap/orders HTTP/1.1\r\nContent-Length : 5\r\n\r\nabcde"),
    Raw("a header that goes on", request(b"", [*HEAD, ("X", "a\r\n b")]), status=500),
    Raw("a line break alone", b"POST /soap/orders HTTP/1.1\r\nX: a\nY: b\r\n\r\n"),
    Raw("a null byte in a header", b"POST /soap/orders HTTP/1.1\r\nX: a\x00b\r\n\r\n"),
    Raw("a method in small letters", request(CONTENT, _length(len(CONTENT)), method="post"), leave=True),
    Raw("a method with a space", b"PO ST /soap/orders HTTP/1.1\r\n\r\n", code=""),
    Raw("a version that is none", b"POST /soap/orders HTTP/x\r\n\r\n"),
    Raw("TLS where there is none", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200), code="", leave=True),
    Raw("the beginning of HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status=302, code="", leave=True),
]

RAW_ROWS = [*LENGTHS, *CHUNKS, *METHODS, *HEADS]
