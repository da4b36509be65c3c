"""Titles and the items of them: what is lent, and what it costs when it is lost."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gateway.money import Cents


class ItemStatus(StrEnum):
    """Where an item is."""

    AVAILABLE = "AVAILABLE"
    ON_LOAN = "ON_LOAN"
    ON_HOLD_SHELF = "ON_HOLD_SHELF"
    IN_TRANSIT = "IN_TRANSIT"
    LOST = "LOST"
    WITHDRAWN = "WITHDRAWN"


class Substatus(StrEnum):
    """Where an item is in the procedure of replacement bills. Source: nota materiaalvergoeding."""

    F = "F"
    """In the procedure."""
    N = "N"
    """On a bill that was processed: cannot be renewed (D32) or reserved."""


@dataclass(frozen=True, slots=True)
class Title:
    """What was written; `price` is what a copy costs when the item itself has none."""

    library: str
    id: str
    title: str
    author: str = ""
    material: str = ""
    price: Cents | None = None
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One copy of a title."""

    library: str
    id: str
    title: str
    """The title's id."""
    barcode: str
    branch: str = ""
    owner: str = ""
    """The library that owns it, when it is another one's."""
    material: str = ""
    """When it is not the title's."""
    price: Cents | None = None
    acquired_on: date | None = None
    status: ItemStatus = ItemStatus.AVAILABLE
    substatus: Substatus | None = None
    is_last_copy: bool | None = None
    """As the library system says; none when it does not."""
    doubt: str = ""
