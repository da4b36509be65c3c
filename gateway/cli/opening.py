"""How a command comes by the gateway that it works on."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from gateway import app, db, log, migrations
from gateway.app import Gateway
from gateway.cli.printing import choices
from gateway.config import LibrarySettings
from gateway.errors import Busy, ConfigurationError
from gateway.install.registers import see_that_it_exists


class TablesNotReady(ConfigurationError):
    """The database was made by another version, or not at all."""

    message = "The tables in {database} are not those of this version."
    hint = "Run `gateway db upgrade`."


class DatabaseUnusable(ConfigurationError):
    """The database is no database, cannot be reached, or may not be written to."""

    message = "The database {database} cannot be used: {reason}."
    hint = "Put it right, or put it back from a backup."


class NoSuchLibrary(ConfigurationError):
    """The institution is not among the libraries of the settings."""

    message = "There is no library {institution} in the settings; there are: {known}."
    hint = "Name one of these, or add it with `gateway init`."


def gateway_of(context: typer.Context, *, logs: bool = False) -> Gateway:
    """The gateway of the chosen settings, with its tables at this version.

    Raises:
        DatabaseMissing: there is no database.
        DatabaseUnusable: it cannot be read, or written to where the gateway is to serve.
        TablesNotReady: they are not.
    """
    settings = app.read_settings(choices(context).config)
    if logs:
        log.configure(json=settings.json_logs)
    see_that_it_exists(settings.database)
    gateway = app.open_gateway(settings)
    context.call_on_close(gateway.close)
    with needing_its_database(gateway):
        db.check_usable(gateway.database, to_write=logs)
        if not migrations.exist(gateway.database) or not migrations.is_newest(gateway.database):
            raise TablesNotReady(database=_shown(gateway))
    return gateway


@contextmanager
def needing_its_database(gateway: Gateway) -> Iterator[None]:
    """Tell whoever started the gateway that its database is away; `Busy` is for those who push.

    Raises:
        DatabaseUnusable: it is.
    """
    try:
        yield
    except Busy as error:
        reason = str(getattr(error.__cause__, "orig", None) or error.__cause__).strip()
        raise DatabaseUnusable(database=_shown(gateway), reason=reason) from error


def _shown(gateway: Gateway) -> str:
    return gateway.database.url.render_as_string(hide_password=True)


def library_of(gateway: Gateway, institution: str) -> LibrarySettings:
    """One library of the settings.

    Raises:
        NoSuchLibrary: there is none of that code.
    """
    library = gateway.settings.of(institution)
    if library is None:
        known = ", ".join(each.institution for each in gateway.settings.library) or "none"
        raise NoSuchLibrary(institution=institution, known=known)
    return library
