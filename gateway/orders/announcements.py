"""Tell suppliers which budget codes hold, by mail or by a SOAP call to an address of theirs; and see what they lack."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from gateway import clock
from gateway.accounts import audit
from gateway.accounts.events import What
from gateway.config import MailSettings, SupplierSettings
from gateway.db import Engine, reading, writing
from gateway.errors import ConfigurationError, GatewayError, SystemRefused
from gateway.library import Library
from gateway.orders import announcement
from gateway.orders.budget_plans import LOOK_BACK_DAYS
from gateway.orders.drift import Drift, Uses, saying, untold
from gateway.orders.model import BudgetCode, BudgetCodeList
from gateway.orders.reading import stamp
from gateway.orders.store import bookings, codes, tellings
from gateway.transport import mail
from gateway.transport.soap_client import Credentials, SoapClient

CONTRACT = "budgets/v1/budgets.wsdl"
_SECONDS = 60


class Way(StrEnum):
    """How a supplier is told."""

    MAIL = "mail"
    SOAP = "soap"


class NobodyToTell(ConfigurationError):
    """No supplier has a mail address or a SOAP address in the settings."""

    message = "The settings name no supplier that can be told of budget codes{asked}."
    hint = "Add a section [suppliers.000002] with mail or soap_address."


class NoMailServer(ConfigurationError):
    """A supplier is to be told by mail and there is no mail server."""

    message = "The settings name no mail server."
    hint = "Add a section [mail] with host and sender."


class NotTaken(SystemRefused):
    """The supplier's service answered, and does not hold the list that it was given."""

    code = "not-taken"
    message = "It answered that it holds version {held}, not {given}."
    hint = "Ask the supplier."


@dataclass(frozen=True, slots=True)
class Announced:
    """One supplier that was told in one way, or why not."""

    sender: str
    way: Way
    to: str
    version: str
    problem: str = ""


def news(database: Engine, library: Library, sender: str) -> tuple[BudgetCodeList, list[Drift]]:
    """The list as a supplier may know it, and what of it that supplier does not know yet."""
    with reading(database) as connection:
        listed = codes.announced(connection, library.institution, None)
        told = tellings.told(connection, library.institution, sender)
    return listed, list(untold(listed.codes, told, clock.today(library.time_zone)))


def drift(
    database: Engine, library: Library, suppliers: Iterable[str] = (), days: int = LOOK_BACK_DAYS
) -> dict[str, list[Drift]]:
    """Per supplier what it does not know yet, and which codes it sent in the last days that do not hold.

    Args:
        suppliers: the sender codes of some that may have sent nothing yet.
    """
    today = clock.today(library.time_zone)
    with reading(database) as connection:
        book = codes.load(connection, library.institution, None)
        listed = codes.listed(connection, library.institution)
        told = {
            sender: tellings.told(connection, library.institution, sender)
            for sender in sorted({*suppliers, *tellings.senders(connection, library.institution)})
        }
        uses = {sender: Uses(book.budgets, book.branches, known) for sender, known in told.items()}
        since = stamp(clock.now() - timedelta(days=days))
        for sender, mutation in bookings.placed_since(connection, library.institution, since):
            at = mutation.occurred_at.astimezone(ZoneInfo(library.time_zone)).date()
            uses[sender].add(mutation, mutation.order_date or at)
    return {sender: [*untold(listed, told[sender], today), *uses[sender].drifts()] for sender in told}


def announce(
    database: Engine,
    library: Library,
    suppliers: Mapping[str, SupplierSettings],
    mail_settings: MailSettings | None,
    *,
    ways: Sequence[Way] = tuple(Way),
    by: str | None = None,
) -> list[Announced]:
    """Tell every supplier in every way that the settings name; one that cannot be told stops no other.

    Args:
        suppliers: by sender code.
        by: who wants it; without it, the system user of the command.

    Raises:
        NobodyToTell, NoMailServer: the settings lack something; nobody was told.
    """
    wanted = [(sender, way, each) for sender, each in suppliers.items() for way in ways if _address(each, way)]
    if not wanted:
        raise NobodyToTell(asked=f" by {' or '.join(ways)}" if len(ways) < len(Way) else "")
    if mail_settings is None and any(way is Way.MAIL for _, way, _ in wanted):
        raise NoMailServer()
    return [_told(database, library, sender, way, each, mail_settings, by) for sender, way, each in wanted]


def _told(
    database: Engine,
    library: Library,
    sender: str,
    way: Way,
    supplier: SupplierSettings,
    mail_settings: MailSettings | None,
    by: str | None,
) -> Announced:
    listed, lacking = news(database, library, sender)
    done = Announced(sender, way, _address(supplier, way), listed.version)
    try:
        if way is Way.MAIL:
            _mail(mail_settings, library, supplier, listed, lacking)
        else:
            _call(library, sender, supplier, listed)
    except GatewayError as error:
        return replace(done, problem=str(error))
    _note(database, library, done, listed, by)
    return done


def _address(supplier: SupplierSettings, way: Way) -> str:
    return (supplier.mail if way is Way.MAIL else supplier.soap_address) or ""


def _note(database: Engine, library: Library, done: Announced, listed: BudgetCodeList, by: str | None) -> None:
    """Keep what the supplier knows now, with an audit line."""
    with writing(database) as connection:
        at = stamp(clock.now())
        tellings.note(connection, library.institution, done.sender, saying(listed.codes), at=at, way=done.way)
        detail = f"{done.sender} by {done.way} to {done.to}, version {done.version}"
        audit.changed(connection, What.BUDGET_CODES_ANNOUNCED, library.institution, detail, by)


def _mail(
    settings: MailSettings | None,
    library: Library,
    supplier: SupplierSettings,
    listed: BudgetCodeList,
    lacking: Sequence[Drift],
) -> None:
    assert settings and supplier.mail
    text = announcement.body(library, listed, lacking)
    mail.send(settings, mail.Mail(supplier.mail, announcement.subject(library), text))


def _call(library: Library, sender: str, supplier: SupplierSettings, listed: BudgetCodeList) -> None:
    credentials = None
    if supplier.soap_account:
        credentials = Credentials(supplier.soap_account, supplier.soap_password or "")
    assert supplier.soap_address
    client = SoapClient(CONTRACT, address=supplier.soap_address, credentials=credentials, timeout_seconds=_SECONDS)
    answer = client.call(
        "announceBudgetCodes",
        institutionCode=library.institution,
        libraryName=library.name,
        senderCode=sender,
        version=listed.version,
        announcedAt=clock.now().astimezone(ZoneInfo(library.time_zone)),
        budgetCode=[_as_wire(code) for code in listed.codes],
    )
    if answer.get("version") != listed.version:
        raise NotTaken(held=answer.get("version"), given=listed.version)


def _as_wire(code: BudgetCode) -> dict[str, object]:
    told = {
        "code": code.code,
        "description": code.description,
        "year": (code.year, None) if code.year else None,
        "validFrom": code.valid_from,
        "validUntil": code.valid_until,
        "blocked": code.blocked,
    }
    return {name: value for name, value in told.items() if value is not None}
