"""From flags or answers to a plan: what was asked becomes a settings text, checked before anything is made."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from gateway.config import BadSettings, LibrarySettings, Settings, in_words
from gateway.errors import ConfigurationError
from gateway.install import config_file
from gateway.install.fittings import IMPORT_ORDER, Fittings
from gateway.install.plan import (
    BadAnswer,
    LibraryAnswer,
    Plan,
    Sender,
    file_from_flag,
    library_from_flag,
    sender_from_flag,
    setting_from_flag,
)

DEFAULT_SENDER = "000002"


class OtherSettings(ConfigurationError):
    """There is a settings file already, and it says something else."""

    message = "{path} exists and differs from what was asked:\n{differences}"
    hint = "Change the file by hand and run `gateway init` without those flags, or take the old one back with --undo."


class BadAnswers(ConfigurationError):
    """The answers together do not make settings that can be used."""

    message = "These answers cannot be used:\n{mistakes}"
    hint = "Mend the flags for the keys named above; `gateway init --show-settings` describes every key."


class NoLibraries(ConfigurationError):
    """A gateway without a library has nothing to do."""

    message = "No library was named."
    hint = 'Add --library "I201:Bibliotheek Voorbeeld:wise", or run `gateway init` without --yes and answer questions.'


class MissingKeys(ConfigurationError):
    """A library system needs to be told more."""

    message = "{system} of {institution} needs {keys}."
    hint = "Add {flags}."


@dataclass(frozen=True, slots=True)
class Answers:
    """What the installer said, as flags are written; what was left out holds its default."""

    folder: Path | None = None
    listen: str | None = None
    public_address: str | None = None
    database: str | None = None
    libraries: tuple[str, ...] = ()
    set: tuple[str, ...] = ()
    senders: tuple[str, ...] = ()
    staff: str = "staff"
    files: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Per kind of import the files, as `I201=FILE` or `FILE`."""
    user: str | None = None
    rehearsal: bool = False
    secrets_file: Path | None = None
    kept_secrets: Mapping[Path, str] = field(default_factory=dict)
    """What a library system must not share, each with the file that will hold it."""


def plan(answers: Answers, config: Path, fittings: Fittings) -> Plan:
    """Make a plan, from the settings file that is there already or from the answers.

    Raises:
        ConfigurationError: what was answered cannot be used, or differs from the file that is there.
    """
    config = config.absolute()
    if config.exists():
        settings = fittings.read_settings(config)
        _compare(config, settings, answers, fittings)
        text = ""
    else:
        text = settings_text(answers, config, fittings)
        settings = checked(text, fittings)
    institutions = tuple(each.institution for each in settings.library)
    named = {code: Sender(code, name) for code, name in settings.sender_names.items()}
    senders = [sender_from_flag(each) for each in answers.senders]
    return Plan(
        config=config,
        settings=settings,
        settings_text=text,
        senders=tuple({**named, **{each.code: each for each in senders}}.values()),
        staff=answers.staff,
        imports=tuple(
            file_from_flag(what, flag, institutions) for what in IMPORT_ORDER for flag in answers.files.get(what, ())
        ),
        user=answers.user,
        rehearsal=answers.rehearsal,
        secrets_file=answers.secrets_file.absolute() if answers.secrets_file else None,
        kept_secrets=answers.kept_secrets,
    )


def settings_text(answers: Answers, config: Path, fittings: Fittings) -> str:
    """The settings file for these answers."""
    libraries = [library_from_flag(each, list(fittings.systems)) for each in answers.libraries]
    if not libraries:
        raise NoLibraries()
    for institution, key, value in map(setting_from_flag, answers.set):
        if institution not in {each.institution for each in libraries}:
            raise BadAnswer(
                what=f"--set {institution}.{key}",
                found=institution,
                why="It is none of the libraries named.",
                remedy="Use the institution code of a --library.",
            )
        libraries = [
            _with(each, key, value, fittings) if each.institution == institution else each for each in libraries
        ]
    for each in libraries:
        _complete(each, fittings)
    return config_file.render(first_section(answers, config), libraries, fittings.sections)


