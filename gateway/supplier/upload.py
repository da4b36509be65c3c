"""A supplier's own file on its way: looked at, put in an envelope if it has none, and read in parts while it is sent.

What the supplier wrote is sent as written, byte for byte: a file is tried out, not repaired. Only its first
part is looked at here, so size does not matter; `inspection` reads all of it.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self, cast

from lxml import etree

from gateway.errors import ConfigurationError
from gateway.supplier.message import NAMESPACE
from gateway.transport.soap_client import ENVELOPES, SoapVersion

_HEAD_BYTES = 1 << 18
_PART_BYTES = 1 << 16
_BEFORE_ROOT = re.compile(rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE(?:[^\[>]|\[.*?\])*>)*", re.DOTALL)
_ENCODING = re.compile(rb"""\A(?:\xef\xbb\xbf)?<\?xml[^>]*encoding\s*=\s*["']([\w.:-]+)["']""")
_TEST = re.compile(rb"(<(?:[\w.-]+:)?test\s*>)[^<]*")
_TEST_STANDS_AFTER = re.compile(rb"</((?:[\w.-]+:)?)messageId\s*>(?:\s*<(?:[\w.-]+:)?messageNumber\s*>[^<]*</[^>]*>)?")


class NotAMessage(ConfigurationError):
    """The file holds nothing that could be pushed."""

    code = "not-a-message"
    message = "{path} cannot be pushed: {reason}."
    hint = "Give a whole SOAP envelope, or the request element alone. `gateway wsdl --to FOLDER` writes examples."


@dataclass(frozen=True, slots=True)
class Message:
    """A file that can be sent: what stands in it, and what must stand around it.

    `head` replaces the first `head_bytes` of the file; `tail` follows its end.
    """

    path: Path
    operation: str
    version: SoapVersion
    charset: str
    message_id: str | None
    head: bytes
    head_bytes: int
    tail: bytes

    def open(self, told: Callable[[int], None] = lambda _sent: None) -> "FileUpload":
        """Start to read it for sending; `told` hears of every part how many bytes it was."""
        return FileUpload(self, told)

    def __len__(self) -> int:
        return len(self.head) + self.path.stat().st_size - self.head_bytes + len(self.tail)


class FileUpload:
    """Keeps `Upload`: one message being read, once, from beginning to end."""

    def __init__(self, message: Message, told: Callable[[int], None]) -> None:
        self._length = len(message)
        self._told = told
        self._parts = self._read(message)
        self._left = b""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        while part := self.read(_PART_BYTES):
            yield part

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes; nothing at the end."""
        while size < 0 or len(self._left) < size:
            part = next(self._parts, b"")
            if not part:
                break
            self._left += part
        cut = len(self._left) if size < 0 else size
        given, self._left = self._left[:cut], self._left[cut:]
        self._told(len(given))
        return given

    @staticmethod
    def _read(message: Message) -> Iterator[bytes]:
        yield message.head
        with message.path.open("rb") as file:
            file.seek(message.head_bytes)
            while part := file.read(_PART_BYTES):
                yield part
        yield message.tail


def message(
    path: Path, *, version: SoapVersion | None = None, trial: bool = False, soap_header: bytes = b""
) -> Message:
    """Look at the beginning of a file and make it ready to be sent.

    Args:
        version: the SOAP version to put it in; an envelope of its own decides for itself.
        trial: set `test` in its header, whatever the file says.
        soap_header: what is put into the Header of the envelope around it.

    Raises:
        NotAMessage: no XML, not ours, an envelope of another SOAP version than was asked, or one that would
            have to be changed for `soap_header`.
    """
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise NotAMessage(path=path, reason=error.strerror or error) from error
    found = _Outline.of(head, path)
    if version and found.version not in (None, version):
        raise NotAMessage(path=path, reason=f"its envelope is SOAP {found.version}, not {version}")
    if found.version and soap_header:
        raise NotAMessage(path=path, reason="it has an envelope of its own, into which no UsernameToken is put")
    chosen = found.version or version or SoapVersion.V1_1
    before, after = (b"", b"") if found.version else _envelope(chosen, soap_header)
    root_at = _root_place(head, path) if before else 0
    return Message(
        path=path,
        operation=found.operation,
        version=chosen,
        charset=_charset(head),
        message_id=found.message_id,
        head=head[:root_at] + before + (_as_trial(head[root_at:], path) if trial else head[root_at:]),
        head_bytes=len(head),
        tail=after,
    )


@dataclass
class _Outline:
    """What the beginning of a file shows."""

    version: SoapVersion | None = None
    operation: str = ""
    message_id: str | None = None
    depth: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, head: bytes, path: Path) -> Self:
        outline = cls()
        parser = etree.XMLPullParser(("start", "end"), resolve_entities=False, no_network=True)
        mistake = ""
        try:
            parser.feed(head)
        except etree.XMLSyntaxError as error:
            mistake = f"it is not XML: {error.msg}"
        for event, element in parser.read_events():
            outline.see(event, cast(etree._Element, element))
        if not outline.operation:
            raise NotAMessage(path=path, reason=mistake or "its request is in another namespace, or missing")
        return outline

    def see(self, event: str, element: etree._Element) -> None:
        name = etree.QName(element)
        if event == "end":
            self.depth.pop()
            if name.localname == "messageId" and self.message_id is None:
                self.message_id = (element.text or "").strip()
            return
        if not self.depth and name.localname == "Envelope":
            self.version = next((key for key, value in ENVELOPES.items() if value == name.namespace), None)
        if not self.operation and name.namespace == NAMESPACE and self.depth in ([], ["Envelope", "Body"]):
            self.operation = name.localname
        self.depth.append(name.localname)


def _root_place(head: bytes, path: Path) -> int:
    before = _BEFORE_ROOT.match(head)
    place = before.end() if before else 0
    if head[place : place + 1] != b"<":
        raise NotAMessage(path=path, reason="its encoding is not one that an envelope can be put around; use UTF-8")
    return place


def _envelope(version: SoapVersion, soap_header: bytes) -> tuple[bytes, bytes]:
    header = b"<e:Header>%s</e:Header>" % soap_header if soap_header else b""
    opened = f'<e:Envelope xmlns:e="{ENVELOPES[version]}">'.encode()
    return b"%s%s<e:Body>" % (opened, header), b"</e:Body></e:Envelope>"


def _charset(head: bytes) -> str:
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    named = _ENCODING.match(head)
    return named.group(1).decode().lower() if named else "utf-8"


def _as_trial(head: bytes, path: Path) -> bytes:
    changed, found = _TEST.subn(rb"\1true", head, count=1)
    if not found:
        changed, found = _TEST_STANDS_AFTER.subn(rb"\g<0><\1test>true</\1test>", head, count=1)
    if not found:
        raise NotAMessage(path=path, reason="it has no header in which to ask for a trial")
    if not _asks_for_a_trial(changed):
        raise NotAMessage(path=path, reason="what looks like its header is none; write `<test>true</test>` into it")
    return changed


def _asks_for_a_trial(head: bytes) -> bool:
    """Whether the header itself says so now, and not a comment or another element of that name."""
    parser = etree.XMLPullParser(("end",), tag=f"{{{NAMESPACE}}}test", resolve_entities=False, no_network=True)
    with suppress(etree.XMLSyntaxError):
        parser.feed(head)
    for _, any_element in parser.read_events():
        element = cast(etree._Element, any_element)
        above = [each.tag for each in element.iterancestors()]
        if above[:2] == [f"{{{NAMESPACE}}}header", f"{{{NAMESPACE}}}submitMutations"]:
            return (element.text or "").strip() in ("true", "1")
    return False
