"""One submitMutations on its way in: each mutation is checked by itself, made into a row and handed to the intake."""

from collections.abc import Callable
from typing import Any

from lxml import etree

from gateway.errors import Place
from gateway.orders.intake import Intake
from gateway.orders.model import Receipt, WireRow
from gateway.soap import contract, extraction
from gateway.soap.contract import Q
from gateway.soap.desk import Limits
from gateway.soap.flaws import Flaw, Flaws, shortened
from gateway.soap.reading import local_name
from gateway.soap.refusals import TooLarge

BATCH = 2000


class Delivery:
    """Feeds one intake. After a flaw nothing more is handed over, but flaws go on being counted."""

    def __init__(self, intake: Intake, limits: Limits) -> None:
        self._intake = intake
        self._limits = limits
        self._schema = contract.schema()
        self._flaws = Flaws()
        self.count = 0
        self._header_passed = False
        self._rows: list[WireRow] = []
        self._lines: list[int] = []
        self._container: etree._Element | None = None
        self._last: etree._Element | None = None

    def raw(self, received: bytes) -> None:
        """Keep the next bytes as they came."""
        if not self._flaws.count:
            self._intake.raw(received)

    def header(self, element: etree._Element) -> None:
        """Tell whose message it is; a flaw in it is found again, and told, when the whole is checked."""
        if not self._header_passed and self._schema.validate(element):
            self._intake.header(extraction.header(element))
            self._header_passed = True

    def mutations(self, elements: list[Any]) -> None:
        """Check and hand over the mutations that are complete, and free what is no longer needed."""
        if self._container is None:
            self._container = elements[0].getparent()
        self._add(len(elements))
        validate, lines, row = self._schema.validate, self._lines, extraction.row
        for mutation in elements:
            if not validate(mutation):
                self._flaws.find(self._schema.error_log, mutation.findtext(Q + "mutationId"))
            elif self._header_passed:
                self._rows.append(row(mutation))
                lines.append(mutation.sourceline or 0)
            mutation.clear(keep_tail=True)
        if len(self._rows) >= BATCH:
            self._hand_over()
        self._free(elements[-1])

    def plain(self, rows: list[WireRow], lines: list[int]) -> None:
        """Hand over mutations that were found to be valid on the way."""
        self._add(len(rows))
        if self._header_passed:
            self._rows += rows
            self._lines += lines
        if len(self._rows) >= BATCH:
            self._hand_over()

    def finish(self, operation: etree._Element) -> None:
        """Check the message around the mutations.

        Raises:
            BreaksContract: with the first flaws of the whole message and their number.
        """
        self._hand_over()
        self._free(None)
        if not self._schema.validate(operation):
            self._flaws.find(self._schema.error_log)
        if self._flaws.count:
            raise self._flaws.refusal()

    def accept(self, render: Callable[[Receipt], bytes]) -> bytes:
        """Let the intake keep the message; the receipt element."""
        return self._intake.accept(render)

    def discard(self) -> None:
        """Forget the message."""
        self._intake.discard()

    def _add(self, mutations: int) -> None:
        self.count += mutations
        if self.count > self._limits.mutations:
            raise TooLarge(what="The message", limit=f"{self._limits.mutations} mutations")

    def _hand_over(self) -> None:
        if self._rows and not self._flaws.count:
            self._intake.add(self._rows, self._lines)
        self._rows, self._lines = [], []

    def _free(self, last: etree._Element | None) -> None:
        """Drop what stands before `last`, which stays because the parser may still be adding the text behind it."""
        container, previous = self._container, self._last
        self._last = last
        if container is None:
            return
        # Never by `len`, which counts them all, each time.
        while (child := next(container.iterchildren(), None)) is not None and child is not last:
            if child.tag != Q + "mutation":
                if last is None:
                    break
                self._note(child, "is not expected here; elements of other namespaces come after all mutations")
            elif child.tail and not child.tail.isspace():
                self._note(child, "is followed by text; only elements are allowed there")
            del container[0]
        del previous

    def _note(self, element: Any, sentence: str) -> None:
        name = local_name(element)
        self._flaws.add(Flaw(Place(element.sourceline, None, shortened(name)), sentence))
