"""A folder that a library system empties: files come whole, and only we and those named may put them there.

A file is written under a hidden name, synced, and renamed. What makes a batch of files come never twice is in
`drop_journal`.
"""

import grp
import os
import pwd
import stat
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gateway.errors import ConfigurationError, SystemUnavailable

HIDDEN = "."
"""What a name begins with as long as the library system must not look at it."""


class MissingFolder(ConfigurationError):
    """There is no such folder."""

    code = "missing-folder"
    message = "There is no folder {folder}."
    hint = "Make it, owned by {account} and, for the library system, by the group named in the settings."


class FolderOpenToOthers(ConfigurationError):
    """Somebody else could put files there, or change ours."""

    code = "folder-open-to-others"
    message = "{who} can write to {folder}: orders could be added or changed there by others than the gateway."
    hint = "Run `{remedy}`, or set allow_others_to_write = true if this is meant."


class UnknownGroup(ConfigurationError):
    """The group in the settings does not exist."""

    code = "unknown-group"
    message = "There is no group {group} on this machine."
    hint = "Make it with `groupadd {group}` and put the library system's user in it, or mend the settings."


class NotOurGroup(ConfigurationError):
    """We may not give files to that group."""

    code = "not-our-group"
    message = "{account} may not give files in {folder} to the group {group}."
    hint = "Run `usermod -a -G {group} {account}` and start the gateway again."


class NotWritable(ConfigurationError):
    """We cannot write there."""

    code = "not-writable"
    message = "{account} cannot write to {folder}: {reason}."
    hint = "Give it the folder with `chown {account} {folder}`, or mend the settings."


class FolderUnavailable(SystemUnavailable):
    """The folder does not take files now: disk full, share gone."""

    code = "folder-unavailable"
    message = "The folder {folder} does not take files now: {reason}."
    hint = "Nothing is lost: what waits is offered again. Look at the disk or the network share."


@dataclass(frozen=True, slots=True)
class DropFolder:
    """A folder that a library system empties.

    `group` may read what we put there; without one, the folder's own group may.
    """

    folder: Path
    group: str | None = None
    allow_others_to_write: bool = False

    def check(self) -> None:
        """Prove that we can write there and nobody else can, leaving nothing behind.

        Raises:
            ConfigurationError: with the remedy.
        """
        self._refuse_others()
        probe = self.folder / f"{HIDDEN}gateway-check-{os.getpid()}"
        try:
            write_synced(probe, b"check\n", self._gid())
        except ConfigurationError:
            raise
        except OSError as error:
            raise NotWritable(account=_account(), folder=self.folder, reason=reason_of(error)) from error
        finally:
            with suppress(OSError):
                probe.unlink(missing_ok=True)

    def hide(self, files: Mapping[str, bytes]) -> None:
        """Write files under hidden names, synced with their folder; the library system does not see them yet."""
        self._refuse_others()
        group = self._gid()
        try:
            for name, content in files.items():
                write_synced(self.folder / f"{HIDDEN}{name}", content, group)
            sync(self.folder)
        except OSError as error:
            self._forget_hidden(files)
            raise FolderUnavailable(folder=self.folder, reason=reason_of(error)) from error

    def show(self, names: Iterable[str]) -> None:
        """Give hidden files their own names, in this order; what is not hidden any more was shown before."""
        try:
            for name in names:
                with suppress(FileNotFoundError):
                    (self.folder / f"{HIDDEN}{name}").rename(self.folder / name)
            sync(self.folder)
        except OSError as error:
            raise FolderUnavailable(folder=self.folder, reason=reason_of(error)) from error

    def _forget_hidden(self, names: Iterable[str]) -> None:
        for name in names:
            with suppress(OSError):
                (self.folder / f"{HIDDEN}{name}").unlink(missing_ok=True)

    def _refuse_others(self) -> None:
        try:
            found = self.folder.stat()
        except FileNotFoundError as error:
            raise MissingFolder(folder=self.folder, account=_account()) from error
        except OSError as error:
            raise NotWritable(account=_account(), folder=self.folder, reason=reason_of(error)) from error
        if not stat.S_ISDIR(found.st_mode):
            raise MissingFolder(folder=self.folder, account=_account())
        if self.allow_others_to_write:
            return
        if found.st_mode & stat.S_IWOTH:
            raise FolderOpenToOthers(who="Everybody", folder=self.folder, remedy=f"chmod o-w {self.folder}")
        if found.st_uid not in (0, os.geteuid()):
            owner = f"Its owner (user number {found.st_uid})"
            raise FolderOpenToOthers(who=owner, folder=self.folder, remedy=f"chown {_account()} {self.folder}")
        if found.st_mode & stat.S_IWGRP and found.st_gid not in (0, self._gid()):
            group = f"A group not named in the settings (number {found.st_gid})"
            raise FolderOpenToOthers(who=group, folder=self.folder, remedy=f"chmod g-w {self.folder}")

    def _gid(self) -> int | None:
        if self.group is None:
            return None
        try:
            return grp.getgrnam(self.group).gr_gid
        except KeyError as error:
            raise UnknownGroup(group=self.group) from error


def write_synced(path: Path, content: bytes, group: int | None = None) -> None:
    """Write a new file, readable for its group, and wait until the disk has it."""
    # A link put there by somebody else must not lead us elsewhere; what a killed run left is written anew.
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        if group is not None:
            try:
                os.fchown(descriptor, -1, group)
            except PermissionError as error:
                name = grp.getgrgid(group).gr_name
                raise NotOurGroup(account=_account(), folder=path.parent, group=name) from error
        os.fchmod(descriptor, 0o640)
        file.write(content)
        file.flush()
        os.fsync(descriptor)


def sync(folder: Path) -> None:
    """Wait until the disk has the names in a folder."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _account() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def reason_of(error: OSError) -> str:
    """What the machine said, to stand in a sentence."""
    return (error.strerror or type(error).__name__).lower()
