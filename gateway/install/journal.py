"""What `init` made, one line each, kept beside the settings, so that `--undo` can take back exactly that.

A line is written *before* the thing is made: after a crash the journal may name a thing that never came to be,
which undoing passes over, but it never misses one that did.
"""

import json
import os
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path

from gateway.errors import ConfigurationError


class BadJournal(ConfigurationError):
    """The journal was damaged."""

    message = "Line {line} of {path} cannot be read, so it is not known what was made."
    hint = "Put the file back from a backup, or remove by hand what `gateway init` made and then this file."


class MadeKind(StrEnum):
    """The kinds of things that `init` makes; `undo` knows how to take back each."""

    FOLDER = "folder"
    FILE = "file"
    DATABASE = "database"
    TABLES = "tables"
    ACCOUNT = "account"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that was made: where it is, and what it was like."""

    kind: MadeKind
    name: str
    note: str = ""


def path_for(config: Path) -> Path:
    """Where the journal of one settings file lies."""
    return config.with_name(config.name + ".made.jsonl")


@dataclass(frozen=True, slots=True)
class Journal:
    """The journal of one gateway."""

    path: Path

    def note(self, made: Made) -> None:
        """Write down what is about to be made, and see it safe on disk."""
        known = self.read()
        if made not in known:
            self._write([*known, made])

    def read(self) -> list[Made]:
        """Everything that was noted, in the order in which it was made."""
        if not self.path.exists():
            return []
        lines = self.path.read_text(encoding="utf-8").splitlines()
        return [self._line(number, line) for number, line in enumerate(lines, 1)]

    def _line(self, number: int, line: str) -> Made:
        try:
            content = json.loads(line)
            return Made(MadeKind(content["kind"]), content["name"], content["note"])
        except (ValueError, KeyError, TypeError) as error:
            raise BadJournal(path=self.path, line=number) from error

    def forget(self, made: Made) -> None:
        """Strike out a thing that was taken back; the journal goes with the last one."""
        left = [each for each in self.read() if each != made]
        if left:
            self._write(left)
        else:
            self.path.unlink(missing_ok=True)

    def _write(self, all_made: list[Made]) -> None:
        fresh = self.path.with_name(self.path.name + ".new")
        opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(opened, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(asdict(made), ensure_ascii=False) + "\n" for made in all_made)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
