"""The headers and cookies that keep a page ours, and the addresses that may follow a form."""

from urllib.parse import urlsplit

from flask import Flask, request, url_for
from werkzeug.wrappers import Response

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def install(app: Flask) -> None:
    """Put the headers on every answer, also on an error."""
    app.after_request(_protect)


def cookie_name(name: str, *, secure: bool) -> str:
    """A cookie's name; over TLS with the prefix that keeps other hosts of the domain from setting it."""
    return f"__Host-{name}" if secure else name


def _protect(answer: Response) -> Response:
    headers = answer.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "DENY"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return answer


def own_address(asked: str | None) -> str:
    """Where to go after a form: an address of ours, or the list of reports.

    A browser reads a backslash as a slash and drops tabs and line ends, so those never pass.
    """
    if not asked or not asked.startswith("/") or asked.startswith("//"):
        return url_for("reports")
    if "\\" in asked or any(ord(character) < 33 for character in asked):
        return url_for("reports")
    parts = urlsplit(asked)
    return asked if not parts.scheme and not parts.netloc else url_for("reports")
