"""One question and its answer as they crossed the network, to be shown with every secret hidden."""

import base64
import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

import requests

KEPT_BYTES = 1 << 16
"""How much of a body is kept for showing; a day of 100,000 mutations is sent, not shown."""
HIDDEN = "(hidden)"

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})
# Up to its own end tag, or to where what was kept ends: a CDATA section may hold other tags.
_PASSWORD = re.compile(r"(<(?:[\w.-]+:)?Password\b[^>]*>)(.*?)(</(?:[\w.-]+:)?Password\s*>|\Z)", re.DOTALL)
_MARKS = {
    codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16", b"<\x00": "utf-16-le", b"\x00<": "utf-16-be",
}  # fmt: skip
_DECLARED = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']""")


class Upload(Protocol):
    """A written message that can be read in parts; its length in bytes is known."""

    def read(self, size: int = -1, /) -> bytes: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[bytes]: ...


@dataclass(slots=True)
class Body:
    """The beginning of a body, and how long it was in all."""

    start: bytes = b""
    length: int = 0

    def add(self, part: bytes) -> None:
        """This came next."""
        self.length += len(part)
        if (room := KEPT_BYTES - len(self.start)) > 0:
            self.start += part[:room]


@dataclass(slots=True)
class Exchange:
    """What was asked and what was answered; without an answer `lost` says why."""

    address: str
    asked_headers: Mapping[str, str] = field(default_factory=dict)
    asked: Body = field(default_factory=Body)
    status: str = ""
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    answer: Body = field(default_factory=Body)
    lost: str = ""

    def answered(self, response: requests.Response) -> None:
        """Keep the answer."""
        version = {10: "1.0", 11: "1.1"}.get(getattr(response.raw, "version", 11), "1.1")
        self.status = f"HTTP/{version} {response.status_code} {response.reason or ''}".rstrip()
        self.answer_headers = dict(response.headers)
        self.answer.add(response.content)


Watcher = Callable[[Exchange], None]
"""Is shown every exchange when it is over."""


class Overheard:
    """Keeps `Upload`: a message on its way, of which the beginning is remembered."""

    def __init__(self, upload: Upload, body: Body) -> None:
        self._upload = upload
        self._body = body

    def __len__(self) -> int:
        return len(self._upload)

    def __iter__(self) -> Iterator[bytes]:
        for part in self._upload:
            self._body.add(part)
            yield part

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; nothing at the end."""
        part = self._upload.read(size)
        self._body.add(part)
        return part


def shown(exchange: Exchange, account: str, secret: str) -> str:
    """The whole exchange as text, as it was on the wire but for every secret.

    Args:
        account: the account whose secret went along, however it went.
        secret: hidden wherever it stands, also where the other side says it back.
    """
    address = urlsplit(exchange.address)
    place = f"{address.path or '/'}{f'?{address.query}' if address.query else ''}"
    asked = {"Host": address.hostname or "", **exchange.asked_headers}
    if address.port:
        asked["Host"] += f":{address.port}"
    parts = [f"POST {place} HTTP/1.1", *_headers(asked), "", _text(exchange.asked, exchange.asked_headers), ""]
    if exchange.status:
        answer = _text(exchange.answer, exchange.answer_headers)
        parts += [exchange.status, *_headers(exchange.answer_headers), "", answer]
    else:
        parts.append(f"(no answer: {exchange.lost or 'the connection was lost'})")
    return _without("\n".join(parts), account, secret)


def _headers(headers: Mapping[str, str]) -> Iterable[str]:
    for name, value in headers.items():
        if name.lower() in _SECRET_HEADERS:
            scheme, _, rest = value.partition(" ")
            value = f"{scheme} {HIDDEN}" if rest and "authorization" in name.lower() else HIDDEN
        yield f"{name}: {value}"


def _text(body: Body, headers: Mapping[str, str]) -> str:
    text = body.start.decode(_charset(body.start, headers), "replace")
    text = _PASSWORD.sub(lambda found: f"{found[1]}{HIDDEN}{found[3]}", text)
    more = body.length - len(body.start)
    shown_of_all = f"shown are the first {len(body.start):,} of {body.length:,} bytes"
    return f"{text}\n… and {more:,} bytes more, which went over the wire too: {shown_of_all}" if more > 0 else text


def _charset(start: bytes, headers: Mapping[str, str]) -> str:
    for mark, encoding in _MARKS.items():
        if start.startswith(mark):
            return encoding
    declared = _DECLARED.match(start)
    content_type = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
    named = re.search(r"""charset\s*=\s*["']?([\w.:-]+)""", content_type)
    names = (declared[1].decode() if declared else "", named[1] if named else "")
    return next(filter(_is_known, names), "utf-8")


def _is_known(encoding: str) -> bool:
    try:
        return bool(encoding and codecs.lookup(encoding))
    except LookupError:
        return False


def _without(text: str, account: str, secret: str) -> str:
    if not secret:
        return text
    together = base64.b64encode(f"{account}:{secret}".encode()).decode()
    for form in (together, escape(secret), escape(secret, quote=False), secret):
        text = text.replace(form, HIDDEN)
    return text
