"""The commands with which an installer begins: init, check, hand-over, service-unit, systems, version."""

import platform
import sys
from collections.abc import Callable
from dataclasses import asdict
from enum import StrEnum
from importlib.metadata import version as installed_version
from pathlib import Path
from typing import Annotated

import typer

from gateway.accounts import people, suppliers
from gateway.cli.printing import Choices, choices, show_json, write
from gateway.errors import ConfigurationError
from gateway.install import (
    answers,
    config_file,
    hand_over,
    questions,
    service_unit,
    sheet_formats,
    steps,
    systems_list,
    undo,
)
from gateway.install.answers import Answers
from gateway.install.checks import doctor
from gateway.install.checks.finding import Health
from gateway.install.fittings import BRANCHES, BUDGET_CODES, OPEN_ORDERS, Fittings
from gateway.install.plan import Plan
from gateway.install.registers import opened, see_that_it_exists
from gateway.install.secrets_sheet import SecretsFile
from gateway.install.undo import Undoing, UndoRefused

DISTRIBUTION = "bestelsync-gateway"
CONTRACT = "urn:bestelsync:orders:1"
SECRETS_FILE = "first-accounts.txt"
MakeFittings = Callable[[], Fittings]


class NoMoreAnswers(ConfigurationError):
    """The questions were broken off."""

    message = "The questions were broken off; nothing was made."
    hint = "Run `gateway init` again, or give the answers as flags with --yes."


class NotConfirmed(UndoRefused):
    """Nobody said yes."""

    message = "Nothing was taken back."
    hint = "Run `gateway init --undo` again, or add --yes."


class Language(StrEnum):
    """Languages of the hand-over sheet."""

    NL = "nl"
    EN = "en"


class SheetFormat(StrEnum):
    """How the hand-over sheet can be written."""

    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


class Terminal:
    """Asks on the terminal; questions go to stderr, so that stdout stays for the answer of the command."""

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        """Keeps `Asker`."""
        try:
            answer: str = typer.prompt(
                question, default=default, show_default=bool(default), hide_input=hidden, err=True
            )
        except typer.Abort as error:
            raise NoMoreAnswers() from error
        return answer

    def tell(self, sentence: str) -> None:
        """Keeps `Asker`."""
        typer.echo(sentence, err=True)


def register(app: typer.Typer, make_fittings: MakeFittings) -> None:
    """Add the commands of this file.

    Args:
        app: the whole command line.
        make_fittings: puts the other rooms together; called when a command runs.
    """
    app.command("init")(_init(make_fittings))
    app.command("check")(_check(make_fittings))
    app.command("hand-over")(_hand_over(make_fittings))
    app.command("service-unit")(_service_unit(make_fittings))
    app.command("systems")(_systems(make_fittings))
    app.command("version")(version)


