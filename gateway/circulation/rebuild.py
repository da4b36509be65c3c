"""From rows of the tables back to the values of the model. A column that holds nothing leaves the model's default."""

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from gateway.circulation import model
from gateway.circulation.model import (
    AddressState,
    BillLine,
    Calendar,
    Channel,
    KindPreference,
    MailAddress,
    Mark,
    Master,
    Payment,
    PostalAddress,
    SpecialDay,
)

Row = Mapping[str, Any]
_WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
_LEFT_OUT = frozenset({"content", "host_marks", "currency", "week", "days", "command"})


def library(row: Row, time_zone: str) -> model.CirculationLibrary:
    """The library itself; its zone is said by our settings."""
    values = _values(row, {})
    values.pop("id"), values.pop("doubt")
    values["currency"] = row["currency"] or "EUR"
    return model.CirculationLibrary(**values, time_zone=time_zone)


def branch(row: Row) -> model.Branch:
    """A branch; without a calendar where the library system gave none with an opening day."""
    values = _values(row, {"address_lines": _texts})
    return model.Branch(**values, calendar=_calendar(row))


def preference_set(row: Row) -> model.PreferenceSet:
    """A preference set."""
    kinds = {
        kind: KindPreference(frozenset(map(Channel, (channels or "").split())), Channel(default), bool(may_refuse))
        for kind, channels, default, may_refuse in _list(row["kinds"])
    }
    return model.PreferenceSet(row["library"], row["id"], kinds, row["doubt"])


def membership_type(row: Row) -> model.MembershipType:
    """A type of membership."""
    values = _values(row, {})
    return model.MembershipType(code=values.pop("id"), **values)


def patron(row: Row) -> model.Patron:
    """A patron; the states of mail addresses are as the import found them."""
    reads = {
        "sort": model.PatronSort,
        "postal_addresses": lambda text: tuple(map(_postal, json.loads(text))),
        "mail_addresses": lambda text: tuple(_mail(*each) for each in json.loads(text)),
        "phones": _texts,
        "blocks": lambda text: frozenset(map(model.Block, json.loads(text))),
        "preferences": _preferences,
    }
    return model.Patron(**_values(row, reads))


def membership(row: Row, ours: tuple[Mark, ...] = ()) -> model.Membership:
    """A membership, with what was said of it."""
    reads = {
        "renewal": model.RenewalMode,
        "status": model.MembershipStatus,
        "enrolled_via": model.EnrolledVia,
        "renewed_via": model.EnrolledVia,
        "kinds_off": lambda text: frozenset(json.loads(text)),
        "preferences": _preferences,
    }
    return model.Membership(**_values(row, reads), marks=marks(row, ours))


def supplier(row: Row) -> model.Supplier:
    """A supplier of magazines."""
    return model.Supplier(**_values(row, {"address_lines": _texts}))


def subscription(row: Row) -> model.Subscription:
    """A subscription."""
    return model.Subscription(**_values(row, {}))


def issue(row: Row, ours: tuple[Mark, ...] = ()) -> model.Issue:
    """An expected issue, with what was said of it."""
    return model.Issue(**_values(row, {}), marks=marks(row, ours))


def title(row: Row) -> model.Title:
    """A title."""
    return model.Title(**_values(row, {}))


def item(row: Row) -> model.Item:
    """An item."""
    return model.Item(**_values(row, {"status": model.ItemStatus, "substatus": model.Substatus}))


def loan(row: Row, ours: tuple[Mark, ...] = ()) -> model.Loan:
    """A loan, with what was said of it."""
    reads = {"earlier_due": lambda text: tuple(map(date.fromisoformat, json.loads(text)))}
    return model.Loan(**_values(row, reads), marks=marks(row, ours))


