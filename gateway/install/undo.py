"""Take back what `init` made, and nothing else: in the opposite order, after saying in numbers what will go."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import rmtree

from gateway import locks
from gateway.config import Settings
from gateway.errors import ConfigurationError, GatewayError
from gateway.install import first_accounts
from gateway.install.checks.outside import is_running
from gateway.install.fittings import Fittings
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import SQLITE, sqlite_file
from gateway.install.registers import opened

SIDE_FILES = ("", "-wal", "-shm", "-journal")


class NothingToUndo(ConfigurationError):
    """There is no journal beside these settings."""

    message = "There is no {path}, so nothing here was made by `gateway init`."
    hint = "Name the settings file of the gateway with --config."


class UndoRefused(GatewayError):
    """It was asked rightly, but taking things back now would do harm."""

    code = "undo-refused"


class MessagesKept(UndoRefused):
    """Suppliers have sent messages; taking the database away would lose them."""

    message = "The database holds {messages} messages of suppliers, which would be lost."
    hint = "If they may really go, make a backup and add --even-with-messages."


class StillRunning(UndoRefused):
    """A gateway that runs would go on with what is taken away."""

    message = "The gateway is running: it answers on {listen}."
    hint = "Stop it first: `systemctl stop bestelsync-gateway`, or end `gateway serve`."


class DatabaseUnknown(UndoRefused):
    """It cannot be told whether messages would be lost."""

    message = "It cannot be told whether the database holds messages: {reason}"
    hint = "Make the settings and the database readable again, or add --even-with-messages if they may be lost."


@dataclass(frozen=True, slots=True)
class Undoing:
    """What `--undo` is about to do.

    `data_folder` as the settings name it, if they can be read; `with_contents` when folders go with whatever came into
    them since.
    """

    journal: Journal
    url: str | None
    fittings: Fittings
    data_folder: Path | None = None
    with_contents: bool = False


def prepare(config: Path, journal: Journal, fittings: Fittings, *, even_with_messages: bool) -> Undoing:
    """Look whether anything may be taken back at all.

    Raises:
        NothingToUndo: `init` made nothing here.
        StillRunning: it must be stopped first.
        MessagesKept: messages would be lost.
        DatabaseUnknown: whether messages would be lost cannot be told.
    """
    made = journal.read()
    if not made:
        raise NothingToUndo(path=journal.path)
    settings = _standing_still(config, fittings)
    url = _database_url(config, fittings, made, even_with_messages=even_with_messages)
    goes = any(each.kind in (MadeKind.DATABASE, MadeKind.TABLES) for each in made)
    if url is not None and goes and not even_with_messages:
        with opened(url, fittings) as database:
            if fittings.tables.exist(database) and (messages := fittings.tables.messages(database)):
                raise MessagesKept(messages=messages)
    data_folder = settings.data_folder.absolute() if settings else None
    return Undoing(journal, url, fittings, data_folder, with_contents=even_with_messages)


def _standing_still(config: Path, fittings: Fittings) -> Settings | None:
    try:
        settings = fittings.read_settings(config)
    except ConfigurationError:
        return None
    if is_running(settings):
        raise StillRunning(listen=settings.listen)
    return settings


def _database_url(config: Path, fittings: Fittings, made: list[Made], *, even_with_messages: bool) -> str | None:
    """Where the database is that would lose something; none when there is none, or nobody minds."""
    file = next((Path(each.name) for each in made if each.kind is MadeKind.DATABASE), None)
    if file is not None:
        return f"{SQLITE}{file}" if file.exists() else None
    if not any(each.kind in (MadeKind.TABLES, MadeKind.ACCOUNT) for each in made):
        return None
    try:
        url = fittings.read_settings(config).database
    except ConfigurationError as error:
        if not even_with_messages:
            raise DatabaseUnknown(reason=str(error)) from error
        return None
    there_before = sqlite_file(url)
    return None if there_before is not None and not there_before.exists() else url


def announce(undoing: Undoing) -> Iterator[str]:
    """Say in numbers what will go, one sentence per kind of thing."""
    made = undoing.journal.read()
    for kind, (one, several) in _WHAT.items():
        names = [each.name for each in made if each.kind is kind]
        if names:
            yield f"{len(names)} {several if len(names) > 1 else one}: {', '.join(names)}"
    if undoing.with_contents:
        folders = [Path(each.name) for each in made if each.kind is MadeKind.FOLDER]
        yield _contents([each for each in folders if _goes_whole(each, undoing)])


_WHAT = {
    MadeKind.IMPORT: ("import", "imports"),
    MadeKind.ACCOUNT: ("account", "accounts"),
    MadeKind.TABLES: ("set of tables", "sets of tables"),
    MadeKind.DATABASE: ("database file", "database files"),
    MadeKind.FILE: ("file", "files"),
    MadeKind.FOLDER: ("folder", "folders"),
}


def _contents(folders: list[Path]) -> str:
    files = {file for folder in folders for file in folder.rglob("*") if file.is_file()}
    megabytes = sum(file.lstat().st_size for file in files) / 1e6
    return f"everything in those folders: {len(files)} files of {megabytes:.1f} MB in all"


def carry_out(undoing: Undoing) -> Iterator[str]:
    """Take everything back, last made first, saying what became of each thing."""
    for made in reversed(undoing.journal.read()):
        sentence = _UNDO[made.kind](made, undoing)
        undoing.journal.forget(made)
        yield sentence


def _goes_whole(folder: Path, undoing: Undoing) -> bool:
    # The journal is needed to the last, so the folders above it are only removed once they are empty.
    return undoing.with_contents and folder not in undoing.journal.path.parents


def _folder(made: Made, undoing: Undoing) -> str:
    path = Path(made.name)
    if path.is_symlink() or not path.is_dir():
        return f"{path} was gone already"
    if _goes_whole(path, undoing):
        rmtree(path)
        return f"removed {path} and everything in it"
    if path == undoing.data_folder:
        locks.clear(path / locks.FOLDER)
    inside = sorted(each.name for each in path.iterdir() if each != undoing.journal.path)
    if inside:
        return (
            f"kept {path}: `gateway init` did not make what is in it: {', '.join(inside[:3])}{' …' * bool(inside[3:])}"
        )
    # The journal lies in this folder and this is its last line, so it goes with the folder.
    undoing.journal.path.unlink(missing_ok=True)
    path.rmdir()
    return f"removed {path}"


def _file(made: Made, _undoing: Undoing) -> str:
    path = Path(made.name)
    if not path.exists():
        return f"{path} was gone already"
    if made.note and sha256(path.read_bytes()).hexdigest() != made.note:
        kept = path.with_name(path.name + ".changed")
        path.replace(kept)
        return f"kept {path} as {kept.name}: it was changed since"
    path.unlink()
    return f"removed {path}"


def _database(made: Made, _undoing: Undoing) -> str:
    for side in SIDE_FILES:
        Path(made.name + side).unlink(missing_ok=True)
    return f"removed {made.name}"


def _tables(made: Made, undoing: Undoing) -> str:
    if undoing.url is None:
        return f"kept the tables in {made.name}: without the settings they cannot be reached"
    with opened(undoing.url, undoing.fittings) as database:
        undoing.fittings.tables.drop(database)
    return f"removed the tables in {made.name}"


def _account(made: Made, undoing: Undoing) -> str:
    remaining = {each.kind for each in undoing.journal.read()}
    if remaining & {MadeKind.DATABASE, MadeKind.TABLES}:
        return f"account {made.name} goes with the database"
    if undoing.url is None:
        return f"kept account {made.name}: without the settings its database cannot be reached"
    with opened(undoing.url, undoing.fittings) as database:
        return first_accounts.take_back(database, made)


def _import(made: Made, undoing: Undoing) -> str:
    remaining = {each.kind for each in undoing.journal.read()}
    if remaining & {MadeKind.DATABASE, MadeKind.TABLES}:
        return f"{made.name} go with the database"
    return f"kept {made.name}: the database was there before, and what was read in stays in it"


_UNDO = {
    MadeKind.FOLDER: _folder,
    MadeKind.FILE: _file,
    MadeKind.DATABASE: _database,
    MadeKind.TABLES: _tables,
    MadeKind.ACCOUNT: _account,
    MadeKind.IMPORT: _import,
}
