"""Reads one SOAP message as a stream: hardened, in bounded memory, telling what it meets while it goes.

No schema is plugged into the parser: libxml2 then accepts truncated documents. Each part is checked once complete.
"""

import re
from collections.abc import Iterable, Iterator
from time import monotonic
from typing import Any, Protocol

from lxml import etree

from gateway import foreign_xml
from gateway.orders.model import WireRow
from gateway.soap import dense
from gateway.soap.contract import OPERATIONS, Q
from gateway.soap.desk import Limits
from gateway.soap.encodings import ENOUGH, check_offered, check_start
from gateway.soap.refusals import (
    DoctypeRefused,
    NotAnEnvelope,
    TooLarge,
    TooSlow,
    UnknownOperation,
    WrongVersion,
    not_xml,
)
from gateway.soap.skimming import Breaks, Skimmer
from gateway.soap.versions import SOAP11, SOAP12, Version

_MUTATION, _CONTAINER = Q + "mutation", Q + "mutations"
_LONGEST_PROBLEM = 300
_CONTAINER_TAG = re.compile(rb"<([^\s<>/!?]*:)?mutations(?=[\s/>])[^<>]*>")
"""The first text like this is the start tag of `mutations`, if the parser has seen that start once it has this text."""


class Visitor(Protocol):
    """Is told what a message holds, in the order in which it arrives."""

    def received(self, chunk: bytes) -> None:
        """These bytes come next."""

    def soap_header(self, element: etree._Element) -> None:
        """The SOAP Header is complete."""

    def body(self) -> None:
        """The Body begins: who asks must be known by now."""

    def operation(self, name: str) -> None:
        """The element of an operation begins."""

    def message_header(self, element: etree._Element) -> None:
        """The header of a submitMutations is complete."""

    def mutations(self, elements: list[etree._Element]) -> None:
        """These mutations of a submitMutations are complete."""

    def plain(self, rows: list[WireRow], lines: list[int]) -> None:
        """These come next, and are complete and valid; with the line where each begins."""

    def finished(self, operation: etree._Element) -> None:
        """The message is complete and well-formed."""


