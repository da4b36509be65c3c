"""Spyne as it comes, with its lxml validator, under waitress; keeps every mutation in one synced transaction.

Spyne makes its own schema of classes, so the classes are made from our XSD: names and primitive types, no facets.
"""

import json
import os
import secrets
import sqlite3
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

from spyne import Application, ServiceBase, rpc
from spyne.model import Boolean, ComplexModel, Date, DateTime, Decimal, Integer, Unicode
from spyne.protocol.soap import Soap11
from spyne.server.wsgi import WsgiApplication
from waitress import serve

NAMESPACE = "urn:bestelsync:orders:1"
XS = "{http://www.w3.org/2001/XMLSchema}"
PRIMITIVES = {
    "xs:boolean": Boolean,
    "xs:dateTime": DateTime,
    "xs:date": Date,
    "xs:decimal": Decimal,
    "xs:nonNegativeInteger": Integer,
    "xs:positiveInteger": Integer,
}
MOST_BYTES = 1 << 30


class Contract:
    """The types of the XSD as Spyne's classes."""

    def __init__(self, path: str) -> None:
        root = ElementTree.parse(path).getroot()
        self._bases = {
            each.get("name"): each.find(f"{XS}restriction").get("base") for each in root.iter(f"{XS}simpleType")
        }
        self._complex = {each.get("name"): each for each in root.iter(f"{XS}complexType")}

    def type(self, name: str) -> Any:
        """One type by its name."""
        if name in self._complex:
            members = {member: self._member(element) for member, element in self.elements(name)}
            return ComplexModel.produce(NAMESPACE, name, members)
        while name in self._bases:
            name = self._bases[name]
        return PRIMITIVES.get(name, Unicode)

    def elements(self, name: str) -> Iterator[tuple[str, Any]]:
        """The elements of a complex type."""
        for element in self._complex[name].find(f"{XS}sequence").findall(f"{XS}element"):
            yield element.get("name"), element

    def _member(self, element: Any) -> Any:
        most = element.get("maxOccurs", "1")
        return self.type(element.get("type")).customize(
            min_occurs=int(element.get("minOccurs", "1")), max_occurs=most if most == "unbounded" else int(most)
        )


contract = Contract(os.environ["PEER_XSD"])
FIELDS = [name for name, _ in contract.elements("Mutation")]
COPY_FIELDS = [name for name, _ in contract.elements("Copy")]
Header, Mutations = contract.type("Header"), contract.type("Mutations")
RECEIPT = ("receiptId", "messageId", "receivedAt", "mutationCount", "newCount", "knownCount", "test")
Receipt = ComplexModel.produce(NAMESPACE, "Receipt", {name: Unicode for name in RECEIPT})


class OrderMutations(ServiceBase):
    """The one operation that is measured."""

    @rpc(Header, Mutations, _returns=Receipt, _out_variable_name="receipt")
    def submitMutations(ctx, header, mutations):  # noqa: N802, N805
        """Keep a message."""
        count = keep(header, mutations.mutation or [])
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        values = (secrets.token_hex(12), header.messageId, now, str(count), str(count), "0", "false")
        return Receipt(**dict(zip(RECEIPT, values, strict=True)))


def keep(header: Any, mutations: list[Any]) -> int:
    """Everything in one transaction, synced."""
    with sqlite3.connect(os.environ["PEER_DATABASE"], isolation_level=None) as database:
        database.execute("pragma journal_mode=wal")
        database.execute("pragma synchronous=full")
        database.execute("begin immediate")
        message = database.execute(os.environ["PEER_INSERT_MESSAGE"], (header.messageId,)).lastrowid
        rows = (row(message, header.senderCode, place, each) for place, each in enumerate(mutations, start=1))
        database.executemany(os.environ["PEER_INSERT_MUTATION"], rows)
        database.execute("commit")
    return len(mutations)


def row(message: int | None, sender: str, position: int, mutation: Any) -> tuple[Any, ...]:
    """One mutation as the bound keeps it."""
    texts = [copies(mutation.copies) if name == "copies" else text(getattr(mutation, name)) for name in FIELDS]
    return (message, sender, "NEW", position, 0, text(mutation.occurredAt), f"{position:032x}", *texts, None)


def text(value: Any) -> str | None:
    """As the wire has it, nearly."""
    if value is None:
        return None
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def copies(given: Any) -> str | None:
    """As JSON."""
    return json.dumps([[getattr(each, name) for name in COPY_FIELDS] for each in given.copy or []]) if given else None


if __name__ == "__main__":
    application = Application([OrderMutations], NAMESPACE, in_protocol=Soap11(validator="lxml"), out_protocol=Soap11())
    served = WsgiApplication(application, max_content_length=MOST_BYTES)
    serve(served, host="127.0.0.1", port=int(os.environ["PEER_PORT"]), threads=4, max_request_body_size=MOST_BYTES)
