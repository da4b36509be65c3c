"""What the senders push: mixed kinds on lines that they share, copies in other messages, and what must come of each.

Everything follows from the seed, the sender and the round, so that whoever proves can make it again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from random import Random

from gateway.money import Cents
from gateway.orders.model import Channel, Kind, Mutation
from tests.builders import MORNING, a_mutation

LIBRARIES = ("I201", "I202")
KNOWN_LATER, NEVER_KNOWN = "09", "99"
"""Branches that the libraries do not know: one that they are told of on the way, one that they never are."""
EVENTS_AFTER, LAST_EVENTS_AFTER = 2, 4
"""Rounds after an order in which another sender tells more of its lines."""
LINES_WITH_LAST_EVENTS = ("1", "3")


class Fate(StrEnum):
    """What must have become of a mutation when everything is done."""

    APPLIED = "applied"
    REFUSED = "refused"
    WAITING = "waiting"
    CONFLICT = "conflict"
    """Refused wherever it stands, as its id was given to other words before."""


@dataclass(frozen=True, slots=True)
class Told:
    """A mutation and what must come of it, once, in whichever of its messages came first; in the others it is known."""

    mutation: Mutation
    fate: Fate = Fate.APPLIED


@dataclass(frozen=True, slots=True)
class Message:
    """One message of one sender."""

    message_id: str
    institution: str
    told: tuple[Told, ...]


@dataclass(frozen=True)
class Storm:
    """All messages of a number of senders."""

    seed: int
    senders: int

    def message(self, sender: int, round_: int) -> Message:
        """What a sender pushes in a round: its orders, events on its neighbour's, copies of what others told."""
        told = [*_own(self, sender, round_), *_copies(self, sender, round_)]
        return Message(f"S{self.seed}-{sender}-{round_}", LIBRARIES[round_ % 2], tuple(told))


@cache
def _own(storm: Storm, sender: int, round_: int) -> tuple[Told, ...]:
    """What nobody else tells first."""
    chance = Random(f"{storm.seed} {sender} {round_}")
    neighbour = (sender + 1) % storm.senders
    told = [*_orders(chance, sender, round_)]
    if round_ >= EVENTS_AFTER:
        told += _events(chance, storm, neighbour, round_ - EVENTS_AFTER)
    if round_ >= LAST_EVENTS_AFTER:
        told += _last_events(storm, neighbour, round_ - LAST_EVENTS_AFTER)
    chance.shuffle(told)
    return tuple(_numbered(each, f"{storm.seed}-{sender}-{round_}-{n}", n, round_) for n, each in enumerate(told))


def _numbered(told: Told, mutation_id: str, sequence: int, round_: int) -> Told:
    """Give it its own id, and the moment of its round unless it has one."""
    mutation = told.mutation
    at = MORNING + timedelta(minutes=round_) if mutation.occurred_at == MORNING else mutation.occurred_at
    return replace(told, mutation=replace(mutation, mutation_id=mutation_id, occurred_at=at, sequence=sequence))


def _orders(chance: Random, sender: int, round_: int) -> Iterator[Told]:
    order = f"B{sender}-{round_}"
    for line in "1234":
        yield Told(_about(Kind.ORDERED, order, line, quantity=chance.randint(2, 4), branch=chance.choice(("01", "02"))))
    shop = {"channel": Channel.SHOP, "branch": "01", "budget_code": "VOLW", "net_price": Cents(5), "currency": "EUR"}
    yield Told(_about(Kind.SHIPPED, order, "5", quantity=1, order_date=date(2026, 3, 10), **shop))
    if branch := _branch_of_line_six(sender, round_):
        yield Told(_about(Kind.ORDERED, order, "6", branch=branch), _fate_on(branch))
    if chance.random() < 0.2:
        yield Told(_about(Kind.ORDERED, order, "7", ean="9789000000013"), Fate.REFUSED)


def _branch_of_line_six(sender: int, round_: int) -> str:
    """Some orders have a sixth line, for a branch that the library does not know yet, or never will."""
    place = (sender + round_ // 2) % 16
    return NEVER_KNOWN if place == 0 else KNOWN_LATER if place % 4 == 1 else ""


def _fate_on(branch: str) -> Fate:
    return Fate.WAITING if branch == NEVER_KNOWN else Fate.APPLIED


def _events(chance: Random, storm: Storm, of: int, round_: int) -> Iterator[Told]:
    """What happened soon after to lines that another sender told of; some of it cannot be."""
    order, copies = f"B{of}-{round_}", _quantities(storm, of, round_)
    yield Told(_about(Kind.DELAYED, order, "1", quantity=copies["1"]))
    yield Told(_about(Kind.SHIPPED, order, "2", quantity=copies["2"]))
    yield Told(_about(Kind.CHANGED, order, "3", quantity=copies["3"] + 1))
    yield Told(_about(Kind.CANCELLED, order, "4", quantity=1))
    if branch := _branch_of_line_six(of, round_):
        yield Told(_about(Kind.DELAYED, order, "6"), _fate_on(branch))
    if chance.random() < 0.2:
        too_old = MORNING - timedelta(days=1)
        yield Told(_about(Kind.DELAYED, order, "2", occurred_at=too_old), Fate.REFUSED)
    if chance.random() < 0.2:
        yield Told(_about(Kind.SHIPPED, order, "4", quantity=99), Fate.REFUSED)


def _last_events(storm: Storm, of: int, round_: int) -> Iterator[Told]:
    order, copies = f"B{of}-{round_}", _quantities(storm, of, round_)
    shipped = {"1": 1, "3": copies["3"] + 1}
    for line in LINES_WITH_LAST_EVENTS:
        yield Told(_about(Kind.SHIPPED, order, line, quantity=shipped[line]))


def _quantities(storm: Storm, sender: int, round_: int) -> dict[str, int]:
    """Copies per line as they were ordered; made anew, as an order may lie rounds back."""
    chance = Random(f"{storm.seed} {sender} {round_}")
    orders = (each.mutation for each in _orders(chance, sender, round_))
    return {each.order_line: each.quantity for each in orders if each.kind is Kind.ORDERED}


def _copies(storm: Storm, sender: int, round_: int) -> Iterator[Told]:
    """The same mutations that others told, word for word; now and then one of our own with other words."""
    if round_ < EVENTS_AFTER:
        return
    chance = Random(f"{storm.seed} {sender} {round_} copies")
    other = (sender + 2) % storm.senders
    theirs, ours = (_own(storm, each, round_ - EVENTS_AFTER) for each in (other, sender))
    yield from chance.sample([each for each in theirs if _may_come_first(each.mutation)], 2)
    if chance.random() < 0.15:
        yield Told(replace(ours[0].mutation, library_reference="iets anders"), Fate.CONFLICT)


def _may_come_first(mutation: Mutation) -> bool:
    """A copy may overtake what its first sender told before, who may be rounds behind; last events must not."""
    return not (mutation.kind is Kind.SHIPPED and mutation.order_line in LINES_WITH_LAST_EVENTS)


def _about(kind: Kind, order: str, line: str, **different: object) -> Mutation:
    values = {"order_number": order, "order_line": line, **different}
    if kind is Kind.ORDERED:
        values = {"net_price": Cents(7), "budget_code": "JEUGD", **values}
    return a_mutation(kind, **values)  # type: ignore[arg-type]
