"""What the installer wants: settings to write, accounts to make, files to import."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from gateway.config import Settings
from gateway.errors import ConfigurationError

SQLITE = "sqlite:///"
SUPPLIER_NAME = "NBD Biblion"
"""Who is offered as the supplier's name when nobody says otherwise. Source: bestelsynchronisatie."""


class BadAnswer(ConfigurationError):
    """An answer or a flag cannot be used."""

    message = "{what}: {found!r} cannot be used. {why}"
    hint = "{remedy}"


@dataclass(frozen=True, slots=True)
class Sender:
    """A supplier that may push: its code on the wire, its name, and the name of its account."""

    code: str
    name: str

    @property
    def account(self) -> str:
        """The name with which it logs in."""
        return f"supplier-{self.code}"


@dataclass(frozen=True, slots=True)
class LibraryAnswer:
    """One library as the installer names it; `system_settings` are the keys of the system's own section."""

    institution: str
    name: str
    system: str
    keys: Mapping[str, Any] = field(default_factory=dict)
    system_settings: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file to read in for one library; `what` is a key of `fittings.Imports`."""

    what: str
    institution: str
    path: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything `init` has to bring about. `settings_text` is the file as it would be written."""

    config: Path
    settings: Settings
    settings_text: str
    senders: tuple[Sender, ...] = ()
    staff: str = "staff"
    imports: tuple[ImportFile, ...] = ()
    user: str | None = None
    """Who owns everything and runs the service; none when that is whoever runs `init`."""
    rehearsal: bool = False
    secrets_file: Path | None = None
    """Where generated secrets are written; none to show them once on the screen."""
    kept_secrets: Mapping[Path, str] = field(default_factory=dict)
    """Secrets of library systems, each with the file that will hold it."""

    @property
    def institutions(self) -> tuple[str, ...]:
        """The codes of the libraries served."""
        return tuple(each.institution for each in self.settings.library)


def library_from_flag(flag: str, systems: Sequence[str]) -> LibraryAnswer:
    """Read `I201:Naam:wise`; the name may hold colons."""
    institution, _, rest = flag.partition(":")
    name, _, system = rest.rpartition(":")
    if not (institution and name and system):
        raise BadAnswer(
            what="--library",
            found=flag,
            why="It needs an institution code, a name and a library system.",
            remedy='Write it as "I201:Bibliotheek Voorbeeld:wise".',
        )
    if system not in systems:
        raise BadAnswer(
            what=f"--library {institution}",
            found=system,
            why="There is no such library system.",
            remedy=f"Choose from {', '.join(systems)}; `gateway systems` says what each can carry.",
        )
    return LibraryAnswer(institution, name, system)


def setting_from_flag(flag: str) -> tuple[str, str, str]:
    """Read `I201.address=https://…` as institution, key and value."""
    place, equals, value = flag.partition("=")
    institution, dot, key = place.partition(".")
    if not (equals and dot and institution and key):
        raise BadAnswer(
            what="--set",
            found=flag,
            why="It needs an institution code, a key and a value.",
            remedy="Write it as I201.address=https://wise.example.org.",
        )
    return institution, key, value


def sender_from_flag(flag: str) -> Sender:
    """Read `000002:NBD Biblion`; the name may be left out."""
    code, _, name = flag.partition(":")
    if not (len(code) == 6 and code.isdigit()):
        raise BadAnswer(
            what="--sender", found=code, why="A sender code is six digits.", remedy='Write it as "000002:NBD Biblion".'
        )
    return Sender(code, name or SUPPLIER_NAME)


def file_from_flag(what: str, flag: str, institutions: Sequence[str]) -> ImportFile:
    """Read `I201=file.csv`, or only `file.csv` when there is one library."""
    institution, equals, path = flag.partition("=")
    if not equals:
        institution, path = (institutions[0] if len(institutions) == 1 else ""), flag
    if institution not in institutions:
        raise BadAnswer(
            what=f"--{what}",
            found=flag,
            why="It does not say for which of the libraries it is."
            if not institution
            else "It is for no library here.",
            remedy=f"Write it as I201=FILE, with one of {', '.join(institutions) or 'the institution codes'}.",
        )
    if not Path(path).is_file():
        raise BadAnswer(what=f"--{what}", found=path, why="There is no such file.", remedy="Name a file that exists.")
    return ImportFile(what, institution, Path(path).absolute())


def places(section: BaseModel | None) -> Iterator[tuple[str, Path]]:
    """The files and folders that a library system's settings name, each with its key."""
    for key in type(section).model_fields if section is not None else ():
        value = getattr(section, key)
        if isinstance(value, Path):
            yield key, value
        elif isinstance(value, BaseModel):
            yield from places(value)


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; none for another kind of database."""
    return Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None
