"""What moves when copies are ordered, taken back or sent: per share, in copies and cents."""

from gateway.money import NOTHING, Cents
from gateway.orders.ledger import Effect, Holding, OrderLine


def commit(holding: Holding, price: Cents) -> Effect:
    """The open copies are spoken for."""
    amount = Cents(holding.open * price)
    return Effect(holding.share._replace(copies=holding.open), amount, NOTHING, amount)


def release(holding: Holding, copies: int, price: Cents) -> Effect:
    """So many copies are no longer spoken for."""
    amount = Cents(copies * price)
    return Effect(holding.share._replace(copies=copies), Cents(-amount), NOTHING, amount)


def send(holding: Holding, copies: int, ordered_at: Cents, sent_at: Cents) -> Effect:
    """A shipment first corrects the commitment to the price that is asked, then moves all of it."""
    amount = Cents(copies * sent_at)
    return Effect(holding.share._replace(copies=copies), Cents(copies * (sent_at - ordered_at)), amount, amount)


def rest_of(holdings: tuple[Holding, ...], line: OrderLine, copies: int) -> tuple[Holding, ...]:
    """So many copies of an order, those first for branches where the shipment that came first sent fewer."""
    sent: dict[str, int] = {}
    for holding in line.holdings:
        sent[holding.share.branch] = sent.get(holding.share.branch, 0) + holding.share.copies
    rest: list[Holding] = []
    for holding in holdings:
        already = min(holding.share.copies, sent.get(holding.share.branch, 0))
        sent[holding.share.branch] = sent.get(holding.share.branch, 0) - already
        number = min(holding.share.copies - already, copies)
        if number:
            rest.append(Holding(holding.share._replace(copies=number)))
            copies -= number
    return tuple(rest)