def hold(row: Row, ours: tuple[Mark, ...] = ()) -> model.Hold:
    """A hold, with what was said of it."""
    reads = {"kind": model.HoldKind, "state": model.HoldState, "charged_when": model.ChargedWhen}
    return model.Hold(**_values(row, reads), marks=marks(row, ours))


def charge(row: Row, ours: tuple[Mark, ...] = ()) -> model.Charge:
    """A charge, with what was said of it."""
    reads = {
        "kind": model.ChargeKind,
        "payments": lambda text: tuple(Payment(date.fromisoformat(on), amount) for on, amount in json.loads(text)),
    }
    return model.Charge(**_values(row, reads), command=row["command"] or "", marks=marks(row, ours))


def bill(row: Row, ours: tuple[Mark, ...] = ()) -> model.Bill:
    """A bill that the library system made."""
    values = _values(row, {"state": model.BillState})
    values["lines"] = tuple(
        BillLine(charge, amount, at_issue, loan or "", item or "")
        for charge, amount, at_issue, loan, item in _list(row["lines"])
    )
    return model.Bill(number=values.pop("id"), **values, marks=marks(row, ours))


def marks(row: Row, ours: tuple[Mark, ...] = ()) -> tuple[Mark, ...]:
    """What the library system said of a record, and what we said."""
    hosts = tuple(
        Mark(
            kind,
            date.fromisoformat(occasion) if occasion else None,
            date.fromisoformat(on),
            date.fromisoformat(on),
            Channel(channel) if channel else None,
            Master.HOST,
        )
        for kind, occasion, on, channel in _list(row["host_marks"])
    )
    return hosts + ours


def mark(row: Row) -> Mark:
    """One of our own marks."""
    return Mark(
        row["kind"],
        date.fromisoformat(row["occasion"]) if row["occasion"] else None,
        date.fromisoformat(row["made_on"]),
        date.fromisoformat(row["effective_on"]) if row["effective_on"] else None,
        Channel(row["channel"]) if row["channel"] else None,
        Master.GATEWAY,
        row["notice"],
    )


def _values(row: Row, reads: Mapping[str, Callable[[str], Any]]) -> dict[str, Any]:
    return {
        column: _value(column, value, reads)
        for column, value in row.items()
        if value is not None and column not in _LEFT_OUT
    }


def _value(column: str, value: Any, reads: Mapping[str, Callable[[str], Any]]) -> Any:
    if column in reads:
        return reads[column](value)
    if column.endswith("_on"):
        return date.fromisoformat(value)
    return datetime.fromisoformat(value) if column.endswith("_at") else value


def _list(text: str | None) -> list[Any]:
    found: list[Any] = json.loads(text) if text else []
    return found


def _texts(text: str) -> tuple[str, ...]:
    return tuple(json.loads(text))


def _preferences(text: str) -> dict[str, Channel]:
    return {kind: Channel(channel) for kind, channel in json.loads(text)}


def _mail(address: str, flaw: str) -> MailAddress:
    return MailAddress(address, AddressState.UNUSABLE if flaw else AddressState.GOOD)


def _postal(parts: list[Any]) -> PostalAddress:
    street, number, postal_code, city, country, extra, valid_from, valid_until, flaw = parts
    return PostalAddress(
        street or "",
        number or "",
        postal_code or "",
        city or "",
        country or "",
        extra or "",
        date.fromisoformat(valid_from) if valid_from else None,
        date.fromisoformat(valid_until) if valid_until else None,
        flaw,
    )


def _calendar(row: Row) -> Calendar | None:
    hours = dict(_list(row["week"]))
    monday, tuesday, wednesday, thursday, friday, saturday, sunday = (hours.get(day, "") for day in _WEEKDAYS)
    days = {
        date.fromisoformat(on): SpecialDay(model.DayState(state), special or "")
        for on, state, special in _list(row["days"])
    }
    calendar = Calendar((monday, tuesday, wednesday, thursday, friday, saturday, sunday), days)
    return None if model.never_open(calendar) else calendar
