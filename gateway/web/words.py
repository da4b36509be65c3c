"""Texts, numbers and days in the language of whoever reads the page."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
from babel.numbers import format_currency, format_decimal
from flask import Flask, g, request
from flask_login import current_user

from gateway import clock, wording
from gateway.errors import GatewayError

COOKIE = "language"
_LOCALES = {"nl": "nl_NL", "en": "en_GB"}


def install(app: Flask) -> None:
    """Give the templates these words."""
    for word in (say, count, number, money, day, short_day, titled_day, clock_time):
        app.jinja_env.globals[word.__name__] = word
    app.jinja_env.globals["current_language"] = language


def language() -> str:
    """Chosen on this browser, else the person's own, else Dutch."""
    if "language" not in g:
        chosen = request.cookies.get(COOKIE, "")
        own = current_user.person.language if current_user.is_authenticated else "nl"
        g.language = chosen if chosen in wording.LANGUAGES else own
    return str(g.language)


def say(msgid: str, **facts: object) -> str:
    """One sentence with its facts."""
    return wording.say(msgid, language(), **facts)


def count(amount: int, one: str, many: str) -> str:
    """A sentence about a number of things: `{count}` in it is that number as the reader writes it."""
    return wording.translations(language()).ngettext(one, many, amount).format(count=number(amount))


def explain(error: GatewayError) -> str:
    """What went wrong and what to do, in the reader's language."""
    parts = (say(part).format(**error.facts) for part in (error.message, error.hint) if part)
    return " ".join(parts)


def number(amount: int) -> str:
    """A number as the reader writes it: 1.234 or 1,234."""
    return format_decimal(amount, locale=_locale())


def money(amount: int) -> str:
    """Cents as the reader writes them: € 1.234,50."""
    return format_currency(Decimal(amount) / 100, "EUR", locale=_locale())


def short_day(at: datetime, zone: str) -> str:
    """The day of a moment in a library's zone, as short as it can be read: 20 nov 2026."""
    return format_date(at.astimezone(ZoneInfo(zone)), "d MMM y", locale=_locale())


def day(on: date) -> str:
    """A day in full: vrijdag 20 november 2026."""
    return format_date(on, "EEEE d MMMM y", locale=_locale())


def titled_day(on: date, zone: str) -> str:
    """A day as a heading, with today and yesterday by their name."""
    today = clock.today(zone)
    if on == today:
        return say("Today, {day}", day=day(on))
    if on == today - timedelta(days=1):
        return say("Yesterday, {day}", day=day(on))
    return _capital(day(on))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def clock_time(at: datetime, zone: str) -> str:
    """The time of day in a library's zone: 06:12."""
    return format_time(at.astimezone(ZoneInfo(zone)), "HH:mm", locale=_locale())


def _locale() -> str:
    return _LOCALES[language()]
