"""One day by hand: every example that libraries are given of a mutation, and what goes wrong on an ordinary day.

Source: bestelsynchronisatie, "Voorbeelden van mutaties". Titles and people are invented.
"""

import csv
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import StringIO
from itertools import count
from zoneinfo import ZoneInfo

from gateway.money import Cents, plain
from gateway.orders.model import Channel, Copy, MessageHeader, Mutation
from gateway.supplier import events
from gateway.supplier.books import Book, isbn13, ppn
from gateway.supplier.events import Consignment, Moment, OpenLine
from gateway.supplier.message import Day, control

_DISCOUNT = Decimal("7.50")
_BOOKS = tuple(
    Book(
        ean=isbn13(f"97890{place:07d}"),
        ppn=ppn(f"4{place:07d}"),
        article_number=f"26{place:07d}",
        title=title,
        author=author,
        publisher=publisher,
        publication_year=year,
        medium=medium,
        list_price=Cents(price),
    )
    for place, (title, author, publisher, year, medium, price) in enumerate(
        (
            ("De vuurtoren van Nergenshuizen", "Bladwijzer, Boukje", "Uitgeverij De Verzonnen Vos", 2025, "BOEK", 2499),
            ("Eén eigenwijze egel", "Kaftmaker, Joël", "Droogdok & Zonen", 2026, "BOEK", 1595),
            ("Rondkomen met € 50 per week", "van den Ezelsoor, Zoë", "Pers van Nergens", 2026, "BOEK", 2150),
            ("Het mysterie van de geërfde theepot", "Ruggenlijm, Thijmen", "Het Papieren Café", 2026, "BOEK", 2299),
            ("À propos reünie", "de Vouwhoek, Aïcha", "Pers van Nergens", 2026, "LUIST", 2999),
            ("Mijn vader, de dijkgraaf", "Schutblad, Wobbe", "Uitgeverij De Verzonnen Vos", 2024, "BOEK", 1899),
            ("Daar was zee: ’n geschiedenis", "Colofon, Fenne", "Droogdok & Zonen", 2026, "BOEK", 3495),
            ("De coöperatieve brievenbus", "ten Leeslint, Renée", "Het Papieren Café", 2026, "BOEK", 1750),
            ("Koken voor een vergeten patiënt", "Marginália, Jurriën", "Pers van Nergens", 2026, "GLB", 2695),
            ("De stille sluiswachter, deel 3", "Hoofdletter, Sjoukje", "Droogdok & Zonen", 2026, "BOEK", 2199),
            ("De laatste cafébaas", "Inktvlek-Drukfout, Çelik", "Het Papieren Café", 2025, "BOEK", 2050),
            ("365 dagen in Mistdorp", "van Nergenshuizen, Zoë", "Uitgeverij De Verzonnen Vos", 2026, "BOEK", 2750),
        ),
        start=1,
    )
)
_OPEN_ORDER_COLUMNS = (
    "sender", "order_number", "order_line", "order_date", "title", "ean", "branch", "budget_code", "copies",
    "net_price",
)  # fmt: skip
_OPEN = (5, 1, 2, 3, 4, 2)
"""How many copies of each of the first books are still to come when the day begins."""


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """A line that was ordered before the day, as the library has it in its own system."""

    line: OpenLine
    branch: str
    budget_code: str
    ordered_on: date


def open_orders(
    institution: str, branches: Sequence[str], budget_codes: Sequence[str], on: date
) -> tuple[OpenOrder, ...]:
    """The lines that must stand open, on both sides, before the day `on` is pushed.

    The lines do not depend on the codes: for the library's own list, give the library's own codes.
    """
    return tuple(
        OpenOrder(
            line=_line(institution, f"{on - timedelta(days=30):%y}-0", place, copies),
            branch=branches[place % len(branches)],
            budget_code=budget_codes[place % len(budget_codes)],
            ordered_on=on - timedelta(days=30 + place),
        )
        for place, copies in enumerate(_OPEN)
    )


def as_csv(orders: Iterable[OpenOrder], sender: str) -> str:
    """The list of open orders as a library hands it in."""
    text = StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(_OPEN_ORDER_COLUMNS)
    for order in orders:
        line = order.line
        writer.writerow(
            (
                sender,
                line.order_number,
                line.order_line,
                order.ordered_on.isoformat(),
                line.book.title,
                line.book.ean,
                order.branch,
                order.budget_code,
                line.quantity,
                plain(line.net_price),
            )
        )
    return text.getvalue()


