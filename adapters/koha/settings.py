"""What the installer must give for Koha, and what can be wrong with it."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.transport.credentials import refuse_two_places


class LoginRefused(ConfigurationError):
    """Koha does not let us in, or not everywhere."""

    code = "login-refused"
    message = "Koha at {address} does not let {user} use {what} (status {status}): {text}"
    hint = (
        "Check user and password, that the preference RESTBasicAuth is on, and that the user may manage orders "
        "(order_manage), see budgets (budget_manage_all) and edit the catalogue (edit_catalogue)."
    )


class NotKoha(ConfigurationError):
    """Something answers at the address, and it is not Koha's API."""

    code = "not-koha"
    message = "What answers at {address} is not the API of Koha (status {status})."
    hint = "The address must lead to the API itself, such as https://koha.example/api/v1."


class KohaUnavailable(SystemUnavailable):
    """Koha does not answer as it should; the lines are offered again, and Koha is then asked first."""

    code = "koha-unavailable"
    message = "Koha at {address} cannot be used now: {reason}"
    hint = "The lines are offered again. If it goes on, run `gateway check`."


class KohaSettings(BaseModel):
    """The `[library.koha]` section. The password is never in the file: it names a variable or a file that holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$", description="the API of Koha, such as https://koha.example/api/v1"
    )
    user: str = Field(
        min_length=1, description="staff account that may manage orders and budgets and edit the catalogue"
    )
    password_env: str | None = Field(None, description="environment variable that holds its password")
    password_file: Path | None = Field(None, description="or a file that holds it")
    basket_id: int = Field(ge=1, description="number of the open basket in which new orders are put")
    budget_id: int | None = Field(
        None, ge=1, description="number of the budget whose funds are meant, where a fund code stands in several"
    )
    folder: Path = Field(description="download directory of the vendor's EDI account, for order responses")
    group: str | None = Field(None, description="group of Koha's own user, which may read our files")
    allow_others_to_write: bool = Field(False, description="accept that others than the gateway can write there")
    timeout_seconds: float = Field(60, gt=0, le=3600, description="how long Koha may take over one call")

    @model_validator(mode="after")
    def _one_place_for_the_password(self) -> Self:
        refuse_two_places(self, "password")
        return self
