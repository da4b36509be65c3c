"""Settings: one TOML file, read once into frozen values; every mistake is told together, with its key."""

import tomllib
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.errors import ConfigurationError
from gateway.library import Library


class BadSettings(ConfigurationError):
    """The settings file cannot be used."""

    message = "The settings in {path} cannot be used:\n{mistakes}"
    hint = "Mend the keys named above and start again; `gateway init --show-settings` prints a commented example."


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LibrarySettings(_Frozen):
    """One `[[library]]` section."""

    institution: str = Field(pattern=r"^I\d{3}$", description="the supplier's code for the library: I and three digits")
    name: str = Field(min_length=1, description="the library's name, as staff know it")
    system: str = Field(description="the library system: see `gateway systems`")
    time_zone: str = Field("Europe/Amsterdam", description="the library's time zone")
    language: str = Field("nl", pattern="^(nl|en)$", description="language of its reports: nl or en")
    start_date: date | None = Field(None, description="orders from before this day stand in the library system")
    nightly_at: time | None = Field(None, description="process at this time of the night; without it, at once")
    fall_back_budget: str = Field("01", description="sub-budget for codes we do not know, where allowed")
    reports_folder: Path | None = Field(None, description="folder that the library system may read; gets every report")
    reports_group: str | None = Field(None, description="group that may read that folder")
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

    public_address: str = Field(pattern=r"^https?://", description="address by which suppliers and staff reach it")
    listen: str = Field(
        "127.0.0.1:8080", pattern=r".+:\d+$", description="where the server listens, behind a TLS front"
    )
    data_folder: Path = Field(description="where reports and work files are kept")
    database: str = Field(description="sqlite:////path/to/file, or postgresql+psycopg://…")
    database_wait_seconds: float = Field(
        20, gt=0, le=600, description="how long a push waits for another program that holds the SQLite database"
    )
    sender_names: dict[str, str] = Field(default_factory=dict, description="names of suppliers by sender code")
    trusted_fronts: tuple[str, ...] = Field((), description="addresses of TLS fronts whose X-Forwarded-For is believed")
    json_logs: bool = Field(True, description="log lines as JSON; false for people")
    limits: Limits = Limits()
    retry: Retry = Retry()
    library: tuple[LibrarySettings, ...] = Field((), description="the libraries served")

    @property
    def host(self) -> str:
        """The address part of `listen`."""
        return self.listen.rpartition(":")[0].strip("[]")

    @property
    def port(self) -> int:
        """The port part of `listen`."""
        return int(self.listen.rpartition(":")[2])

    def of(self, institution: str) -> LibrarySettings | None:
        """The settings of one library, or none when we do not serve it."""
        return next((each for each in self.library if each.institution == institution), None)


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
    mistakes: list[str] = []
    libraries = [_with_system(section, systems, mistakes) for section in content.get("library", [])]
    try:
        settings = Settings(**{**content, "library": libraries})
    except ValidationError as error:
        mistakes += [_mistake(each["loc"], each["msg"]) for each in error.errors()]
    if mistakes:
        raise BadSettings(path=path, mistakes="\n".join(f"  {mistake}" for mistake in mistakes))
    return settings


def _with_system(
    section: dict[str, Any], systems: Mapping[str, type[BaseModel]], mistakes: list[str]
) -> dict[str, Any]:
    """Replace the system's own sub-section by its validated value, noting what is wrong with it."""
    name = str(section.get("system", ""))
    rest = {key: value for key, value in section.items() if key != name}
    place = f"library.{section.get('institution', '?')}"
    if name not in systems:
        mistakes.append(f"{place}.system: {name!r} is not a library system; choose from {', '.join(systems)}")
        return rest
    try:
        rest["settings"] = systems[name].model_validate(section.get(name, {}))
    except ValidationError as error:
        mistakes += [_mistake((place, name, *each["loc"]), each["msg"]) for each in error.errors()]
    return rest


def _mistake(place: tuple[int | str, ...], sentence: str) -> str:
    return f"{'.'.join(map(str, place))}: {sentence}"
