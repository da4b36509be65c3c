"""Order lines as the ledger keeps them: copies, how far they are, and what each mutation did."""

from dataclasses import dataclass
from datetime import date, datetime

from gateway.money import Cents
from gateway.orders.model import Channel, Kind, LineState, Share


@dataclass(frozen=True, slots=True)
class Holding:
    """Copies of an order line that share branch, budget code and (if divided so) copy number, and how far they are."""

    share: Share
    shipped: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        """Copies that are still to come."""
        return self.share.copies - self.shipped - self.cancelled


@dataclass(frozen=True, slots=True)
class OrderLine:
    """An order line of one supplier and library: where its copies are, and what was last applied to it.

    `made_from` tells whether its order came as such, from a shipment, or from the import at the start.
    `content` stands for everything the order said; an order sent twice is recognised by it.
    """

    order_number: str
    order_line: str
    state: LineState
    holdings: tuple[Holding, ...]
    net_price: Cents
    last_at: datetime
    last_sequence: int | None = None
    made_from: Kind | None = Kind.ORDERED
    content: str = ""
    title: str | None = None
    ean: str | None = None
    expected_date: date | None = None
    budget_year: int | None = None
    channel: Channel | None = None
    medium: str | None = None
    ordered_on: date | None = None

    @property
    def open(self) -> int:
        """Copies that are still to come."""
        return sum(holding.open for holding in self.holdings)

    @property
    def is_partly(self) -> bool:
        """Whether some of its copies are on transport or cancelled while others are still to come."""
        return 0 < self.open < sum(holding.share.copies for holding in self.holdings)

    @property
    def shipped(self) -> int:
        """Copies that went on transport."""
        return sum(holding.shipped for holding in self.holdings)


@dataclass(frozen=True, slots=True)
class Effect:
    """What one mutation did to copies on one budget code: `committed` is signed, `shipped` moves out of it.

    `is_taken_back` marks where a change took copies away; where it puts them now is another effect.
    """

    share: Share
    committed: Cents
    shipped: Cents
    amount: Cents
    is_taken_back: bool = False


LineKey = tuple[str, str]
"""Order number and order line; unique within sender and institution."""