class Reader:
    """Reads one message and tells its visitor."""

    def __init__(self, visitor: Visitor, version: Version, limits: Limits) -> None:
        self._visitor = visitor
        self._version = version
        self._limits = limits
        tags = [
            version.tag("Header"),
            version.tag("Body"),
            Q + "header",
            _CONTAINER,
            _MUTATION,
            *(Q + name for name in OPERATIONS),
        ]
        self._parser = foreign_xml.pull_parser(["{*}Envelope", *tags])
        self._envelope: etree._Element | None = None
        self._body: etree._Element | None = None
        self._operation: etree._Element | None = None
        self._container: etree._Element | None = None
        self._complete: list[etree._Element] = []
        self._is_among_mutations = False
        self._skimmer: Skimmer | None = None
        self._since_progress = self._tags = self._attributes = 0

    def read(self, chunks: Iterable[bytes], charset: str | None) -> etree._Element:
        """Read all of it; the element of the operation, without the mutations it held."""
        give_up_at = monotonic() + self._limits.seconds
        take = self._begin
        for chunk in filter(None, _checked(chunks, charset)):
            self._visitor.received(chunk)
            take(chunk)
            take = self._take
            if monotonic() > give_up_at:
                raise TooSlow(limit=self._limits.seconds)
        return self._close()

    def _begin(self, chunk: bytes) -> None:
        """Take the first bytes; from the start of `mutations` on, what is written plainly passes the parser by."""
        tag = _CONTAINER_TAG.search(chunk)
        if tag is None:
            self._feed(chunk)
            return
        self._feed(chunk[: tag.end()])
        pattern = dense.pattern((tag[1] or b"").decode(errors="replace"))
        if pattern and self._is_among_mutations and _is_utf8(self._envelope) and not tag[0].endswith(b"/>"):
            self._skimmer = Skimmer(pattern, 1 + chunk.count(b"\n", 0, tag.end()))
        self._take(chunk[tag.end() :])

    def _take(self, chunk: bytes) -> None:
        if self._skimmer is None:
            self._feed(chunk)
            return
        for part in self._skimmer.take(chunk):
            if isinstance(part, bytes):
                self._is_among_mutations = False
                self._feed(part)
                if not self._is_among_mutations:
                    self._skimmer.stop()
            elif isinstance(part, Breaks):
                # In a comment, as the parser would keep them in memory for text.
                self._feed(b"<!--%s-->" % (b"\n" * part.count))
            else:
                self._since_progress = self._tags = self._attributes = 0
                self._visitor.plain(part.rows, part.lines)

    def _feed(self, chunk: bytes) -> None:
        if not chunk:
            return
        self._count(chunk)
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            self._tell()
            raise not_xml(self._problem(error.msg), error.lineno) from error
        fatal = self._parser.feed_error_log.filter_from_fatals()
        if len(fatal):
            # Such as an undeclared entity: the parser has given up, but says so at the end only.
            self._tell()
            raise not_xml(self._problem(fatal[0].message), fatal[0].line)
        if self._tell():
            self._since_progress = self._tags = self._attributes = 0
        elif self._body is None and self._since_progress > self._limits.prologue_bytes:
            raise TooLarge(what="What comes before the Body", limit=f"{self._limits.prologue_bytes} bytes")
        elif self._since_progress > self._limits.element_bytes:
            raise TooLarge(what="An element of the message", limit=f"{self._limits.element_bytes} bytes")

    def _count(self, chunk: bytes) -> None:
        """Refuse more tags or attributes than an element of the message needs: each takes a hundred bytes and more."""
        self._since_progress += len(chunk)
        self._tags += chunk.count(b"<")
        self._attributes += chunk.count(b"=")
        if self._tags > self._limits.tags or self._attributes > self._limits.attributes:
            limit = f"{self._limits.tags} tags, or {self._limits.attributes} attributes"
            raise TooLarge(what="An element of the message", limit=limit)

    def _tell(self) -> bool:
        """Pass on what the parser met; whether any mutation was among it."""
        events: Iterable[Any] = self._parser.read_events()
        for event, element in events:
            self._is_among_mutations = False
            if element.tag == _MUTATION:
                if event == "end" and element.getparent() is self._container is not None:
                    self._is_among_mutations = True
                    self._complete.append(element)
            elif event == "start":
                self._began(element)
            else:
                self._ended(element)
        if not self._complete:
            return False
        complete, self._complete = self._complete, []
        self._visitor.mutations(complete)
        return True

    def _began(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is None:
            self._check_root(element)
            self._envelope = element
        elif parent is self._envelope and element.tag == self._version.tag("Body") and self._body is None:
            self._body = element
            self._visitor.body()
        elif parent is self._body and self._operation is None:
            self._operation = element
            self._visitor.operation(local_name(element))

        elif element.tag == _CONTAINER and self._container is None and self._is_submission(parent):
            self._container = element
            self._is_among_mutations = True

    def _ended(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is None:
            return
        if parent is self._envelope and element.tag == self._version.tag("Header") and self._body is None:
            self._visitor.soap_header(element)
        elif element.tag == Q + "header" and self._is_submission(parent):
            self._visitor.message_header(element)

    def _is_submission(self, element: etree._Element) -> bool:
        return element is self._operation and element.tag == Q + "submitMutations"

    def _check_root(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise DoctypeRefused()
        check_offered(root.getroottree().docinfo.encoding)
        namespace, _, name = root.tag.removeprefix("{").rpartition("}")
        if name != "Envelope":
            raise NotAnEnvelope(problem=f"its root is {name[:200]!r}")
        if namespace != self._version.namespace:
            raise WrongVersion(
                announced=self._version.name,
                found=namespace[:200] or "none",
                soap11=SOAP11.namespace,
                soap12=SOAP12.namespace,
            )

    def _close(self) -> etree._Element:
        try:
            if self._skimmer:
                self._feed(self._skimmer.rest())
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise not_xml(self._problem(error.msg), error.lineno) from error
        self._check_root(root)
        operation = self._only_operation(root)
        self._visitor.finished(operation)
        return operation

    def _problem(self, finding: str | None) -> str:
        """The parser's finding in one sentence; without the column when the parser was not given all of the line."""
        sentence = _problem(finding)
        return re.sub(r" \(at column \d+\)$", "", sentence) if self._skimmer else sentence

    def _only_operation(self, root: etree._Element) -> etree._Element:
        """The one element in the Body, once the envelope around it has been found in order."""
        parts = [child.tag for child in root]
        header, body = self._version.tag("Header"), self._version.tag("Body")
        if parts not in ([body], [header, body]):
            raise NotAnEnvelope(problem="the Envelope must hold an optional Header and then one Body, nothing else")
        operations = list(root[-1])
        if len(operations) != 1:
            raise NotAnEnvelope(problem=f"the Body holds {len(operations)} elements instead of one")
        texts = (root.text, root[0].tail, root[-1].tail, root[-1].text, operations[0].tail)
        if any(text and text.strip() for text in texts):
            raise NotAnEnvelope(problem="there is text outside the elements")
        if operations[0] is not self._operation:
            raise UnknownOperation(found=operations[0].tag[:200], operations=", ".join(OPERATIONS))
        return operations[0]


def local_name(element: etree._Element) -> str:
    """The name of an element without its namespace; also of one whose prefix is broken, which QName would refuse."""
    return str(element.tag).rpartition("}")[2]


def _is_utf8(root: etree._Element | None) -> bool:
    return root is not None and (root.getroottree().docinfo.encoding or "utf-8").lower() == "utf-8"


def _checked(chunks: Iterable[bytes], charset: str | None) -> Iterator[bytes]:
    """The chunks, once their encoding is told from as many of them as it takes, however the message was packed."""
    rest, start = filter(None, chunks), [b""]
    for chunk in rest:
        start.append(chunk)
        if sum(map(len, start)) >= ENOUGH:
            break
    check_start(b"".join(start), charset)
    yield from start
    yield from rest


def _problem(finding: str | None) -> str:
    """The parser's finding in one sentence, without its advice to switch protections off."""
    text = " ".join((finding or "it cannot be read").split())
    text = re.sub(r",? (?:use|try) XML_PARSE_HUGE(?: option)?", "", text)
    if len(text) > _LONGEST_PROBLEM:
        return f"{text[:_LONGEST_PROBLEM]}…"
    return re.sub(r", line \d+, column (\d+)$", r" (at column \1)", text)
