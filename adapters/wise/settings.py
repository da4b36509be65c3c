"""What the installer must give for Wise, and what can be wrong with it."""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.transport.credentials import refuse_two_places


class LoginRefused(ConfigurationError):
    """Wise does not let us in."""

    code = "login-refused"
    message = "Wise at {address} refuses the login of {user}: {text}"
    hint = (
        "Check user and password, the application name, API id and API key, and, if the key is bound to addresses, "
        "that this server's address is among them."
    )


class UploadNotAllowed(ConfigurationError):
    """The account may log in, and may not deliver orders."""

    code = "upload-not-allowed"
    message = "Wise at {address} lets {user} in, but refuses its order upload (status {status}): {text}"
    hint = "The account needs a role, and the supplier must stand in the table rol_supplier with this account."


class NotWise(ConfigurationError):
    """Something answers at the address, and it is not the API of Wise."""

    code = "not-wise"
    message = "What answers at {address} is not the API of Wise (status {status})."
    hint = "The address must lead to the API itself, such as https://your-library.example/restapi."


class WiseUnavailable(SystemUnavailable):
    """Wise did not take anything; the lines are offered again."""

    code = "wise-unavailable"
    message = "Wise at {address} did not take the orders: {reason}"
    hint = "They are offered again. If it goes on, run `gateway check`."


class WiseSettings(BaseModel):
    """The `[library.wise]` section. Secrets are never in the file: it names a variable or a file that holds them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    address: str = Field(
        pattern=r"^https?://[^/\s]+(/\S*)?$", description="the API of Wise, such as https://library.example/restapi"
    )
    user: str = Field(min_length=1, description="staff account that stands in rol_supplier")
    password_env: str | None = Field(None, description="environment variable that holds its password")
    password_file: Path | None = Field(None, description="or a file that holds it")
    application_name: str = Field(min_length=1, description="name of the application, as OCLC registered it")
    api_id: str = Field(min_length=1, description="id of the application, from OCLC")
    api_key_env: str | None = Field(None, description="environment variable that holds the API key")
    api_key_file: Path | None = Field(None, description="or a file that holds it")
    supplier_code: str | None = Field(
        None, pattern=r"^\d{6}$", description="the supplier's code in rol_supplier, if not the sender's own"
    )
    timeout_seconds: float = Field(120, gt=0, le=3600, description="how long Wise may take over one file")

    @model_validator(mode="after")
    def _one_place_for_each_secret(self) -> Self:
        refuse_two_places(self, "password", "api_key")
        return self
