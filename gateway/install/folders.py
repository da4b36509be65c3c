"""The part of an installation that lies on disk: folders, the gateway's own key, the settings file."""

import grp
import os
import pwd
import secrets
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from gateway.config import LibrarySettings
from gateway.errors import ConfigurationError
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import Plan

OPEN_TO_GROUP, KEEPS_GROUP, OWNER_ONLY = 0o750, 0o2750, 0o700
KEY_BYTES = 32


class UnknownOwner(ConfigurationError):
    """The user or group that should own something does not exist."""

    message = "There is no {what} {name!r} on this machine."
    hint = "Make it first (`adduser --system --group {name}`) or name another."


class NotARoot(ConfigurationError):
    """Only root can give files to another user."""

    message = "Only root can give files to {name!r}."
    hint = "Run this as root, or as {name} itself without --user."


class NoKey(ConfigurationError):
    """The gateway's own key is not there; without it no supplier's secret can be checked."""

    message = "The gateway's own key in {path} cannot be used: {reason}."
    hint = "Put it back from a backup. A new one (`gateway init`) makes every supplier's secret useless."


class OtherSettings(ConfigurationError):
    """There is a settings file already, and it says something else."""

    message = "{path} exists and differs from what was asked:\n{differences}"
    hint = "Change the file by hand and run `gateway init` without those flags, or take the old one back with --undo."


@dataclass(frozen=True, slots=True)
class Owner:
    """To whom something belongs; `None` means: as it comes."""

    user: int | None = None
    group: int | None = None


def owner(user: str | None, group: str | None = None) -> Owner:
    """Look a user and group up; without a group the user's own.

    Raises:
        UnknownOwner: there is no such user or group.
        NotARoot: it is somebody else and we are not root.
    """
    if user is None and group is None:
        return Owner()
    uid, gid = _user(user) if user else (None, None)
    if group is not None:
        gid = _group(group)
    if uid not in (None, os.geteuid()) and os.geteuid() != 0:
        raise NotARoot(name=user)
    return Owner(uid, gid)


def _user(name: str) -> tuple[int, int]:
    try:
        entry = pwd.getpwnam(name)
    except KeyError as error:
        raise UnknownOwner(what="user", name=name) from error
    return entry.pw_uid, entry.pw_gid


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError as error:
        raise UnknownOwner(what="group", name=name) from error


def secrets_folder(folder: Path) -> Path:
    """Where the gateway keeps what nobody else may read, within its data folder."""
    return folder / "secrets"


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
class Folder:
    """A folder as it should be. `group` may read it, where another program must; no `mode` means: any."""

    path: Path
    mode: int | None = OPEN_TO_GROUP
    user: str | None = None
    group: str | None = None

    def wrongs(self) -> list[str]:
        """What is not as it should be, as phrases that also hold once it was mended."""
        if not self.path.is_dir():
            return ["was missing"]
        found = self.path.stat()
        wanted = owner(self.user, self.group)
        wrong = []
        mode = stat.S_IMODE(found.st_mode)
        if self.mode is not None and mode != self.mode:
            wrong.append(f"had mode {mode:04o} instead of {self.mode:04o}")
        if wanted.user not in (None, found.st_uid):
            wrong.append(f"did not belong to {self.user}")
        if wanted.group not in (None, found.st_gid):
            wrong.append(f"did not belong to group {self.group or self.user}")
        return wrong


def data_folders(home: Path, user: str | None) -> Iterator[Folder]:
    """The folders of the gateway's own, outermost first."""
    yield Folder(home, user=user)
    for name in ("reports", "work"):
        yield Folder(home / name, user=user)
    yield Folder(secrets_folder(home), OWNER_ONLY, user)


def reports_folders(libraries: Iterable[LibrarySettings], user: str | None) -> Iterator[Folder]:
    """The folders that library systems read; what is written there later gets the folder's group."""
    for library in libraries:
        if library.reports_folder:
            mode = KEEPS_GROUP if library.reports_group else OPEN_TO_GROUP
            yield Folder(library.reports_folder, mode, user, library.reports_group)