def _init(make_fittings: MakeFittings) -> Callable[..., None]:
    def init(
        context: typer.Context,
        yes: Annotated[bool, typer.Option("--yes", "-y", help="Ask nothing; take defaults.")] = False,
        library: Annotated[list[str] | None, typer.Option(help='"I201:Name:wise"; once per library.')] = None,
        set_: Annotated[list[str] | None, typer.Option("--set", help="A setting, as I201.key=value.")] = None,
        sender: Annotated[list[str] | None, typer.Option(help='A supplier, as "000002:Name".')] = None,
        folder: Annotated[Path | None, typer.Option(help="For reports, work files, secrets.")] = None,
        listen: Annotated[str | None, typer.Option(help="Address:port of the server.")] = None,
        public_address: Annotated[str | None, typer.Option(help="By which others reach it.")] = None,
        database: Annotated[str | None, typer.Option(help="sqlite:////path or postgresql+psycopg://…")] = None,
        user: Annotated[str | None, typer.Option(help="System user that runs the service (as root).")] = None,
        staff: Annotated[str, typer.Option(help="Name of the first staff account.")] = "staff",
        branches: Annotated[list[str] | None, typer.Option(help="FILE, or I201=FILE; repeatable.")] = None,
        budget_codes: Annotated[list[str] | None, typer.Option(help="FILE, or I201=FILE; repeatable.")] = None,
        open_orders: Annotated[list[str] | None, typer.Option(help="FILE, or I201=FILE; repeatable.")] = None,
        secrets_file: Annotated[Path | None, typer.Option(help="Write generated secrets here (0600).")] = None,
        rehearsal: Annotated[bool, typer.Option(help="For trying out: the clock may be set.")] = False,
        show_settings: Annotated[bool, typer.Option(help="Print a complete commented example.")] = False,
        take_back: Annotated[bool, typer.Option("--undo", help="Take back what init made here.")] = False,
        even_with_messages: Annotated[bool, typer.Option(help="With --undo: lose messages too.")] = False,
    ) -> None:
        """Set a gateway up: settings, folders, database, first accounts. Again: put right what is missing."""
        fittings, chosen = make_fittings(), choices(context)
        if show_settings:
            typer.echo(config_file.sample(fittings.sections), nl=False)
        elif take_back:
            _undo(chosen, fittings, yes=yes, even_with_messages=even_with_messages)
        else:
            files = {BRANCHES: branches or (), BUDGET_CODES: budget_codes or (), OPEN_ORDERS: open_orders or ()}
            said = Answers(
                folder=folder, listen=listen, public_address=public_address, database=database,
                libraries=tuple(library or ()), set=tuple(set_ or ()), senders=tuple(sender or ()), staff=staff,
                files=files, user=user, rehearsal=rehearsal, secrets_file=secrets_file,
            )  # fmt: skip
            _set_up(said, chosen, fittings, yes=yes)

    return init


def _set_up(said: Answers, chosen: Choices, fittings: Fittings, *, yes: bool) -> None:
    if not yes and not chosen.config.exists():
        said = questions.interview(Terminal(), said, chosen.config, fittings)
    plan = answers.plan(said, chosen.config, fittings)
    done = []
    for each in steps.carry_out(
        steps.steps(plan, fittings, _teller(plan, chosen, yes=yes)), steps.journal_of(plan.config)
    ):
        done.append(each)
        if not chosen.as_json:
            typer.echo(f"{'done ' if each.changed else 'right'}  {each.step}: {each.sentence}")
    if chosen.as_json:
        show_json({"config": str(plan.config), "steps": [_step(each) for each in done]})
    else:
        typer.echo(f"\nNext: gateway --config {plan.config} check")


def _step(done: steps.Done) -> dict[str, object]:
    return {"step": done.step, "changed": done.changed, "sentence": done.sentence}


def _teller(plan: Plan, chosen: Choices, *, yes: bool) -> Callable[[str, str], None]:
    """Secrets are shown once to a person at a terminal; a program gets them in a file."""
    path = plan.secrets_file
    if path is None and (yes or chosen.as_json or not sys.stdout.isatty()):
        path = plan.settings.data_folder / "secrets" / SECRETS_FILE
    if path is None:
        return lambda account, secret: typer.echo(f"       {account}: {secret}   (shown once; write it down)")
    sheet = SecretsFile(path, steps.journal_of(plan.config), plan.user)

    def tell(account: str, secret: str) -> None:
        sheet.tell(account, secret)
        typer.echo(f"       secret of {account} written to {sheet.path}", err=True)

    return tell


def _undo(chosen: Choices, fittings: Fittings, *, yes: bool, even_with_messages: bool) -> None:
    journal = steps.journal_of(chosen.config.absolute())
    undoing = undo.prepare(chosen.config.absolute(), journal, fittings, even_with_messages=even_with_messages)
    _confirm(undoing, yes=yes)
    told = []
    for sentence in undo.carry_out(undoing):
        told.append(sentence)
        if not chosen.as_json:
            typer.echo(sentence)
    if chosen.as_json:
        show_json({"config": str(chosen.config), "undone": told})


