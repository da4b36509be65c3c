"""A day of any size that a supplier could have had, from a seed: the same arguments give the same bytes.

Every later event speaks of a line that is open at that moment. Only a window of open lines is remembered,
so memory does not grow with the day.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from hashlib import sha256
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from gateway.money import Cents
from gateway.orders.model import Channel, Control, Copy, Kind, MessageHeader, Mutation
from gateway.supplier import events
from gateway.supplier.books import invent
from gateway.supplier.events import Consignment, Moment, OpenLine
from gateway.supplier.message import Day, control

Choice = TypeVar("Choice")

_WINDOW_LINES = 2_000
_OPENS_AT = time(7)
_WORKING_HOURS = 12
_LINES_A_SLIP = 40
_SHOP_SHARE = 0.02
_DIVIDED_SHARE = 0.35
_KINDS = {Kind.ORDERED: 56, Kind.SHIPPED: 30, Kind.DELAYED: 7, Kind.CHANGED: 4, Kind.CANCELLED: 3}
_CHANNELS = {
    Channel.WEBSHOP: 52, Channel.SELECTION_SERVICE: 30, Channel.LIBRARY_SYSTEM: 9, Channel.PHONE: 6, Channel.OTHER: 3,
}  # fmt: skip
_OFFERS = {"WEEKLY": 45, "BACKORDER": 35, "EXPRESS": 12, "THEME": 8}
_QUANTITIES = {1: 58, 2: 18, 3: 10, 4: 6, 6: 5, 12: 3}
_LINES_PER_ORDER = (1, 1, 2, 3, 5, 8, 20)
_DISCOUNTS = (Decimal("0.00"), Decimal("5.00"), Decimal("7.50"), Decimal("10.00"))
_DELAYS = (events.NOT_YET_PUBLISHED, events.REPRINTING, events.OUT_OF_STOCK, events.UNAVAILABLE)
_CANCELLATIONS = (events.OUT_OF_PRINT, events.ABANDONED, events.UNOBTAINABLE, events.ASKED_BY_LIBRARY)
_NOTES = ("leeskring", "ter vervanging", "’s middags bezorgen", "voor het café")


def day(
    n: int,
    seed: int,
    *,
    institution: str,
    sender: str,
    branches: Sequence[str],
    budget_codes: Sequence[str],
    on: date,
    customer_number: str = "100200",
    zone: str = "Europe/Amsterdam",
    open_orders: Sequence[OpenLine] = (),
    test: bool = False,
) -> Day:
    """Make one day of `n` mutations for one library.

    Args:
        branches: the supplier's codes; at least one.
        budget_codes: the supplier's codes; may be empty, then no line carries one.
        on: the day; everything happens between 07:00 and 19:00 of it, in `zone`.
        open_orders: lines ordered earlier, of which the day may tell more.
        test: ask for a trial; the mutations stay the same.

    Returns:
        The day. Its ids hold a mark of all arguments but `test`, so that days that differ never share one.
    """
    asked = (n, seed, institution, sender, *branches, "|", *budget_codes, on, customer_number, zone, *open_orders)
    mark = sha256(repr(asked).encode()).hexdigest()[:10]
    opens = datetime.combine(on, _OPENS_AT, ZoneInfo(zone))

    def mutations() -> Iterator[Mutation]:
        dice = Random(mark)  # noqa: S311
        return _Desk(dice, mark, opens, branches, budget_codes, list(open_orders)).work(n)

    ids = {"institution": institution, "sender": sender, "customer_number": customer_number}
    return Day(_header(f"SAMPLE-{on:%Y%m%d}-{mark}", opens, control(mutations()), ids, test=test), mutations)


def _header(message_id: str, opens: datetime, counted: Control, ids: Mapping[str, str], *, test: bool) -> MessageHeader:
    return MessageHeader(
        message_id=message_id,
        message_number=None,
        test=test,
        created_at=opens + timedelta(hours=_WORKING_HOURS, minutes=30),
        period_from=opens,
        period_to=opens + timedelta(hours=_WORKING_HOURS),
        control=counted,
        **ids,
    )


@dataclass
class _Desk:
    """The supplier's desk during one day: dice, the order being taken, and the lines that are open."""

    dice: Random
    mark: str
    opens: datetime
    branches: Sequence[str]
    budget_codes: Sequence[str]
    open_lines: list[OpenLine]
    order_number: int = 0
    lines_to_come: list[int] = field(default_factory=list)
    consignment: Consignment | None = None
    packed_lines: int = 0
    consignments: int = 0

    def work(self, n: int) -> Iterator[Mutation]:
        step = timedelta(hours=_WORKING_HOURS) / n
        tell = {
            Kind.ORDERED: self.order,
            Kind.SHIPPED: self.ship,
            Kind.DELAYED: self.delay,
            Kind.CHANGED: self.change,
            Kind.CANCELLED: self.cancel,
        }
        for place in range(n):
            kind = self.weighed(_KINDS) if self.open_lines else Kind.ORDERED
            at = (self.opens + place * step).replace(microsecond=0)
            yield tell[kind](Moment(f"{self.mark}-{place + 1:06d}", place + 1, at))

    def order(self, moment: Moment) -> Mutation:
        discount = self.dice.choice(_DISCOUNTS)
        line = self.new_line(discount)
        branch, budget_code = self.destination()
        self.keep(line)
        return events.ordered(
            moment,
            line,
            channel=self.weighed(_CHANNELS),
            branch=branch,
            budget_code=budget_code,
            offer_form=self.weighed(_OFFERS),
            shelf_ready=self.dice.random() < 0.85,
            discount=discount,
            processing_fee=Cents(self.dice.choice((195, 245, 310))),
            library_reference=f"REF {self.order_number}" if self.dice.random() < 0.2 else None,
            copies=self.divide(line) if line.divided else (),
        )

    def ship(self, moment: Moment) -> Mutation:
        if self.dice.random() < _SHOP_SHARE:
            branch, budget_code = self.destination()
            sold = replace(self.new_line(Decimal("0.00")), quantity=1, divided=False)
            leaves_at = _next_hour(moment.at)
            taken = Consignment(f"Z{self.mark[:8]}-{leaves_at:%H}", leaves_at, "OTHER")
            return events.sold_in_shop(moment, sold, taken, branch=branch, budget_code=budget_code)
        line = self.take()
        whole = line.divided or self.dice.random() < 0.8
        copies = line.quantity if whole else self.dice.randint(1, line.quantity)
        if copies < line.quantity:
            self.keep(replace(line, quantity=line.quantity - copies))
        return events.shipped(moment, line, copies, self.packed(_next_hour(moment.at)))

    def packed(self, leaves_at: datetime) -> Consignment:
        """The consignment that a line goes with: what is packed within the hour leaves on the hour, on full slips."""
        full = self.packed_lines == _LINES_A_SLIP
        if self.consignment is None or self.consignment.leaves_at != leaves_at or full:
            self.consignments += 1
            self.packed_lines = 0
            route = "PSO" if self.dice.random() < 0.85 else "CB"
            self.consignment = Consignment(f"P{self.mark[:8]}-{self.consignments:05d}", leaves_at, route)
        self.packed_lines += 1
        return self.consignment

    def delay(self, moment: Moment) -> Mutation:
        line = self.take()
        self.keep(line)
        known = self.dice.random() < 0.8
        expected = moment.at.date() + timedelta(days=self.dice.randrange(14, 120)) if known else None
        return events.delayed(moment, line, self.dice.choice(_DELAYS), expected)

    def change(self, moment: Moment) -> Mutation:
        line = self.take()
        dearer = Cents(line.net_price + self.dice.choice((50, 100, 200)))
        line = replace(line, net_price=dearer)
        self.keep(line)
        return events.changed(moment, line)

    def cancel(self, moment: Moment) -> Mutation:
        return events.cancelled(moment, self.take(), self.dice.choice(_CANCELLATIONS))

    def take(self) -> OpenLine:
        """Pick an open line and let go of it."""
        place = self.dice.randrange(len(self.open_lines))
        self.open_lines[place], self.open_lines[-1] = self.open_lines[-1], self.open_lines[place]
        return self.open_lines.pop()

    def keep(self, line: OpenLine) -> None:
        """Remember a line; when the window is full another is left to a later day."""
        if len(self.open_lines) >= _WINDOW_LINES:
            self.take()
        self.open_lines.append(line)

    def new_line(self, discount: Decimal) -> OpenLine:
        """The next line of the order being taken, of a title nobody has ordered before."""
        if not self.lines_to_come:
            self.order_number += 1
            self.lines_to_come = list(range(self.dice.choice(_LINES_PER_ORDER), 0, -1))
        book = invent(self.dice, self.opens.year)
        quantity = self.weighed(_QUANTITIES)
        return OpenLine(
            order_number=f"B{self.mark[:8]}-{self.order_number:06d}",
            order_line=f"{self.lines_to_come.pop():04d}",
            book=book,
            quantity=quantity,
            net_price=Cents(int(book.list_price * (100 - discount) / 100)),
            divided=quantity > 1 and self.dice.random() < _DIVIDED_SHARE,
        )

    def divide(self, line: OpenLine) -> tuple[Copy, ...]:
        return tuple(self.copy(line, number) for number in range(1, line.quantity + 1))

    def copy(self, line: OpenLine, number: int) -> Copy:
        branch, budget_code = self.destination()
        note = self.dice.choice(_NOTES) if self.dice.random() < 0.1 else None
        return Copy(f"{line.order_number[-6:]}-{line.order_line}-{number:04d}", branch, budget_code, note)

    def destination(self) -> tuple[str, str | None]:
        return self.dice.choice(self.branches), self.dice.choice(self.budget_codes) if self.budget_codes else None

    def weighed(self, weights: Mapping[Choice, int]) -> Choice:
        return self.dice.choices(list(weights), list(weights.values()))[0]


def _next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0) + timedelta(hours=1)
