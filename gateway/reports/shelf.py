"""Report files on disk: written aside, synced, then put in place under their own name; never changed after that."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import BinaryIO

from gateway.errors import Busy, ConfigurationError
from gateway.reports.document import Document
from gateway.reports.formats import Written, write
from gateway.reports.model import Format

_READ_ONLY = 0o440
_DRAFTS = ".draft-"
_A_DAY_SECONDS = 24 * 60 * 60
_FULL = (errno.ENOSPC, errno.EDQUOT)


class ReportFolderUnusable(ConfigurationError):
    """The installer gave a folder in which we cannot keep or read reports."""

    code = "report-folder"
    message = "The folder {folder} cannot be used for reports: {reason}."
    hint = "Give the user that runs the gateway the right to write there; `gateway check` says what is missing."


class ReportFileMissing(ConfigurationError):
    """The archive knows a file that is no longer on disk."""

    code = "report-file-missing"
    message = "The report file {path} is gone."
    hint = "Reports are never removed by the gateway: restore it from a backup."


class ReportFileAltered(ConfigurationError):
    """A file on disk is not what was written."""

    code = "report-file-altered"
    message = "The report file {path} was changed after it was written."
    hint = "Reports are never changed: restore it from a backup, and find out who changed it."


@dataclass(frozen=True, slots=True)
class Draft:
    """One file that is complete and synced, but not in its place yet; `path` is where it goes, in the archive."""

    form: Format
    written: Path
    path: str
    size: int
    sha256: str


@contextmanager
def drafts(
    folder: Path, document: Document, paths: dict[Format, str], *, windows_1252: bool = False
) -> Iterator[tuple[list[Draft], Written]]:
    """Write the report aside, and forget it at the end of the block unless `publish` put it in place.

    A PDF that could not be made is left out, unless it is the only thing that was asked for.

    Args:
        folder: the archive.
        paths: per format where it will go, from `folder` on.

    Returns:
        The drafts, and what was written.

    Raises:
        TypesettingFailed: nothing but the PDF was asked for, and it could not be made.
        Busy: the disk is full.
        ReportFolderUnusable: we may not write there.
    """
    with _in_our_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=_DRAFTS, dir=folder))
        _sweep(folder, aside)
    try:
        with _in_our_words(folder):
            written = _write(aside, document, paths, windows_1252=windows_1252)
            made = [form for form in paths if form is not Format.PDF or written.without_pdf is None]
            if not made and written.without_pdf:
                raise written.without_pdf
            ready = [_draft(form, aside / Path(paths[form]).name, paths[form]) for form in made]
        yield ready, written
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sweep(folder: Path, aside: Path) -> None:
    """Throw away what a killed process left aside more than a day ago; by the disk's clock, not ours."""
    now = aside.stat().st_mtime
    for left in folder.glob(f"{_DRAFTS}*"):
        with suppress(FileNotFoundError):  # Drafts of other libraries come and go meanwhile.
            if left.stat().st_mtime < now - _A_DAY_SECONDS:
                shutil.rmtree(left, ignore_errors=True)


def _write(aside: Path, document: Document, paths: dict[Format, str], *, windows_1252: bool) -> Written:
    with ExitStack() as opened:
        files = {form: opened.enter_context((aside / Path(path).name).open("wb")) for form, path in paths.items()}
        written = write(document, files, windows_1252=windows_1252)
        for file in files.values():
            _sync(file)
    return written


def _draft(form: Format, written: Path, path: str) -> Draft:
    with written.open("rb") as file:
        return Draft(form, written, path, written.stat().st_size, file_digest(file, "sha256").hexdigest())


def publish(folder: Path, written: Sequence[Draft]) -> None:
    """Put drafts in their place; a file that a crash left there without being in the database is replaced."""
    with _in_our_words(folder):
        for draft in written:
            place = folder / draft.path
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.written.chmod(_READ_ONLY)
            draft.written.replace(place)
        for parent in {(folder / draft.path).parent for draft in written}:
            _sync_folder(parent)


def copy(source: Path, folder: Path) -> None:
    """Put a copy where another program may read it: under a hidden name until it is complete and synced."""
    hidden = folder / f".{source.name}.part"
    with _in_our_words(folder):
        hidden.unlink(missing_ok=True)
        try:
            with source.open("rb") as original, hidden.open("xb") as made:
                shutil.copyfileobj(original, made)
                _sync(made)
            hidden.chmod(_READ_ONLY)
            hidden.replace(folder / source.name)
        except OSError:
            hidden.unlink(missing_ok=True)
            raise
        _sync_folder(folder)


def opened(path: Path, sha256: str) -> BinaryIO:
    """Open a file after making sure that it is still what was written.

    Raises:
        ReportFileMissing: it is gone.
        ReportFileAltered: it is another than was written.
    """
    try:
        file = path.open("rb")
    except FileNotFoundError as error:
        raise ReportFileMissing(path=path) from error
    except OSError as error:
        raise ReportFolderUnusable(folder=path.parent, reason=error.strerror) from error
    if file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise ReportFileAltered(path=path)
    file.seek(0)
    return file


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _in_our_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise Busy() from error
        raise ReportFolderUnusable(folder=folder, reason=error.strerror or error) from error