def day(
    *,
    institution: str,
    sender: str,
    branches: Sequence[str],
    budget_codes: Sequence[str],
    on: date,
    customer_number: str = "100200",
    zone: str = "Europe/Amsterdam",
) -> Day:
    """The demonstration day of one library.

    Args:
        branches: the supplier's codes; at least one.
        budget_codes: the supplier's codes that the library knows; at least one.
        on: the day; its later events speak of `open_orders` with the same arguments.
    """
    opens = datetime.combine(on, time(8), ZoneInfo(zone))
    told = list(_Today(institution, branches, budget_codes, opens).events())
    told.append(told[0])  # sent twice
    header = MessageHeader(
        message_id=f"{institution}-{on:%Y%m%d}-1",
        message_number=on.toordinal(),
        test=False,
        sender=sender,
        customer_number=customer_number,
        institution=institution,
        created_at=opens + timedelta(hours=11),
        period_from=opens,
        period_to=opens + timedelta(hours=10),
        control=control(told),
    )
    return Day(header, lambda: iter(told))


@dataclass
class _Today:
    """The supplier's day as it goes on: its hours, its new lines, and the lines that stood open."""

    institution: str
    branches: Sequence[str]
    budget_codes: Sequence[str]
    opens: datetime

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self._on = self.opens.date()
        orders = open_orders(self.institution, self.branches, self.budget_codes, self._on)
        self._standing = [each.line for each in orders]
        self._van = Consignment(f"PB{self._on:%y%m%d}-{self.institution[1:]}", self._clock("16:30"))
        self._web, self._phone = self._new(6, 1), self._new(7, 2)

    def events(self) -> Iterator[Mutation]:
        """Everything that happens, in its order of time."""
        yield from self._ordered()
        yield from self._told_of_open_orders()
        yield from self._sent()

    def _ordered(self) -> Iterator[Mutation]:
        here, there = self.branches[0], self.branches[-1]
        code, other = self.budget_codes[0], self.budget_codes[-1]
        yield events.ordered(
            self._at("08:12"), self._web, channel=Channel.WEBSHOP, branch=here, budget_code=code, discount=_DISCOUNT
        )
        yield events.ordered(
            self._at("08:40"), self._phone, channel=Channel.PHONE, branch=there, budget_code=other, shelf_ready=False
        )
        chosen = self._new(8, 4)
        yield events.ordered(
            self._at("09:05"),
            replace(chosen, divided=True),
            channel=Channel.SELECTION_SERVICE,
            branch=here,
            budget_code=code,
            processing_fee=Cents(245),
            copies=tuple(_copies(chosen, self.branches, self.budget_codes)),
        )
        bought = self._new(9, 1)
        counter = Consignment(f"ZM{self._on:%y%m%d}-17", self._clock("11:02"), "OTHER")
        yield events.sold_in_shop(self._at("10:02"), bought, counter, branch=here, budget_code=code)

    def _told_of_open_orders(self) -> Iterator[Mutation]:
        standing = self._standing
        yield events.cancelled(self._at("10:45"), standing[0], events.OUT_OF_PRINT)
        yield events.delayed(self._at("11:15"), standing[1], events.NOT_YET_PUBLISHED, self._on + timedelta(days=45))
        yield events.delayed(self._at("11:40"), standing[2], events.OUT_OF_STOCK, None)
        dearer = replace(standing[3], net_price=Cents(standing[3].net_price + 150))
        yield events.changed(self._at("12:10"), dearer)

    def _sent(self) -> Iterator[Mutation]:
        standing = self._standing
        yield events.ordered(
            self._at("13:20"),
            self._new(10, 1),
            channel=Channel.LIBRARY_SYSTEM,
            branch=self.branches[-1],
            budget_code=f"{self.budget_codes[0]}-OUD",
            offer_form="BACKORDER",
        )
        yield events.shipped(self._at("14:00"), standing[4], 2, self._van)
        yield events.shipped(self._at("14:05"), standing[5], standing[5].quantity, self._van)
        yield events.shipped(self._at("15:30"), self._web, self._web.quantity, self._van)
        yield events.cancelled(self._at("16:45"), self._phone, events.ASKED_BY_LIBRARY)

    def _at(self, clock: str) -> Moment:
        number = next(self._numbers)
        return Moment(f"{self.institution}-{self._on:%y%m%d}-{number:03d}", number, self._clock(clock))

    def _clock(self, clock: str) -> datetime:
        return datetime.combine(self._on, time.fromisoformat(clock), self.opens.tzinfo)

    def _new(self, book: int, copies: int) -> OpenLine:
        return _line(self.institution, f"{self._on:%y%m%d}", book, copies)


def _line(institution: str, order: str, place: int, copies: int) -> OpenLine:
    book = _BOOKS[place]
    price = Cents(int(book.list_price * (100 - _DISCOUNT) / 100))
    return OpenLine(f"B{order}-{institution[1:]}", f"{place + 1:04d}", book, copies, price)


def _copies(line: OpenLine, branches: Sequence[str], budget_codes: Sequence[str]) -> Iterator[Copy]:
    for number in range(line.quantity):
        yield Copy(
            copy_id=f"{line.order_line}-{number + 1:04d}",
            branch=branches[number % len(branches)],
            budget_code=budget_codes[number % len(budget_codes)],
            note="leeskring" if number == 0 else None,
        )
