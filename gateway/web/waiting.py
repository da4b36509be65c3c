"""Lines that wait: why, and what somebody decides about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from gateway import clock
from gateway.db import Connection, reading
from gateway.library import Library
from gateway.money import Cents, cents
from gateway.orders import reporting
from gateway.orders.budget_plans import NoSuchCode, StandsForAnother
from gateway.orders.budgets import Budgets, near_misses
from gateway.orders.explanations import EXPLANATIONS
from gateway.orders.model import BudgetCode
from gateway.orders.store import codes, progress, waiting_lines
from gateway.orders.store.waiting_lines import Sought
from gateway.orders.waiting import CODES_HELP, Choice, Desk, Line, NoSuchBranch, NotWaiting, StillWaits
from gateway.web import pages, words, worklist
from gateway.web.visitor import desk, visitor

MOST = 200
_LONGEST_REASON = 200
_CAUSES = (
    *sorted(CODES_HELP),
    "unknown-order", "before-start", "waits-behind", "behind-uncertain", "not-arranged", "system-unavailable",
    "awaits-run",
)  # fmt: skip

_PROBLEMS: Mapping[type[Exception], str] = {
    NoSuchCode: "That code is no longer in the list; choose another.",
    NoSuchBranch: "That branch is no longer in the list; choose another.",
    NotWaiting: "This line does not wait for a decision any more; nothing was changed.",
    StandsForAnother: "The supplier's code stands for another code already; choose for this line only.",
}


@dataclass(frozen=True)
class Waits:
    """One line that waits, as pages show it."""

    row: Any
    library: Library
    days: int

    @property
    def since(self) -> datetime:
        """Since when it waits."""
        return datetime.fromisoformat(self.row.since)

    @property
    def is_overdue(self) -> bool:
        """Whether it waits longer than its library wants."""
        return self.since <= clock.now() - timedelta(days=self.days)

    @property
    def still(self) -> bool:
        """Whether it waits now."""
        return self.row.findings is not None or self.row.delivery in ("to deliver", "offered")

    @property
    def why(self) -> str:
        """Why it waits, in the reader's language."""
        return reporting.sentence(progress.unpack(self.row.cause), words.language())

    @property
    def remedy(self) -> str:
        """What can be done."""
        return " ".join(words.say(EXPLANATIONS[each.code].hint) for each in progress.unpack(self.row.cause)[:1])

    @property
    def can_choose(self) -> bool:
        """Whether another code takes its cause away."""
        findings = progress.unpack(self.row.findings or "[]")
        return bool(findings) and findings[0].code in CODES_HELP

    @property
    def amount(self) -> Cents | None:
        """What its copies cost together."""
        try:
            return Cents(int(self.row.quantity) * cents(self.row.net_price)) if self.row.net_price else None
        except ValueError:
            return None


def install(app: Flask) -> None:
    """Add the pages."""
    app.add_url_rule("/waiting", "waiting", waiting)
    app.add_url_rule("/waiting/<institution>/<int:pk>", "waiting_line", waiting_line)
    app.add_url_rule("/waiting/<institution>/<int:pk>/choose", "choose", choose, methods=["POST"])
    app.add_url_rule("/waiting/<institution>/<int:pk>/refuse", "refuse", refuse, methods=["POST"])


def waiting() -> str:
    """What waits in the libraries of this visitor, what waits too long first."""
    mine = pages.libraries()
    asked, cause = request.args.get("library", ""), request.args.get("cause", "")
    if (asked and asked not in {each.institution for each in mine}) or (cause and cause not in _CAUSES):
        abort(404)
    text = request.args.get("text", "").strip()[:100]
    sought = Sought([asked] if asked else [each.institution for each in mine], cause, text)
    with reading(desk().database) as connection:
        found = waiting_lines.listing(connection, sought, MOST + 1)
    rows = sorted((_waits(row) for row in found[:MOST]), key=lambda each: not each.is_overdue)
    return render_template(
        "waiting.html", rows=rows, libraries=mine, sought=sought, asked=asked, is_cut=len(found) > MOST, causes=causes()
    )


def causes() -> Mapping[str, str]:
    """The causes by which lines are filtered, in a few words each."""
    names = (
        words.say("Several mappings"), words.say("Code not valid yet"), words.say("Code has ended"),
        words.say("Budget locked"), words.say("No code given"), words.say("No mapping holds"),
        words.say("Branch not known"), words.say("Code not known"), words.say("Code of another year"),
        words.say("Order not known"), words.say("Order from before the start"), words.say("Waits behind another"),
        words.say("Waits behind an uncertain one"), words.say("Not arranged"), words.say("Library system down"),
        words.say("Waits for its run"),
    )  # fmt: skip
    return dict(zip(_CAUSES, names, strict=True))


