"""EDIFACT as libraries use it: segments to bytes in UNOC (ISO 8859-1), every separator in a text escaped.

The separators and their escapes are pydifact's; its own writer takes about 4 microseconds a segment, four
times what joining takes, and its reader 30: at a dozen segments a line and 100,000 lines a night that is the
difference between one second and five. So it reads what we wrote in the tests, and we join here.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydifact.control.characters import Characters

UNA = "UNA:+.? '"
_ESCAPES = str.maketrans(Characters.from_str(UNA).escaped_syntax_dic)
_CONTROLS = str.maketrans({code: " " for code in (*range(32), *range(127, 160))})
_SPELLED_OUT = str.maketrans(
    {
        "€": "EUR", "‘": "'", "’": "'", "‚": ",", "‛": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-",
        "‑": "-", "…": "...", "œ": "oe", "Œ": "OE", "ĳ": "ij", "Ĳ": "IJ", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D",
        "ı": "i", "ſ": "s", "™": "TM", "•": "-", "′": "'", "″": '"', "−": "-", "\u2009": " ", "\u202f": " ",
        "\u200b": "", "\u200e": "", "\u200f": "", "\ufeff": "",
    }
)  # fmt: skip

LOST = "?"
"""What stands for a character that has no like in ISO 8859-1."""


def latin(text: str) -> tuple[str, str]:
    """Write a text with the characters of ISO 8859-1 alone, on one line.

    Returns:
        The text, and what was done to it: empty, `spelled` when all was written in other letters
        (€ as EUR, š as s), `lost` when a character has no like and became a question mark.
    """
    if text.isascii() and text.isprintable():
        return text, ""
    given = unicodedata.normalize("NFC", text.translate(_CONTROLS))
    if _is_latin(given):
        return given, ""
    spelled = given.translate(_SPELLED_OUT)
    if _is_latin(spelled):
        return spelled, "spelled"
    written = "".join(_letter(each) for each in spelled)
    return written, "lost" if written.count(LOST) > spelled.count(LOST) else "spelled"


def _is_latin(text: str) -> bool:
    try:
        text.encode("iso-8859-1")
    except UnicodeEncodeError:
        return False
    return True


def _letter(letter: str) -> str:
    if ord(letter) < 256:
        return letter
    plain = "".join(each for each in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(each))
    # A combining mark by itself disappears; everything else that is not Latin is lost.
    if all(ord(each) < 256 for each in plain):
        return plain
    return LOST


def escaped(text: str) -> str:
    """A text as one component: `latin` already, separators escaped.

    A question mark at the end gets a space behind it: escaped as `??` and followed by a separator it is
    right, and yet readers in use (Perl's Business::Edifact among them) take that separator for an escaped one.
    """
    written = text.translate(_ESCAPES)
    return f"{written} " if written.endswith(LOST) else written


def pieces(text: str, length: int) -> list[str]:
    """Cut a text in pieces of at most `length` characters as they count before escaping, each escaped.

    No piece but the last ends in a question mark, see `escaped`; trailing spaces aside they join to the text.
    """
    parts = []
    while text:
        part = text[:length]
        if len(part) == length:
            part = part.rstrip(LOST) or part
        parts.append(escaped(part))
        text = text[len(part) :]
    return parts


def message(reference: str, identifier: str, segments: Sequence[str]) -> list[str]:
    """Wrap segments (written, without terminator) in UNH and UNT, counted."""
    return [f"UNH+{reference}+{identifier}", *segments, f"UNT+{len(segments) + 2}+{reference}"]


def interchange(
    sender: str, recipient: str, prepared_at: datetime, reference: str, messages: Iterable[Sequence[str]]
) -> bytes:
    """Join messages into one interchange.

    Args:
        sender: identification and qualifier as written in UNB, such as `000002:91`.
        prepared_at: as it must stand there, in the time zone of the reader.
        reference: at most 14 characters; stands in UNB and UNZ.
    """
    segments = [f"UNB+UNOC:3+{sender}+{recipient}+{prepared_at:%y%m%d:%H%M}+{reference}"]
    count = 0
    for each in messages:
        segments += each
        count += 1
    segments.append(f"UNZ+{count}+{reference}")
    return (UNA + "'".join(segments) + "'").encode("iso-8859-1")
