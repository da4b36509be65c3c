"""The flaws of one message together: the first ones, how many there are, and the fault that tells them."""

from dataclasses import dataclass, field

from lxml import etree

from gateway.flaws import Flaw, find, shortened
from gateway.soap.refusals import BreaksContract, QuestionBreaksContract

__all__ = ["TOLD", "Flaw", "Flaws", "shortened"]

TOLD = 20
_KEPT = 2 * TOLD


@dataclass(slots=True)
class Flaws:
    """All flaws of one message: the first ones and how many there are."""

    count: int = 0
    first: list[Flaw] = field(default_factory=list)

    def add(self, flaw: Flaw) -> None:
        """Count it, and keep it while there are few."""
        self.count += 1
        if len(self.first) < _KEPT:
            self.first.append(flaw)

    def find(self, log: etree._ListErrorLog, mutation_id: str | None = None) -> None:
        """Count what the schema found in one element; only what is kept is put into words."""
        self.count += len(log)
        self.first += find(log, mutation_id, most=_KEPT - len(self.first))

    def refusal(self) -> BreaksContract:
        """The fault that tells them, in the order of their lines."""
        return BreaksContract(sentence=self._sentence("message"), place=self._told()[0].place)

    def refusal_of_question(self) -> BreaksContract:
        """The same, for a request that brings nothing to keep."""
        return QuestionBreaksContract(sentence=self._sentence("request"), place=self._told()[0].place)

    def _told(self) -> list[Flaw]:
        return sorted(self.first, key=lambda flaw: flaw.place.line or 0)[:TOLD]

    def _sentence(self, what: str) -> str:
        lines = "\n".join(map(str, self._told()))
        if self.count == 1:
            return f"The {what} breaks the contract at {lines}."
        if self.count <= TOLD:
            return f"The {what} breaks the contract in {self.count} places:\n{lines}"
        return f"The {what} breaks the contract in {self.count} places; the first {TOLD}:\n{lines}"
