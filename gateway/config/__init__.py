"""Settings: one TOML file, read once into frozen values; every mistake is told together, with its key."""

import os
import tomllib
from collections.abc import Mapping, Sequence
from ipaddress import ip_network
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.config.mistakes import in_words
from gateway.config.sections import (
    CirculationSettings,
    LibrarySettings,
    Limits,
    MailSettings,
    Retry,
    SupplierSettings,
)
from gateway.errors import ConfigurationError

__all__ = [
    "DIGEST_KEY", "BadSettings", "CirculationSettings", "LibrarySettings", "Limits", "MailSettings", "Retry",
    "Settings", "SupplierSettings", "digest_key", "in_words", "read",
]  # fmt: skip


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
    circulation: CirculationSettings = CirculationSettings()
    mail: MailSettings | None = Field(None, description="the mail server, if the gateway is to send mail")
    suppliers: dict[str, SupplierSettings] = Field(
        default_factory=dict,
        description="how suppliers are told of changed budget codes, by sender code: a [suppliers.000002] section with"
        " mail, or soap_address with soap_account and soap_password_file, or both",
    )
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
                section = _SECTIONS.get(loc[0], Settings) if len(loc) > 1 else Settings
                key, fields = ".".join(map(str, loc)), section.model_fields
        mistakes.setdefault(key, in_words(each, fields))


_SECTIONS: Mapping[str | int, type[BaseModel]] = {
    "limits": Limits, "retry": Retry, "mail": MailSettings, "suppliers": SupplierSettings,
    "circulation": CirculationSettings,
}  # fmt: skip
