"""What a supplier may ask afterwards: how far a message is, the report on it, the library's budget codes."""

from collections.abc import Callable
from contextlib import suppress

from gateway import clock
from gateway.accounts.model import SupplierAccount
from gateway.db import Engine, reading, writing
from gateway.errors import Busy, Place
from gateway.orders import refusals
from gateway.orders.drift import saying
from gateway.orders.explanations import sentences
from gateway.orders.model import BudgetCodeList, MessageState, MessageStatus, MutationStatus, Outcome
from gateway.orders.reading import stamp
from gateway.orders.store import codes, enquiries, tellings
from gateway.orders.store.enquiries import Mention, Progress
from gateway.orders.store.progress import unpack
from gateway.reports.model import ReportFile

MOST_TROUBLED = 1_000


def status(database: Engine, account: SupplierAccount, message_id: str) -> MessageStatus:
    """How far one of the account's messages is.

    Raises:
        UnknownMessage: it was never accepted, or is another library's than the account's.
    """
    with reading(database) as connection:
        found = _found(enquiries.progress(connection, account.sender, message_id), account, message_id)
        troubled = enquiries.troubled(connection, found.pk, MOST_TROUBLED + 1)
        return MessageStatus(
            message_id=message_id,
            state=found.state,
            mutation_count=found.mutation_count,
            new_count=found.new_count,
            known_count=found.known_count,
            outcomes=enquiries.outcome_counts(connection, found.pk),
            reports=tuple(mention.report for mention in enquiries.mentions(connection, found.pk)),
            troubled=tuple(
                MutationStatus(
                    row.mutation_id, Outcome(row.outcome), findings[0].code if findings else "", sentences(findings)
                )
                for row in troubled[:MOST_TROUBLED]
                for findings in [unpack(row.findings)]
            ),
            truncated=len(troubled) > MOST_TROUBLED,
        )


def report(
    database: Engine, account: SupplierAccount, message_id: str, write: Callable[[Mention], ReportFile]
) -> ReportFile:
    """The newest report that mentions a message, in the supplier's copy, which `write` makes.

    Raises:
        UnknownMessage: as for `status`.
        ReportNotReady: it is not processed yet.
    """
    with reading(database) as connection:
        found = _found(enquiries.progress(connection, account.sender, message_id), account, message_id)
        mentions = enquiries.mentions(connection, found.pk)
    if mentions:
        return write(mentions[-1])
    if found.state is MessageState.PROCESSED:
        raise refusals.NoMutations(message_id=message_id)
    raise refusals.ReportNotReady(message_id=message_id)


def budget_codes(
    database: Engine, served: Callable[[str], bool], account: SupplierAccount, institution: str, year: int | None
) -> BudgetCodeList:
    """A library's codes, never amounts; that the supplier knows them now is kept.

    Raises:
        UnknownInstitution: it is not served here.
        NotYours: the account is not bound to it.
    """
    place = Place(element="institutionCode")
    if not served(institution):
        raise refusals.UnknownInstitution(place=place, institution=institution)
    if institution not in account.institutions:
        raise refusals.NotYours(place=place, what="institution", value=institution)
    with reading(database) as connection:
        given = codes.announced(connection, institution, year)
        known = tellings.told(connection, institution, account.sender)
    said = saying(given.codes)
    if said != {budget: days for budget, days in known.items() if year is None or budget[1] in (None, year)}:
        with suppress(Busy), writing(database) as connection:
            # The answer is right without it, and another question follows.
            at = stamp(clock.now())
            tellings.note(connection, institution, account.sender, said, at=at, way="asked", year=year)
    return given


def _found(found: Progress | None, account: SupplierAccount, message_id: str) -> Progress:
    if found is None or found.institution not in account.institutions:
        raise refusals.UnknownMessage(place=Place(element="messageId"), message_id=message_id)
    return found
