"""Help a line that waits: choose a code for it once, or for all lines like it, or refuse it with a reason."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.accounts import audit
from gateway.accounts.events import What
from gateway.db import Connection, Engine, writing
from gateway.errors import ConfigurationError, SystemRefused
from gateway.library import Library
from gateway.orders import budget_plans
from gateway.orders.budget_changes import CodeList
from gateway.orders.budget_plans import NoSuchCode, Release
from gateway.orders.budgets import BudgetMapping
from gateway.orders.explanations import Finding, sentences
from gateway.orders.mapping import Codes, place
from gateway.orders.model import Kind, Mutation
from gateway.orders.store import codes, progress, verdicts
from gateway.orders.store.verdicts import WaitingLine
from gateway.orders.verdicts import Verdict, unknown_branches, unusable

CODES_HELP = frozenset({
    "unknown-branch", "unknown-budget-code", "no-mapping-holds", "missing-budget-code", "expired-budget-code",
    "budget-code-not-yet-valid", "wrong-budget-year", "locked-budget", "ambiguous-budget-code",
})  # fmt: skip
"""The reasons to wait that another code takes away."""


class NotWaiting(SystemRefused):
    """Nothing of that name waits for a decision."""

    code = "not-waiting"
    message = "Mutation {mutation} does not wait for a decision in {institution}."
    hint = "`gateway waiting list` shows what does."


class SeveralWait(ConfigurationError):
    """Two suppliers gave the same id."""

    code = "several-wait"
    message = "Mutations {mutation} of several suppliers wait: {senders}."
    hint = "Say whose with --sender."


class NoSuchBranch(ConfigurationError):
    """A branch that the library does not list."""

    code = "no-such-branch"
    message = "{branch} is not among the library's branches."
    hint = "`gateway branches list` shows them."


class StillWaits(SystemRefused):
    """With what was chosen the line would go on waiting, so nothing was kept."""

    code = "still-waits"
    message = "With that it would still wait: {why}"
    hint = "Choose something else, or mend the list."

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        super().__init__(why=sentences(findings))


@dataclass(frozen=True, slots=True)
class Line:
    """Which line is meant: a mutation of a library, and of which sender where several gave the same id."""

    institution: str
    mutation_id: str
    sender: str | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """The library's own codes that are to stand for those that cannot be used."""

    budget_code: str | None = None
    budget_year: int | None = None
    branch: str | None = None

    def __str__(self) -> str:
        budget = f"{self.budget_code} {self.budget_year or ''}".strip() if self.budget_code else ""
        return ", ".join(filter(None, (budget and f"on {budget}", self.branch and f"for {self.branch}")))


