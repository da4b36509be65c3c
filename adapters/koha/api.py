"""Koha's REST API, as far as orders need it. What it is, stands in `schemas/vendor/koha.toml`.

Koha knows no idempotency key: what was posted twice is ordered twice. So every order carries our marks in
`vendor_note` (see `notes`), and whatever may or may not have been done is asked for by them.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.koha.settings import KohaSettings, KohaUnavailable, LoginRefused, NotKoha
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.transport import rest_client
from gateway.transport.credentials import secret
from gateway.transport.rest_client import Answer, AnswerLost

ORDERS, FUNDS, BIBLIOS = "/acquisitions/orders", "/acquisitions/funds", "/biblios"
DONE = (200, 201, 204)
SAID_NO = (400, 404, 409, 413, 422)
"""Statuses of a call that was looked at and refused. A 500 is one too, when Koha is well and did not do it."""
UNKNOWN_500 = "Koha answers 500 and nothing more; it does so for a basket, fund or currency that it does not know."
NO_SUCH_FUND = "Koha has no fund with code {code}."
SEVERAL_FUNDS = "Koha has fund code {code} in {budgets} budgets; the installer must set budget_id."
RECORD_500 = "Koha answers 500 to the record of this title, and nothing more."
_DUPLICATE = re.compile(r"Duplicate biblio (\d+)")

Order = Mapping[str, Any]


class KohaRefused(Exception):
    """Koha said no; asking again would not help. Its own words, or one of our sentences with its facts."""

    def __init__(self, sentence: str, **facts: object) -> None:
        self.sentence, self.facts = sentence, facts
        super().__init__(sentence)


@dataclass(slots=True)
class Api:
    """One account on one Koha."""

    settings: KohaSettings
    _funds: dict[str, int] = field(default_factory=dict)

    def orders_marked(self, mark: str) -> list[Order]:
        """The orders with this mark in their note for the vendor, oldest first."""
        found = self._listed(ORDERS, {"vendor_note": {"-like": f"%{mark}%"}})
        return sorted(found, key=lambda each: int(each["order_id"]))

    def order(self, number: int) -> Order | None:
        """One order by Koha's own number; none when there is no such order."""
        answer = self._ask("GET", f"{ORDERS}/{number}")
        return None if answer.status == 404 else _object(self._good(answer))

    def add(self, order: Order, mark: str) -> None:
        """Add an order; of its fund no other may have this mark.

        Raises:
            KohaRefused: it was not added, and will not be.
            SystemUnavailable: it is not known to be there; ask by its mark before adding it again.
        """

        def is_done() -> bool:
            return any(each.get("fund_id") == order["fund_id"] for each in self.orders_marked(mark))

        self._do("POST", ORDERS, order, is_done)

    def change(self, number: int, values: Order, mark: str) -> None:
        """Change fields of an order; the new note for the vendor holds this mark. Raises as `add`."""
        self._do("PUT", f"{ORDERS}/{number}", values, lambda: mark in _note(self.order(number) or {}))

    def fund(self, code: str) -> int:
        """Koha's number of a fund.

        Raises:
            KohaRefused: there is no such fund, or more than one.
        """
        if code not in self._funds:
            wanted: dict[str, Any] = {"code": code}
            if self.settings.budget_id is not None:
                wanted["budget_id"] = self.settings.budget_id
            found = self._listed(FUNDS, wanted)
            if not found:
                raise KohaRefused(NO_SUCH_FUND, code=code)
            if len(found) > 1:
                raise KohaRefused(SEVERAL_FUNDS, code=code, budgets=len(found))
            self._funds[code] = int(found[0]["fund_id"])
        return self._funds[code]

    def biblio(self, marcxml: bytes) -> int:
        """The number of a title's record: the one that Koha finds for it, or a new one.

        Raises:
            KohaRefused: Koha cannot use the record.
        """
        answer = self._ask("POST", BIBLIOS, content=marcxml)
        known = _DUPLICATE.search(answer.text) if answer.status == 400 else None
        if known:
            return int(known[1])
        if answer.status == 500:
            # Only when Koha is well otherwise is it this record; one title must not hold all the others up.
            self._listed(FUNDS, {"fund_id": 0})
            raise KohaRefused(RECORD_500)
        if answer.status in SAID_NO:
            raise KohaRefused(_reason(answer))
        return int(_object(self._good(answer))["id"])

    def check(self) -> None:
        """See orders and funds."""
        for what in (ORDERS, FUNDS):
            answer = self._ask("GET", what, query={"_per_page": "1"})
            if answer.status in (401, 403):
                text = _reason(answer)
                raise LoginRefused(
                    address=self.settings.address, user=self.settings.user, what=what, status=answer.status, text=text
                )
            if 300 <= answer.status < 500 or (answer.status in DONE and _json(answer) is None):
                raise NotKoha(address=self.settings.address + what, status=answer.status)
            self._good(answer)

    def _do(self, method: str, path: str, body: Order, is_done: Callable[[], bool]) -> None:
        try:
            answer = self._call(method, path, json=dict(body))
        except AnswerLost as error:
            if is_done():
                return
            raise self._unavailable(str(error)) from error
        if answer.status in DONE and isinstance(_json(answer), dict):
            return
        if answer.status in SAID_NO:
            raise KohaRefused(_reason(answer))
        if answer.status == 500 or answer.status in DONE:
            # Either it was done all the same, or Koha is well and will say the same for ever, or it is not well.
            if is_done():
                return
            if answer.status == 500:
                raise KohaRefused(_reason(answer))
        raise self._unavailable(_reason(answer))

    def _listed(self, path: str, wanted: Mapping[str, Any]) -> list[Order]:
        answer = self._good(self._ask("GET", path, query={"q": json.dumps(wanted), "_per_page": "-1"}))
        found = _json(answer)
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            raise self._unavailable(f"it answers something that is no list: {answer.text}")
        return found

    def _good(self, answer: Answer) -> Answer:
        if answer.status not in DONE or _json(answer) is None:
            raise self._unavailable(_reason(answer))
        return answer

    def _ask(self, method: str, path: str, **what: Any) -> Answer:
        """Call where a lost answer does no harm."""
        try:
            return self._call(method, path, **what)
        except AnswerLost as error:
            raise self._unavailable(str(error)) from error

    def _call(self, method: str, path: str, **what: Any) -> Answer:
        settings = self.settings
        password = secret("password of Koha", settings.password_env, settings.password_file)
        credentials = base64.b64encode(f"{settings.user}:{password}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Accept": "application/json"}
        if "content" in what:
            headers |= {"Content-Type": "application/marcxml+xml", "x-record-schema": "MARC21"}
        address = settings.address.rstrip("/") + path
        return rest_client.call(method, address, headers=headers, timeout_seconds=settings.timeout_seconds, **what)

    def _unavailable(self, reason: str) -> SystemUnavailable:
        return KohaUnavailable(address=self.settings.address, reason=reason)


def as_unavailable(error: ConfigurationError, address: str) -> SystemUnavailable:
    """What only the installer can mend, told where lines must wait for it."""
    return KohaUnavailable(address=address, reason=f"{error} {error.advice}")


def _note(order: Order) -> str:
    return str(order.get("vendor_note") or "")


def _json(answer: Answer) -> Any:
    try:
        return json.loads(answer.body)
    except ValueError:
        return None


def _object(answer: Answer) -> Order:
    found = _json(answer)
    return found if isinstance(found, dict) else {}


def _reason(answer: Answer) -> str:
    """What Koha says, in its own words; never empty."""
    if answer.status == 500:
        return UNKNOWN_500
    found = _object(answer)
    errors = found.get("errors")
    listed = (
        [str(each.get("message", each)) for each in errors if isinstance(each, dict)]
        if isinstance(errors, list)
        else []
    )
    return "; ".join(filter(None, listed)) or str(found.get("error") or f"status {answer.status}: {answer.text}")
