"""What can become of a mutation, and what is known of it before its line is looked at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.orders.explanations import Finding
from gateway.orders.ledger import Effect, OrderLine
from gateway.orders.mapping import Placement
from gateway.orders.model import LineState, Mutation, Outcome


@dataclass(frozen=True, slots=True)
class Said:
    """One mutation with what follows from it before its line is looked at.

    `placement` is where its copies go, where that must be known. `content` stands for everything an order says
    beside its own identity and moment. `branches` are the library's, by the supplier's code.
    """

    mutation: Mutation
    placement: Placement | None = None
    content: str = ""
    branches: Mapping[str, str] = field(default_factory=dict)

    @property
    def placed(self) -> Placement:
        """Where its copies go; asked only where `needs_placement` said so."""
        assert self.placement is not None
        return self.placement


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one mutation; `line` and `effects` only when something changes."""

    outcome: Outcome
    findings: tuple[Finding, ...] = ()
    line: OrderLine | None = None
    state_before: LineState | None = None
    effects: tuple[Effect, ...] = ()

    @property
    def code(self) -> str:
        """The first finding's code; empty when there is nothing to tell."""
        return self.findings[0].code if self.findings else ""

    @property
    def is_applied(self) -> bool:
        """Whether the ledger changes."""
        return self.line is not None


def wait(finding: Finding) -> Decision:
    """Keep it until its cause is gone."""
    return Decision(Outcome.WAITING, (finding,))


def refuse(code: str, **facts: object) -> Decision:
    """Do nothing, now or later."""
    return Decision(Outcome.REFUSED, (Finding(code, {key: str(fact) for key, fact in facts.items()}),))


def known(code: str) -> Decision:
    """Do nothing, because it was done."""
    return Decision(Outcome.KNOWN, (Finding(code),))
