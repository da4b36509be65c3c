"""Amounts as whole cents; never a float."""

from functools import lru_cache
from typing import NewType

Cents = NewType("Cents", int)

NOTHING = Cents(0)


@lru_cache(maxsize=4096)
def cents(amount: str) -> Cents:
    """Read a decimal with at most two decimals, as the wire allows it: `12`, `12.5`, `-3.05`, `+1.`.

    Raises:
        ValueError: it is no such amount.
    """
    whole, _, decimals = amount.partition(".")
    if decimals[2:].strip("0"):
        raise ValueError(f"{amount} has more than two decimals")
    return Cents(int(whole + decimals[:2].ljust(2, "0")))


def plain(amount: Cents | int) -> str:
    """Write cents with a point and two decimals: `1234.50`; for files and programs."""
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    return f"{sign}{whole // 100}.{whole % 100:02d}"


def dutch(amount: Cents | int) -> str:
    """Write cents as a Dutch reader expects them: `1.234,50`; for paper and pages."""
    sign, whole = ("-", -amount) if amount < 0 else ("", amount)
    thousands = f"{whole // 100:,}".replace(",", ".")
    return f"{sign}{thousands},{whole % 100:02d}"
