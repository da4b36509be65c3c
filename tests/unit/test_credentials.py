"""What leaves with an exported message: everything but what proved who sent it."""

import codecs
from collections.abc import Iterator

import pytest

from gateway.orders.credentials import NotToBeReadAgain, left_out
from tests.soap_messages import SOAP11, a_username_token

TOKEN = a_username_token("s3cret")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "iso-8859-15", "cp1252")


def a_message(header: str, *, text: str = "é", prologue: str = "") -> str:
    return f'{prologue}<s:Envelope xmlns:s="{SOAP11}"><s:Header>{header}</s:Header><s:Body>{text}</s:Body></s:Envelope>'


def pieces_of(content: bytes, size: int) -> Iterator[bytes]:
    yield from (content[start : start + size] for start in range(0, len(content), size))


def left(content: bytes, size: int = 100) -> bytes:
    return b"".join(left_out(pieces_of(content, size)))


@pytest.mark.parametrize("size", [1, 7, 100_000])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_only_the_credentials_are_missing_in_every_encoding_that_is_taken_in(encoding: str, size: int) -> None:
    name = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    prologue = f'<?xml version="1.0" encoding="{name}"?>'
    sent = a_message(f"<a/>{TOKEN}<b/>", prologue=prologue).encode(encoding)
    assert left(sent, size) == a_message("<a/><b/>", prologue=prologue).encode(encoding)


@pytest.mark.parametrize("mark", [codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE])
def test_large_message_of_two_bytes_a_character_stays_whole(mark: bytes) -> None:
    encoding = "utf-16-le" if mark == codecs.BOM_UTF16_LE else "utf-16-be"
    text = "é" * 300_000
    sent = mark + a_message(TOKEN, text=text).encode(encoding)
    assert left(sent, 65_536) == mark + a_message("", text=text).encode(encoding)


@pytest.mark.parametrize(
    ("header", "rest"),
    [
        (TOKEN + TOKEN, ""),
        (f"<!-- <Security/> -->{TOKEN}", "<!-- <Security/> -->"),
        (f"<x>{TOKEN}</x>", f"<x>{TOKEN}</x>"),
        (TOKEN.replace("w:", "é:").replace(":w=", ":é="), ""),
        ('<w:Security xmlns:w="urn:w"/>' + TOKEN, ""),
        (TOKEN.replace("<w:Username>", "<w:Username><![CDATA[</w:Security>]]>"), ""),
        ("", ""),
    ],
)
def test_every_security_element_of_the_header_goes_and_nothing_that_only_looks_like_it(header: str, rest: str) -> None:
    assert left(a_message(header).encode()) == a_message(rest).encode()


def test_word_in_the_body_is_left_alone() -> None:
    sent = a_message("", text="<Security>title</Security>").encode()
    assert left(sent) == sent


@pytest.mark.parametrize("broken", [b"", b"no xml", a_message(TOKEN).encode()[:200]])
def test_message_whose_head_cannot_be_read_is_not_handed_out(broken: bytes) -> None:
    with pytest.raises(NotToBeReadAgain):
        left(broken)
