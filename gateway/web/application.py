"""The staff pages as one Flask application: everything is closed unless it is named as open."""

from urllib.parse import urlsplit

from flask import Flask, g, redirect, request, url_for
from flask_login import LoginManager, current_user
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from gateway.web import pages, problems, safety, sign_in, waiting, words
from gateway.web.desk import Desk
from gateway.web.visitor import Visitor

OPEN = frozenset({"static", "log_in", "language"})
"""What somebody sees who has not logged in."""
_LARGEST_FORM = 64 * 1024


def application(desk: Desk, *, secret_key: bytes, public_address: str) -> Flask:
    """Build the staff pages.

    Args:
        desk: what they need from the rest of the gateway.
        secret_key: signs the session cookie; the same in every process of this gateway, at least 32 bytes.
        public_address: the address by which staff reach it; with https, cookies travel over TLS only.
            The Host header of a request is never used.

    The caller's address is WSGI's `REMOTE_ADDR`: behind a front, whoever serves us must put the real one there.
    """
    app = Flask("gateway.web")
    app.config.update(_configuration(secret_key, secure=urlsplit(public_address).scheme == "https"))
    app.extensions["desk"] = desk
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    _know_visitors(app, desk)
    CSRFProtect(app)
    words.install(app)
    for room in (sign_in, pages, waiting, problems, safety):
        room.install(app)
    app.before_request(_only_visitors)
    return app


def _configuration(secret_key: bytes, *, secure: bool) -> dict[str, object]:
    if len(secret_key) < 32:
        raise ValueError("the key of the session cookie must have at least 32 bytes")
    return {
        "SECRET_KEY": secret_key,
        "SESSION_COOKIE_NAME": safety.cookie_name("session", secure=secure),
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        # The form is as old as the session allows: the page that is still open from yesterday simply asks to log in.
        "WTF_CSRF_TIME_LIMIT": None,
        # That check compares with the Host header; the token is what protects us.
        "WTF_CSRF_SSL_STRICT": False,
        "MAX_CONTENT_LENGTH": _LARGEST_FORM,
        "MAX_FORM_MEMORY_SIZE": _LARGEST_FORM,
    }


def _know_visitors(app: Flask, desk: Desk) -> None:
    visitors = LoginManager(app)
    visitors.session_protection = None

    def visitor(token: str) -> Visitor | None:
        person = desk.person_of(token)
        return Visitor(person, token) if person else None

    visitors.user_loader(visitor)


def _only_visitors() -> Response | None:
    """Send everybody who has not logged in to the log-in page, whatever they ask for."""
    if request.endpoint in OPEN or current_user.is_authenticated:
        return None
    g.pop("language", None)
    asked = request.full_path.rstrip("?") if request.method == "GET" else url_for("reports")
    return redirect(url_for("log_in", next=asked) if asked != url_for("reports") else url_for("log_in"))
