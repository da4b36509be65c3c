"""The folders of an installation, and to whom things on disk belong."""

import grp
import os
import pwd
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway.config import LibrarySettings, Settings
from gateway.errors import ConfigurationError
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import Plan, places, sqlite_file

OPEN_TO_GROUP, KEEPS_GROUP, OWNER_ONLY = 0o750, 0o2750, 0o700


class UnknownOwner(ConfigurationError):
    """The user or group that should own something does not exist."""

    message = "There is no {what} {name!r} on this machine."
    hint = "Make it first (`adduser --system --group {name}`) or name another."


class NotARoot(ConfigurationError):
    """Only root can give files to another user."""

    message = "Only root can give files to {name!r}."
    hint = "Run this as root, or as {name} itself without --user."


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
    entry = named(user) if user else None
    uid, gid = (entry.pw_uid, entry.pw_gid) if entry else (None, None)
    if group is not None:
        gid = _group(group)
    if uid not in (None, os.geteuid()) and os.geteuid() != 0:
        raise NotARoot(name=user)
    return Owner(uid, gid)


def named(user: str) -> pwd.struct_passwd:
    """The system user of that name.

    Raises:
        UnknownOwner: there is none.
    """
    try:
        return pwd.getpwnam(user)
    except KeyError as error:
        raise UnknownOwner(what="user", name=user) from error


def _group(name: str) -> int:
    try:
        return grp.getgrnam(name).gr_gid
    except KeyError as error:
        raise UnknownOwner(what="group", name=name) from error


def secrets_folder(folder: Path) -> Path:
    """Where the gateway keeps what nobody else may read, within its data folder."""
    return folder / "secrets"


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


def data_folders(settings: Settings, user: str | None) -> Iterator[Folder]:
    """The folders of the gateway's own, outermost first."""
    home = settings.data_folder
    yield Folder(home, user=user)
    yield Folder(secrets_folder(home), OWNER_ONLY, user)
    yield Folder(home / "reports", user=user)
    yield Folder(home / "systems", user=user)
    for library in settings.library:
        yield Folder(home / "systems" / library.institution, user=user)


def reports_folders(libraries: Iterable[LibrarySettings], user: str | None) -> Iterator[Folder]:
    """The folders that library systems read; what is written there later gets the folder's group."""
    for library in libraries:
        if library.reports_folder:
            mode = KEEPS_GROUP if library.reports_group else OPEN_TO_GROUP
            yield Folder(library.reports_folder, mode, user, library.reports_group)


def missing_system_folders(libraries: Iterable[LibrarySettings], user: str | None) -> Iterator[Folder]:
    """Folders through which we speak to library systems and that nobody made yet; what is there is the system's own."""
    for library in libraries:
        group = getattr(library.settings, "group", None)
        for key, path in places(library.settings):
            if not key.endswith("_file") and not path.exists():
                yield Folder(path, KEEPS_GROUP if group else OPEN_TO_GROUP, user, group)


def wanted_folders(plan: Plan) -> Iterator[Folder]:
    """Every folder of a gateway."""
    yield Folder(plan.config.parent, mode=None)
    yield from data_folders(plan.settings, plan.user)
    yield from reports_folders(plan.settings.library, plan.user)
    yield from missing_system_folders(plan.settings.library, plan.user)
    database = sqlite_file(plan.settings.database)
    if database is not None and not database.parent.is_dir():
        yield Folder(database.parent, user=plan.user)


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
        for missing in reversed([each for each in (path, *path.parents) if not each.is_dir()]):
            made = Made(MadeKind.FOLDER, str(missing))
            if journal.path.parent.is_dir():
                journal.note(made)
            else:  # the folder that will hold the journal
                unnoted.append(made)
            missing.mkdir(mode=0o755)
        for made in unnoted:
            journal.note(made)
        give(path, owner(self.folder.user, self.folder.group), self.folder.mode)
        return todo


def give(path: Path, to: Owner, mode: int | None) -> None:
    """Set owner, where one is named, and mode; in that order, as a change of owner may take bits of the mode away."""
    if to != Owner():
        os.chown(path, -1 if to.user is None else to.user, -1 if to.group is None else to.group)
    if mode is not None:
        path.chmod(mode)
