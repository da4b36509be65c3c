"""In which encoding a message is: a mark at its beginning, its own declaration and HTTP must not contradict.

Only what suppliers really use is offered. The parser knows dozens more (UTF-7, HZ, Java escapes …), in which a front
that looks for a DOCTYPE would not find it.
"""

import codecs
import re

from gateway.soap.refusals import EncodingNotOffered, EncodingsDiffer

ENOUGH = 1_500
"""So many bytes are always enough to tell."""

_DECLARED = re.compile(
    rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]{0,1000}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""", re.DOTALL
)
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\x00", "utf-16"), (b"\x00<", "utf-16"))
_WIDE = (
    codecs.BOM_UTF32_LE,
    codecs.BOM_UTF32_BE,
    b"<\x00\x00\x00",
    b"\x00\x00\x00<",
    b"\x00\x00<\x00",
    b"\x00<\x00\x00",
)
"""What the parser knows as one of four bytes a character, whatever is declared."""

_SAME = {"ascii": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16", "utf-8-sig": "utf-8"}
_OFFERED = frozenset({"utf-8", "utf-16", "iso8859-1", "iso8859-15", "cp1252"})


def check_start(start: bytes, charset: str | None) -> None:
    """Refuse what contradicts itself, or HTTP: what we keep must be readable by itself later.

    Args:
        start: the first bytes of the message.
        charset: what Content-Type says of it; none when it says nothing.
    """
    if start.startswith(_WIDE):
        raise EncodingNotOffered(name="UTF-32")
    mark = next((name for mark, name in _MARKS if start.startswith(mark)), None)
    mark = mark or ("utf-8" if start.startswith(codecs.BOM_UTF8) else None)
    match = _DECLARED.match(start.replace(b"\x00", b"").removeprefix(start[:2]) if mark == "utf-16" else start)
    declared = match[1].decode() if match else None
    if declared:
        check_offered(declared)
    if mark and declared and _codec(mark) != _codec(declared):
        raise EncodingsDiffer(who="Its XML declaration", named=declared, found=mark)
    found = mark or declared or "utf-8"
    if charset and _codec(charset) != _codec(found):
        raise EncodingsDiffer(who="Content-Type", named=f"charset {charset[:40]}", found=found)


def check_offered(name: str | None) -> None:
    """Refuse an encoding that we do not take, by the name under which the parser reads it."""
    if name and _codec(name) not in _OFFERED:
        raise EncodingNotOffered(name=name[:40])


def _codec(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except (LookupError, UnicodeError):
        known = name.lower()
    return _SAME.get(known, known)
