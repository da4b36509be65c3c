"""Is the database there, of the right version, writable, and does it know who may come in?"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gateway import config
from gateway.accounts import people, suppliers
from gateway.accounts.model import NoSealingKey, WrongSealingKey
from gateway.accounts.sealing import seal_of
from gateway.db import writing
from gateway.install.checks.finding import Finding, Patient, doubtful, good, wrong
from gateway.install.plan import sqlite_file
from gateway.install.registers import DatabaseMissing, opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

UPGRADE = "Make a backup and run `gateway db upgrade`."


def database(patient: Patient) -> Iterator[Finding]:
    """The database can be reached and written to, and its tables are of this version."""
    file = sqlite_file(patient.settings.database)
    if file is not None and not file.exists():
        yield wrong("database", f"{file} does not exist.", DatabaseMissing.hint)
        return
    with opened(patient.settings.database, patient.fittings) as engine:
        shown = str(file or engine.url.render_as_string(hide_password=True))
        if not patient.fittings.tables.exist(engine):
            yield wrong("database", f"{shown} holds no tables of the gateway.", "Run `gateway init` to make them.")
            return
        if not patient.fittings.tables.are_newest(engine):
            yield wrong("database", f"The tables in {shown} are of another version than this program.", UPGRADE)
        _prove_writable(engine)
    yield good("database", f"{shown} can be written to")


def _prove_writable(engine: "Engine") -> None:
    """Write something and take it back within one transaction, so that nothing is left behind."""
    with writing(engine) as connection:
        connection.exec_driver_sql("create table gateway_write_proof (id integer)")
        connection.rollback()


def accounts(patient: Patient) -> Iterator[Finding]:
    """Somebody may push for every library, and somebody may read its reports."""
    institutions = {each.institution for each in patient.settings.library}
    file = sqlite_file(patient.settings.database)
    if file is not None and not file.exists():
        return
    with opened(patient.settings.database, patient.fittings) as engine:
        if not patient.fittings.tables.exist(engine):
            return
        yield from _sealed(engine)
        pushing = [each.account for each in suppliers.listing(engine) if each.secrets and not each.disabled_at]
        reading = [each.person for each in people.listing(engine) if not each.disabled_at]
    served = {institution for each in pushing for institution in each.institutions}
    seen = {institution for institution in institutions if any(each.sees(institution) for each in reading)}
    if unserved := sorted(institutions - served):
        yield doubtful("accounts", f"No supplier may push for {', '.join(unserved)}.", "Run `gateway init` again.")
    if unseen := sorted(institutions - seen):
        yield doubtful("accounts", f"Nobody can read reports of {', '.join(unseen)}.", "Use `gateway users add`.")
    if not unserved and not unseen:
        yield good("accounts", f"{len(pushing)} of suppliers, {len(reading)} of staff")


def _sealed(engine: "Engine") -> Iterator[Finding]:
    """The secrets of accounts that take a PasswordDigest can be opened, as far as the key is known here."""
    try:
        key = config.digest_key()
        suppliers.check_sealed(engine, seal_of(key) if key else None)
    except NoSealingKey as error:
        yield doubtful("accounts", str(error), f"{error.hint} If only the service has it, look as the service does.")
    except (config.KeyFileUnreadable, WrongSealingKey) as error:
        yield wrong("accounts", str(error), error.hint)
