"""The commands about processing reports: list, show, export."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import NotDone, choices, show_json, write_file
from gateway.cli.tables import local, show_list
from gateway.reports import archive
from gateway.reports.model import Audience, Format

reports = typer.Typer(help="Processing reports.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The report's name, as `reports list` shows it.")]


class NoSuchReport(NotDone):
    """No report of that name was written."""

    message = "There is no report {name}."
    hint = "`gateway reports list` shows the names."


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(reports, name="reports")


@reports.command("list")
def list_reports(
    context: typer.Context,
    library: Annotated[list[str] | None, typer.Option("--library", "-l", help="Only of this library; repeat.")] = None,
) -> None:
    """Show the reports, newest first, with what needs attention."""
    gateway = gateway_of(context)
    zones = {each: library_of(gateway, each).time_zone for each in library or gateway.libraries}
    found = archive.listing(gateway.database, list(zones))
    show_list(
        context,
        [
            {
                "name": each.name,
                "institution": each.institution,
                "written_at": local(each.written_at, zones[each.institution]),
                "mutations": each.mutation_count,
                "cancelled": each.cancelled_count,
                "waiting": each.waiting_count,
                "refused": each.refused_count,
                "warnings": each.warning_count,
            }
            for each in found
        ],
    )


@reports.command("show")
def show(context: typer.Context, name: Name) -> None:
    """Show a report as text."""
    text = _content(context, name, Format.TXT).decode("utf-8")
    if choices(context).as_json:
        show_json({"name": name, "text": text})
    else:
        typer.echo(text, nl=False)


@reports.command("export")
def export(
    context: typer.Context,
    name: Name,
    form: Annotated[Format, typer.Option("--format", case_sensitive=False, help="Which of the six.")] = Format.PDF,
    to: Annotated[Path | None, typer.Option(help="File or folder; else here, under its own name.")] = None,
) -> None:
    """Write a report in one of its formats to a file."""
    content = _content(context, name, form)
    path = to or Path()
    write_file(context, path / f"{name}{form.extension}" if path.is_dir() else path, content)


def _content(context: typer.Context, name: str, form: Format) -> bytes:
    gateway = gateway_of(context)
    if archive.find(gateway.database, name, Audience.STAFF) is None:
        raise NoSuchReport(name=name)
    return archive.open_file(gateway.database, gateway.reports_folder, name, form, Audience.STAFF).content
