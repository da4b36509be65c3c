"""Where a demonstration lives: a folder of its own, for one demonstration at a time."""

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from gateway.errors import ConfigurationError

REHEARSAL = Path("rehearsal")
_MARK = ".rehearsal"


class NotOurs(ConfigurationError):
    """The folder of the rehearsal holds something else."""

    message = "{folder} exists and was not made by a demonstration."
    hint = "Move it away, or run the demonstration in another folder."


class RunsAlready(ConfigurationError):
    """Another demonstration is at work in the folder; making it anew would take its data away."""

    message = "A rehearsal runs in {folder}/ already."
    hint = "End it with Ctrl-C, or choose another place with --folder."


@dataclass(frozen=True)
class Rehearsal:
    """Where the parts of one demonstration are, and what they are called."""

    folder: Path
    address: str
    wise_address: str
    on: date
    lock: int
    """The open file that keeps other demonstrations out, as long as any process of this one has it open."""

    @property
    def config(self) -> Path:
        """The settings file."""
        return self.folder / "gateway.toml"

    @property
    def secrets_file(self) -> Path:
        """Where `init` leaves the first accounts."""
        return self.folder / "first-accounts.txt"

    @property
    def supplier_secret(self) -> Path:
        """The secret of the supplier's account, as `gateway push` takes it."""
        return self.folder / "supplier.secret"

    @property
    def soap_address(self) -> str:
        """Where the supplier pushes to."""
        return f"{self.address}/soap/orders"

    def secret(self, account: str) -> str:
        """The generated secret of one of the first accounts."""
        lines = self.secrets_file.read_text(encoding="utf-8").splitlines()
        return next(line.split("\t", 1)[1] for line in lines if line.startswith(f"{account}\t"))


@contextmanager
def alone(folder: Path) -> Iterator[int]:
    """Have the folder to ourselves, and empty; what keeps others out as long as it is open."""
    if folder.exists() and not (folder / _MARK).exists() and any(folder.iterdir()):
        raise NotOurs(folder=folder.resolve())
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / _MARK).open("a") as mark:
        try:
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RunsAlready(folder=folder) from error
        for path in folder.iterdir():
            if path.name != _MARK:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
        yield mark.fileno()
