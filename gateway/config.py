"""Settings: one TOML file, read once into frozen values; every mistake is told together, with its key."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, time
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import ConfigurationError
from gateway.library import Library


class BadSettings(ConfigurationError):
    """The settings file cannot be used."""

    message = "The settings in {path} cannot be used:\n{mistakes}"
    hint = "Mend the keys named above and start again; `gateway init --show-settings` prints a commented example."


class KeyFileUnreadable(ConfigurationError):
    """The file with a key cannot be read."""

    message = "The key in {path} cannot be read: {reason}."
    hint = "Let the user of the service read it, or mend GATEWAY_DIGEST_KEY_FILE."


DIGEST_KEY = "GATEWAY_DIGEST_KEY"
"""The environment variable with the key for the secrets of PasswordDigest."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LibrarySettings(_Frozen):
    """One `[[library]]` section."""

    institution: str = Field(
        pattern=r"^I\d{3}$", description="the supplier's code for the library: I and three digits", examples=["I201"]
    )
    name: str = Field(min_length=1, description="the library's name, as staff know it")
    system: str = Field(description="the library system: see `gateway systems`")
    time_zone: str = Field("Europe/Amsterdam", description="the library's time zone")
    language: str = Field("nl", pattern="^(nl|en)$", description="language of its reports: nl or en")
    start_date: date | None = Field(
        None, description="orders from before this day stand in the library system", examples=[date(2026, 12, 1)]
    )
    nightly_at: time | None = Field(
        None, description="process at this time of the night; without it, at once", examples=[time(2, 30)]
    )
    fall_back_budget: str = Field("01", description="sub-budget for codes we do not know, where allowed")
    reports_folder: Path | None = Field(None, description="folder that the library system may read; gets every report")
    reports_group: str | None = Field(None, description="group that may read that folder", examples=["librarysystem"])
    settings: Any = Field(None, exclude=True)
    """The system's own section, validated by its adapter's `Settings`."""

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"there is no time zone {name!r}; try Europe/Amsterdam or Europe/Brussels") from error
        return name

    def library(self) -> Library:
        """The library as the rest of the gateway knows it."""
        return Library(
            institution=self.institution,
            name=self.name,
            system=self.system,
            time_zone=self.time_zone,
            language=self.language,
            start_date=self.start_date,
            nightly_at=f"{self.nightly_at:%H:%M}" if self.nightly_at else None,
        )


class Limits(_Frozen):
    """The `[limits]` section."""

    message_megabytes: int = Field(200, ge=1, description="largest message, after unpacking")
    mutations: int = Field(200_000, ge=1, description="most mutations in one message")


class Retry(_Frozen):
    """The `[retry]` section."""

    first_seconds: int = Field(30, ge=1, description="pause before a library system that was down is tried again")
    longest_seconds: int = Field(900, ge=1, description="the pause doubles each time, up to this")


class Settings(BaseSettings):
    """The whole file. A key can also be set in the environment, as `GATEWAY_DATABASE`."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", env_prefix="GATEWAY_", env_nested_delimiter="__")

    public_address: str = Field(
        pattern=r"^https?://",
        description="address by which suppliers and staff reach it",
        examples=["https://gateway.library.example"],
    )
    listen: str = Field(
        "127.0.0.1:8080", pattern=r".+:\d+$", description="where the server listens, behind a TLS front"
    )
    data_folder: Path = Field(description="where reports and work files are kept")
    database: str = Field(description="sqlite:////path/to/file, or postgresql+psycopg://…")
    database_wait_seconds: float = Field(
        20, gt=0, le=600, description="how long a push waits for another program that holds the SQLite database"
    )
    sender_names: dict[str, str] = Field(default_factory=dict, description="names of suppliers by sender code")
    trusted_fronts: tuple[str, ...] = Field(
        (),
        description="addresses or networks of the TLS fronts whose X-Forwarded-For and X-Forwarded-Proto are believed",
        examples=["127.0.0.1"],
    )
    client_certificate_header: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9-]*$",
        description="header in which those fronts pass on a supplier's client certificate",
        examples=["X-Client-Certificate"],
    )
    json_logs: bool = Field(True, description="log lines as JSON; false for people")
    limits: Limits = Limits()
    retry: Retry = Retry()
    library: tuple[LibrarySettings, ...] = Field((), description="the libraries served")

    @field_validator("trusted_fronts")
    @classmethod
    def _networks(cls, fronts: tuple[str, ...]) -> tuple[str, ...]:
        for each in fronts:
            try:
                ip_network(each, strict=False)
            except ValueError as error:
                raise ValueError(f"{each!r} is no address or network, such as 127.0.0.1 or 10.0.0.0/24") from error
        return fronts

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2])

    @property
    def time_zone(self) -> str:
        """The zone in which operators are told moments: that of the first library."""
        return next((each.time_zone for each in self.library), "Europe/Amsterdam")

    def of(self, institution: str) -> LibrarySettings | None:
        """The settings of one library, or none when we do not serve it."""
        return next((each for each in self.library if each.institution == institution), None)


def digest_key() -> str | None:
    """The key for the secrets of PasswordDigest: from the environment, or from a file that it names; none without."""
    value, file = os.environ.get(DIGEST_KEY), os.environ.get(f"{DIGEST_KEY}_FILE")
    if value or not file:
        return value
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise KeyFileUnreadable(path=file, reason=error) from error


def read(path: Path, systems: Mapping[str, type[BaseModel]]) -> Settings:
    """Read the settings file.

    Args:
        path: the TOML file.
        systems: per library system the model of its own section, from the composition root.

    Raises:
        BadSettings: with every mistake in the file, each with its key.
    """
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BadSettings(path=path, mistakes="  the file does not exist; `gateway init` makes one") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSettings(path=path, mistakes=f"  {error}") from error
    sections = content.get("library", [])
    if not isinstance(sections, list) or not all(isinstance(each, dict) for each in sections):
        raise BadSettings(path=path, mistakes="  library: must be written as sections that begin with [[library]]")
    mistakes: dict[str, str] = {}
    places = [_place(section, number) for number, section in enumerate(sections, 1)]
    libraries = [
        _with_system(section, systems, place, mistakes) for section, place in zip(sections, places, strict=True)
    ]
    try:
        settings = Settings(**{**content, "library": libraries})
    except ValidationError as error:
        _note(mistakes, error, places)
    if mistakes:
        raise BadSettings(path=path, mistakes="\n".join(f"  {key}: {sentence}" for key, sentence in mistakes.items()))
    return settings


def _place(section: Mapping[str, Any], number: int) -> str:
    """What people call a library's section."""
    return f"library.{section['institution']}" if "institution" in section else f"library (the {number}. section)"