def wanted_folders(plan: Plan) -> Iterator[Folder]:
    """Every folder of a gateway."""
    yield Folder(plan.config.parent, mode=None)
    yield from data_folders(plan.settings.data_folder, plan.user)
    yield from reports_folders(plan.settings.library, plan.user)


@dataclass(frozen=True, slots=True)
class FolderStep:
    """One folder with its owner and mode."""

    folder: Folder

    @property
    def name(self) -> str:
        """What it is about."""
        return f"folder {self.folder.path}"

    def check(self) -> str:
        """What is not right."""
        return "; ".join(self.folder.wrongs())

    def apply(self, journal: Journal) -> str:
        """Make it, with the folders above it that are missing, and set owner and mode."""
        todo = self.check()
        path = self.folder.path
        unnoted = []
        for missing in reversed([each for each in (path, *path.parents) if not each.exists()]):
            made = Made(MadeKind.FOLDER, str(missing))
            if journal.path.parent.exists():
                journal.note(made)
            else:  # the folder that will hold the journal
                unnoted.append(made)
            missing.mkdir(mode=0o755)
        for made in unnoted:
            journal.note(made)
        give(path, owner(self.folder.user, self.folder.group), self.folder.mode)
        return todo


@dataclass(frozen=True, slots=True)
class KeyStep:
    """The gateway's own key file."""

    plan: Plan

    @property
    def name(self) -> str:
        """What it is about."""
        return f"key file {self._path}"

    @property
    def _path(self) -> Path:
        return key_file(self.plan.settings.data_folder)

    def check(self) -> str:
        """What is not right."""
        return _file_wrongs(self._path, 0o600, owner(self.plan.user))

    def apply(self, journal: Journal) -> str:
        """Make a key of 256 bits, or put right who may read the one that is there."""
        todo = self.check()
        if not self._path.exists():
            journal.note(Made(MadeKind.FILE, str(self._path)))
            write_new(self._path, secrets.token_hex(KEY_BYTES) + "\n", 0o600)
        give(self._path, owner(self.plan.user), 0o600)
        return todo


@dataclass(frozen=True, slots=True)
class SettingsStep:
    """The settings file; one that is there already is never written over."""

    plan: Plan

    @property
    def name(self) -> str:
        """What it is about."""
        return f"settings {self.plan.config}"

    def check(self) -> str:
        """What is not right."""
        return _file_wrongs(self.plan.config, 0o640, self._owner())

    def apply(self, journal: Journal) -> str:
        """Write the file, or put right who may read the one that is there."""
        todo = self.check()
        if not self.plan.config.exists():
            text = self.plan.settings_text
            journal.note(Made(MadeKind.FILE, str(self.plan.config), sha256(text.encode()).hexdigest()))
            write_new(self.plan.config, text, 0o640)
        give(self.plan.config, self._owner(), 0o640)
        return todo

    def _owner(self) -> Owner:
        # The service may read its settings but not change them, so only the group is the service's.
        return Owner(group=owner(self.plan.user).group)


def _file_wrongs(path: Path, mode: int, wanted: Owner) -> str:
    if not path.exists():
        return "was missing"
    found = path.stat()
    wrong = []
    if (seen := stat.S_IMODE(found.st_mode)) != mode:
        wrong.append(f"had mode {seen:04o} instead of {mode:04o}")
    if wanted.user not in (None, found.st_uid) or wanted.group not in (None, found.st_gid):
        wrong.append("belonged to another")
    return "; ".join(wrong)


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


def give(path: Path, to: Owner, mode: int | None) -> None:
    """Set owner, where one is named, and mode; in that order, as a change of owner may take bits of the mode away."""
    if to != Owner():
        os.chown(path, -1 if to.user is None else to.user, -1 if to.group is None else to.group)
    if mode is not None:
        path.chmod(mode)
