"""What both layouts share: the head, cancelled titles, what needs attention, and where the books stand."""

from datetime import datetime

from gateway.reports import books, terms
from gateway.reports.document import CellKind, Document, Fact, Part, Place, Section
from gateway.reports.lines import Pick, aside, pick, rows, under
from gateway.reports.model import Audience, Report
from gateway.wording import say

_CANCELLED = (
    Pick("orderNumber"),
    *under("orderLine"),
    Pick("ean"),
    *under("articleNumber"),
    Pick("title", width=40),
    *under("author"),
    Pick("copies"),
    Pick("branch"),
    *under("budgetCode"),
    Pick("occurredAt"),
    Pick("reason"),
    *aside("outcome", "mutationId", "messageId"),
)

_ATTENTION = (
    Pick("outcome", width=12),
    *under("kind"),
    Pick("orderNumber"),
    *under("orderLine"),
    Pick("ean"),
    *under("articleNumber"),
    Pick("title", width=49),
    *under("author"),
    Pick("copies"),
    Pick("branch"),
    *under("budgetCode"),
    Pick("sentence", Place.NOTE),
    Pick("hint", Place.NOTE),
    *aside("occurredAt", "code", "supplierBudgetCode", "mutationId", "messageId"),
)


def document(report: Report, audience: Audience, title: str, footer: str, own: tuple[Section, ...]) -> Document:
    """Put a layout's own sections in their place between attention and the books."""
    language = report.language
    moment = report.processed_locally_at
    return Document(
        name=report.name,
        layout=report.layout,
        audience=audience,
        language=language,
        title=title,
        subtitle=say(
            "{library}, processed on {day} at {time}",
            language,
            library=report.library_name,
            day=f"{moment:%d-%m-%Y}",
            time=f"{moment:%H:%M}",
        ),
        processed_at=moment,
        head=_head(report, audience),
        remarks=_remarks(report),
        sections=(_cancelled(report), _attention(report), *own, *books.sections(report, audience)),
        footer=footer,
        detail_count=report.detail_count,
    )


def _head(report: Report, audience: Audience) -> tuple[Fact, ...]:
    language = report.language
    moment = CellKind.MOMENT
    period = report.period or (None, None)
    facts = (
        Fact("", say("In short", language), (_in_short(report),)),
        Fact("institution", say("Institution", language), (report.institution,)),
        Fact("libraryName", say("Library", language), (report.library_name,)),
        Fact("sender", say("Supplier", language), (report.sender,)),
        Fact("messageId", say("Messages", language), report.message_ids),
        Fact("receivedAt", say("Received", language), (_local(report, report.received_at),), moment),
        Fact("processedAt", say("Processed", language), (report.processed_locally_at,), moment),
        Fact("periodFrom", say("Period from", language), (_local(report, period[0]),), moment),
        Fact("periodTo", say("Period until", language), (_local(report, period[1]),), moment),
        Fact("run", say("Run", language), (report.run,), CellKind.NUMBER),
        Fact("corrects", say("Corrects report", language), (report.corrects,)),
        Fact("audience", say("Copy for", language), (audience.value,), CellKind.TERM, terms.audiences(language)),
    )
    return tuple(fact for fact in facts if any(cell not in (None, "") for cell in fact.cells))


def _local(report: Report, moment: datetime | None) -> datetime | None:
    return moment.astimezone(report.processed_locally_at.tzinfo) if moment else None


def _in_short(report: Report) -> str:
    counts = report.books
    return say(
        "{applied} applied ({warned} of them with a warning), {known} already known, {waiting} waiting, "
        "{refused} refused; {cancelled} cancelled.",
        report.language,
        applied=counts.applied,
        warned=counts.warned,
        known=counts.known,
        waiting=counts.closing_waiting,
        refused=counts.refused,
        cancelled=sum(kind.applied for kind in report.kinds if kind.kind == "CANCELLED"),
    )


def _remarks(report: Report) -> tuple[str, ...]:
    alarms = []
    if not report.closes:
        alarm = "The books below do not close: call whoever runs the gateway, and name this report."
        alarms.append(say(alarm, report.language))
    return (*alarms, *report.remarks)


def _cancelled(report: Report) -> Section:
    fields = pick(_CANCELLED, report.language, report.time_zone)
    return Section(
        key="cancelled",
        title=say("Cancelled titles", report.language),
        part=Part.CANCELLED,
        columns=fields.columns,
        rows=rows(report.cancelled, fields),
        empty=say("No titles were cancelled.", report.language),
        intro=say("These will not come. Order them elsewhere where they are still wanted.", report.language),
    )


def _attention(report: Report) -> Section:
    fields = pick(_ATTENTION, report.language, report.time_zone)
    return Section(
        key="attention",
        title=say("Needs attention", report.language),
        part=Part.ATTENTION,
        columns=fields.columns,
        rows=rows(report.attention, fields),
        empty=say("Nothing waits, nothing was refused, and there are no warnings.", report.language),
        intro=say("What waits, was refused or was applied with a warning, and what to do.", report.language),
    )
