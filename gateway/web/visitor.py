"""Who looks at a page."""

from dataclasses import dataclass
from typing import cast

from flask import abort, current_app, request
from flask_login import current_user

from gateway.accounts.model import Person
from gateway.web.desk import Desk


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who has logged in, as Flask-Login wants to know them."""

    person: Person
    token: str
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    def get_id(self) -> str:
        """What the session cookie holds: the token of the session, not the name."""
        return self.token


def desk() -> Desk:
    """The rest of the gateway."""
    return cast(Desk, current_app.extensions["desk"])


def visitor() -> Visitor:
    """Who has logged in; a page that nobody may see without is never reached without."""
    if not current_user.is_authenticated:
        abort(403)
    return cast(Visitor, current_user._get_current_object())


def address() -> str:
    """Where the visitor comes from."""
    return request.remote_addr or ""
