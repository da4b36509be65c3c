"""What a visitor sees when a page cannot be shown: what happened, and what to do now; never a trace."""

import secrets

from flask import Flask, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from gateway.errors import Busy
from gateway.log import logger
from gateway.web.words import say

_RETRY_AFTER_SECONDS = 60


def install(app: Flask) -> None:
    """Answer every failure with a page of ours."""
    app.register_error_handler(CSRFError, _old_form)
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Exception, _unexpected)


def _page(status: int, title: str, advice: str, number: str = "") -> Response:
    page = render_template("problem.html", title=title, advice=advice, number=number)
    return make_response(page, status)


def _old_form(_error: CSRFError) -> Response:
    return _page(
        400,
        say("This form can no longer be sent"),
        say("It was open too long, or your browser keeps no cookies. Go back, reload the page and send it again."),
    )


def _busy(_error: Busy) -> Response:
    answer = _page(
        503,
        say("The gateway is busy"),
        say("A large message is being stored. Nothing was lost; try again in a minute."),
    )
    answer.headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    return answer


def _known(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    title, advice = _sentences(status)
    answer = _page(status, title, advice)
    if status == 405:
        answer.headers["Allow"] = ", ".join(getattr(error, "valid_methods", None) or ())
    return answer


def _sentences(status: int) -> tuple[str, str]:
    if status == 403:
        return say("You may not see this page"), say("Ask whoever manages the gateway for access.")
    if status == 404:
        return (
            say("This page does not exist"),
            say(
                "The address is not right, or it is of a library that is not yours. Look for it in the list of reports."
            ),
        )
    if status == 405:
        return say("This page cannot be used like that"), say("Start again from the list of reports.")
    if status == 413:
        return say("That was too much to send"), say("What was filled in is longer than any field allows.")
    return say("The gateway did not understand this request"), say("Start again from the list of reports.")


def _unexpected(error: Exception) -> Response:
    number = secrets.token_hex(4)
    logger.error("web.page_failed", number=number, exc_info=error)
    return _page(
        500,
        say("Something went wrong"),
        say("This is not your doing. Try again; if it happens again, tell whoever manages the gateway this number:"),
        number,
    )
