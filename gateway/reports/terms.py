"""The words for our codes: kinds, outcomes, states, channels and the trade's reasons, in the reader's language."""

from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType

from gateway.wording import say

_KINDS = {
    "ORDERED": "Ordered",
    "CHANGED": "Changed",
    "DELAYED": "Delayed",
    "CANCELLED": "Cancelled",
    "SHIPPED": "Shipped",
}
# A state is a word and a shape, so that it can be told apart without colour; all shapes exist in Windows-1252.
_OUTCOMES = {
    "APPLIED": "Applied",
    "APPLIED_WITH_WARNING": "! Check",
    "KNOWN": "= Known",
    "WAITING": "… Waiting",
    "REFUSED": "× Refused",
}
_STATES = {
    "IN_ORDER": "On order",
    "IN_ORDER_PARTLY": "Partly on order",
    "DELAYED": "Delayed",
    "DELAYED_PARTLY": "Partly delayed",
    "SHIPPED": "On its way",
    "CANCELLED": "Cancelled",
}
_CHANNELS = {
    "WEBSHOP": "Webshop",
    "SHOP": "Shop",
    "PHONE": "Telephone",
    "SELECTION_SERVICE": "Selection",
    "LIBRARY_SYSTEM": "Lib. system",
    "OTHER": "Other",
}
_DELIVERIES = {
    "confirmed": "Confirmed",
    "handed over": "Handed over",
    "refused": "Refused",
    "uncertain": "Uncertain",
    "not carried": "Not passed",
}
_FLAGS = {
    "warning": "! Nearly spent",
    "locked": "× Locked",
    "no-control": "No control",
    "over": "! Overspent",
    "fall-back": "Fall-back",
}
_ROUTES = {"PSO": "PSO", "CB": "CB", "OTHER": "Other"}

_AUDIENCES = {"STAFF": "Staff", "SUPPLIER": "The supplier, without budget amounts"}
_ENTRIES = {
    "openingWaiting": "Waiting from earlier runs",
    "received": "+ Received in this run",
    "together": "= Together",
    "applied": "+ Applied, with or without a warning",
    "known": "+ Already known",
    "refused": "+ Refused",
    "closingWaiting": "+ Still waiting",
}
_SIDES = {"declared": "Supplier", "counted": "Gateway", "difference": "Difference"}
_TALLIES = {
    "opening": "Waited",
    "received": "Received",
    "applied": "Applied",
    "warned": "Of which !",
    "known": "Known",
    "refused": "Refused",
    "waiting": "Waiting",
    "copies": "Copies",
    "added": "Committed",
    "released": "Released",
    "shipped": "Shipped",
}

_REASONS = {
    "AB": "Publication abandoned",
    "AD": "Order from the publisher directly",
    "CS": "Status uncertain; check with the supplier",
    "FQ": "Only available abroad",
    "HK": "Only available in paperback",
    "IB": "In stock",
    "IP": "In print and in stock at the publisher",
    "MD": "Made on demand",
    "NK": "Item not known",
    "NN": "Not supplied by this supplier",
    "NP": "Not yet published",
    "NQ": "Not stocked",
    "NS": "Not sold separately",
    "OB": "Temporarily out of stock",
    "OF": "Another format is available",
    "OP": "Out of print",
    "OR": "Out of print; a new edition is coming",
    "PK": "Only available in hardback",
    "PN": "The publisher no longer exists",
    "RE": "Awaiting a reissue",
    "RF": "Refer to another supplier",
    "RM": "Remaindered",
    "RP": "Being reprinted",
    "RR": "Rights are restricted",
    "SD": "Sold",
    "SN": "Cannot be traced",
    "SO": "Only sold as single copies",
    "ST": "Stocktaking; temporarily unavailable",
    "TO": "Only to special order",
    "TU": "Temporarily unavailable",
    "UB": "Cannot be obtained",
    "UC": "A reprint is under consideration",
}
"""EDItEUR list 8B: why. Choice: our own wording of its values."""

_ACTIONS = {
    "110": "A substitute will be supplied",
    "220": "Cancelled by the supplier",
    "221": "Cancelled: past the last date",
    "222": "Cancelled at the library's request",
    "223": "Cancelled: the supplier cannot supply it",
    "400": "On back order",
    "401": "On order at the publisher",
    "901": "Title changed",
    "902": "The date moves",
    "903": "Price changed",
    "999": "On hold for now",
}
"""EDItEUR list 12B: what happens to the line, as far as it says more than the kind itself."""


@cache
def _spoken(vocabulary: str, language: str) -> Mapping[str, str]:
    return MappingProxyType({code: say(words, language) for code, words in _VOCABULARIES[vocabulary].items()})


_VOCABULARIES = {
    "kinds": _KINDS,
    "outcomes": _OUTCOMES,
    "states": _STATES,
    "channels": _CHANNELS,
    "deliveries": _DELIVERIES,
    "flags": _FLAGS,
    "routes": _ROUTES,
    "audiences": _AUDIENCES,
    "entries": _ENTRIES,
    "sides": _SIDES,
    "tallies": _TALLIES,
    "reasons": _REASONS,
    "actions": _ACTIONS,
}


def kinds(language: str) -> Mapping[str, str]:
    """The kinds of mutations."""
    return _spoken("kinds", language)


def outcomes(language: str) -> Mapping[str, str]:
    """What became of a mutation."""
    return _spoken("outcomes", language)


def states(language: str) -> Mapping[str, str]:
    """Where an order line is on its way."""
    return _spoken("states", language)


def channels(language: str) -> Mapping[str, str]:
    """How an order was placed."""
    return _spoken("channels", language)


def deliveries(language: str) -> Mapping[str, str]:
    """What the library system is known to have done."""
    return _spoken("deliveries", language)


def flags(language: str) -> Mapping[str, str]:
    """What is special about a budget code."""
    return _spoken("flags", language)


def routes(language: str) -> Mapping[str, str]:
    """How a packing slip travels."""
    return _spoken("routes", language)


def audiences(language: str) -> Mapping[str, str]:
    """For whom a copy is."""
    return _spoken("audiences", language)


def entries(language: str) -> Mapping[str, str]:
    """The entries of the books."""
    return _spoken("entries", language)


def sides(language: str) -> Mapping[str, str]:
    """Who counted."""
    return _spoken("sides", language)


def tallies(language: str) -> Mapping[str, str]:
    """What is counted per kind and per budget code."""
    return _spoken("tallies", language)


_ACCEPTED = "100"
"""The action that every order has: it is no reason, so it is not shown as one."""


@lru_cache(maxsize=1000)
def reason(action_code: str, reason_code: str, reason_text: str, language: str) -> str:
    """Why the supplier says so: its own words, else the trade's, with the codes behind them."""
    words = (
        reason_text
        or _spoken("reasons", language).get(reason_code, "")
        or _spoken("actions", language).get(action_code, "")
    )
    codes = "/".join(code for code in (action_code, reason_code) if code and code != _ACCEPTED)
    if not codes:
        return words
    return f"{words} ({codes})" if words else codes
