"""Reports to staff by mail, where a library asks for it: what was cancelled and what needs somebody, in the body.

The mail is made of the archived XML, so that it says what the report says. Choice: decision 0046.
"""

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import BinaryIO

from lxml import etree

from gateway import clock
from gateway.config import MailSettings
from gateway.db import Engine
from gateway.library import Library
from gateway.log import logger
from gateway.reports import archive, mailed
from gateway.reports.archive import Archived
from gateway.reports.model import Audience, Format
from gateway.reports.shelf import ReportFileAltered, ReportFileMissing
from gateway.transport import mail
from gateway.wording import say

SENT_FOR, _LOOKED_BACK_FOR = timedelta(days=2), timedelta(days=5)
MOST_SHOWN = 200
_LINE = "{urn:bestelsync:report:1}line"


def send_new(database: Engine, folder: Path, library: Library, to: str, server: MailSettings) -> list[str]:
    """Send every report of a library that was not sent, from two days back; their names.

    It is noted as sent after the server took it: who is killed in between sends it twice. One that the server refuses
    or whose file is broken holds up no other. What is too old by now is noted and logged once, and not sent: a library
    that begins to ask gets no flood, and nobody believes that a report was read when it was not.

    Raises:
        MailPutOff, MailServerUnusable: nothing can be sent now; all is tried again the next time.
    """
    now = clock.now()
    written = archive.listing(database, [library.institution], since=now - SENT_FOR - _LOOKED_BACK_FOR)
    done = mailed.among(database, [report.name for report in written])
    new = [report for report in reversed(written) if report.name not in done]
    for report in new:
        if report.written_at < now - SENT_FOR:
            logger.warning("reports.too_old_to_mail", report=report.name)
            mailed.note(database, report.name, now)
    return _sent(database, folder, library, [each for each in new if each.written_at >= now - SENT_FOR], to, server)


def _sent(
    database: Engine, folder: Path, library: Library, reports: Sequence[Archived], to: str, server: MailSettings
) -> list[str]:
    if not reports:
        return []
    names = []
    with mail.connected(server) as post:
        for report in reports:
            try:
                post.send(_mail(database, folder, library, report, to))
            except (mail.MailRefused, ReportFileMissing, ReportFileAltered) as error:
                logger.error("reports.not_mailed", report=report.name, reason=str(error))
                continue
            mailed.note(database, report.name, clock.now())
            names.append(report.name)
    return names


def _mail(database: Engine, folder: Path, library: Library, report: Archived, to: str) -> mail.Mail:
    with closing(archive.open_stream(database, folder, report.name, Format.XML, Audience.STAFF)) as file:
        return mail.Mail(to, _subject(report, library), "\n".join(_body(report, library, file)) + "\n")


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
