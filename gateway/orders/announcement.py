"""How a library tells its supplier by mail which budget codes hold: codes, never amounts."""

from collections.abc import Iterator, Sequence
from datetime import date

from gateway.library import Library
from gateway.orders.drift import Drift, Lag
from gateway.orders.model import BudgetCode, BudgetCodeList
from gateway.wording import say

_NEWS = {
    Lag.NOT_TOLD: "{code} is new",
    Lag.CHANGED: "{code} holds on other days, or was blocked or freed",
    Lag.GONE: "{code} holds no longer",
}


def subject(library: Library) -> str:
    """The subject of the mail."""
    return say("Budget codes of {name} ({institution})", library.language, **_named(library))


def body(library: Library, listed: BudgetCodeList, news: Sequence[Drift]) -> str:
    """The whole mail: what is new, then every code."""
    language = library.language
    parts = [say("These budget codes hold for {name} ({institution}) from now on.", language, **_named(library)), ""]
    if news:
        parts += [say("Changed since the last time:", language), *(f"- {_news(each, language)}" for each in news), ""]
    parts += [say("All codes:", language), *_table(listed.codes, language), ""]
    parts.append(say("Please send these codes with orders: a line with another code waits.", language))
    parts.append(
        say("A program can ask for the same list: getBudgetCodes, version {version}.", language, version=listed.version)
    )
    return "\n".join(parts) + "\n"


def _named(library: Library) -> dict[str, str]:
    return {"name": library.name, "institution": library.institution}


def _news(drift: Drift, language: str) -> str:
    code = f"{drift.code} {drift.year}" if drift.year else drift.code
    return say(_NEWS[drift.lag], language, code=code)


def _table(codes: Sequence[BudgetCode], language: str) -> Iterator[str]:
    rows = [(code.code, str(code.year or ""), code.description, _days(code, language)) for code in codes]
    widths = [max((len(row[place]) for row in rows), default=0) for place in range(3)]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, (*widths, 0), strict=True))
        yield "  ".join(cells).rstrip()


def _days(code: BudgetCode, language: str) -> str:
    told = [
        say("from {day}", language, day=_day(code.valid_from, language)) if code.valid_from else "",
        say("through {day}", language, day=_day(code.valid_until, language)) if code.valid_until else "",
        say("blocked", language) if code.blocked else "",
    ]
    return " ".join(filter(None, told))


def _day(day: date, language: str) -> str:
    return f"{day:%d-%m-%Y}" if language == "nl" else day.isoformat()
