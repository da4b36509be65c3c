"""The published contract as the door uses it: names, the compiled schema, the WSDL with our address, the zip."""

import io
import re
import threading
import zipfile
from typing import Any
from xml.sax.saxutils import escape

from lxml import etree

import schemas

NAMESPACE = "urn:bestelsync:orders:1"
VERSION = "1.0"
Q = f"{{{NAMESPACE}}}"
DEFAULT_NAMESPACE: Any = {None: NAMESPACE}
OPERATIONS = ("submitMutations", "getProcessingStatus", "getProcessingReport", "getBudgetCodes", "ping")

_FOLDER = "orders/v1"
_EXAMPLE_ADDRESS = "http://localhost:8080/soap/orders"
_IMPORTING_SCHEMA = re.compile(r"<xs:schema>.*?</xs:schema>", re.DOTALL)
_per_thread = threading.local()


def schema() -> etree.XMLSchema:
    """The compiled XSD, one per thread because its error log is not shared safely.

    `mutation` and `header` are elements by themselves in it, so that each can be checked as soon as it has arrived.
    """
    compiled: etree.XMLSchema | None = getattr(_per_thread, "schema", None)
    if compiled is None:
        parts = {"mutation": "Mutation", "header": "Header"}
        compiled = _per_thread.schema = schemas.validator_of_parts(f"{_FOLDER}/orders.xsd", parts)
    return compiled


def xsd() -> bytes:
    """The XSD as published."""
    return schemas.read(f"{_FOLDER}/orders.xsd")


def wsdl(address: str, *, inline: bool = True) -> bytes:
    """The WSDL with the address of this gateway in it, and the XSD inside when `inline`.

    Both are put in as text: a tree would drop namespace declarations that only attribute values use.
    """
    text = schemas.read(f"{_FOLDER}/orders.wsdl").decode().replace(_EXAMPLE_ADDRESS, escape(address, {'"': "&quot;"}))
    if inline:
        schema_text = re.sub(r"<\?xml.*?\?>\s*", "", xsd().decode(), count=1)
        text = _IMPORTING_SCHEMA.sub(lambda _: schema_text, text, count=1)
    return text.encode()


def bundle(address: str) -> bytes:
    """A zip of the contract and its examples; the same bytes each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in schemas.names(_FOLDER):
            if name.endswith((".xsd", ".wsdl", ".xml")):
                content = wsdl(address, inline=False) if name.endswith(".wsdl") else schemas.read(name)
                entry = zipfile.ZipInfo(f"orders-v1/{name.rpartition('/')[2]}", (2026, 1, 1, 0, 0, 0))
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16
                archive.writestr(entry, content)
    return packed.getvalue()
