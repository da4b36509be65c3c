"""The contract's types as Spyne knows them: names for dispatch; what they hold is said by the XSD alone."""

from gateway.soap.compat import ComplexModel, Unicode
from gateway.soap.contract import NAMESPACE


class _Element(ComplexModel):
    """Handed on as it is: requests were read by `reading`, answers are written by `answers`."""

    __namespace__ = NAMESPACE


class Header(_Element):
    """Read on the way in."""


class Mutations(_Element):
    """Read on the way in."""


class Receipt(_Element):
    """Written by `answers`."""


class Status(_Element):
    """Written by `answers`."""


class Report(_Element):
    """Written by `answers`."""


class BudgetCodes(_Element):
    """Written by `answers`."""


Text = Unicode
READ_ON_THE_WAY = (Header, Mutations)
