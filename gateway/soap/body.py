"""The body of an HTTP request as a stream of small pieces: length, gzip and limits are dealt with here."""

import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from gateway.soap.refusals import BadPacking, EmptyBody, NotXml, TooLarge, WrongContentEncoding

PIECE = 65_536
_GZIP = zlib.MAX_WBITS | 16


class _Readable(Protocol):
    def read(self, size: int, /) -> bytes: ...


def pieces(environ: Mapping[str, Any], most: int) -> Iterator[bytes]:
    """The body after unpacking, in pieces of at most 64 KB.

    Args:
        most: bytes allowed, before and after unpacking.

    Raises:
        EmptyBody, TooLarge, WrongContentEncoding: at once, from what the headers say.
        TooLarge, BadPacking, NotXml: while reading.
    """
    encoding = environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if encoding not in ("", "identity", "gzip", "x-gzip"):
        raise WrongContentEncoding(found=encoding[:40])
    length = _length(environ)
    if length is not None and length > most:
        raise _too_large(most)
    packed = _limited(_sent(environ["wsgi.input"], length), most)
    first = next(packed, b"")
    if not first:
        raise EmptyBody()
    whole = _chain(first, packed)
    return _limited(_unpacked(whole), most) if encoding.endswith("gzip") else whole


def _length(environ: Mapping[str, Any]) -> int | None:
    """What Content-Length says; none for a body that ends by itself, 0 for none at all."""
    text = environ.get("CONTENT_LENGTH") or ""
    if text.strip().isdecimal():
        return int(text)
    return None if environ.get("wsgi.input_terminated") else 0


def _sent(source: _Readable, length: int | None) -> Iterator[bytes]:
    left = length
    while left is None or left > 0:
        piece = source.read(PIECE if left is None else min(PIECE, left))
        if not piece:
            if left:
                raise NotXml(problem=f"the connection ended {left} bytes before the Content-Length")
            return
        left = None if left is None else left - len(piece)
        yield piece


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """The content of one gzip stream, never more than one piece at a time."""
    unpacker = zlib.decompressobj(_GZIP)
    for piece in packed:
        if unpacker.eof:
            raise BadPacking(problem="something follows the end of the stream")
        while piece and not unpacker.eof:
            yield _unpack(unpacker, piece)
            piece = unpacker.unconsumed_tail
        if unpacker.unused_data:
            raise BadPacking(problem="something follows the end of the stream")
    while not unpacker.eof:
        content = _unpack(unpacker, b"")
        if not content:
            raise BadPacking(problem="the stream breaks off")
        yield content


def _unpack(unpacker: "zlib._Decompress", piece: bytes) -> bytes:
    try:
        return unpacker.decompress(piece, PIECE)
    except zlib.error as error:
        raise BadPacking(problem="it is not a gzip stream, or it is damaged") from error


def _limited(content: Iterator[bytes], most: int) -> Iterator[bytes]:
    total = 0
    for piece in content:
        total += len(piece)
        if total > most:
            raise _too_large(most)
        yield piece


def _chain(first: bytes, rest: Iterator[bytes]) -> Iterator[bytes]:
    yield first
    yield from rest


def _too_large(most: int) -> TooLarge:
    return TooLarge(what="The message", limit=f"{most} bytes after unpacking")