@dataclass(frozen=True)
class Desk:
    """What deciding about lines needs: the library, how a look at what waits is queued, and who decides.

    Without `by` it is the system user of the command.
    """

    database: Engine
    library: Library
    release: Release = lambda *_: None
    by: str | None = None

    def look(self) -> None:
        """Look again at everything that waits."""
        with writing(self.database) as connection:
            self.release(connection, self.library.institution)

    def refuse(self, line: Line, reason: str) -> None:
        """Let a line not be done; the next report says so, with the reason.

        Raises:
            NotWaiting, SeveralWait: it cannot be told which line is meant.
        """

        def decide(connection: Connection, found: WaitingLine) -> None:
            refusal = Verdict(self._today, self.by or audit.operator(), refusal=reason)
            if verdicts.set_verdict(connection, found.pk, refusal):
                self._write_down(connection, What.LINE_REFUSED, found, reason)

        self._decide(line, decide)

    def choose(self, line: Line, choice: Choice) -> None:
        """Let codes of the library's stand for those of one line that cannot be used, for this once.

        Raises:
            NotWaiting, SeveralWait: it cannot be told which line is meant.
            NoSuchCode, NoSuchBranch, StillWaits: the choice does not help; nothing was kept.
        """

        def decide(connection: Connection, found: WaitingLine) -> None:
            book = self._book(connection, choice)
            year = choice.budget_year or _only_year(book, choice.budget_code)
            verdict = Verdict(self._today, self.by or audit.operator(), choice.budget_code, year, choice.branch)
            _see_that_it_helps(found, *verdict.applied(found.mutation, self._ordered_on(found), book))
            if verdicts.set_verdict(connection, found.pk, verdict):
                self._write_down(connection, What.LINE_CHOSEN, found, str(replace(choice, budget_year=year)))

        self._decide(line, decide)

    def choose_for_all(self, line: Line, choice: Choice) -> None:
        """Let the library's codes stand for those of this line, and of every line like it from now on.

        A code that stood for another until now stands for the chosen one from the order day of this line.

        Raises: as `choose`.
        """

        def decide(connection: Connection, found: WaitingLine) -> None:
            book = self._book(connection, choice)
            on = self._ordered_on(found)
            if choice.branch:
                book = replace(book, branches=self._with_branches(connection, found, book, choice.branch))
            if choice.budget_code:
                plan = _mapping_all(found, on, book, choice.budget_code)
                budget_plans.save_in(connection, self.library.institution, plan, by=self.by)
                book = replace(book, budgets=codes.as_list(connection, self.library.institution).budgets)
            _see_that_it_helps(found, found.mutation, on, book)

        self._decide(line, decide)

    def _decide(self, line: Line, decide: Callable[[Connection, WaitingLine], None]) -> None:
        with writing(self.database) as connection:
            decide(connection, _found(connection, line))
            self.release(connection, self.library.institution)

    def _book(self, connection: Connection, choice: Choice) -> Codes:
        book = codes.load(connection, self.library.institution, None)
        if choice.budget_code and choice.budget_code not in book.budgets.codes:
            raise NoSuchCode(code=choice.budget_code)
        if choice.branch and choice.branch not in book.branches.values():
            raise NoSuchBranch(branch=choice.branch)
        return book

    def _with_branches(self, connection: Connection, found: WaitingLine, book: Codes, branch: str) -> dict[str, str]:
        """The branches with those of a line added, which are kept."""
        fresh = [each for each in unknown_branches(found.mutation, book) if each]
        rows = [
            (row.supplier_branch, row.branch, row.name)
            for row in codes.branch_rows(connection, self.library.institution)
        ]
        codes.replace_branches(
            connection, self.library.institution, [*rows, *((theirs, branch, "") for theirs in fresh)]
        )
        for theirs in fresh:
            detail = f"branch {theirs} added: {branch}"
            audit.changed(connection, What.BRANCHES_CHANGED, self.library.institution, detail, self.by)
        return {**book.branches, **dict.fromkeys(fresh, branch)}

    def _write_down(self, connection: Connection, what: What, found: WaitingLine, detail: str) -> None:
        mutation = found.mutation
        name = f"{mutation.mutation_id} ({mutation.order_number}/{mutation.order_line})"
        audit.changed(connection, what, self.library.institution, f"{name}: {detail}", self.by)

    @property
    def _today(self) -> date:
        return clock.today(self.library.time_zone)

    def _ordered_on(self, found: WaitingLine) -> date:
        mutation = found.mutation
        return mutation.order_date or mutation.occurred_at.astimezone(ZoneInfo(self.library.time_zone)).date()


def _found(connection: Connection, line: Line) -> WaitingLine:
    found = [
        each
        for each in verdicts.waiting_of(connection, line.institution, line.mutation_id)
        if line.sender in (None, each.sender)
    ]
    if not found:
        raise NotWaiting(mutation=line.mutation_id, institution=line.institution)
    if len(found) > 1:
        raise SeveralWait(mutation=line.mutation_id, senders=", ".join(each.sender for each in found))
    return found[0]


def _only_year(book: Codes, code: str | None) -> int | None:
    """The year of a code that has one only."""
    years = {entry.year for entry in book.budgets.codes.get(code or "", ())}
    return years.pop() if len(years) == 1 else None


def _see_that_it_helps(found: WaitingLine, mutation: Mutation, on: date, book: Codes) -> None:
    """Refuse a choice with which the line would go on waiting, as far as can be told before its run."""
    findings = progress.unpack(found.findings)
    if not findings or findings[0].code not in CODES_HELP:
        raise StillWaits(findings)
    # Where the copies of other kinds go depends on their line.
    placed = place(mutation, on, book) if mutation.kind is Kind.ORDERED else None
    if isinstance(placed, Finding):
        raise StillWaits([placed])


def _mapping_all(found: WaitingLine, on: date, book: Codes, code: str) -> budget_plans.Plan:
    """The list with the chosen code for every code of a line that cannot be used."""

    def plan(before: CodeList) -> CodeList:
        for theirs in unusable(found.mutation, on, book):
            channel = None if theirs else found.mutation.channel
            begins = on if book.budgets.knows(theirs) else None
            mapping = BudgetMapping(theirs, code, channel=channel, valid_from=begins)
            before = budget_plans.mapped(mapping)(before)
        return before

    return plan
