"""The INA layout: per branch and kind, in the style of the report that staff of Wise know; not made by OCLC.

No sample of the vendor's own report is public.
Choice: the columns follow what is public of Wise's order administration.
"""

from collections.abc import Callable

from gateway.reports import books, sections, terms
from gateway.reports.document import CellKind, Column, Document, Part, Section, Total
from gateway.reports.lines import Pick, aside, grouped_rows, pick, under
from gateway.reports.model import Audience, Report, ReportLine
from gateway.wording import say

_DETAIL = (
    *aside("branch", "kind"),
    Pick("number", width=11),
    *under("channel"),
    Pick("occurredAt"),
    *under("budgetCode", "expectedDate"),
    Pick("orderNumber"),
    *under("orderLine", "packingSlip"),
    Pick("ean"),
    *under("articleNumber"),
    Pick("title"),
    *under("author", "reason"),
    Pick("copies"),
    Pick("netPrice"),
    *under("amount"),
    Pick("stateBefore"),
    *under("stateAfter"),
    Pick("outcome"),
    *under("delivery"),
    *aside("mutationId"),
)


def document(report: Report, audience: Audience) -> Document:
    """Lay a report out as INA, for staff or for the supplier."""
    language = report.language
    return sections.document(
        report,
        audience,
        title=say("INA processing report", language),
        footer=say(
            "This report is set in the style of the INA report that staff of Wise know. "
            "It was made by the order synchronisation gateway, not by OCLC, the maker of Wise.",
            language,
        ),
        own=(books.summary(report), _detail(report), _packing_slips(report)),
    )


def _detail(report: Report) -> Section:
    fields = pick(_DETAIL, report.language, report.time_zone)
    return Section(
        key="detail",
        title=say("Per branch and kind", report.language),
        part=Part.DETAIL,
        columns=fields.columns,
        rows=grouped_rows(report.detail, fields, _branch_and_kind, _heading(report.language)),
        empty=say("This run had no lines.", report.language),
    )


def _branch_and_kind(line: ReportLine) -> tuple[str, ...]:
    return line.branch, line.kind


def _heading(language: str) -> Callable[[ReportLine], str]:
    kinds = terms.kinds(language)
    branch, none = say("Branch {branch}", language), say("No branch", language)

    def heading(line: ReportLine) -> str:
        place = branch.format(branch=line.branch) if line.branch else none
        return f"{place}: {kinds.get(line.kind, line.kind)}"

    return heading


def _packing_slips(report: Report) -> Section:
    language = report.language
    columns = (
        Column("slip", say("Packing slip", language), 20),
        Column("shippedOn", say("Shipped on", language), 12, CellKind.DATE),
        Column("copies", say("Copies", language), 10, CellKind.NUMBER),
        Column("amount", say("Amount", language), 14, CellKind.AMOUNT),
        Column("route", say("Route", language), 8, CellKind.TERM, words=terms.routes(language)),
    )
    content = ((slip.number, slip.shipped_on, slip.copies, slip.amount, slip.route) for slip in report.slips)
    sums = {
        "copies": sum(slip.copies for slip in report.slips),
        "amount": sum(slip.amount for slip in report.slips),
    }
    return Section(
        key="packingSlips",
        title=say("Packing slips", language),
        part=Part.DETAIL,
        columns=columns,
        rows=books.table(content, Total(say("Together", language), sums, grand=True)),
        empty=say("Nothing went on transport in this run.", language),
        row_name="packingSlip",
    )
