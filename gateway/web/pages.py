"""The list of reports, one report, and its files."""

from datetime import date, datetime
from typing import IO

from flask import Flask, abort, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from gateway.library import Library
from gateway.reports.model import Format
from gateway.web import viewing, words, worklist
from gateway.web.desk import ArchivedReport
from gateway.web.visitor import desk, visitor
from gateway.web.worklist import Wish

FORMATS = (Format.PDF, Format.XLSX, Format.CSV, Format.TXT, Format.XML, Format.HTML)
"""In the order in which staff are offered them."""


def install(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/", "home", lambda: redirect(url_for("reports")))
    app.add_url_rule("/reports", "reports", reports)
    app.add_url_rule("/reports/<institution>/<name>", "report", report)
    app.add_url_rule("/reports/<institution>/<name>/whole", "whole", whole)
    extensions = ",".join(each.lower() for each in FORMATS)
    app.add_url_rule(f"/reports/<institution>/<name>.<any({extensions}):extension>", "download", download)


def reports() -> str:
    """The list, as far as it is this visitor's."""
    wish = _wish()
    page = worklist.page(desk(), wish)
    return render_template("reports.html", wish=wish, page=page, formats=_formats)


def _wish() -> Wish:
    mine = libraries()
    asked = request.args.get("library", "")
    chosen = next((each for each in mine if each.institution == asked), None)
    if asked and chosen is None:
        abort(404)
    return Wish(
        libraries=mine,
        chosen=chosen,
        on=_day(request.args.get("day", "")),
        only_attention=bool(request.args.get("attention")),
        before=_moment(request.args.get("before", "")),
    )


def libraries() -> tuple[Library, ...]:
    """The libraries whose reports this visitor may see, by name."""
    person = visitor().person
    codes = {code for code in desk().libraries if person.sees(code)} | person.institutions
    return tuple(sorted((worklist.library_of(desk().libraries, code) for code in codes), key=lambda each: each.name))


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if written else None
    except ValueError:
        abort(400)


def _moment(written: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(written) if written else None
    except ValueError:
        abort(400)
    if moment and (moment.tzinfo is None or moment.year not in worklist.YEARS):
        abort(400)
    return moment


def _formats(found: ArchivedReport) -> list[Format]:
    return [each for each in FORMATS if each in found.formats]


def _open(found: ArchivedReport, form: Format) -> IO[bytes]:
    """One of its files; a format in which it was not written does not exist."""
    return desk().open_file(found, form) if form in found.formats else abort(404)


def _find(institution: str, name: str) -> ArchivedReport:
    """One report, when it is this visitor's; what is not theirs does not exist for them."""
    if not visitor().person.sees(institution):
        abort(404)
    return desk().report(institution, name) or abort(404)


def report(institution: str, name: str) -> str:
    """One report: what it is about, what needs a hand, its files, and the report itself."""
    found = _find(institution, name)
    row = worklist.Rows(desk()).row(found)
    return render_template(
        "report.html",
        row=row,
        report=found,
        library=row.library,
        sender_name=desk().sender_names.get(found.sender, ""),
        formats=_formats(found),
        uses=_uses(),
        body=viewing.body(_beginning(found)) if Format.HTML in found.formats else None,
    )


def _uses() -> dict[Format, str]:
    """What each format is good for."""
    return {
        Format.PDF: words.say("to print or to keep"),
        Format.XLSX: words.say("to sort and to calculate, in Excel or LibreOffice"),
        Format.CSV: words.say("to read into another program"),
        Format.TXT: words.say("as plain text with fixed columns"),
        Format.XML: words.say("for programs"),
        Format.HTML: words.say("to open in a browser later"),
    }


def _beginning(found: ArchivedReport) -> bytes:
    """The HTML file, or so much of it that one sees it is too long to stand in a page."""
    with _open(found, Format.HTML) as file:
        return file.read(viewing.LONGEST_BYTES + 1)


def whole(institution: str, name: str) -> Response:
    """The archived HTML file as it is: for paper, for a phone, and for a report too long to stand in a page of ours."""
    found = _find(institution, name)
    answer = send_file(_open(found, Format.HTML), mimetype=Format.HTML.media_type)
    answer.headers["Content-Security-Policy"] = viewing.policy(_beginning(found))
    return answer


def download(institution: str, name: str, extension: str) -> Response:
    """One report as a file."""
    found, form = _find(institution, name), Format(extension.upper())
    answer = send_file(
        _open(found, form), mimetype=form.media_type, as_attachment=True, download_name=f"{found.name}.{extension}"
    )
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer
