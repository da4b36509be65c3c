"""Reads one SOAP message as a stream: hardened, in bounded memory, telling what it meets while it goes.

No schema is plugged into the parser: libxml2 then accepts truncated documents. Each part is checked once complete.
"""

import codecs
import re
from collections.abc import Iterable
from time import monotonic
from typing import Any, Protocol

from lxml import etree

from gateway.soap.contract import OPERATIONS, Q
from gateway.soap.desk import Limits
from gateway.soap.refusals import (
    DoctypeRefused,
    EncodingsDiffer,
    NotAnEnvelope,
    TooLarge,
    TooSlow,
    UnknownOperation,
    WrongVersion,
    not_xml,
)
from gateway.soap.versions import SOAP11, SOAP12, Version

_MUTATION = Q + "mutation"
_DECLARED = re.compile(rb"""^(?:\xef\xbb\xbf)?<\?xml[^>]{0,100}?\bencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_BOMS = ((codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"), (b"<\x00", "utf-16"), (b"\x00<", "utf-16"))
_SAME = {"ascii": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}


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

    def finished(self, operation: etree._Element) -> None:
        """The message is complete and well-formed."""


class Reader:
    """Reads one message and tells its visitor."""

    def __init__(self, visitor: Visitor, version: Version, limits: Limits) -> None:
        self._visitor = visitor
        self._version = version
        self._limits = limits
        tags = [version.tag("Header"), version.tag("Body"), Q + "header", _MUTATION, *(Q + name for name in OPERATIONS)]
        self._parser = etree.XMLPullParser(
            ("start", "end"),
            tag=["{*}Envelope", *tags],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        self._envelope: etree._Element | None = None
        self._body: etree._Element | None = None
        self._operation: etree._Element | None = None
        self._container: etree._Element | None = None
        self._complete: list[etree._Element] = []
        self._since_progress = 0

    def read(self, chunks: Iterable[bytes], charset: str | None) -> etree._Element:
        """Read all of it; the element of the operation, without the mutations it held."""
        give_up_at = monotonic() + self._limits.seconds
        for place, chunk in enumerate(chunks):
            if place == 0:
                _check_encoding(chunk, charset)
            self._visitor.received(chunk)
            self._feed(chunk)
            if monotonic() > give_up_at:
                raise TooSlow(limit=self._limits.seconds)
        return self._close()

    def _feed(self, chunk: bytes) -> None:
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            self._tell()
            raise not_xml(_problem(error.msg), error.lineno) from error
        fatal = self._parser.feed_error_log.filter_from_fatals()
        if len(fatal):
            # Such as an undeclared entity: the parser has given up, but says so at the end only.
            self._tell()
            raise not_xml(_problem(fatal[0].message), fatal[0].line)
        self._since_progress += len(chunk)
        if self._tell():
            self._since_progress = 0
        elif self._body is None and self._since_progress > self._limits.prologue_bytes:
            raise TooLarge(what="What comes before the Body", limit=f"{self._limits.prologue_bytes} bytes")
        elif self._since_progress > self._limits.element_bytes:
            raise TooLarge(what="An element of the message", limit=f"{self._limits.element_bytes} bytes")

    def _tell(self) -> bool:
        """Pass on what the parser met; whether any mutation was among it."""
        events: Iterable[Any] = self._parser.read_events()
        for event, element in events:
            if element.tag == _MUTATION:
                if event == "end" and self._is_ours(element):
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

    def _is_ours(self, mutation: etree._Element) -> bool:
        """Whether it stands where mutations belong, and not inside something of another namespace."""
        parent = mutation.getparent()
        if self._container is None and parent is not None and parent.tag == Q + "mutations":
            operation = parent.getparent()
            if operation is not None and operation is self._operation and operation.tag == Q + "submitMutations":
                self._container = parent
        return parent is not None and parent is self._container

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
            self._visitor.operation(etree.QName(element).localname)

    def _ended(self, element: etree._Element) -> None:
        parent = element.getparent()
        if parent is None:
            return
        if parent is self._envelope and element.tag == self._version.tag("Header") and self._body is None:
            self._visitor.soap_header(element)
        elif parent is self._operation and parent.tag == Q + "submitMutations" and element.tag == Q + "header":
            self._visitor.message_header(element)

    def _check_root(self, root: etree._Element) -> None:
        if root.getroottree().docinfo.internalDTD is not None:
            raise DoctypeRefused()
        name = etree.QName(root)
        if name.localname != "Envelope":
            raise NotAnEnvelope(problem=f"its root is {name.localname!r}")
        if name.namespace != self._version.namespace:
            raise WrongVersion(
                announced=self._version.name,
                found=name.namespace or "none",
                soap11=SOAP11.namespace,
                soap12=SOAP12.namespace,
            )

    def _close(self) -> etree._Element:
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise not_xml(_problem(error.msg), error.lineno) from error
        self._check_root(root)
        operation = self._only_operation(root)
        self._visitor.finished(operation)
        return operation

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


def _check_encoding(start: bytes, charset: str | None) -> None:
    """Refuse when HTTP and XML disagree: what we keep must be readable by itself later."""
    if not charset:
        return
    declared = next((name for bom, name in _BOMS if start.startswith(bom)), None)
    if declared is None:
        match = _DECLARED.match(start)
        declared = match[1].decode() if match else "utf-8"
    if _codec(charset) != _codec(declared):
        raise EncodingsDiffer(named=charset[:40], declared=declared)


def _codec(name: str) -> str:
    try:
        known = codecs.lookup(name).name
    except LookupError:
        known = name.lower()
    return _SAME.get(known, known)


def _problem(finding: str | None) -> str:
    """The parser's finding in one sentence, without its advice to switch protections off."""
    text = " ".join((finding or "it cannot be read").split())
    text = re.sub(r",? (?:use|try) XML_PARSE_HUGE(?: option)?", "", text)
    return re.sub(r", line \d+, column (\d+)$", r" (at column \1)", text)
