"""The AFO291 layout: budget codes first, in the style of the report that staff of V-Smart know; not made by Axiell.

No sample of the vendor's own report is public.
Choice: the columns follow what is public of V-Smart's acquisitions.
"""

from collections.abc import Callable

from gateway.reports import books, sections, terms
from gateway.reports.document import Cell, CellKind, Column, Document, Part, Section, Total
from gateway.reports.lines import Pick, aside, grouped_rows, pick, under
from gateway.reports.model import Audience, BudgetRecap, CodeUse, Report, ReportLine
from gateway.wording import say

_BEFORE_THE_MONEY = (
    *aside("budgetCode", "supplierBudgetCode", "occurredAt"),
    Pick("number", width=10),
    *under("channel"),
    Pick("kind", width=12),
    *under("branch"),
    Pick("orderNumber"),
    *under("orderLine", "packingSlip"),
    Pick("ean"),
    *under("articleNumber"),
    Pick("title", width=27),
    *under("author", "reason"),
    Pick("copies"),
    Pick("netPrice"),
    *under("amount"),
)
_MONEY = (Pick("committed", width=11), *under("shipped"))
_AFTER_THE_MONEY = (
    Pick("stateBefore"),
    *under("stateAfter", "expectedDate"),
    Pick("outcome"),
    *under("delivery"),
    *aside("mutationId"),
)


def document(report: Report, audience: Audience) -> Document:
    """Lay a report out as AFO291, for staff or, without what concerns the budgets, for the supplier."""
    language = report.language
    recap = (_recap(report),) if audience is Audience.STAFF else ()
    return sections.document(
        report,
        audience,
        title=say("AFO291 processing report", language),
        footer=say(
            "This report is set in the style of the AFO 291 report that staff of V-Smart know. "
            "It was made by the order synchronisation gateway, not by Axiell, the maker of V-Smart.",
            language,
        ),
        own=(_detail(report, audience), *recap, _codes_used(report), _codes_unknown(report)),
    )


def _detail(report: Report, audience: Audience) -> Section:
    money = _MONEY if audience is Audience.STAFF else ()
    fields = pick((*_BEFORE_THE_MONEY, *money, *_AFTER_THE_MONEY), report.language, report.time_zone)
    return Section(
        key="detail",
        title=say("Per budget code and order", report.language),
        part=Part.DETAIL,
        columns=fields.columns,
        rows=grouped_rows(report.detail, fields, _budget_code, _heading(report)),
        empty=say("This run had no lines.", report.language),
    )


def _budget_code(line: ReportLine) -> tuple[str, ...]:
    return (line.budget_code,)


def _heading(report: Report) -> Callable[[ReportLine], str]:
    described = {budget.code: budget.description for budget in report.budgets}
    known, none = say("Budget code {code}", report.language), say("No budget code", report.language)

    def heading(line: ReportLine) -> str:
        if not line.budget_code:
            return none
        description = described.get(line.budget_code)
        title = known.format(code=line.budget_code)
        return f"{title}: {description}" if description else title

    return heading


_RECAP_AMOUNTS = (
    ("initial", "Initial", 10),
    ("before", "Committed before", 10),
    ("added", "Added", 10),
    ("released", "Released", 11),
    ("shipped", "Shipped", 10),
    ("after", "Committed after", 10),
    ("available", "Available", 11),
)


def _recap(report: Report) -> Section:
    language = report.language
    columns = (
        Column("code", say("Budget code", language), 14),
        Column("description", say("Description", language), 13, cut=True),
        Column("year", say("Year", language), 4, CellKind.NUMBER, is_label=True),
        *(Column(key, say(title, language), width, CellKind.AMOUNT) for key, title, width in _RECAP_AMOUNTS),
        Column("percentUsed", say("% used", language), 5, CellKind.NUMBER),
        Column("flag", say("Mark", language), 13, CellKind.TERM, words=terms.flags(language)),
    )
    movements = ("before", "added", "released", "shipped", "after")
    sums = {key: sum(getattr(budget, key) for budget in report.budgets) for key in movements}
    return Section(
        key="budgets",
        title=say("Budget recap", language),
        part=Part.DETAIL,
        columns=columns,
        rows=books.table(map(_recap_row, report.budgets), Total(say("Together", language), sums, grand=True)),
        empty=say("No budget codes were used.", language),
        row_name="budget",
        intro=say("Committed after = committed before + added - released - shipped.", language),
    )


def _recap_row(budget: BudgetRecap) -> tuple[Cell, ...]:
    amounts = (getattr(budget, key) for key, *_ in _RECAP_AMOUNTS)
    return (budget.code, budget.description, budget.year, *amounts, _percent_used(budget), budget.flag)


def _percent_used(budget: BudgetRecap) -> int | None:
    if not budget.initial or budget.available is None:
        return None
    return round(100 * (budget.initial - budget.available) / budget.initial)


def _codes_used(report: Report) -> Section:
    language = report.language
    columns = (
        Column("supplierCode", say("Supplier's code", language), 20),
        Column("libraryCode", say("Library's code", language), 20),
        *_use_columns(language),
    )
    used = [use for use in report.codes if use.library_code]
    return Section(
        key="codes",
        title=say("Budget codes used", language),
        part=Part.DETAIL,
        columns=columns,
        rows=books.table((use.supplier_code, use.library_code, *_use(use)) for use in used),
        empty=say("No budget codes were used.", language),
        row_name="code",
    )


def _codes_unknown(report: Report) -> Section:
    language = report.language
    unknown = [use for use in report.codes if not use.library_code]
    return Section(
        key="unknownCodes",
        title=say("Budget codes that are not in the map", language),
        part=Part.DETAIL,
        columns=(Column("supplierCode", say("Supplier's code", language), 20), *_use_columns(language)),
        rows=books.table((use.supplier_code, *_use(use)) for use in unknown),
        empty=say("Every budget code in this run is in the map.", language),
        row_name="code",
        intro=say(
            "Add these codes to the map, or tell the supplier which codes hold; until then their lines wait.", language
        ),
    )


def _use_columns(language: str) -> tuple[Column, ...]:
    return (
        Column("lines", say("Lines", language), 10, CellKind.NUMBER),
        Column("firstSeen", say("First seen", language), 12, CellKind.DATE),
    )


def _use(use: CodeUse) -> tuple[Cell, ...]:
    return use.lines, use.first_seen
