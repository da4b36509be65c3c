"""Where generated secrets go: shown once, or written to a file that only its owner may read."""

import os
from dataclasses import dataclass
from pathlib import Path

from gateway.install.folders import give, owner
from gateway.install.journal import Journal, Made, MadeKind


@dataclass(frozen=True, slots=True)
class SecretsFile:
    """A file that gets each secret the moment it exists; hand it over and remove it."""

    path: Path
    journal: Journal
    user: str | None = None

    def tell(self, account: str, secret: str) -> None:
        """Add one account with its secret, safe on disk before this returns."""
        self.journal.note(Made(MadeKind.FILE, str(self.path)))
        opened = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW, 0o600)
        with os.fdopen(opened, "a", encoding="utf-8") as file:
            give(self.path, owner(self.user), 0o600)
            file.write(f"{account}\t{secret}\n")
            file.flush()
            os.fsync(file.fileno())
