"""The composition root: settings in, wired gateway out. The only module that knows every room."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path

import adapters
from gateway import clock, config, db, locks, migrations, work
from gateway.accounts.entry import Gate
from gateway.accounts.model import SupplierAccount
from gateway.accounts.sealing import Seal, seal_of
from gateway.circulation.watched import Failure
from gateway.config import LibrarySettings, Settings
from gateway.errors import GatewayError, SystemUnavailable
from gateway.install.files import read_key
from gateway.install.fittings import BRANCHES, BUDGET_CODES, OPEN_ORDERS, Fittings, Tables
from gateway.library import Library
from gateway.locks import Taken
from gateway.log import logger
from gateway.orders import answers, imports, intake, processing, reporting, trial
from gateway.orders.delivery import Pauses
from gateway.orders.intake import Arrival, Reception
from gateway.orders.model import MessageHeader, PlanLine
from gateway.orders.processing import Served, Workshop
from gateway.orders.store import codes, enquiries, messages
from gateway.orders.store.enquiries import Mention
from gateway.orders.system import OrderSystem, Workplace, needs_budget_code
from gateway.reports import archive, mailing
from gateway.reports.archive import Archived
from gateway.reports.model import Audience, Format, Report, ReportFile
from gateway.reports.shelf import ReportFolderUnusable

DISTRIBUTION = "bestelsync-gateway"
_OFFERED_FOR = timedelta(days=30)


def systems() -> dict[str, type[OrderSystem]]:
    """The library systems there are, by the name that settings use."""
    return {name: adapters.system(name) for name in adapters.names()}


def read_settings(path: Path) -> Settings:
    """Read the settings file with the sections of all library systems."""
    return config.read(path, {name: system.Settings for name, system in systems().items()})


@dataclass(frozen=True)
class Gateway:
    """One wired gateway: its settings and its database. What needs more than that is made when it is asked for."""

    settings: Settings
    database: db.Engine

    @cached_property
    def key(self) -> bytes:
        """The gateway's own key: fingerprints of secrets and session cookies are made with it."""
        return read_key(self.settings.data_folder)

    @cached_property
    def seal(self) -> Seal | None:
        """What seals the secrets of accounts that take digests; none without a key in the environment."""
        key = config.digest_key()
        return seal_of(key) if key else None

    @cached_property
    def gate(self) -> Gate:
        """Where suppliers come in."""
        return Gate(self.database, self.key, self.seal)

    @cached_property
    def queue(self) -> work.Queue:
        """Where jobs are put."""
        return work.Queue(self.settings.database)

    @cached_property
    def circulation_failed(self) -> dict[Path, Failure]:
        """The circulation files that could not be taken as they are."""
        return {}

    @cached_property
    def names(self) -> locks.Names:
        """The names of the processes that work here."""
        return locks.Names(self.database, self.settings.data_folder / locks.FOLDER)

    @cached_property
    def libraries(self) -> Mapping[str, Library]:
        """The libraries served, by institution."""
        return {each.institution: each.library() for each in self.settings.library}

    @cached_property
    def reports_folder(self) -> Path:
        """Where the archive keeps its files."""
        return self.settings.data_folder / "reports"

    def fall_back(self, institution: str) -> str | None:
        """The budget for codes that cannot be used; none where the library system must have the right one."""
        library = self.settings.of(institution)
        if library is None or needs_budget_code(adapters.system(library.system), library.settings):
            return None
        return library.fall_back_budget

    def release(self, connection: db.Connection, institution: str) -> None:
        """Queue a look at what waits in a library."""
        processing.queue_release(self.queue.put, connection, institution)

    def close(self) -> None:
        """Let go of every connection."""
        if "queue" in self.__dict__:
            self.queue.close()
        self.database.dispose()


def open_gateway(settings: Settings) -> Gateway:
    """The gateway of these settings; nothing is started."""
    return Gateway(settings, db.engine(settings.database, settings.database_wait_seconds))


def library_system(settings: Settings, library: LibrarySettings) -> OrderSystem:
    """The adapter of one library."""
    folder = settings.data_folder / "systems" / library.institution
    folder.mkdir(parents=True, exist_ok=True)
    workplace = Workplace(library.library(), settings.sender_names, folder)
    return adapters.system(library.system).from_settings(library.settings, workplace)


def reception(gateway: Gateway) -> Reception:
    """What messages on their way in need."""

    def plan(connection: db.Connection, library: Library, header: MessageHeader, most: int) -> list[PlanLine]:
        return trial.plan(connection, library, gateway.fall_back(library.institution), header, most)

    return Reception(
        database=gateway.database,
        libraries=gateway.libraries,
        queue=partial(processing.queue_message, gateway.queue.put),
        plan=plan,
        unknown_budget_codes=codes.unknown,
        most_bytes=gateway.settings.limits.message_megabytes * 2**20,
        most_mutations=gateway.settings.limits.mutations,
    )


def begin(gateway: Gateway) -> Callable[[SupplierAccount, str], intake.Intake]:
    """How an account begins to send a message."""
    return partial(Arrival, reception(gateway))


