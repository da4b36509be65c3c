"""Nothing waits in silence: what waits longer than a library wants to is told to its staff by mail."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.config import MailSettings
from gateway.db import Engine, reading, writing
from gateway.library import Library
from gateway.log import logger
from gateway.orders import reporting
from gateway.orders.reading import stamp
from gateway.orders.store import progress, verdicts, waiting_lines
from gateway.orders.store.waiting_lines import Overdue
from gateway.transport import mail
from gateway.wording import say

_MOST = 50


def warn(database: Engine, library: Library, days: int, to: str | None, server: MailSettings | None) -> int:
    """Tell staff what waits for more days than that, once and then every so many days again; how many lines.

    Where nobody can be told, that is logged each time.

    Raises:
        GatewayError: the mail cannot be sent; it is tried again the next time.
    """
    now = clock.now()
    with reading(database) as connection:
        found = waiting_lines.overdue(connection, library.institution, stamp(now - timedelta(days=days)))
    if not found:
        return 0
    if to is None or server is None:
        logger.warning("orders.waiting_unseen", institution=library.institution, lines=len(found), days=days)
        return 0
    mail.send(server, mail.Mail(to, _subject(library, len(found)), _body(library, found, days)))
    with writing(database) as connection:
        verdicts.note_warned(connection, [each.pk for each in found], stamp(now))
    return len(found)


def _subject(library: Library, lines: int) -> str:
    return say(
        "{lines} order lines wait ({institution})", library.language, lines=lines, institution=library.institution
    )


def _body(library: Library, found: Sequence[Overdue], days: int) -> str:
    said = say(
        "These lines of {name} have waited for more than {days} days:", library.language, name=library.name, days=days
    )
    parts = [said, "", *(text for each in found[:_MOST] for text in _line(library, each))]
    if len(found) > _MOST:
        parts += [say("… and {more} more.", library.language, more=len(found) - _MOST), ""]
    parts.append(say("The newest report says for each line what can be done.", library.language))
    return "\n".join(parts) + "\n"


def _line(library: Library, each: Overdue) -> Iterator[str]:
    since = datetime.fromisoformat(each.since).astimezone(ZoneInfo(library.time_zone))
    day = f"{since:%d-%m-%Y}" if library.language == "nl" else f"{since:%Y-%m-%d}"
    yield say("{order}, since {day}:", library.language, order=each.order, day=day)
    yield f"  {reporting.sentence(progress.unpack(each.cause), library.language)}"
    yield ""
