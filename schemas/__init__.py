"""What we promise others and what others promised us, as files; this module is the only door to them."""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from threading import Lock

from lxml import etree

_one_at_a_time = Lock()


def read(name: str) -> bytes:
    """The bytes of one file, by its path in this folder: `orders/v1/orders.xsd`."""
    return resources.files("schemas").joinpath(name).read_bytes()


def names(folder: str) -> list[str]:
    """The files in one folder, as names that `read` takes."""
    return sorted(
        f"{folder}/{entry.name}" for entry in resources.files("schemas").joinpath(folder).iterdir() if entry.is_file()
    )


def validator_of_parts(name: str, parts: Mapping[str, str]) -> etree.XMLSchema:
    """The same XSD with more elements that may be checked by themselves: their names, and of which type they are.

    A new one each time: whoever checks many parts keeps its own, as the error log cannot be shared.
    """
    source = etree.fromstring(read(name))
    for element, type_name in parts.items():
        etree.SubElement(source, "{http://www.w3.org/2001/XMLSchema}element", name=element, type=type_name)
    return _compiled(source)


@cache
def validator(name: str) -> etree.XMLSchema:
    """The compiled XSD of that name; thread-safe to share, except for its error log."""
    return _compiled(etree.fromstring(read(name)))


def _compiled(source: etree._Element) -> etree.XMLSchema:
    # What libxml2 makes once for all schemas it makes badly, or crashes, when the first are compiled at once.
    with _one_at_a_time:
        return etree.XMLSchema(source)