def _with_system(
    section: Mapping[str, Any], systems: Mapping[str, type[BaseModel]], place: str, mistakes: dict[str, str]
) -> dict[str, Any]:
    """Replace the system's own sub-section by its validated value, noting what is wrong with it."""
    name = section.get("system")
    if not isinstance(name, str):
        return {key: value for key, value in section.items() if not isinstance(value, dict)}
    if name not in systems:
        mistakes[f"{place}.system"] = f"{name!r} is not a library system; choose from {', '.join(systems)}"
        return {key: value for key, value in section.items() if not isinstance(value, dict)}
    rest = {key: value for key, value in section.items() if key != name}
    try:
        rest["settings"] = systems[name].model_validate(section.get(name, {}))
    except ValidationError as error:
        for each in error.errors():
            key = ".".join(map(str, (place, name, *each["loc"])))
            mistakes.setdefault(key, in_words(each, systems[name].model_fields))
    return rest


def _note(mistakes: dict[str, str], error: ValidationError, libraries: Sequence[str]) -> None:
    """Note the mistakes in the whole file, each key once, a library by its code."""
    for each in error.errors():
        match each["loc"]:
            case ("library", int(number), *rest):
                key, fields = ".".join(map(str, (libraries[number], *rest))), LibrarySettings.model_fields
            case loc:
                key, fields = ".".join(map(str, loc)), Settings.model_fields
        mistakes.setdefault(key, in_words(each, fields))


def in_words(error: ErrorDetails, fields: Mapping[str, FieldInfo]) -> str:
    """What is wrong with a value, for people who write settings and know no validator.

    The sentence follows the key: "is missing", "must be text, such as …". A pattern says nothing to a person; what
    the key means, which stands in `fields`, does.
    """
    limits = error.get("ctx", {})
    field = fields.get(str(error["loc"][-1])) if error["loc"] else None
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not a key of the settings",
        "string_type": f'must be text between quotes, such as "{_examples(field, error)[0]}"',
        "greater_than_equal": f"must be {limits.get('ge')} or more",
        "greater_than": f"must be more than {limits.get('gt')}",
        "less_than_equal": f"must be {limits.get('le')} or less",
        "string_too_short": "must not be empty",
        "string_pattern_mismatch": f"must be {_meaning(field)}",
        **{each: sentence for kinds, sentence in _KINDS.items() for each in kinds},
    }
    return words.get(error["type"], error["msg"].removeprefix("Value error, "))


def _meaning(field: FieldInfo | None) -> str:
    if field is None:
        return "written in another way"
    examples = _examples(field)
    return f"{field.description}, such as {examples[0]}" if examples else f"{field.description}"


def _examples(field: FieldInfo | None, error: ErrorDetails | None = None) -> list[object]:
    """Texts that would do for a key, best first; at last what was given, as a text."""
    described = [*(field.examples or ()), field.default] if field else []
    given = error["input"] if error and isinstance(error["input"], int | float | date | time) else "…"
    return [*(each for each in described if isinstance(each, str)), *([given] if error else ())]


_KINDS = {
    ("int_type", "int_parsing", "int_from_float"): "must be a whole number, such as 30",
    ("float_type", "float_parsing"): "must be a number, such as 20",
    ("bool_type", "bool_parsing"): "must be true or false",
    ("date_type", "date_parsing", "date_from_datetime_parsing", "date_from_datetime_inexact"): (
        "must be a day, such as 2026-12-31"
    ),
    ("time_type", "time_parsing"): "must be a time of day, such as 02:30:00",
    ("path_type",): 'must be a path between quotes, such as "/var/lib/bestelsync"',
    ("dict_type", "model_type", "model_attributes_type"): "must be a section of its own, with keys in it",
    ("tuple_type", "list_type"): 'must be a list, such as ["127.0.0.1"]',
}
