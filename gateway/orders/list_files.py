"""Open the files that people hand in: plain ones only, of a size that fits in memory, none that is being written."""

import codecs
import os
import stat
from pathlib import Path

MOST_MEGABYTES = 32
"""What a list may hold: some 300,000 rows. It is read as a whole, since nothing of it may be half applied."""

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotTaken(ValueError):
    """The file is there, and must not be used; says why and what to do."""


def content_of(path: Path) -> bytes:
    """All that a file holds.

    Raises:
        NotTaken: it is no plain file, too large, or was written to meanwhile.
        OSError: it cannot be opened or read.
    """
    # Without O_NONBLOCK the opening of a pipe waits for somebody to write to it.
    descriptor = os.open(_no_link(path), os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        before = os.fstat(descriptor)
        _refuse_unfit(before)
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            content = file.read(MOST_MEGABYTES * 2**20 + 1)
        after = os.fstat(descriptor)
    finally:
        os.close(descriptor)
    if len(content) != before.st_size or after.st_mtime_ns != before.st_mtime_ns:
        raise NotTaken("it is being written to; hand it in again once it is finished")
    return content


def text_of(content: bytes) -> str:
    """What a CSV file says, in UTF-8 or Windows-1252; never a guess.

    Raises:
        NotTaken: it is in neither; names the first line that shows it.
    """
    if content.startswith(_WIDE) or b"\0" in content:
        raise NotTaken("it is no text in UTF-8 or Windows-1252; save it as CSV UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if content.startswith(codecs.BOM_UTF8):
            raise NotTaken(f"line {_line(content, error.start)} is not in UTF-8, as the file says it is") from error
    try:
        return content.decode("windows-1252")
    except UnicodeDecodeError as error:
        where = _line(content, error.start)
        raise NotTaken(f"line {where} is neither UTF-8 nor Windows-1252; save it as CSV UTF-8") from error


def shown(path: Path) -> str:
    """A path in one line, whatever characters its name has."""
    return str(path) if str(path).isprintable() else ascii(str(path))


def _no_link(path: Path) -> Path:
    if path.is_symlink():
        raise NotTaken("it is a link; name the file that it leads to")
    return path


def _refuse_unfit(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        raise NotTaken("it is no plain file; save the list as a file and name that")
    if found.st_size > MOST_MEGABYTES * 2**20:
        size = -(-found.st_size // 2**20)
        raise NotTaken(f"it holds {size} MB and at most {MOST_MEGABYTES} are read; hand in the list in parts")


def _line(content: bytes, place: int) -> int:
    return content.count(b"\n", 0, place) + 1
