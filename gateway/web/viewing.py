"""The archived HTML of a report, made fit to stand in a page of ours: its words, tables and anchors, nothing else.

The file is our own, but what stands in it came from a supplier.
"""

import re
from base64 import b64encode
from hashlib import sha256

from lxml import etree, html
from markupsafe import Markup, escape

LONGEST_BYTES = 2_000_000
"""A report above this is opened by itself: in a page of ours it would only make both slow."""

_SECTIONS = {"section", "nav", "div", "header", "footer", "p", "pre", "hr", "h1", "h2", "h3", "h4", "h5", "h6"}
_TEXT = {"span", "strong", "em", "b", "i", "small", "br", "a", "abbr", "time", "code", "mark"}
_LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
_TABLES = {"table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"}
_ALLOWED = frozenset(_SECTIONS | _TEXT | _LISTS | _TABLES)
_DROPPED = frozenset({"script", "style", "iframe", "object", "embed", "form", "svg", "math", "template", "noscript"})
_KEPT = frozenset(
    {"id", "class", "lang", "scope", "colspan", "rowspan", "headers", "span", "datetime", "title", "abbr"}
)
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}
_NONE = "'none'"
_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)


def body(document: bytes) -> Markup | None:
    """What stands between the body tags, headings two levels down; nothing when it is too long."""
    if len(document) > LONGEST_BYTES:
        return None
    found = html.document_fromstring(document, parser=html.HTMLParser(encoding="utf-8")).find("body")
    if found is None:
        return None
    for element in list(found.iterdescendants()):
        _clean(element)
    return Markup(_inside(found))  # noqa: S704 (cleaned above, element by element)


def _clean(element: html.HtmlElement) -> None:
    if not isinstance(element.tag, str) or element.tag in _DROPPED:
        if element.getparent() is not None:
            element.drop_tree()
        return
    element.tag = _HEADINGS.get(element.tag, element.tag)
    if element.tag not in _ALLOWED:
        element.drop_tag()
        return
    for name, value in list(element.attrib.items()):
        if not _may_stay(name, value):
            del element.attrib[name]


def _may_stay(name: str, value: str) -> bool:
    if name == "href":
        return value.startswith("#")
    if name == "tabindex":
        return value == "0"
    if name == "role":
        return value == "region"
    return name in _KEPT or name.startswith("aria-")


def _inside(element: html.HtmlElement) -> str:
    children = (etree.tostring(child, encoding="unicode", method="html") for child in element)
    return "".join([escape(element.text or ""), *children])


def policy(document: bytes) -> str:
    """The content policy under which the file is shown by itself: its own styles, and nothing that runs."""
    hashes = " ".join(f"'sha256-{b64encode(sha256(style).digest()).decode()}'" for style in _STYLE.findall(document))
    return f"sandbox; default-src 'none'; style-src {hashes or _NONE}; frame-ancestors 'none'"
