"""Hostile and odd requests: encodings that contradict themselves, or that are not offered, a row each."""

from tests.contract.hostile_requests import PUSH, row, titled

TEXT: dict[str, str | None] = {"Content_Type": "text/xml"}


def declared(name: str, codec: str = "utf-8", text: str = PUSH) -> bytes:
    """A push that says that it is in one encoding, in another."""
    return f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(codec)


ENCODINGS = [
    row("UTF-7 declared", declared("UTF-7"), "unsupported", headers=TEXT, says="UTF-7"),
    row("UTF-7 written", "+ADw-a/+AD4-", says="not well-formed"),
    row("UTF-7 by HTTP", PUSH, headers={"Content_Type": "text/xml; charset=utf-7"}, says="utf-7"),
    row("UTF-32 with a mark", PUSH.encode("utf-32"), "unsupported", headers=TEXT, says="UTF-32"),
    row("UTF-32 declared", declared("UTF-32"), "unsupported", headers=TEXT, says="UTF-32"),
    row("UTF-32 without a mark", PUSH.encode("utf-32-be"), "unsupported", headers=TEXT, says="UTF-32"),
    row("UTF-32 the other way round", PUSH.encode("utf-32-le"), "unsupported", headers=TEXT, says="UTF-32"),
    row("EBCDIC", declared("cp037", "cp037"), headers=TEXT, says=""),
    row("EBCDIC declared", declared("IBM037"), "unsupported", headers=TEXT, says="IBM037"),
    row("Shift JIS declared", declared("Shift_JIS"), "unsupported", headers=TEXT, says="Shift_JIS"),
    row("UTF-16 declared and UTF-8 sent", declared("UTF-16"), headers=TEXT, says=""),
    row("UTF-8 declared and UTF-16 sent", declared("UTF-8", "utf-16"), headers=TEXT, says="UTF-8"),
    row("UTF-16 without a mark", PUSH.encode("utf-16-le"), headers=TEXT, says="not well-formed"),
    row("UTF-16 in half", PUSH.encode("utf-16")[:-1], headers=TEXT, says="not well-formed"),
    row("UTF-16 with the wrong mark", b"\xff\xfe" + PUSH.encode("utf-16-be"), headers=TEXT, says=""),
    row("UTF-16 under charset utf-8", PUSH.encode("utf-16"), says="utf-16"),
    row(
        "a lone surrogate in UTF-16", titled("\ud800").encode("utf-16", "surrogatepass"), headers=TEXT, says="not well"
    ),
    row("a surrogate in UTF-8", titled("\ud800").encode("utf-8", "surrogatepass"), says="not well-formed"),
    row("too long a form in UTF-8", PUSH.encode().replace(b"vuur", b"\xc0\xaf"), says="not well-formed"),
    row("half a character in UTF-8", PUSH.encode().replace(b"vuur", b"\xe2\x82"), says="not well-formed"),
    row("half a character at the end", PUSH.encode() + b"\xe2\x82", says=""),
    row("a mark only", b"\xef\xbb\xbf", says="not well-formed"),
    row("two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + PUSH.encode(), says="not well-formed"),
    row("a mark after white space", " \ufeff" + PUSH, says="not well-formed"),
    row("a mark of UTF-8 and UTF-16 declared", b"\xef\xbb\xbf" + declared("UTF-16"), headers=TEXT, says="UTF-16"),
    row("an encoding without a name", declared(""), headers=TEXT, says="not well-formed"),
    row("an encoding of 500 letters", declared("x" * 500), headers=TEXT, says=""),
    row("XML 3.0", '<?xml version="3.0.x"?>' + PUSH, says=""),
    row("a charset without a value", declared("KLINGON"), "unsupported", headers={"Content_Type": "text/xml; charset"}),
]
