"""Whole requests: a message, the headers of HTTP around it, how it is packed, framed and sent."""

import gzip
import zlib
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.fuzz.messages import message
from tests.fuzz.values import rarely
from tests.raw_http import chunked, request
from tests.soap_messages import BASIC, NS, SOAP11, SOAP_XML, TEXT_XML

Headers = list[tuple[str, str]]
TYPES = (
    TEXT_XML, SOAP_XML, "text/xml", "application/soap+xml", "text/xml; charset=utf-16", "text/xml; charset=klingon",
    "text/xml;charset=\"UTF-8\"", "application/xml", "application/json",
    "multipart/related; boundary=x; type=\"application/xop+xml\"", "", ";", "text/xml, text/xml",
    "TEXT/XML; CHARSET=UTF-8", "application/soap+xml; action=\"urn:x\"", f'application/soap+xml; action="{NS}/ping"',
    "text/xml; charset", "text/xml; charset=\"", "text/xml; =", "\x80\xff", "text/xml; charset*=utf-8''utf-8",
    "text/xml; charset=us-ascii", "text/xml; charset=iso-8859-1", "text/plain; charset=utf-8",
    "text/xml; " + "a=b; " * 900, 'text/xml; a="' + ";" * 60_000,
)  # fmt: skip
MORE: tuple[tuple[str, str], ...] = (
    ("SOAPAction", ""), ("SOAPAction", '""'), ("SOAPAction", f'"{NS}/submitMutations"'), ("SOAPAction", f"{NS}/ping"),
    ("SOAPAction", '"'), ("SOAPAction", "\u00e9"), ("Expect", "100-continue"), ("Expect", "x"),
    ("X-Forwarded-For", "1.2.3.4"), ("X-Forwarded-Proto", "https"), ("Authorization", "Basic"),
    ("Authorization", "Basic ===="), ("Authorization", "Digest x"), ("Authorization", "Basic " + "A" * 9000),
    ("Content-Encoding", "br"), ("Content-Encoding", "gzip, gzip"), ("Content-Encoding", "identity"),
    ("Content-Encoding", "GZIP"), ("Accept", "x"), ("Connection", "close"), ("Connection", "upgrade"),
    ("Upgrade", "h2c"), ("Cookie", "a=b"), ("X_Odd", "1"), ("X-Long", "y" * 9000), ("Range", "bytes=0-1"),
    ("If-Match", "x"), ("X-Blank", " " * 50_000 + "y"),
    ("X-Folded", "a\r\n " * 9000 + "b"), ("Host", "other"),
    ("Content-Type", "text/plain"), ("MIME-Version", "1.0"), ("Trailer", "x"),
)  # fmt: skip
ODD_FRAMES: tuple[Headers, ...] = (
    [], [("Content-Length", "0")], [("Content-Length", "-1")], [("Content-Length", "abc")],
    [("Content-Length", "+5")], [("Content-Length", "5, 5")], [("Content-Length", "5"), ("Content-Length", "6")],
    [("Content-Length", "99999999999999999999")], [("Content-Length", "5"), ("Transfer-Encoding", "chunked")],
    [("Transfer-Encoding", "gzip, chunked")], [("Transfer-Encoding", "identity")],
    [("Transfer-Encoding", "chunked, chunked")], [("Transfer-Encoding", "\x0bchunked")], [("Content-Length", "20")],
    [("Content-Length", "1000000")],
)  # fmt: skip
ORDINARY = ("POST", "/soap/orders", "HTTP/1.1")
LINES = (
    ("GET", "/soap/orders", "HTTP/1.1"), ("GET", "/soap/orders?wsdl", "HTTP/1.1"),
    ("GET", "/soap/orders?xsd=../../x", "HTTP/1.1"), ("HEAD", "/soap/orders?wsdl", "HTTP/1.1"),
    ("PUT", "/soap/orders", "HTTP/1.1"), ("DELETE", "/soap/orders", "HTTP/1.1"),
    ("OPTIONS", "/soap/orders", "HTTP/1.1"), ("TRACE", "/soap/orders", "HTTP/1.1"),
    ("PATCH", "/soap/orders", "HTTP/1.1"), ("POST", "/soap/orders?wsdl", "HTTP/1.1"),
    ("POST", "/soap/orders/", "HTTP/1.1"), ("POST", "/soap/orders", "HTTP/1.0"),
    ("POST", "/soap/%6frders", "HTTP/1.1"), ("POST", "http://gateway/soap/orders", "HTTP/1.1"),
    ("post", "/soap/orders", "HTTP/1.1"), ("POST", "/soap/orders", "HTTP/2.0"),
    ("POST", "/soap/orders?a=%ff&b=%00", "HTTP/1.1"), ("POST", "//soap/orders", "HTTP/1.1"),
    ("PO ST", "/soap/orders", "HTTP/1.1"), ("POST", "/soap/orders#x", "HTTP/1.1"),
)  # fmt: skip


