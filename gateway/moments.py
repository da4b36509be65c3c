"""Moments as XML Schema writes them, within the years that a calendar can show in every zone."""

from datetime import UTC, datetime, timedelta

_FIRST_DAY, _LAST_DAY = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)


def moment(text: str) -> datetime:
    """Read an `xs:dateTime` with zone as UTC.

    Raises:
        ValueError: before year 1 or after 9999 in some zone, which the XSD allows and Python does not.
    """
    if "T24:" in text:  # the end of a day, as XML Schema may write it
        begin = moment(text.replace("T24:", "T00:"))
        if begin > _LAST_DAY - timedelta(days=1):
            raise ValueError(text)
        return begin + timedelta(days=1)
    return in_utc(datetime.fromisoformat(text))


def in_utc(at: datetime) -> datetime:
    """The same moment in UTC, a day away from both ends of the calendar: reports show it in another zone.

    Raises:
        ValueError: it is nearer to an end.
    """
    try:
        utc = at.astimezone(UTC)
        if _FIRST_DAY <= utc <= _LAST_DAY:
            return utc
    except OverflowError:
        pass
    raise ValueError(at.isoformat())
