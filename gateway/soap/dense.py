"""Mutations that are written plainly, read straight from their text by one pattern made of the XSD.

The pattern is stricter than the schema: what it takes is certain to be well-formed and valid, and means the same as
what `extraction` makes of the parsed element. What it does not take says nothing; that is for the parser.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from lxml import etree

from gateway.orders.model import WIRE_FIELDS, WireRow
from gateway.soap import contract

_XS = "{http://www.w3.org/2001/XMLSchema}"
_SPACE = "[ \t\n]*"
_ENTITY = "&(?:amp|lt|gt|quot|apos);"
_SOLID, _LOOSE = "[^ <&>\\x00-\\x1f]", "[^<&>\\x00-\\x08\\x0b-\\x1f]"
"""Characters of a token and of a free text; a `>` is left out because of `]]>`."""

_WORD = f"(?:{_SOLID}++|{_ENTITY})+"
_DAY = (
    "(?:19|20)[0-9]{2}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
)
_TIME = "T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9])"
_SAFE_PATTERN = re.compile(r"(?:\[(?:[0-9A-Z]|[0-9A-Z]-[0-9A-Z])+\](?:\{[0-9,]+\})?)+")
"""Patterns of the XSD that mean the same in Python."""

_as_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_COPIES = WIRE_FIELDS.index("copies")
MOST_COPIES = 9_999
"""As many as the highest quantity; the XSD sets no bound."""

_MOST_PREFIXES = 8
_patterns: dict[str, "Pattern | None"] = {}


class Pattern:
    """Takes mutations whose elements have one prefix, or none."""

    def __init__(self, prefix: str) -> None:
        self._mutation = re.compile(_mutation(prefix))
        self._copy = re.compile(_copy(prefix))
        types = [each.get("type") for each in _elements("Mutation")]
        self._with_entities = [n for n, name in enumerate(types) if n != _COPIES and _ENTITY in _values(name)]
        self.end_of_mutation = f"</{prefix}mutation>"
        self.end_of_all = f"</{prefix}mutations"

    def rows(self, text: str, start: int) -> Iterator[tuple[WireRow, int, int]]:
        """The mutations that follow one another from `start`: each as texts, where it begins, and where it ends.

        White space behind a mutation belongs to it; what else follows it must be a tag.
        """
        match, found = self._mutation.match, self._mutation.match(text, start)
        while found:
            begin, end = found.span()
            texts = found.groups()
            if texts[_COPIES] or text.find("&", begin, end) >= 0:
                texts = self._plain(texts)
            yield texts, begin, end
            found = match(text, end)

    def _plain(self, texts: WireRow) -> WireRow:
        """The texts without entities, and the copies as JSON."""
        plain = list(texts)
        if copies := plain[_COPIES]:
            found = self._copy.finditer(copies)
            plain[_COPIES] = _as_text([[text and _unescaped(text) for text in copy.groups()] for copy in found])
        for place in self._with_entities:
            if (text := plain[place]) and "&" in text:
                plain[place] = _unescaped(text)
        return tuple(plain)


def pattern(prefix: str) -> Pattern | None:
    """The pattern for a prefix, written with its colon; none for prefixes that nobody needs."""
    if prefix not in _patterns:
        if len(_patterns) >= _MOST_PREFIXES or not re.fullmatch(r"(?:[A-Za-z_][A-Za-z0-9_-]{0,30}:)?", prefix):
            return None
        _patterns[prefix] = Pattern(prefix)
    return _patterns[prefix]


def _unescaped(text: str) -> str:
    if "&" not in text:
        return text
    for entity, character in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'"), ("&amp;", "&")):
        text = text.replace(entity, character)
    return text


def _mutation(prefix: str) -> str:
    elements = {each.get("name"): each for each in _elements("Mutation")}
    assert [*elements, "extension"] == list(WIRE_FIELDS)
    inside = "".join(_element(prefix, each) for each in elements.values())
    # The last group never takes anything: what has an extension is for the parser.
    return f"<{prefix}mutation>{_SPACE}{inside}(\\Zx)?</{prefix}mutation>{_SPACE}(?=<)"


def _element(prefix: str, element: Any, group: str = "(") -> str:
    name = prefix + element.get("name")
    if element.get("type") == "Copies":
        taken = f"{_SPACE}{group}(?:{_copy(prefix, '(?:')}{_SPACE}){{1,{MOST_COPIES}}}+)"
    else:
        taken = f"{group}{_values(element.get('type'))})"
    whole = f"<{name}>{taken}</{name}>{_SPACE}"
    # Atomic: an element that was taken is never tried another way, or a mutation that breaks off would take years.
    return f"(?>{whole})" if element.get("minOccurs", "1") == "1" else f"(?>(?:{whole})?)"


def _copy(prefix: str, group: str = "(") -> str:
    inside = "".join(_element(prefix, each, group) for each in _elements("Copy"))
    return f"<{prefix}copy>{_SPACE}{inside}</{prefix}copy>"


def _values(type_name: str) -> str:
    """The texts of a type that are taken: never more than the XSD allows."""
    primitive, facets = _facets(type_name)
    make = {
        "xs:token": _token,
        "xs:string": lambda has: _bounded(_LOOSE, f"(?:{_LOOSE}++|{_ENTITY})+", has["maxLength"][0]),
        "xs:boolean": lambda _: "true|false|1|0",
        "xs:date": lambda _: _DAY,
        "xs:dateTime": lambda _: _DAY + _TIME,
        "xs:gYear": lambda _: "(?:19|20)[0-9]{2}",
        "xs:decimal": _decimal,
        "xs:nonNegativeInteger": lambda has: f"0|{_integer(has)}",
        "xs:positiveInteger": _integer,
    }[primitive]
    return make(facets)


def _token(has: Mapping[str, list[str]]) -> str:
    if "enumeration" in has:
        return "|".join(map(re.escape, has["enumeration"]))
    if "pattern" in has:
        (only,) = has["pattern"]
        assert _SAFE_PATTERN.fullmatch(only)
        return only
    return _bounded(_SOLID, f"{_WORD}(?: {_WORD})*", has["maxLength"][0])


def _bounded(simple: str, any_text: str, most: str) -> str:
    """At most so many characters; an entity counts for all of its letters, which is too strict and does no harm."""
    return f"{simple}{{1,{most}}}|(?=[^<]{{1,{most}}}<){any_text}"


def _decimal(has: Mapping[str, list[str]]) -> str:
    fraction = int(has["fractionDigits"][0])
    return f"[0-9]{{1,{int(has['totalDigits'][0]) - fraction}}}(?:\\.[0-9]{{1,{fraction}}})?"


def _integer(has: Mapping[str, list[str]]) -> str:
    """One digit fewer than the greatest has, or as many when it is all nines."""
    greatest = has["maxInclusive"][0]
    digits = len(greatest) if set(greatest) == {"9"} else len(greatest) - 1
    return f"[1-9][0-9]{{0,{digits - 1}}}"


def _facets(type_name: str) -> tuple[str, dict[str, list[str]]]:
    """The primitive type below, and what restricts it; the facets of the outermost type win."""
    found: dict[str, list[str]] = {}
    while not type_name.startswith("xs:"):
        restriction = _types()[type_name].find(f"{_XS}restriction")
        assert restriction is not None
        mine: dict[str, list[str]] = {}
        for facet in restriction.iterchildren(f"{_XS}*"):
            mine.setdefault(etree.QName(facet).localname, []).append(facet.get("value", ""))
        found = {**mine, **found}
        type_name = restriction.get("base", "")
    return type_name, found


def _elements(type_name: str) -> list[Any]:
    return list(_types()[type_name].findall(f"{_XS}sequence/{_XS}element"))


@cache
def _types() -> dict[str, Any]:
    return {each.get("name", ""): each for each in etree.fromstring(contract.xsd()) if each.get("name")}
