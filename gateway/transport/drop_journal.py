"""What was offered through a drop folder, so that nothing is lost or offered twice, wherever a run is killed.

A batch is a few files and a manifest with their SHA-256, shown last: what stands in a manifest is complete. Names
follow from the content, so a batch that is offered again has the names it had.

The library system takes files away, so an empty folder does not say whether a batch was ever there. Hence a
journal, a small file per batch in a folder of our own, and this order of steps, each synced before the next begins:

1. all files stand in the drop folder under hidden names, whole;
2. the journal says `offering`, with the keys of the lines in the batch;
3. each file gets its own name, the manifest last;
4. the journal says `offered` (not waited for: without it, 3 is found done).

Killed before 2: nothing was shown, and the next try begins anew. Killed after 2: a hidden name that still stands
there was not shown yet, and is; one that is gone was shown, and maybe taken: it is left alone.
"""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from gateway import clock
from gateway.transport.drop_folder import HIDDEN, DropFolder, FolderUnavailable, reason_of, sync, write_synced

KEPT_DAYS = 90
"""How long the journal remembers a batch that was offered."""
MANIFEST = ".manifest"


@dataclass(frozen=True, slots=True)
class Journal:
    """What was offered to one drop folder: `offering/<batch>`, then `offered/<day>/<batch>`.

    An entry holds the names of the batch's files, an empty line, and the keys of its lines, in their order.
    """

    folder: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """One worker at a time, in this process or another; a killed worker lets go.

        Raises:
            SystemUnavailable: the journal cannot be written in this block.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with (self.folder / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield
        except OSError as error:
            raise FolderUnavailable(folder=self.folder, reason=reason_of(error)) from error

    def keys(self, batch: str) -> tuple[str, ...]:
        """The keys of the lines of one batch, in its order; empty when it is not remembered."""
        entry = self._entry(batch)
        return _read(entry)[1] if entry else ()

    def remembers(self, batch: str) -> bool:
        """Whether a batch was offered, or was about to be."""
        return self._entry(batch) is not None

    def known(self, keys: Iterable[str]) -> frozenset[str]:
        """Which of these lines were offered before, in whatever batch; reads the whole journal."""
        asked, found = frozenset(keys), set[str]()
        for entry in (*self._entries("offering"), *(each for day in self._days() for each in _files(day))):
            found |= asked.intersection(_read(entry)[1])
            if len(found) == len(asked):
                break
        return frozenset(found)

    def begin(self, batch: str, names: Sequence[str], keys: Sequence[str]) -> None:
        """Step 2: from now on this batch is being offered."""
        place = self._made("offering")
        content = "\n".join((*names, "", *keys)).encode()
        write_synced(place / f"{HIDDEN}{batch}", content)
        (place / f"{HIDDEN}{batch}").rename(place / batch)
        sync(place)

    def unfinished(self) -> list[tuple[str, tuple[str, ...]]]:
        """Batches that were begun and not ended, with the names of their files."""
        return [(entry.name, _read(entry)[0]) for entry in self._entries("offering")]

    def end(self, batch: str) -> None:
        """Step 4: this batch was offered."""
        begun = self._made("offering") / batch
        day = self._made(f"offered/{clock.now():%Y-%m-%d}")
        with suppress(FileNotFoundError):  # another worker ended it
            begun.rename(day / batch)

    def forget_old(self) -> None:
        """Let go of the days beyond KEPT_DAYS."""
        first = f"{clock.now().date() - timedelta(days=KEPT_DAYS):%Y-%m-%d}"
        for day in self._days():
            if _is_day(day.name) and day.name < first:
                for entry in _files(day):
                    entry.unlink(missing_ok=True)
                with suppress(OSError):
                    day.rmdir()

    def _entry(self, batch: str) -> Path | None:
        places = (self.folder / "offering", *self._days())
        return next((place / batch for place in places if (place / batch).is_file()), None)

    def _entries(self, name: str) -> list[Path]:
        place = self.folder / name
        return _files(place) if place.is_dir() else []

    def _days(self) -> list[Path]:
        place = self.folder / "offered"
        return sorted(place.iterdir(), reverse=True) if place.is_dir() else []

    def _made(self, name: str) -> Path:
        place = self.folder / name
        if not place.is_dir():
            place.mkdir(parents=True, exist_ok=True)
            sync(place.parent)
        return place


def offer(folder: DropFolder, journal: Journal, batch: str, files: Mapping[str, bytes], keys: Sequence[str]) -> None:
    """Offer a batch, unless it was offered before. The module says what a crash at any moment leaves.

    Args:
        batch: its name, which follows from its content.
        files: without the manifest; shown in this order.
        keys: of the lines in the batch.

    Raises:
        ConfigurationError, SystemUnavailable: to be offered again; `finish` then ends what was begun.
    """
    with journal.held():
        if journal.remembers(batch):
            return
        whole = {**files, f"{batch}{MANIFEST}": manifest_of(files)}
        folder.hide(whole)
        journal.begin(batch, list(whole), keys)
        folder.show(whole)
        journal.end(batch)


def finish(folder: DropFolder, journal: Journal) -> frozenset[str]:
    """Finish what an earlier run was killed in the middle of; the keys of the lines in those batches."""
    finished: set[str] = set()
    with journal.held():
        for batch, names in journal.unfinished():
            finished.update(journal.keys(batch))
            folder.show(names)
            journal.end(batch)
    return frozenset(finished)


def manifest_of(files: Mapping[str, bytes]) -> bytes:
    """The manifest as `sha256sum --check` reads it: digest, two spaces, name."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files.items()).encode()


def _files(folder: Path) -> list[Path]:
    return sorted(each for each in folder.iterdir() if not each.name.startswith(HIDDEN))


def _read(entry: Path) -> tuple[tuple[str, ...], tuple[str, ...]]:
    names, _, keys = entry.read_text(encoding="utf-8").partition("\n\n")
    return tuple(names.splitlines()), tuple(keys.splitlines())


def _is_day(name: str) -> bool:
    with suppress(ValueError):
        return bool(date.fromisoformat(name))
    return False