def workshop(gateway: Gateway) -> Workshop:
    """What runs need."""
    served = {
        each.institution: Served(
            each.library(), library_system(gateway.settings, each), gateway.fall_back(each.institution)
        )
        for each in gateway.settings.library
    }
    retry = gateway.settings.retry
    pauses = Pauses(retry.first_seconds, retry.longest_seconds)
    return Workshop(gateway.database, served, partial(_keep, gateway), partial(alone, gateway), pauses)


def alone(gateway: Gateway, name: str) -> AbstractContextManager[None]:
    """Be the only one that is at something, among all processes of this gateway."""
    return locks.alone(gateway.database, gateway.settings.data_folder / locks.FOLDER, name)


def _keep(gateway: Gateway, report: Report, _served: Served) -> None:
    """Keep a finished report for staff, and where the library system may read it."""
    _offer(gateway, archive.keep(gateway.database, gateway.reports_folder, report, Audience.STAFF))


def _offer(gateway: Gateway, archived: Archived) -> None:
    """Put a report where the library system may read it; a folder that cannot be used holds nothing up."""
    library = gateway.settings.of(archived.institution)
    if library is None or library.reports_folder is None:
        return
    try:
        archive.offer(gateway.database, gateway.reports_folder, archived, library.reports_folder)
    except (ReportFolderUnusable, SystemUnavailable) as error:
        logger.error("app.report_not_offered", report=archived.name, reason=str(error.__cause__ or error))


def offer_reports(gateway: Gateway) -> None:
    """Offer the reports of late that the library systems did not get yet."""
    since = clock.now() - _OFFERED_FOR
    for library in gateway.settings.library:
        if library.reports_folder is None:
            continue
        for found in archive.listing(gateway.database, [library.institution], since=since):
            if not all(file.offered for file in found.files):
                with alone(gateway, library.institution):
                    now = archive.find(gateway.database, found.name, Audience.STAFF)
                    _offer(gateway, now or found)


def mail_reports(gateway: Gateway) -> None:
    """Send the reports of late by mail where a library asks for it; one that cannot be told holds up no other."""
    server = gateway.settings.mail
    for each in gateway.settings.library:
        if not each.mail_reports or each.staff_mail is None or server is None:
            continue
        try:
            # Not the lock of the runs: a mail server that hangs must not hold them up.
            with alone(gateway, f"mail-{each.institution}"):
                mailing.send_new(gateway.database, gateway.reports_folder, each.library(), each.staff_mail, server)
        except Taken:
            continue
        except GatewayError as error:
            logger.error("app.report_not_mailed", institution=each.institution, reason=str(error))


def worker(gateway: Gateway, node: str) -> work.Worker:
    """What runs queued jobs in this process."""
    jobs = {processing.JOB: partial(processing.run, workshop(gateway))}
    return work.Worker(gateway.settings.database, jobs, gateway.names.of_one_gone, node)


def suppliers_copy(gateway: Gateway, mention: Mention, form: str) -> ReportFile:
    """A report in the supplier's copy, made when it is first asked for and kept."""
    library = gateway.settings.of(mention.institution)
    if library is None:
        raise LookupError(f"{mention.institution} is no longer among the libraries of the settings")
    layout = adapters.system(library.system).layout
    reader = reporting.Reader(library.library(), layout, gateway.fall_back(mention.institution))
    report = reporting.report(gateway.database, mention.run, mention.number, mention.written_at, reader)
    wanted = Format(form)
    archive.keep(gateway.database, gateway.reports_folder, report, Audience.SUPPLIER, formats=(wanted,))
    return archive.open_file(gateway.database, gateway.reports_folder, report.name, wanted, Audience.SUPPLIER)


def report_on(gateway: Gateway, account: SupplierAccount, message_id: str, form: str) -> ReportFile:
    """The answer to getProcessingReport."""
    return answers.report(gateway.database, account, message_id, lambda mention: suppliers_copy(gateway, mention, form))


def note_refusal(
    gateway: Gateway, *, account: SupplierAccount | None, tried: str, address: str, reason: str, **facts: str | None
) -> None:
    """Keep that a refused message came; whom nobody knows is only counted, so that no stranger fills tables."""
    if account is None or facts["code"] == "not-allowed":
        gateway.gate.tally.kept_out(account.name if account else tried, address, reason)
    if account is None:
        return
    told = {name: fact or "" for name, fact in facts.items()}
    with db.writing(gateway.database) as connection:
        messages.note_refusal(
            connection, received_at=clock.now().isoformat(), account=account.name, address=address, **told
        )


def product_version() -> str:
    """The version that is installed."""
    return version(DISTRIBUTION)


def fittings() -> Fittings:
    """What the installer needs."""

    def upgrade(database: db.Engine) -> None:
        migrations.upgrade(database)
        work.prepare(database.url.render_as_string(hide_password=False))

    tables = Tables(
        upgrade=upgrade,
        exist=migrations.exist,
        are_newest=migrations.is_newest,
        drop=migrations.drop,
        messages=_message_count,
        mark_rehearsal=db.mark_rehearsal,
    )
    return Fittings(
        systems=systems(),
        read_settings=read_settings,
        open_database=db.engine,
        tables=tables,
        imports={
            BRANCHES: imports.import_branches,
            BUDGET_CODES: imports.import_budget_codes,
            OPEN_ORDERS: imports.import_open_orders,
        },
        library_system=library_system,
    )


def _message_count(database: db.Engine) -> int:
    with db.reading(database) as connection:
        return enquiries.message_count(connection)
