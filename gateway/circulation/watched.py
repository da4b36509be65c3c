"""Files with messages: opened without being led astray, read in pieces, and the folder in which they are left.

A library system puts a file there under another name and renames it, or writes it slowly: one that is still growing
is left until it is whole. What was taken goes to `done`, what was refused to `refused` with the reason beside it, what
needs confirmation to `held`.
"""

import gzip
import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from gateway.circulation.intake import Receipt, State
from gateway.circulation.refusals import BrokenOff, Damaged, TooMuch, Unreadable
from gateway.errors import GatewayError, RejectedInput, SystemUnavailable
from gateway.log import logger
from gateway.transport.drop_folder import write_synced

PIECE = 65_536
DONE, REFUSED, HELD = "done", "refused", "held"
_GZIP = b"\x1f\x8b"
_UNFINISHED = (".part", ".tmp", ".filepart")
_BESIDE = ".reason.txt"
_QUIET_SECONDS = 5
"""A file that nobody wrote to for so long may be whole."""
_PATIENCE_SECONDS = 3_600
"""One that cannot be read to its end may still be growing until nobody wrote to it for so long."""


@contextmanager
def opened(path: Path, most: int, *, follow: bool = True) -> Iterator[tuple[int, Iterator[bytes]]]:
    """A plain file, with its size and its content after unpacking.

    Args:
        path: never a device, a pipe or a folder.
        most: bytes after unpacking.
        follow: links, as when a person named the file.

    Raises:
        Unreadable: it is none, or may not be read.
        Unreadable, Damaged, TooMuch: while reading.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW))
    except OSError as error:
        raise Unreadable(path=path, reason=(error.strerror or str(error)).lower()) from error
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise Unreadable(path=path, reason="it is no plain file")
        yield found.st_size, _limited(_pieces(path, file), most)


def _pieces(path: Path, file: IO[bytes]) -> Iterator[bytes]:
    packed = file.read(2) == _GZIP
    file.seek(0)
    source: Any = gzip.GzipFile(fileobj=file) if packed else file
    try:
        while piece := source.read(PIECE):
            yield piece
    except (gzip.BadGzipFile, zlib.error) as error:
        raise Damaged(path=path, reason=str(error).lower()) from error
    except (OSError, EOFError) as error:
        raise Unreadable(path=path, reason=str(error).lower()) from error


def _limited(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    read = 0
    for piece in pieces:
        read += len(piece)
        if read > most:
            raise TooMuch(what="The message", limit=f"{most} bytes after unpacking")
        yield piece


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be taken as it was then, and what is to be said of it should it stay so."""

    identity: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder in which a library system leaves messages. `take` gets a file's name and content."""

    path: Path
    take: Callable[[str, Iterator[bytes]], Receipt]
    most: int
    failed: dict[Path, Failure] = field(default_factory=dict)
    """What is read again only once it changed; of other folders too."""

    def look(self, now: float) -> None:
        """Take every file that is whole, the oldest first; one that cannot be taken now is tried again next time.

        Args:
            now: seconds since 1970, as file systems count.
        """
        try:
            waiting = sorted(self._waiting(now), key=lambda file: (file.stat().st_mtime_ns, file.name))
        except OSError as error:
            logger.error("circulation.folder_unusable", folder=str(self.path), reason=error.strerror)
            return
        for gone in [each for each in self.failed if each.parent == self.path and each not in waiting]:
            del self.failed[gone]
        for file in waiting:
            try:
                self._take(file, now)
            except SystemUnavailable as error:
                logger.warning("circulation.file_put_off", file=repr(file.name), reason=str(error))
                return
            except OSError as error:
                logger.error("circulation.file_stuck", file=repr(file.name), reason=error.strerror)

    def forget(self, before: float) -> None:
        """Delete what was put away before that moment, in seconds since 1970."""
        for place in (self.path / each for each in (DONE, REFUSED, HELD)):
            if place.is_symlink() or not place.is_dir():
                continue
            for file in place.iterdir():
                found = file.lstat()
                # Moving a file changes this time, and not the one when it was written.
                if stat.S_ISREG(found.st_mode) and found.st_ctime < before:
                    file.unlink()

    def _waiting(self, now: float) -> Iterator[Path]:
        for file in self.path.iterdir():
            found = file.lstat()
            if file.name.startswith(".") or file.suffix in _UNFINISHED or stat.S_ISDIR(found.st_mode):
                continue
            if not stat.S_ISREG(found.st_mode):
                logger.warning("circulation.no_plain_file", file=repr(file.name))
            elif now - found.st_mtime >= _QUIET_SECONDS:
                yield file

    def _take(self, file: Path, now: float) -> None:
        before = file.lstat()
        failure = self.failed.get(file)
        if failure and failure.identity == _identity(before):
            self._give_up(file, before, failure.reason, now)
            return
        try:
            with opened(file, self.most, follow=False) as (_, chunks):
                receipt = self.take(file.name, chunks)
        except (RejectedInput, Unreadable) as error:
            if isinstance(error, BrokenOff | Unreadable):
                self._give_up(file, before, _reason(error), now)
            else:
                self._put_away(file, before, REFUSED, _reason(error))
            return
        except (SystemUnavailable, OSError):
            raise
        except Exception:
            logger.exception("circulation.file_failed", file=repr(file.name))
            self._give_up(file, before, "It could not be taken; the log of the gateway says why.", now)
            return
        self._settle(file, before, receipt)

    def _settle(self, file: Path, before: os.stat_result, receipt: Receipt) -> None:
        if receipt.state is State.HELD:
            lost = ", ".join(f"{gone} of {of}: {name}" for name, (gone, of) in receipt.would_go.items())
            reason = f"It would delete {lost}. Nothing was changed; import it with --confirm if this is right."
            self._put_away(file, before, HELD, reason)
        else:
            refused = [f"line {each.line}, {each.record} {each.id}: {each.sentence}" for each in receipt.findings]
            self._put_away(file, before, DONE, "\n".join(refused))

    def _give_up(self, file: Path, before: os.stat_result, reason: str, now: float) -> None:
        """Refuse a file that nobody wrote to for long; before that it is left, as it may still be written."""
        if now - before.st_mtime < _PATIENCE_SECONDS:
            self.failed[file] = Failure(_identity(before), reason)
        else:
            self._put_away(file, before, REFUSED, reason)

    def _put_away(self, file: Path, before: os.stat_result, place: str, reason: str) -> None:
        """Move a file that is still the one that was read, with what is to be said of it beside it."""
        logger.info("circulation.file_put_away", file=repr(file.name), place=place)
        folder = self.path / place
        folder.mkdir(exist_ok=True)
        if folder.is_symlink() or _identity(file.lstat()) != _identity(before):
            return
        name, number = file.name, 1
        while os.path.lexists(folder / name):
            number += 1
            name = f"{file.name}.{number}"
        file.rename(folder / name)
        if reason:
            write_synced(folder / f"{name}{_BESIDE}", f"{reason}\n".encode("utf-8", "replace"))


def _identity(found: os.stat_result) -> tuple[int, ...]:
    """What changes when a file is written, replaced, or given to other readers."""
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _reason(error: GatewayError) -> str:
    return f"{error}\n{error.advice}"