def first_section(answers: Answers, config: Path) -> dict[str, Any]:
    """The keys that do not belong to one library, with their defaults filled in."""
    folder = (answers.folder or config.parent / "gateway").absolute()
    listen = answers.listen or Settings.model_fields["listen"].default
    senders = [sender_from_flag(each) for each in answers.senders or (DEFAULT_SENDER,)]
    return {
        "public_address": (answers.public_address or f"http://{listen}").rstrip("/"),
        "listen": listen,
        "data_folder": str(folder),
        "database": answers.database or f"sqlite:///{folder / 'gateway.db'}",
        "sender_names": {each.code: each.name for each in senders},
    }


def _with(library: LibraryAnswer, key: str, value: str, fittings: Fittings) -> LibraryAnswer:
    """Put one `--set` where it belongs: with the library itself or in its system's section."""
    own = LibrarySettings.model_fields
    if key in own and key not in {"institution", "name", "system", "settings"}:
        typed = _typed(f"--set {library.institution}.{key}", own[key], value)
        return replace(library, keys={**library.keys, key: typed})
    section = fittings.sections[library.system].model_fields
    if key not in section:
        raise BadAnswer(
            what=f"--set {library.institution}.{key}",
            found=key,
            why=f"{library.system} has no such setting.",
            remedy=f"Choose from {', '.join(section)}; `gateway init --show-settings` describes them.",
        )
    typed = _typed(f"--set {library.institution}.{key}", section[key], value)
    return replace(library, system_settings={**library.system_settings, key: typed})


def _typed(flag: str, field: FieldInfo, value: str) -> Any:
    """A value as the settings model wants it: a number where it wants a number, a text where it wants a text."""
    try:
        return TypeAdapter(field.rebuild_annotation()).validate_python(value)
    except ValidationError as error:
        remedy = f"It is {field.description}." if field.description else "Mend the value."
        raise BadAnswer(what=flag, found=value, why=why(field, error), remedy=remedy) from error


def why(field: FieldInfo, error: ValidationError) -> str:
    """Why a value will not do, in words: a pattern says nothing to a person, what the key means does."""
    first = error.errors()[0]
    if first["type"] == "string_pattern_mismatch" and field.description:
        return f"It should be {field.description}."
    return as_sentence(in_words(first, {}))


def as_sentence(words: str) -> str:
    """What is wrong with a value, by itself instead of behind its key."""
    return f"It {words}." if words.startswith(("is ", "must ")) else f"{words[:1].upper()}{words[1:]}."


def _complete(library: LibraryAnswer, fittings: Fittings) -> None:
    needed = config_file.required(fittings.sections[library.system])
    if missing := [key for key in needed if key not in library.system_settings]:
        raise MissingKeys(
            system=fittings.systems[library.system].label,
            institution=library.institution,
            keys=", ".join(f"{key} ({needed[key].description or 'needed'})" for key in missing),
            flags=" ".join(f"--set {library.institution}.{key}=…" for key in missing),
        )


def checked(text: str, fittings: Fittings) -> Settings:
    """The settings that a text stands for, read as the gateway itself would read them from its file.

    Raises:
        BadAnswers: with every mistake.
    """
    with TemporaryDirectory() as folder:
        file = Path(folder) / "gateway.toml"
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
        try:
            return fittings.read_settings(file)
        except BadSettings as error:
            raise BadAnswers(mistakes=error.facts["mistakes"]) from error


def _compare(config: Path, settings: Settings, answers: Answers, fittings: Fittings) -> None:
    """See that no flag contradicts the file that is there: a file someone may have edited is never written over."""
    asked = {
        "data_folder": answers.folder.absolute() if answers.folder else None,
        "listen": answers.listen,
        "public_address": answers.public_address.rstrip("/") if answers.public_address else None,
        "database": answers.database,
    }
    differences = [
        f"  {key}: the file says {getattr(settings, key)}, the flag says {value}"
        for key, value in asked.items()
        if value is not None and value != getattr(settings, key)
    ]
    for library in (library_from_flag(each, list(fittings.systems)) for each in answers.libraries):
        found = settings.of(library.institution)
        if found is None:
            differences.append(f"  {library.institution}: the file has no such library")
        elif (found.name, found.system) != (library.name, library.system):
            differences.append(f"  {library.institution}: the file says {found.name} ({found.system})")
    if differences:
        raise OtherSettings(path=config, differences="\n".join(differences))
