"""Log in, log out, change one's own password, choose a language."""

from collections.abc import Callable

from flask import Flask, current_app, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from gateway.accounts import passwords
from gateway.accounts.model import BadCredentials, SlowDown, WeakPassword
from gateway.web import words
from gateway.web.safety import own_address
from gateway.web.visitor import Visitor, address, desk, visitor
from gateway.wording import LANGUAGES

_YEAR_SECONDS = 365 * 24 * 3600


def install(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/log-in", "log_in", log_in, methods=["GET", "POST"])
    app.add_url_rule("/log-out", "log_out", log_out, methods=["POST"])
    app.add_url_rule("/password", "password", password, methods=["GET", "POST"])
    app.add_url_rule("/language", "language", language, methods=["POST"])


def log_in() -> Response:
    """Ask for name and password; go on to the page that was asked for."""
    after = own_address(request.values.get("next"))
    if current_user.is_authenticated:
        return redirect(after)
    if request.method == "GET":
        return _log_in_page(after)
    name, given = request.form.get("name", ""), request.form.get("password", "")
    try:
        token = desk().sign_in(name, given, address())
    except SlowDown as error:
        return _slowed(error, lambda sentence: _log_in_page(after, sentence, name, 429))
    except BadCredentials:
        return _log_in_page(after, words.say("The name or the password is not right."), name, 400)
    _start_session(token)
    return redirect(after)


def _log_in_page(after: str, problem: str = "", name: str = "", status: int = 200) -> Response:
    page = render_template("log_in.html", after=after, problem=problem, name=name[:40])
    return make_response(page, status)


def _slowed(error: SlowDown, page: Callable[[str], Response]) -> Response:
    minutes, seconds = divmod(error.retry_after_seconds, 60)
    wait = (
        words.count(minutes + bool(seconds), "Wait {count} minute", "Wait {count} minutes")
        if minutes
        else words.count(seconds, "Wait {count} second", "Wait {count} seconds")
    )
    answer = page(words.say("There were too many wrong tries. {wait}, then try again.", wait=wait))
    answer.headers["Retry-After"] = str(error.retry_after_seconds)
    return answer


def _start_session(token: str) -> None:
    # Nothing from before the log-in stays: neither another person's traces nor a token that was planted.
    session.clear()
    person = desk().person_of(token)
    if person:
        login_user(Visitor(person, token))


def log_out() -> Response:
    """End the session, here and on the server."""
    desk().sign_out(visitor().token)
    logout_user()
    session.clear()
    return redirect(url_for("log_in", left="yes"))


def password() -> Response:
    """Let somebody change their own password."""
    if request.method == "GET":
        return _password_page(done="done" in request.args)
    present, new, again = (request.form.get(field, "") for field in ("present", "new", "again"))
    if new != again:
        return _password_page({"again": words.say("The two new passwords are not the same.")})
    try:
        token = desk().change_password(visitor().person, present, new, address())
    except WeakPassword as error:
        return _password_page({"new": words.explain(error)})
    except SlowDown as error:
        return _slowed(error, lambda sentence: _password_page({"present": sentence}, status=429))
    except BadCredentials:
        return _password_page({"present": words.say("The present password is not right.")})
    _start_session(token)
    return redirect(url_for("password", done="yes"))


def _password_page(problems: dict[str, str] | None = None, *, done: bool = False, status: int = 400) -> Response:
    page = render_template("password.html", problems=problems or {}, done=done, shortest=passwords.SHORTEST)
    return make_response(page, status if problems else 200)


def language() -> Response:
    """Keep the language chosen on this browser, and go back to the page."""
    answer = redirect(own_address(request.form.get("next")))
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
        answer.set_cookie(
            words.COOKIE, chosen, max_age=_YEAR_SECONDS, path="/", secure=secure, httponly=True, samesite="Lax"
        )
    return answer
