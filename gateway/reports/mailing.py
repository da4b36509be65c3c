"""Reports to staff by mail, where a library asks for it: what was cancelled and what needs somebody, in the body.

The mail is made of the archived XML, so that it says what the report says. Choice: decision 0046.
"""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from gateway import clock
from gateway.config import MailSettings
from gateway.db import Engine
from gateway.library import Library
from gateway.reports import archive, mailed
from gateway.reports.archive import Archived
from gateway.reports.model import Audience, Format
from gateway.transport import mail
from gateway.wording import say

MOST_SHOWN = 200
_LINE = "{urn:bestelsync:report:1}line"


def send_new(
    database: Engine, folder: Path, library: Library, since: datetime, to: str, server: MailSettings
) -> list[str]:
    """Send every report of a library that was written since then and not sent; their names.

    It is noted as sent after the server took it: who is killed in between sends it twice, and none is left out.

    Raises:
        GatewayError: one cannot be sent; it and those after it are tried again the next time.
    """
    sent = []
    written = archive.listing(database, [library.institution], since=since)
    done = mailed.among(database, [report.name for report in written])
    for report in reversed([each for each in written if each.name not in done]):
        with closing(archive.open_stream(database, folder, report.name, Format.XML, Audience.STAFF)) as file:
            mail.send(server, mail.Mail(to, _subject(report, library), "\n".join(_body(report, library, file)) + "\n"))
        mailed.note(database, report.name, clock.now())
        sent.append(report.name)
    return sent


def _subject(report: Archived, library: Library) -> str:
    facts = {"name": report.name, "cancelled": report.cancelled_count, "attention": _needing_somebody(report)}
    return say("{name}: {cancelled} cancelled, {attention} need attention", library.language, **facts)


def _needing_somebody(report: Archived) -> int:
    return report.waiting_count + report.refused_count + report.warning_count


def _body(report: Archived, library: Library, file: BinaryIO) -> Iterator[str]:
    language = library.language
    yield say("Processing report {report} of {library}: {mutations} mutations.", language,
              report=report.name, library=library.name, mutations=report.mutation_count)  # fmt: skip
    titles = {"cancelled": say("Cancelled titles", language), "attention": say("Needs attention", language)}
    shown = dict.fromkeys(titles, 0)
    for _, line in etree.iterparse(file, tag=_LINE, resolve_entities=False, no_network=True):
        section = etree.QName(line.getparent()).localname
        if section not in titles:
            break
        shown[section] += 1
        if shown[section] == 1:
            yield from ("", titles[section], "-" * len(titles[section]))
        if shown[section] <= MOST_SHOWN:
            yield from _told(line)
        line.clear()
    for section, count in shown.items():
        if count > MOST_SHOWN:
            yield f"{titles[section]}: " + say("… and {more} more.", language, more=count - MOST_SHOWN)
    yield ""
    yield say("The whole report is on the staff pages, under its name.", language)


def _told(line: etree._Element) -> Iterator[str]:
    texts = {etree.QName(child).localname: child.text or "" for child in line}
    what = " ".join(filter(None, (texts.get("title"), texts.get("ean"))))
    yield f"{texts.get('orderNumber', '')}/{texts.get('orderLine', '')} {what} ({texts.get('copies', '')}x)"
    for name in ("reason", "sentence", "hint"):
        if name in texts:
            yield f"    {texts[name]}"
