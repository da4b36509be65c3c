"""The API of Wise: log in once a day, upload an order file.

Documented: the paths, the header WISE_KEY and how it is made, the token in `Authorization` that lives until the
end of its day, the form field `orderFile`. Not public, so our choice, in the table below: the fields of the login
and of an answer.
"""

import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from threading import Lock

from adapters.wise.settings import LoginRefused, NotWise, WiseSettings, WiseUnavailable
from gateway import clock
from gateway.transport import rest_client
from gateway.transport.credentials import secret
from gateway.transport.rest_client import Answer, AnswerLost

LOGIN_PATH = "/login"
ORDER_PATH = "/order"
ORDER_FIELD = "orderFile"
LOGIN_FIELDS = ("username", "password")
TOKEN_FIELD = "token"  # noqa: S105
MESSAGE_FIELD = "message"
TAKEN = (200, 201, 202, 204)
"""The statuses of a call that was done."""


def wise_key(api_id: str, api_key: str, application_name: str, moment: datetime) -> str:
    """The WISE_KEY of one day (UTC). Source: help.wise.oclc.org, Wise Rest-API, Appendix."""
    day = (moment.astimezone(UTC).date() - date(1970, 1, 1)).days
    signed = hmac.new(api_key.encode("latin-1"), f"{day}{application_name}".encode("latin-1"), hashlib.sha256)
    return f"{api_id}:{signed.hexdigest()}"


@dataclass(slots=True)
class Api:
    """One account on one Wise; several workers may share it."""

    settings: WiseSettings
    time_zone: str
    _token: str = ""
    _token_of: date | None = None
    _logging_in: Lock = field(default_factory=Lock)

    def upload(self, content: bytes) -> Answer:
        """Offer one file, logging in first where needed; a token that was refused is renewed once.

        Raises:
            AnswerLost: it may have arrived.
            SystemUnavailable, ConfigurationError: nothing arrived.
        """
        answer = self._upload(content, self._login())
        if answer.status == 401:
            # The token, or the key of the day, ran out between two calls; the file itself was not looked at.
            answer = self._upload(content, self._login(anew=True))
        return answer

    def _upload(self, content: bytes, token: str) -> Answer:
        return rest_client.post(
            self.settings.address.rstrip("/") + ORDER_PATH,
            headers={"WISE_KEY": self._key(), "Authorization": token},
            files={ORDER_FIELD: ("orders.xml", content, "application/xml")},
            timeout_seconds=self.settings.timeout_seconds,
        )

    def _login(self, *, anew: bool = False) -> str:
        """The token of today, in the library's zone; several workers log in once."""
        with self._logging_in:
            today = clock.today(self.time_zone)
            if anew or self._token_of != today:
                self._token, self._token_of = self._new_token(), today
            return self._token

    def _new_token(self) -> str:
        address = self.settings.address.rstrip("/") + LOGIN_PATH
        password = secret("password of Wise", self.settings.password_env, self.settings.password_file)
        try:
            answer = rest_client.post(
                address,
                headers={"WISE_KEY": self._key()},
                json=dict(zip(LOGIN_FIELDS, (self.settings.user, password), strict=True)),
                timeout_seconds=self.settings.timeout_seconds,
            )
        except AnswerLost as error:
            raise WiseUnavailable(address=self.settings.address, reason=str(error)) from error
        if answer.status in (400, 401, 403):
            raise LoginRefused(address=self.settings.address, user=self.settings.user, text=words(answer))
        if 300 <= answer.status < 500 and answer.status not in (408, 429):
            raise NotWise(address=address, status=answer.status)
        token = _token(answer) if answer.status in TAKEN else ""
        if not token:
            raise WiseUnavailable(address=self.settings.address, reason=f"no token came from the login: {said(answer)}")
        return token

    def _key(self) -> str:
        key = secret("API key of Wise", self.settings.api_key_env, self.settings.api_key_file)
        # The real time: a rehearsed day is ours alone, and Wise counts its own days.
        moment = datetime.fromtimestamp(time.time(), UTC)
        return wise_key(self.settings.api_id, key, self.settings.application_name, moment)


def _token(answer: Answer) -> str:
    return _from_json(answer, TOKEN_FIELD)


def _from_json(answer: Answer, name: str) -> str:
    try:
        found = json.loads(answer.body)
    except ValueError:
        return ""
    content = found.get(name) if isinstance(found, dict) else None
    return content if isinstance(content, str) else ""


def words(answer: Answer) -> str:
    """What Wise says in an answer, for a person."""
    return " ".join(_from_json(answer, MESSAGE_FIELD).split()) or answer.text or f"status {answer.status}"


def said(answer: Answer) -> str:
    """An answer in one line, for a person."""
    return f"status {answer.status}: {words(answer)}"
