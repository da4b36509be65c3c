"""The sections of the settings file, each a model whose descriptions become the comments of the sample."""

import os
from datetime import date, time
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from gateway.errors import ConfigurationError
from gateway.library import Library

ADDRESS = r"^[^@\s<>,;]+@[^@\s<>,;]+$"
"""A mail address, as far as settings check it."""


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
    waiting_days: int = Field(3, ge=1, le=60, description="a line that waits for more days is told to staff by mail")
    staff_mail: str | None = Field(
        None, pattern=ADDRESS, description="mail address of staff for that", examples=["orders@library.example"]
    )
    mail_reports: bool = Field(False, description="send every report to that address too, as text")
    move_open_orders: bool = Field(
        True, description="in a new year, open orders move to the same budget code of that year"
    )
    reports_folder: Path | None = Field(None, description="folder that the library system may read; gets every report")
    reports_group: str | None = Field(None, description="group that may read that folder", examples=["librarysystem"])
    circulation_folder: Path | None = Field(
        None, description="folder in which the library system puts circulation messages (schemas/circulation/v1)"
    )
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

    @model_validator(mode="after")
    def _knows_whom_to_mail(self) -> Self:
        if self.mail_reports and self.staff_mail is None:
            raise ValueError("mail_reports needs staff_mail, the address that they go to")
        return self

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
    refusals_days: int = Field(365, ge=1, description="how long it is kept that a message was refused, and why")
    refusals: int = Field(100_000, ge=1, description="of how many refused messages that is kept; of the newest")


class CirculationSettings(_Frozen):
    """The `[circulation]` section: what the notice engine is told of patrons, loans and holds."""

    hold_percent: int = Field(
        20, ge=1, le=100, description="a snapshot that would delete more of one kind of record waits for confirmation"
    )
    keep_days: int = Field(
        30, ge=1, description="how long files that were put away, and what was wrong in messages, are kept"
    )
    message_megabytes: int = Field(4000, ge=1, description="largest message, after unpacking")


class Retry(_Frozen):
    """The `[retry]` section."""

    first_seconds: int = Field(30, ge=1, description="pause before a library system that was down is tried again")
    longest_seconds: int = Field(900, ge=1, description="the pause doubles each time, up to this")


class _Secretive(_Frozen):
    """A section with a password that stands elsewhere: in the environment or in a file."""

    def _secret(self, name: str) -> str | None:
        variable, file = getattr(self, f"{name}_env"), getattr(self, f"{name}_file")
        if variable is None and file is None:
            return None
        try:
            found = os.environ[variable] if variable else file.read_text(encoding="utf-8").strip()
        except (KeyError, OSError, UnicodeDecodeError) as error:
            raise PasswordMissing(place=variable or file) from error
        if not found:
            raise PasswordMissing(place=variable or file)
        return str(found)

    def _check_places(self, name: str, account: str) -> None:
        given = [place for place in (f"{name}_env", f"{name}_file") if getattr(self, place) is not None]
        if len(given) != bool(getattr(self, account)):
            raise ValueError(f"give {account} with {name}_env or {name}_file, or none of them")


class PasswordMissing(ConfigurationError):
    """A password is not where the settings say."""

    message = "There is no password in {place}."
    hint = "Put it there, readable by the user of the service only."


class MailSettings(_Secretive):
    """The `[mail]` section: the server through which mail goes out."""

    host: str = Field(min_length=1, description="name of the mail server", examples=["smtp.library.example"])
    port: int = Field(587, ge=1, le=65535, description="its port: 587 with starttls, 465 with tls, 25 with none")
    tls: str = Field(
        "starttls", pattern="^(starttls|tls|none)$", description="starttls, tls (from the first byte), or none"
    )
    sender: str = Field(
        pattern=ADDRESS, description="address from which the gateway sends", examples=["gateway@library.example"]
    )
    user: str | None = Field(None, description="account on the mail server, if it asks for one")
    password_env: str | None = Field(None, description="environment variable that holds its password")
    password_file: Path | None = Field(None, description="or a file that holds it")
    timeout_seconds: float = Field(30, gt=0, le=600, description="how long the server may take over one step")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        self._check_places("password", "user")
        if self.user and self.tls == "none" and self.host not in ("localhost", "127.0.0.1", "::1"):
            raise ValueError("with tls = none a password would go over the network for all to read")
        return self

    @property
    def password(self) -> str | None:
        """The password of `user`.

        Raises:
            PasswordMissing: it is not where the settings say.
        """
        return self._secret("password")


class SupplierSettings(_Secretive):
    """A `[suppliers.<sender code>]` section: how that supplier is told of changed budget codes."""

    mail: str | None = Field(
        None, pattern=ADDRESS, description="mail address for them", examples=["orders@supplier.example"]
    )
    soap_address: str | None = Field(
        None,
        pattern=r"^https?://",
        description="address that takes them by the contract in schemas/budgets/v1",
        examples=["https://supplier.example/soap/budgets"],
    )
    soap_account: str | None = Field(None, description="account there, for HTTP Basic")
    soap_password_env: str | None = Field(None, description="environment variable that holds its password")
    soap_password_file: Path | None = Field(None, description="or a file that holds it")

    @model_validator(mode="after")
    def _safe(self) -> Self:
        self._check_places("soap_password", "soap_account")
        if self.soap_account and not (self.soap_address or "https:").startswith(("https:", "http://127.0.0.1")):
            raise ValueError("a password goes over https only")
        return self

    @property
    def soap_password(self) -> str | None:
        """The password of `soap_account`.

        Raises:
            PasswordMissing: it is not where the settings say.
        """
        return self._secret("soap_password")
