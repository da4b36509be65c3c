"""Where XML breaks a schema: libxml2's findings as sentences that a programmer can act on.

Both doors tell them: the gateway's fault, and the client that looks at a file before it is pushed.
"""

import re
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from gateway.errors import Place

_LONGEST_VALUE = 60
_LONGEST_NAME = 80
_LONGEST_FINDING = 1_000
"""Of a longer one the middle is left out before it is looked at, or its look would take the square of its length."""
_PATTERNS = {
    "[0-9]{13}": "13 digits",
    "[0-9]{8,9}[0-9X]": "8 or 9 digits and then a digit or X",
    "[0-9]{6}": "6 digits",
    "I[0-9]{3}": "I and three digits, such as I200",
    "[0-9]{3}": "3 digits",
    "[A-Z]{2}": "2 capitals",
    "[A-Z]{3}": "3 capitals, such as EUR",
    "[0-9]{4}": "a year of 4 digits",
    "[0-9]{4}-[0-9]{2}-[0-9]{2}": "a day without a zone, such as 2026-03-10",
}
_MOMENT = "a date and time with a zone, such as 2026-03-10T06:00:00+01:00"
_LOCAL_MOMENT = "a date and time, such as 2026-03-10T06:00:00"
_TYPES = {
    "Moment": _MOMENT,
    "LocalMoment": _LOCAL_MOMENT,
    "Day": _PATTERNS["[0-9]{4}-[0-9]{2}-[0-9]{2}"],
    "Year": _PATTERNS["[0-9]{4}"],
    "Quantity": "a whole number from 1 to 9999",
    "Price": "an amount such as 12.50",
    "TotalAmount": "an amount such as 1234.50",
    "Percentage": "a percentage such as 9.00",
    "Count": "a whole number, 0 or more",
    "Sequence": "a whole number, 0 or more",
    "Ordinal": "a whole number, 1 or more",
    "MessageNumber": "a whole number, 1 or more",
    "xs:boolean": "true or false",
}
_SUBJECT = re.compile(
    r"^Element '(?:\{[^}]*\})?([^']*)'(?:, attribute '(?:\{[^}]*\})?([^']*)')?: (?:\[[^]]*\] )?(.*)$", re.S
)
_FOUND = re.compile(r"^found (?:'.*'|\".*\"), (expected .*)$", re.S)
_QUOTED = re.compile(r"^(?:The value )?'.*' (?=is |has )", re.S)
_NAMES = re.compile(r"\{[^}]*\}")
_REWRITES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.S), sentence)
    for pattern, sentence in (
        (r"The value has a length of '(\d+)'; this exceeds the allowed maximum length of '(\d+)'.*",
         "found {0} characters, expected at most {1}"),
        (r"The value has a length of '0'; this underruns .*", "is empty, expected at least one character"),
        (r"The value '(.*)' is less than the minimum value allowed \('(.*)'\).*", "found {0!r}, expected {1} or more"),
        (r"The value '(.*)' is greater than the maximum value allowed \('(.*)'\).*",
         "found {0!r}, expected {1} or less"),
        (r"The value '(.*)' is not an element of the set \{(.*)\}.*", "found {0!r}, expected one of {1}"),
        (r"The value '(.*)' has more digits than are allowed \('(\d+)'\).*",
         "found {0!r}, expected at most {1} digits"),
        (r"The value '(.*)' has more fractional digits than are allowed \('(\d+)'\).*",
         "found {0!r}, expected at most {1} digits after the point"),
        (r"This element is not expected\. Expected is \( (?:##other\S*)? ?\).*",
         "is not expected here; nothing of this contract may follow"),
        (r"This element is not expected\. Expected is (?:one of )?\( (.*) \).*", "is not expected here; expected {0}"),
        (r"This element is not expected\..*", "is not expected here"),
        (r"Missing child element\(s\)\. Expected is (?:one of )?\( (.*) \).*", "is not complete; expected next {0}"),
        (r"Character content .*", "holds text between its elements; only elements are allowed there"),
        (r"Element content is not allowed.*", "holds elements; only text is allowed there"),
        (r"The element is not 'nillable'.*", "may not be nil; leave the element out instead"),
        (r"The attribute '(.*)' is not allowed.*", "has an attribute {0!r} that this contract does not know"),
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Flaw:
    """One place where a message breaks the contract."""

    place: Place
    sentence: str

    def __str__(self) -> str:
        """Where, and what: `line 12, mutation M-1, ean: found '97', expected 13 digits`."""
        place = self.place
        where = [f"line {place.line}"] if place.line else []
        where += [f"mutation {place.mutation_id}"] if place.mutation_id else []
        where += [place.element] if place.element else []
        return f"{', '.join(where)}: {self.sentence}"


def find(log: etree._ListErrorLog, mutation_id: str | None = None, most: int | None = None) -> list[Flaw]:
    """The flaws in what the schema found in one element, in that order; at most so many."""
    return [_flaw(entry, mutation_id) for entry in islice(log, most)]


def without_value(sentence: str) -> str:
    """A flaw's sentence without the value that was found, which may be of a person."""
    return _QUOTED.sub("a value ", _FOUND.sub(r"holds something else, \1", sentence))


def shortened(name: str, most: int = _LONGEST_NAME) -> str:
    """A name that somebody else made up, not longer than one can read."""
    return name if len(name) <= most else f"{name[:most]}…"


def _flaw(entry: etree._LogEntry, mutation_id: str | None) -> Flaw:
    match = _SUBJECT.match(entry.message)
    element = shortened(match[1]) if match else None
    finding = _without_middle(match[3] if match else entry.message)
    sentence = _sentence(finding) if match else _plain(finding)
    return Flaw(Place(entry.line or None, mutation_id and shortened(mutation_id), element), sentence)


def _without_middle(finding: str) -> str:
    if len(finding) <= 2 * _LONGEST_FINDING:
        return finding
    return f"{finding[:_LONGEST_FINDING]}…{finding[-_LONGEST_FINDING:]}"


def _sentence(finding: str) -> str:
    described = _described(finding)
    if described:
        return described
    for pattern, sentence in _REWRITES:
        match = pattern.fullmatch(finding)
        if match:
            return sentence.format(*(_plain(group or "") for group in match.groups()))
    return _plain(finding).rstrip(".")


def _described(finding: str) -> str | None:
    """What is said of a value whose form is wrong, when its pattern or type has a description."""
    match = re.fullmatch(r"The value '(.*)' is not accepted by the pattern '(.*)'\.", finding, re.S)
    if match:
        moment = _LOCAL_MOMENT if match[2].endswith(")?") else _MOMENT
        return f"found {_plain(match[1])!r}, expected {_PATTERNS.get(match[2], moment)}"
    match = re.fullmatch(r"'(.*)' is not a valid value of the (?:local )?atomic type(?: '(.*)')?\.", finding, re.S)
    if match:
        expected = _TYPES.get(_NAMES.sub("", match[2] or ""), f"a value of type {_plain(match[2] or 'in the XSD')}")
        return f"found {_plain(match[1])!r}, expected {expected}"
    return None


def _plain(text: str) -> str:
    """Without namespaces and line ends, and not longer than one can read."""
    text = " ".join(_NAMES.sub("", text).replace("##other", "an element of another namespace").split())
    return text if len(text) <= 5 * _LONGEST_VALUE else f"{text[: 5 * _LONGEST_VALUE]}…"
