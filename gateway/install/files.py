"""The files of an installation: the gateway's own key, secrets of library systems, the settings."""

import os
import secrets
import stat
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gateway.errors import ConfigurationError
from gateway.install.folders import Owner, give, owner, secrets_folder
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import Plan

SECRET, FOR_SERVICE = 0o600, 0o640
KEY_BYTES = 32


class NoKey(ConfigurationError):
    """The gateway's own key is not there; without it no supplier's secret can be checked."""

    message = "The gateway's own key in {path} cannot be used: {reason}."
    hint = "Put it back from a backup. A new one (`gateway init`) makes every supplier's secret useless."


def key_file(folder: Path) -> Path:
    """The gateway's own key: signs sessions and secrets, never leaves the machine."""
    return secrets_folder(folder) / "gateway.key"


def read_key(folder: Path) -> bytes:
    """The gateway's own key, of 32 bytes.

    Raises:
        NoKey: it is missing or damaged.
    """
    path = key_file(folder)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except (OSError, ValueError) as error:
        raise NoKey(path=path, reason=error) from error
    if len(key) != KEY_BYTES:
        raise NoKey(path=path, reason=f"it holds {len(key)} bytes instead of {KEY_BYTES}")
    return key


@dataclass(frozen=True, slots=True)
class FileStep:
    """One file with its owner and mode; one that is there already is never written over."""

    label: str
    path: Path
    text: str
    mode: int
    to: Owner
    may_be_edited: bool = False

    @property
    def name(self) -> str:
        """What it is about."""
        return f"{self.label} {self.path}"

    def check(self) -> str:
        """What is not right."""
        if not self.path.exists():
            return "was missing"
        found = self.path.stat()
        wrong = []
        if (seen := stat.S_IMODE(found.st_mode)) != self.mode:
            wrong.append(f"had mode {seen:04o} instead of {self.mode:04o}")
        if self.to.user not in (None, found.st_uid) or self.to.group not in (None, found.st_gid):
            wrong.append("belonged to another")
        return "; ".join(wrong)

    def apply(self, journal: Journal) -> str:
        """Write it, or put right who may read the one that is there."""
        todo = self.check()
        if not self.path.exists():
            mark = sha256(self.text.encode()).hexdigest() if self.may_be_edited else ""
            journal.note(Made(MadeKind.FILE, str(self.path), mark))
            write_new(self.path, self.text, self.mode)
        give(self.path, self.to, self.mode)
        return todo


def key_step(plan: Plan) -> FileStep:
    """The gateway's own key: 256 random bits."""
    path = key_file(plan.settings.data_folder)
    return FileStep("key file", path, secrets.token_hex(KEY_BYTES) + "\n", SECRET, owner(plan.user))


def secret_steps(plan: Plan) -> list[FileStep]:
    """The secrets of library systems that were given as answers."""
    return [
        FileStep("secret", path, secret + "\n", SECRET, owner(plan.user)) for path, secret in plan.kept_secrets.items()
    ]


def settings_step(plan: Plan) -> FileStep:
    """The settings: the service may read them but not change them, so only the group is the service's."""
    group = Owner(group=owner(plan.user).group)
    return FileStep("settings", plan.config, plan.settings_text, FOR_SERVICE, group, may_be_edited=True)


def write_new(path: Path, text: str, mode: int) -> None:
    """Write a file whole or not at all, never readable to more than `mode` says, not even for a moment."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    opened = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(opened, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