def _waits(row: Any) -> Waits:
    library = worklist.library_of(desk().libraries, row.institution)
    return Waits(row, library, desk().waiting_days.get(row.institution, 3))


def _find(institution: str, pk: int) -> Waits:
    """One mutation; what is not this visitor's does not exist for them."""
    if not visitor().person.sees(institution) or institution not in desk().libraries or pk >= 2**63:
        abort(404)
    with reading(desk().database) as connection:
        row = waiting_lines.one(connection, institution, pk)
    return _waits(row) if row else abort(404)


def waiting_line(institution: str, pk: int) -> Response:
    """One line: what it is, why it waits, and what can be done."""
    return _page(_find(institution, pk))


def _page(line: Waits, problem: str = "", status: int = 200) -> Response:
    row = line.row
    with reading(desk().database) as connection:
        budgets = codes.as_list(connection, row.institution)
        branches = codes.branch_rows(connection, row.institution)
        report = waiting_lines.report_of(connection, row.pk)
        alike = _alike(connection, line)
    page = render_template(
        "waiting_line.html",
        line=line,
        row=row,
        near=near(row.budget_code or "", budgets.budgets),
        codes=budgets.codes,
        branches=sorted({(each.branch, each.name or "") for each in branches}),
        report=report,
        alike=alike,
        problem=problem,
        given=request.form,
        may=visitor().person.decides(row.institution),
    )
    return make_response(page, status)


def _alike(connection: Connection, line: Waits) -> int:
    findings = progress.unpack(line.row.findings or "[]")
    return waiting_lines.alike(connection, line.row.institution, findings[0]) if line.can_choose else 0


def near(code: str, budgets: Budgets) -> Sequence[BudgetCode]:
    """The library's codes that look like one, by themselves or by what the supplier calls them."""
    found = near_misses(code, [*budgets.codes, *budgets.mappings]) if code else []
    named = dict.fromkeys(
        ours for each in found for ours in (each, *(row.library_code for row in budgets.mappings.get(each, ())))
    )
    return [entry for each in named for entry in budgets.codes.get(each, ())]


def choose(institution: str, pk: int) -> Response:
    """Let codes of the library's stand for those of a line, once or for all like it."""
    line = _to_decide(institution, pk)
    code, _, year = request.form.get("budget", "").rpartition("|")
    choice = Choice(code or None, int(year) if year.isdecimal() else None, request.form.get("branch") or None)
    scope = request.form.get("scope")
    if not (choice.budget_code or choice.branch):
        return _page(line, words.say("Choose a code or a branch first."), 400)
    if scope not in ("once", "all"):
        return _page(line, words.say("Say whether it holds for this line only, or for all like it."), 400)
    decide = _decisions(institution).choose_for_all if scope == "all" else _decisions(institution).choose
    return _done(line, lambda of: decide(of, choice), "chosen")


def refuse(institution: str, pk: int) -> Response:
    """Let a line not be done, with a reason."""
    line = _to_decide(institution, pk)
    reason = " ".join(request.form.get("reason", "").split())
    if not reason or len(reason) > _LONGEST_REASON:
        return _page(line, words.say("Give a reason of at most {most} signs.", most=_LONGEST_REASON), 400)
    return _done(line, lambda of: _decisions(institution).refuse(of, reason), "refused")


def _to_decide(institution: str, pk: int) -> Waits:
    line = _find(institution, pk)
    return line if visitor().person.decides(institution) else abort(403)


def _decisions(institution: str) -> Desk:
    return Desk(desk().database, desk().libraries[institution], desk().release, visitor().person.name)


def _done(line: Waits, decide: Callable[[Line], None], done: str) -> Response:
    row = line.row
    try:
        decide(Line(row.institution, row.mutation_id, row.sender))
    except StillWaits as error:
        why = reporting.sentence(error.findings, words.language())
        return _page(line, words.say("With that it would still wait: {why}", why=why), 400)
    except (NoSuchBranch, NoSuchCode, NotWaiting, StandsForAnother) as error:
        return _page(line, words.say(_PROBLEMS[type(error)]), 409)
    return redirect(url_for("waiting_line", institution=row.institution, pk=row.pk, done=done))