def _confirm(undoing: Undoing, *, yes: bool) -> None:
    typer.echo("This will be taken back:", err=True)
    for sentence in undo.announce(undoing):
        typer.echo(f"  {sentence}", err=True)
    if yes:
        return
    try:
        answer = Terminal().ask("Take it back? (y/n)", "n")
    except NoMoreAnswers as error:
        raise NotConfirmed() from error
    if answer[:1].lower() not in ("y", "j"):
        raise NotConfirmed()


def _check(make_fittings: MakeFittings) -> Callable[..., None]:
    def check(context: typer.Context) -> None:
        """Look everything over, and say how to mend what is wrong: exit status 1; 2 when the settings are."""
        chosen = choices(context)
        diagnosis = doctor.examine(chosen.config, make_fittings())
        if chosen.as_json:
            show_json({"config": str(chosen.config), "findings": [asdict(each) for each in diagnosis.findings]})
        else:
            for each in diagnosis.findings:
                typer.echo(f"{_MARKS[each.health]}  {each.subject}: {each.sentence}")
                if each.remedy:
                    typer.echo(f"          {each.remedy}")
        raise typer.Exit(diagnosis.exit_status)

    return check


_MARKS = {Health.GOOD: "good    ", Health.DOUBTFUL: "doubtful", Health.WRONG: "WRONG   "}


def _hand_over(make_fittings: MakeFittings) -> Callable[..., None]:
    def command(
        context: typer.Context,
        language: Annotated[Language, typer.Option(help="Language of the sheet.")] = Language.NL,
        format_: Annotated[SheetFormat, typer.Option("--format", help="How it is written.")] = SheetFormat.TEXT,
        to: Annotated[Path | None, typer.Option(help="File to write; else it is shown.")] = None,
    ) -> None:
        """Write the sheet for library and supplier: address, accounts, reports, budget codes. Never a secret."""
        chosen, fittings = choices(context), make_fittings()
        settings = fittings.read_settings(chosen.config)
        see_that_it_exists(settings.database)
        with opened(settings.database, fittings) as database:
            facts = hand_over.Facts(settings, fittings.systems, suppliers.listing(database), people.listing(database))
        sheet = hand_over.sheet(facts, language.value)
        if chosen.as_json and to is None:
            show_json(asdict(sheet))
        else:
            write(context, "sheet", sheet_formats.FORMATS[format_.value](sheet), to)

    return command


def _service_unit(make_fittings: MakeFittings) -> Callable[..., None]:
    def command(
        context: typer.Context,
        user: Annotated[str | None, typer.Option(help="Runs the service; else the owner of the data folder.")] = None,
        to: Annotated[Path | None, typer.Option(help="File to write; else it is shown.")] = None,
    ) -> None:
        """Print or write a systemd unit that starts the gateway at boot and closes it in."""
        chosen = choices(context)
        settings = make_fittings().read_settings(chosen.config)
        service = service_unit.service(chosen.config.absolute(), settings, user)
        write(context, "unit", service_unit.unit(settings, service), to)

    return command


def _systems(make_fittings: MakeFittings) -> Callable[..., None]:
    def systems(context: typer.Context) -> None:
        """List the library systems, with what each can be told and what not."""
        found = make_fittings().systems
        if choices(context).as_json:
            show_json(systems_list.as_facts(found))
        else:
            typer.echo("\n".join(systems_list.as_text(found)), nl=False)

    return systems


def version(context: typer.Context) -> None:
    """Say which version this is."""
    facts = {"product": installed_version(DISTRIBUTION), "contract": CONTRACT, "python": platform.python_version()}
    if choices(context).as_json:
        show_json(facts)
    else:
        typer.echo(f"gateway {facts['product']}, contract {facts['contract']}, Python {facts['python']}")
