"""The commands about a library's budget codes: look at a change, make it, see what stands against each code."""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway import clock
from gateway.app import Gateway
from gateway.cli.budgets import outlooks
from gateway.cli.budgets.asked import Days, Library, Preview
from gateway.cli.budgets.outlooks import Told
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import choices
from gateway.cli.tables import show_list
from gateway.db import reading
from gateway.errors import ConfigurationError
from gateway.money import plain
from gateway.orders import budget_plans
from gateway.orders.budget_changes import Change, name_of_mapping
from gateway.orders.budget_plans import Outlook, Plan
from gateway.orders.budgets import Balance, BudgetMapping, available, strain
from gateway.orders.model import BudgetCode, Channel
from gateway.orders.store import codes

ListFile = Annotated[Path, typer.Argument(help="CSV or XML; docs/installer.md names the columns.")]
From = Annotated[str | None, typer.Option("--from", help="From this day on; until then all stays as it is.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


class NotADay(ConfigurationError):
    """A day cannot be read."""

    message = "{text!r} is not a day."
    hint = "Write it as 2027-01-01."


class NotAChannel(ConfigurationError):
    """There is no such channel."""

    message = "{text!r} is not a channel."
    hint = "Choose one of {known}."


def register(group: typer.Typer) -> None:
    """Add the commands of this file."""
    group.command("import")(import_budgets)
    group.command("list")(list_budgets)
    group.command("map")(map_code)
    group.command("what-if")(what_if)


@dataclass(frozen=True)
class _Proposal:
    """A change that a command is to make, with how many rows of a file it takes and which it refuses."""

    gateway: Gateway
    institution: str
    plan: Plan
    begins: date | None = None
    days: int = budget_plans.LOOK_BACK_DAYS
    taken: int | None = None
    refused: Sequence[str] = ()

    def outlook(self) -> Outlook:
        library = library_of(self.gateway, self.institution).library()
        fall_back = self.gateway.fall_back(self.institution)
        return budget_plans.outlook(
            self.gateway.database, library, self.plan, fall_back=fall_back, begins=self.begins, days=self.days
        )

    def told(self, changes: Sequence[Change], *, saved: bool) -> Told:
        return Told(changes, saved, self.taken, self.refused)


def import_budgets(
    context: typer.Context,
    file: ListFile,
    library: Library,
    begins: From = None,
    preview: Preview = False,
    yes: Yes = False,
) -> None:
    """Put the file's list in the place of the library's codes and mappings; a refused row leaves the old entry.

    A person at a terminal is shown first what it would have done to the lines of late, and asked.
    """
    proposal = _of_file(context, library, file, begins)
    _carry_out(context, proposal, preview=preview, yes=yes)


def what_if(context: typer.Context, file: ListFile, library: Library, begins: From = None, days: Days = 30) -> None:
    """Show what a list would change, and what it would have done to the lines of the last days; save nothing."""
    _carry_out(context, _of_file(context, library, file, begins, days), preview=True, yes=False)


def map_code(
    context: typer.Context,
    supplier_code: Annotated[str, typer.Argument(help="What the supplier sends; - for mutations without a code.")],
    code: Annotated[str, typer.Argument(help="The library's code that it stands for.")],
    library: Library,
    channel: Annotated[str | None, typer.Option(help="Only for this channel, as SHOP.")] = None,
    branch: Annotated[str | None, typer.Option(help="Only for this branch of the library.")] = None,
    medium: Annotated[str | None, typer.Option(help="Only for this medium.")] = None,
    begins: From = None,
    until: Annotated[str | None, typer.Option(help="Through this day.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the mapping away; with --until, end it then.")] = False,
    preview: Preview = False,
    yes: Yes = False,
) -> None:
    """Let a supplier's code stand for one of the library's, from a day on if --from says so."""
    gateway = gateway_of(context)
    library_of(gateway, library)
    start, end = _day(begins), _day(until)
    theirs = "" if supplier_code == "-" else supplier_code
    mapping = BudgetMapping(theirs, code, _channel(channel), branch, medium, start, end)
    plan = budget_plans.unmapped(mapping, end) if remove else budget_plans.mapped(mapping)
    _carry_out(context, _Proposal(gateway, library, plan, start), preview=preview, yes=yes)


def _of_file(
    context: typer.Context, institution: str, file: Path, begins: str | None, days: int = budget_plans.LOOK_BACK_DAYS
) -> _Proposal:
    gateway = gateway_of(context)
    library_of(gateway, institution)
    found = budget_plans.from_file(gateway.database, institution, file)
    day = _day(begins)
    plan = budget_plans.from_day(found.plan, day) if day else found.plan
    return _Proposal(gateway, institution, plan, day, days, found.taken, found.refused)


def _carry_out(context: typer.Context, proposal: _Proposal, *, preview: bool, yes: bool) -> None:
    """Show what a change does, and make it unless it is only to be looked at or a person says no."""
    asks = not (preview or yes or choices(context).as_json) and sys.stdin.isatty()
    outlook = proposal.outlook() if preview or asks else None
    if preview and outlook:
        outlooks.show(context, proposal.told(outlook.changes, saved=False), outlook)
    elif asks and outlook:
        outlooks.show(context, proposal.told(outlook.changes, saved=False), outlook)
        if outlook.changes and typer.confirm("Save this?", abort=True):
            _saved(proposal)
            typer.echo("saved")
    else:
        outlooks.show(context, proposal.told(_saved(proposal), saved=True))
    raise typer.Exit(1 if proposal.refused else 0)


def _saved(proposal: _Proposal) -> tuple[Change, ...]:
    gateway = proposal.gateway
    return budget_plans.save(gateway.database, proposal.institution, proposal.plan, gateway.release)


def list_budgets(context: typer.Context, library: Library) -> None:
    """Show the library's budget codes, with what is committed, released, shipped and available on them."""
    gateway = gateway_of(context)
    on = clock.today(library_of(gateway, library).time_zone)
    with reading(gateway.database) as connection:
        balances = codes.balances(connection, library)
        said = codes.as_list(connection, library)
    found = [_budget(code, balances.get((code.code, code.year), Balance()), said.mappings, on) for code in said.codes]
    called = [
        ", ".join(_called(mapping) for mapping in said.mappings if mapping.library_code == code.code)
        for code in said.codes
    ]
    lines = [{**each, "mappings": None, "supplier_calls_it": names} for each, names in zip(found, called, strict=True)]
    show_list(context, found, lines)


def _budget(code: BudgetCode, balance: Balance, mappings: Sequence[BudgetMapping], on: date) -> dict[str, Any]:
    left = available(code, balance)
    return {
        **asdict(code),
        "initial": None if code.initial is None else plain(code.initial),
        "committed": plain(balance.committed),
        "released": plain(balance.released),
        "shipped": plain(balance.shipped),
        "available": None if left is None else plain(left),
        "attention": _attention(code, balance, on),
        "mappings": [
            {key: value for key, value in asdict(each).items() if key != "library_code"}
            for each in mappings
            if each.library_code == code.code
        ],
    }


def _attention(code: BudgetCode, balance: Balance, on: date) -> str:
    """Why lines may wait or be warned of: in the words that explain them."""
    if code.blocked:
        return "locked-budget"
    if code.valid_until and on > code.valid_until:
        return "expired-budget-code"
    if code.valid_from and on < code.valid_from:
        return "budget-code-not-yet-valid"
    warning = strain(code, balance)
    return warning.code if warning else ""


def _called(mapping: BudgetMapping) -> str:
    """What the supplier calls a code, with the days of that: `JEUGD (SHOP, from 2026-02-01)`."""
    days = ((mapping.valid_from, "from"), (mapping.valid_until, "until"))
    told = ", ".join(f"{word} {day}" for day, word in days if day)
    name = name_of_mapping(mapping)
    if not told:
        return name
    return f"{name[:-1]}, {told})" if name.endswith(")") else f"{name} ({told})"


def _day(text: str | None) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError as error:
        raise NotADay(text=text) from error


def _channel(text: str | None) -> str | None:
    if text is not None and text not in Channel.__members__:
        raise NotAChannel(text=text, known=", ".join(Channel))
    return text
