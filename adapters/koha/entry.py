"""How one mutation is entered into Koha's orders: found by our marks, added, changed, or left to be cancelled.

Choice: an order line of ours is one order of Koha for each fund, as an order of Koha has one fund and no branch; its
branches stand in the note for staff. An order that Koha placed itself (channel LIBRARY_SYSTEM, with Koha's order
number as the library's reference) is taken over instead of added.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from adapters.koha import notes
from adapters.koha.api import Api, KohaRefused, Order
from gateway.money import plain
from gateway.order_files import new_titles
from gateway.orders.model import Channel, Kind, Mutation, Share
from gateway.orders.system import SystemLine

NOT_THERE = "Koha has no open order for it."
NO_FUND = "No budget code was given, and an order of Koha needs a fund."
NO_TITLE = "No title was given, and an order of Koha needs a record."

Funds = dict[int, list[Share]]
"""The copies of a line by Koha's number of their fund."""


@dataclass(frozen=True, slots=True)
class Entry:
    """Enters lines one after the other; new orders go into one basket."""

    api: Api
    basket: int
    zone: str
    records: dict[object, int] = field(default_factory=dict)
    """Records found or made by now: Koha finds a new one again only once it is indexed."""

    def enter(self, line: SystemLine) -> list[Order]:
        """Do what the mutation says, unless it was done; gives the orders that are left to be cancelled whole.

        Raises:
            KohaRefused: Koha said no.
            SystemUnavailable: offered again, it goes on from where it was.
        """
        kind = line.mutation.kind
        orders = self.api.orders_marked(notes.line_mark(line)) or self._referred_to(line)
        if kind is Kind.ORDERED or (kind is Kind.SHIPPED and line.state_before is None):
            orders = self._ordered(line, orders)
        if kind is Kind.ORDERED:
            return []
        if kind is Kind.CHANGED:
            return self._changed(line, orders)
        return [order for order, shares in self._concerned(line, orders) if self._told(line, order, shares)]

    def _referred_to(self, line: SystemLine) -> list[Order]:
        """The order that Koha itself placed, by the number that the supplier gives back."""
        reference = line.mutation.library_reference or ""
        is_first = line.state_before is None and line.mutation.channel is not Channel.LIBRARY_SYSTEM
        if is_first or not reference.isdecimal() or len(reference) > 9:
            return []
        found = self.api.order(int(reference))
        return [found] if found else []

    def _ordered(self, line: SystemLine, orders: Sequence[Order]) -> list[Order]:
        """The orders of a new line: there already, taken over, or added."""
        mark = notes.new_mark(line)
        foreign = [order for order in orders if not notes.bears(order, notes.line_mark(line))]
        for order in foreign:
            note = notes.vendor_note(order, notes.line_mark(line), mark)
            self.api.change(order["order_id"], {"vendor_note": note} | self._note(line, order, line.shares), mark)
        if not foreign:
            funds = self._funds(line.shares)
            for order in orders:
                funds.pop(order["fund_id"], None)
            self._add(line, funds, mark)
        return self.api.orders_marked(notes.line_mark(line))

    def _changed(self, line: SystemLine, orders: Sequence[Order]) -> list[Order]:
        """The line as it is now: orders changed, added where a fund is new, left to be cancelled where one is gone."""
        if not orders:
            raise KohaRefused(NOT_THERE)
        funds, left = self._funds(line.shares), []
        for order in orders:
            if notes.bears(order, notes.cancel_mark(line)):
                left.append(order)
            elif notes.is_open(order):
                shares = funds.pop(order["fund_id"], None)
                if self._told(line, order, shares or [], is_gone=shares is None):
                    left.append(order)
        self._add(line, funds, notes.done_mark(line), orders[0].get("biblio_id"))
        return left

    def _concerned(self, line: SystemLine, orders: Sequence[Order]) -> list[tuple[Order, list[Share]]]:
        """The orders that a mutation speaks of, each with its copies; to one order alone all of them belong."""
        marks = notes.done_mark(line), notes.cancel_mark(line)
        those = [order for order in orders if notes.is_open(order) or any(notes.bears(order, mark) for mark in marks)]
        if len(those) == 1:
            return [(those[0], list(line.shares))]
        funds = self._funds(line.shares) if those else {}
        found = [(order, funds[order["fund_id"]]) for order in those if order["fund_id"] in funds]
        if not found:
            raise KohaRefused(NOT_THERE)
        return found

    def _told(self, line: SystemLine, order: Order, shares: Sequence[Share], *, is_gone: bool = False) -> bool:
        """Tell one order, unless it was told; whether it is left to be cancelled whole."""
        if notes.bears(order, notes.done_mark(line)):
            return False
        if notes.bears(order, notes.cancel_mark(line)):
            return True
        values, copies = _values(line.mutation), sum(share.copies for share in shares)
        if line.mutation.kind is Kind.CANCELLED:
            is_gone = copies >= order["quantity"]
            values["quantity"] = order["quantity"] - copies
        elif line.mutation.kind is Kind.CHANGED:
            values["quantity"] = copies
        if is_gone:
            # An order response cancels it, with the reason; a quantity of nothing would be refused.
            values.pop("quantity")
        mark = notes.cancel_mark(line) if is_gone else notes.done_mark(line)
        values |= {"vendor_note": notes.vendor_note(order, mark)} | self._note(line, order, shares)
        self.api.change(order["order_id"], values, mark)
        return is_gone

    def _funds(self, shares: Sequence[Share]) -> Funds:
        """The copies by their fund; each is looked up before anything is done."""
        funds: Funds = {}
        for share in shares:
            if not share.budget_code:
                raise KohaRefused(NO_FUND)
            funds.setdefault(self.api.fund(share.budget_code), []).append(share)
        return funds

    def _add(self, line: SystemLine, funds: Funds, mark: str, record: int | None = None) -> None:
        for fund, shares in funds.items():
            values = _values(line.mutation) | {
                "basket_id": self.basket,
                "fund_id": fund,
                "biblio_id": record or self._record(line.mutation),
                "quantity": sum(share.copies for share in shares),
                "vendor_note": notes.vendor_note({}, notes.line_mark(line), mark),
            }
            kind = Kind.CHANGED if line.mutation.kind is Kind.CHANGED else Kind.ORDERED
            self.api.add(values | self._note(line, {}, shares, kind), mark)

    def _record(self, mutation: Mutation) -> int:
        known_by = mutation.ean or mutation.ppn or (mutation.title, mutation.author)
        if known_by not in self.records:
            record = new_titles.write([mutation])
            if not record:
                raise KohaRefused(NO_TITLE)
            self.records[known_by] = self.api.biblio(record)
        return self.records[known_by]

    def _note(
        self, line: SystemLine, order: Order, shares: Sequence[Share], kind: Kind | None = None
    ) -> dict[str, Any]:
        told = notes.internal_note(order, line, kind or line.mutation.kind, shares, self.zone)
        return {"internal_note": told}


def _values(mutation: Mutation) -> dict[str, Any]:
    """The fields of an order that a mutation has values for. JSON has numbers only, so here an amount is one."""
    amounts = {"list_price": mutation.list_price, "rrp": mutation.list_price, "ecost": mutation.net_price}
    values: dict[str, Any] = {name: float(plain(each)) for name, each in amounts.items() if each is not None}
    if mutation.currency and values:
        values["currency"] = mutation.currency
    if mutation.discount_percent is not None:
        values["discount_rate"] = float(mutation.discount_percent)
    if mutation.expected_date:
        values["estimated_delivery_date"] = mutation.expected_date.isoformat()
    return values


def as_cancelled(line: SystemLine, order: Order) -> SystemLine:
    """The line as an order response tells it: an order of Koha is known there by Koha's own number."""
    number: Mapping[str, Any] = {"library_reference": str(order["order_id"]), "kind": Kind.CANCELLED}
    return replace(line, mutation=replace(line.mutation, **number))
