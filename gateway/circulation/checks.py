"""What a record must keep by itself, beyond its schema: days in order, amounts that add up, addresses that are some.

A record that contradicts itself is refused. An address that cannot be one counts as none (D15); a patron of whom
something impossible is said is kept, in doubt: nothing is sent on doubt. No sentence holds what a patron is called,
lives, mails or was born: sentences stand in logs and files beside the picture.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, NamedTuple

from gateway.circulation.message import Header
from gateway.money import plain

_MAIL = re.compile(
    r"[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f]+@[^@\s<>,;:\"()\[\]\\\x00-\x1f\x7f.]+(\.[^@\s<>,;:\"()\[\]\\.]+)+"
)
_BREAK = re.compile(r"[\r\n\x0b\x0c\x85\u2028\u2029]")
_LONGEST_MAIL = 254
BREAK_IN_IT = "it has a line break in it"
_ALWAYS_READY = ("READY", "MESSAGE_SENT")

Values = dict[str, Any]


class Verdict(NamedTuple):
    """One thing that is wrong: what it is called, and a sentence."""

    refused: bool
    code: str
    sentence: str


def judge(record: str, values: Values, header: Header) -> list[Verdict]:
    """Check one record that its schema allows.

    Args:
        record: its name.
        values: by column; addresses get the reason why they are unusable, a patron the doubt, in place.
        header: of its message. A day after that of the message, in whatever zone, is still to come.
    """
    check = _CHECKS.get(record)
    return list(check(values, header)) if check else []


def _after(values: Values, later: str, earlier: str, code: str, what: str) -> Iterator[Verdict]:
    """Refuse when the later day comes first; days and moments are text that sorts as time."""
    one, other = values[later], values[earlier]
    if one and other and one[:10] < other[:10]:
        yield Verdict(True, code, f"{what}: {one[:10]} is before {other[:10]}.")


def _to_come(values: Values, column: str, header: Header, code: str, what: str) -> Iterator[Verdict]:
    if values[column] and values[column] > _tomorrow(header):
        yield Verdict(True, code, f"{what} {values[column]}, which is still to come.")


def _tomorrow(header: Header) -> str:
    """It may be the next day already where the library is."""
    return (header.as_of.date() + timedelta(days=1)).isoformat()


def _library(values: Values, header: Header) -> Iterator[Verdict]:
    if (values["currency"] or "EUR") != header.currency:
        sentence = f"It reckons in {values['currency'] or 'EUR'}, and its message is in {header.currency}."
        yield Verdict(True, "currency", sentence)


def _branch(values: Values, _header: Header) -> Iterator[Verdict]:
    if not values["week"] and not any(state in ("OPEN", "FINE_FREE") for _, state, _ in values["days"]):
        sentence = "It has no calendar with an opening day, so no deadline can be told: what needs one is not sent."
        yield Verdict(False, "no-calendar", sentence)
    yield from _lines_of_address(values)


def _lines_of_address(values: Values) -> Iterator[Verdict]:
    if any(_BREAK.search(line) for line in values["address_lines"]):
        values["address_lines"] = [" ".join(line.split()) for line in values["address_lines"]]
        yield Verdict(False, "line-break", "A line of its address has a line break in it, which was taken for a space.")


def _preference_set(values: Values, _header: Header) -> Iterator[Verdict]:
    for kind, channels, default, _ in values["kinds"]:
        if default not in ("NONE", *(channels or "").split()):
            yield Verdict(True, "default-not-allowed", f"{kind}: the default {default} is not among the channels.")


def _patron(values: Values, header: Header) -> Iterator[Verdict]:
    values["mail_addresses"] = [[" ".join(each.split()), _mail_flaw(each)] for each in values["mail_addresses"]]
    for number, (_, flaw) in enumerate(values["mail_addresses"], 1):
        if flaw:
            yield Verdict(False, "no-address", f"Mail address {number} counts as none: {flaw}.")
    values["postal_addresses"] = [[*each, _postal_flaw(each)] for each in values["postal_addresses"]]
    for number, (*_, flaw) in enumerate(values["postal_addresses"], 1):
        if flaw:
            yield Verdict(False, "no-address", f"Postal address {number} counts as none: {flaw}.")
    born = values["birth_on"]
    if born and born > _tomorrow(header):
        values["doubt"] = "The day of birth is still to come."
        yield Verdict(False, "birth-to-come", f"{values['doubt']} Nothing is sent until it is put right.")
    if any(_after(values, "deceased_on", "birth_on", "death-before-birth", "")):
        yield Verdict(True, "death-before-birth", "Deceased before being born.")


def _mail_flaw(address: str) -> str:
    """Why something cannot be a mail address; empty when it can."""
    if _BREAK.search(address):
        return BREAK_IN_IT
    if "@" not in address:
        return "it has no @"
    if len(address) > _LONGEST_MAIL or not _MAIL.fullmatch(address):
        return "it is not written as one"
    return ""


def _postal_flaw(parts: list[str | None]) -> str:
    street, _, postal_code, city, *_ = parts
    if any(part and _BREAK.search(part) for part in parts):
        return BREAK_IN_IT
    return "" if street and postal_code and city else "street, postal code or city is missing"


def _membership(values: Values, _header: Header) -> Iterator[Verdict]:
    yield from _after(values, "ends_on", "started_on", "ends-before-start", "It ends before it starts")


def _supplier(values: Values, _header: Header) -> Iterator[Verdict]:
    yield from _lines_of_address(values)


def _loan(values: Values, header: Header) -> Iterator[Verdict]:
    yield from _after(values, "due_on", "loaned_on", "due-before-loan", "Due before it was lent")
    yield from _after(values, "returned_at", "loaned_on", "returned-before-loan", "Returned before it was lent")
    yield from _to_come(values, "loaned_on", header, "loan-to-come", "Lent on")
    fine, most = values["running_fine"], values["maximum_fine"]
    if fine is not None and most is not None and fine > most:
        yield Verdict(True, "fine-above-maximum", f"The running fine {plain(fine)} is more than {plain(most)}.")


def _hold(values: Values, _header: Header) -> Iterator[Verdict]:
    state = values["state"]
    yield from _after(values, "expires_on", "placed_at", "expires-before-placed", "It expires before it was placed")
    if state in _ALWAYS_READY and not values["ready_at"]:
        yield Verdict(True, "ready-without-day", f"It is {state} without readyAt.")
    if state == "ARCHIVED" and values["archive_reason"] is None:
        yield Verdict(True, "archived-without-reason", "It is ARCHIVED without archiveReason.")


def _charge(values: Values, header: Header) -> Iterator[Verdict]:
    if values["currency"] not in (None, header.currency):
        yield Verdict(True, "currency", f"It is in {values['currency']}, the library reckons in {header.currency}.")
    gone = sum(values[column] or 0 for column in ("paid", "waived", "written_off"))
    if gone > values["amount"]:
        sentence = f"More was paid, waived and written off ({plain(gone)}) than it is ({plain(values['amount'])})."
        yield Verdict(True, "more-than-owed", sentence)
    paid = sum(amount for _, amount in values["payments"])
    if values["payments"] and paid != (values["paid"] or 0):
        sentence = f"Its payments are {plain(paid)}, and it says that {plain(values['paid'] or 0)} was paid."
        yield Verdict(True, "payments-differ", sentence)
    yield from _to_come(values, "booked_on", header, "booked-to-come", "Booked on")


def _bill(values: Values, _header: Header) -> Iterator[Verdict]:
    if values["state"] == "ISSUED" and not values["issued_on"]:
        yield Verdict(True, "issued-without-day", "It is ISSUED without issuedOn.")


_CHECKS: dict[str, Callable[[Values, Header], Iterator[Verdict]]] = {
    "library": _library,
    "branch": _branch,
    "preferenceSet": _preference_set,
    "patron": _patron,
    "membership": _membership,
    "supplier": _supplier,
    "loan": _loan,
    "hold": _hold,
    "charge": _charge,
    "bill": _bill,
}