@dataclass(frozen=True)
class Shot:
    """One request as bytes, and whether the sender then says that nothing more comes."""

    sent: bytes
    leave: bool = False
    name: str = ""


@st.composite
def shots(draw: st.DrawFn) -> Shot:
    """Any request."""
    content, soap = draw(message())
    headers: Headers = [("Authorization", BASIC)] if draw(st.integers(0, 19)) < 19 else []
    content_type = str(rarely(draw, st.sampled_from(TYPES), TEXT_XML if soap == SOAP11 else SOAP_XML, 8))
    headers.append(("Content-Type", content_type))
    headers += draw(st.lists(st.sampled_from(MORE), max_size=2)) if draw(st.integers(0, 5)) == 5 else []
    content, packing = draw(_packed(content))
    framed, framing, whole = draw(_framed(content))
    method, target, version = draw(st.sampled_from(LINES)) if draw(st.integers(0, 24)) == 24 else ORDINARY
    sent = request(framed, headers + packing + framing, method=method, target=target, version=version)
    if draw(st.integers(0, 39)) == 39:
        place = draw(st.integers(0, 400))
        sent, whole = sent[:place] + draw(st.binary(max_size=6)) + sent[place + draw(st.integers(0, 6)) :], False
    return Shot(sent, leave=not whole)


@st.composite
def _packed(draw: st.DrawFn, content: bytes) -> tuple[bytes, Headers]:
    how = draw(st.integers(0, 23))
    if how < 20:
        return content, []
    packed = {
        20: gzip.compress(content, mtime=0),
        21: zlib.compress(content),
        22: gzip.compress(content, mtime=0)[: -draw(st.integers(1, 20))],
        23: gzip.compress(content[:20], mtime=0) + gzip.compress(content[20:], mtime=0),
    }[how]
    return packed, [("Content-Encoding", draw(st.sampled_from(["gzip", "gzip", "x-gzip", "deflate"])))]


@st.composite
def _framed(draw: st.DrawFn, content: bytes) -> tuple[bytes, Headers, bool]:
    """The content in its frame, the headers that tell it, and whether it is whole."""
    how = draw(st.integers(0, 23))
    if how < 18:
        return content, [("Content-Length", str(len(content)))], True
    if how < 21:
        sizes = draw(st.lists(st.integers(1, 5000), min_size=1, max_size=5))
        return chunked(content, sizes), [("Transfer-Encoding", "chunked")], True
    if how == 21:
        framed = bytearray(chunked(content, [700]))
        place = draw(st.integers(0, len(framed) - 1))
        framed[place] = draw(st.integers(0, 255))
        return bytes(framed), [("Transfer-Encoding", "chunked")], False
    if how == 22:
        return content[: len(content) // 2], [("Content-Length", str(len(content)))], False
    return content, draw(st.sampled_from(ODD_FRAMES)), False
