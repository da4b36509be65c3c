"""Is the machine itself right: disk, folders, files with secrets, time zones?"""

import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage
from zoneinfo import TZPATH, ZoneInfo

from pydantic import BaseModel

from gateway import clock
from gateway.install.checks.finding import Finding, Patient, doubtful, good, wrong
from gateway.install.folders import Folder, data_folders, reports_folders, secrets_folder
from gateway.install.plan import places, sqlite_file

TOO_LITTLE, LITTLE = 500_000_000, 5_000_000_000
OTHERS = 0o007


def disk(patient: Patient) -> Iterator[Finding]:
    """There is room where reports and the database are kept."""
    file = sqlite_file(patient.settings.database)
    wanted = {patient.settings.data_folder, *([file.parent] if file else [])}
    for folder in sorted(each for each in wanted if each.is_dir()):
        free = disk_usage(folder).free
        sentence = f"{free / 1e9:.1f} GB free for {folder}"
        if free < TOO_LITTLE:
            yield wrong("disk", f"Only {sentence}.", "Make room or move the folder: without it no message is accepted.")
        elif free < LITTLE:
            yield doubtful("disk", f"Only {sentence}.", "Make room before it runs out; a large day takes about 1 GB.")
        else:
            yield good("disk", sentence)


def folders(patient: Patient) -> Iterator[Finding]:
    """Folders exist, belong to one user, are closed to others and can be written to."""
    home = patient.settings.data_folder
    wanted = [*data_folders(patient.settings, None), *reports_folders(patient.settings.library, None)]
    findings = [finding for folder in wanted for finding in _folder(folder, home)]
    if findings:
        yield from findings
    else:
        yield good("folders", f"{len(wanted)} folders with the right owner and mode")


def _folder(folder: Folder, home: Path) -> Iterator[Finding]:
    if wrongs := folder.wrongs():
        yield wrong(f"folder {folder.path}", f"It {' and '.join(wrongs)}.", "Run `gateway init` to put it right.")
    if not folder.path.is_dir():
        return
    if home.is_dir() and folder.path.stat().st_uid != home.stat().st_uid:
        yield wrong(
            f"folder {folder.path}",
            f"It belongs to another user than {home}.",
            f"Run `chown --reference={home} {folder.path}`, or `gateway init --user NAME` as root.",
        )
    try:
        with tempfile.NamedTemporaryFile(dir=folder.path):
            pass
    except OSError as error:
        user = home.owner() if home.exists() else "the user of the service"
        yield wrong(
            f"folder {folder.path}",
            f"It cannot be written to: {error.strerror}.",
            f"Run this as {user}; if you did, look at the mode of the folder and whether its disk is read-only.",
        )


def secrets(patient: Patient) -> Iterator[Finding]:
    """Nobody but the service can read what must stay secret."""
    files = [(patient.config, OTHERS)]
    folder = secrets_folder(patient.settings.data_folder)
    if os.access(folder, os.R_OK | os.X_OK):
        files += [(each, 0o077) for each in sorted(folder.iterdir()) if each.is_file()]
    settings = patient.settings
    sections = [*(library.settings for library in settings.library), settings.mail, *settings.suppliers.values()]
    named = [each for section in sections for each in secret_files(section)]
    findings = [
        *_closed_to_us(patient.config),
        *_missing(named),
        *_readable([*files, *((each, OTHERS) for each in named)]),
    ]
    yield from findings or [good("secrets", f"{len(files) + len(named)} files closed to others")]


def _closed_to_us(config: Path) -> Iterator[Finding]:
    if not os.access(config, os.R_OK, effective_ids=True):
        yield wrong("settings", f"The service cannot read {config}.", "Run `gateway init --user NAME` as root.")


def secret_files(section: BaseModel | None) -> Iterator[Path]:
    """The files that a library system's settings name as holding a secret."""
    yield from (path for key, path in places(section) if key.endswith("_file"))


def _missing(files: list[Path]) -> Iterator[Finding]:
    for path in files:
        if not path.is_file():
            yield wrong("secrets", f"{path} does not exist.", "Put the secret there, readable for the service only.")


def _readable(files: list[tuple[Path, int]]) -> Iterator[Finding]:
    for path, forbidden in files:
        if path.is_file() and (mode := stat.S_IMODE(path.stat().st_mode)) & forbidden:
            right = mode & ~forbidden
            yield wrong("secrets", f"{path} can be read by others (mode {mode:04o}).", f"Run `chmod {right:o} {path}`.")


def time_zones(patient: Patient) -> Iterator[Finding]:
    """Each library's time zone is known, with its summer time."""
    for name in sorted({each.time_zone for each in patient.settings.library}):
        local = clock.now().astimezone(ZoneInfo(name))
        source = next((each for each in TZPATH if Path(each, name).is_file()), "the package tzdata")
        yield good("time zones", f"{name}: it is now {local:%Y-%m-%d %H:%M %Z} there (from {source})")
