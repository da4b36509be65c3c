"""Reads the exchange XML as a stream of records, in bounded memory. Each record is checked by itself.

No schema is plugged into the parser: libxml2 then accepts truncated documents.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from lxml import etree

import schemas
from gateway import flaws, foreign_xml
from gateway.circulation import values
from gateway.circulation.checks import judge
from gateway.circulation.message import Finding, Header, Told
from gateway.circulation.records import BY_NAME, NAMES, Record
from gateway.circulation.refusals import BrokenOff, NotAMessage, TooMuch
from gateway.moments import moment

NAMESPACE = "urn:bestelsync:circulation:1"
Q = f"{{{NAMESPACE}}}"
MESSAGE, HEADER, GONE = Q + "circulation", Q + "header", Q + "gone"
SCHEMA = "circulation/v1/circulation.xsd"
LONGEST_RECORD = 4_000_000
"""Bytes that may arrive without a record coming to its end."""
_MOST_FLAWS_TOLD = 3


class Feed:
    """Reads one message."""

    def __init__(self, admit: Callable[[Header], object]) -> None:
        """Let `admit` look at the header before anything else is read."""
        self.header: Header | None = None
        self._admit = admit
        # Of its own, as the error log of a schema cannot be shared between threads.
        self._schema = schemas.validator_of_parts(SCHEMA, {})
        self._parser = foreign_xml.pull_parser([MESSAGE, *_KNOWN])
        self._message: Any = None
        self._last: Any = None
        self._since_progress = 0

    def read(self, chunks: Iterable[bytes]) -> Iterator[list[Told]]:
        """What the message tells, in the order in which it comes; `header` is known before the first of it.

        Raises:
            NotAMessage (BrokenOff when only the end is missing), TooMuch: it cannot be read to its end.
        """
        for chunk in chunks:
            if chunk and (told := self._take(chunk)):
                yield told
        self._close()

    def _take(self, chunk: bytes) -> list[Told]:
        self._since_progress += len(chunk)
        try:
            self._parser.feed(chunk)
        except etree.XMLSyntaxError as error:
            raise NotAMessage(problem=_problem(error)) from error
        fatal = self._parser.feed_error_log.filter_from_fatals()
        if len(fatal):
            raise NotAMessage(problem=f"{fatal[0].message} (line {fatal[0].line})")
        told = self._told()
        if self._since_progress > LONGEST_RECORD:
            raise TooMuch(what="A record", limit=f"{LONGEST_RECORD} bytes")
        return told

    def _told(self) -> list[Told]:
        told: list[Told] = []
        last = None
        events: Iterable[Any] = self._parser.read_events()
        for event, element in events:
            if element.tag == MESSAGE:
                if event == "start":
                    self._began(element)
            elif self._message is None:
                raise _another_root(element)
            elif element.getparent() is self._message and event == "end":
                told += self._child(element)
                element.clear(keep_tail=True)
                last = element
        if last is not None:
            self._since_progress = 0
            self._free(last)
        return told

    def _began(self, element: Any) -> None:
        if self._message is not None:
            raise NotAMessage(problem=f"it holds a second circulation in line {element.sourceline}")
        if element.getparent() is not None:
            raise _another_root(element)
        if element.getroottree().docinfo.internalDTD is not None:
            raise NotAMessage(problem="it has a DOCTYPE, which is not taken")
        self._message = element

    def _child(self, element: Any) -> list[Told]:
        """What one element directly inside the message says."""
        if self.header is None:
            if element.tag != HEADER:
                raise NotAMessage(problem="the header is not the first element of it")
            self.header = self._header(element)
            self._admit(self.header)
            return []
        if element.tag == HEADER:
            raise NotAMessage(problem="it has two headers")
        if element.tag == GONE:
            return [self._gone(element, self.header)]
        return [self._record(element, BY_NAME[element.tag[len(Q) :]], self.header)]

    def _header(self, element: Any) -> Header:
        if not self._schema.validate(element):
            raise NotAMessage(problem=f"its header breaks the schema: {self._flaws()}")
        given = element.get
        return Header(
            message_id=values.token(given("messageId")),
            institution=values.token(given("institutionCode")),
            is_snapshot=values.token(given("kind")) == "SNAPSHOT",
            as_of=_moment_of(given("asOf")),
            covers=frozenset((given("covers") or "").split()) or NAMES,
            currency=values.token(given("currency") or "EUR"),
        )

    def _gone(self, element: Any, header: Header) -> Told:
        record, id_ = values.token(element.get("record") or ""), values.token(element.get("id") or "")
        line = element.sourceline or 0
        if not self._schema.validate(element):
            return _refused("gone", id_, line, "schema", f"It breaks the schema: {self._flaws()}.")
        if header.is_snapshot:
            return _refused("gone", id_, line, "gone-in-snapshot", "What is gone is left out of a snapshot.")
        if record not in header.covers:
            return _refused("gone", id_, line, "not-covered", f"The header does not cover {record}.")
        return Told(record, id_, line, None, gone=True)

    def _record(self, element: Any, record: Record, header: Header) -> Told:
        # The library itself has no id: there is one.
        id_ = header.institution if record.name == "library" else values.token(element.get("id") or "")[:64]
        line = element.sourceline or 0
        if not self._schema.validate(element):
            return _refused(record.name, id_, line, "schema", f"It breaks the schema: {self._flaws()}.")
        if record.name not in header.covers:
            return _refused(record.name, id_, line, "not-covered", f"The header does not cover {record.name}.")
        try:
            told = values.of(element, record.name)
        except ValueError as error:
            return _refused(record.name, id_, line, "impossible", f"{error} is none that can be.")
        told["doubt"] = ""
        patron = id_ if record.name == "patron" else told.get("patron") or ""
        found = tuple(Finding(record.name, id_, line, *each, patron) for each in judge(record.name, told, header))
        return Told(record.name, id_, line, None if any(each.refused for each in found) else told, False, found)

    def _flaws(self) -> str:
        found = flaws.find(self._schema.error_log, most=_MOST_FLAWS_TOLD)
        return "; ".join(dict.fromkeys(map(_told_of, found))) or "libxml2 does not say how"

    def _free(self, last: Any) -> None:
        """Drop what stands before `last`, which stays as the parser may still be adding the text behind it."""
        previous, self._last = self._last, last
        message = self._message
        if message.text and not message.text.isspace():
            raise NotAMessage(problem="there is text between its records")
        while (child := next(message.iterchildren(), None)) is not None:
            _check_passed(child)
            if child is last:
                break
            del message[0]
        del previous

    def _close(self) -> None:
        try:
            root = self._parser.close()
        except etree.XMLSyntaxError as error:
            raise BrokenOff(problem=_problem(error)) from error
        self._told()
        if self._message is None or self.header is None:
            raise _another_root(root) if root.tag != MESSAGE else NotAMessage(problem="there is no header in it")
        for child in self._message:
            _check_passed(child)


def _told_of(flaw: flaws.Flaw) -> str:
    where = f"{flaw.place.element} " if flaw.place.element else ""
    return f"{where}{flaws.without_value(flaw.sentence)}"


def _another_root(element: Any) -> NotAMessage:
    name = str(element.getroottree().getroot().tag)[:200]
    return NotAMessage(problem=f"its root is {name!r}, not circulation of {NAMESPACE}")


def _check_passed(child: Any) -> None:
    """An element that was looked at is empty by now; what was not does not belong there."""
    if child.tag not in _KNOWN or (child.tail and not child.tail.isspace()):
        name = str(child.tag).rpartition("}")[2][:80]
        raise NotAMessage(problem=f"{name}, or text behind it, is not expected in line {child.sourceline}")


_KNOWN = frozenset({HEADER, GONE, *(Q + name for name in NAMES)})


def _refused(record: str, id_: str, line: int, code: str, sentence: str) -> Told:
    return Told(record, id_, line, None, findings=(Finding(record, id_, line, True, code, sentence),))


def _moment_of(text: str) -> datetime:
    try:
        return moment(text.strip())
    except ValueError as error:
        raise NotAMessage(problem=f"asOf {text[:60]!r} is no moment that can be") from error


def _problem(error: etree.XMLSyntaxError) -> str:
    return f"it is not well-formed XML, {' '.join((error.msg or 'and breaks off').split())[:300]}"
