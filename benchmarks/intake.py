"""The intake of one message beside its bound, and how long until its report is there."""

from collections.abc import Sequence
from dataclasses import asdict

from benchmarks.measure import Figures, measure
from benchmarks.rounds import Tell
from benchmarks.sheet import Sheet, judged

NAME = "intake"
_COLUMNS = ("mutations", "MB", "intake", "bound", "ratio", "push to report", "idle", "above idle, intake", "…, all")
_LARGE = 100_000
_MOST_RATIO = 1.25
_MOST_MEGABYTES_AT_INTAKE = 50.0
_REPORT_WITHIN_SECONDS = {10_000: 6.0, 100_000: 60.0}
_NOTES = [
    "intake, push to report: one message over HTTP into `gateway serve` on SQLite; medians where measured more often.",
    "bound: python -m benchmarks.bound MESSAGE.xml DATABASE (parse, XSD per mutation, same tables, sync).",
    "memory: the peaks (VmHWM) of gateway processes alive at once, less what they held (VmRSS) before any message.",
]


def sheet(sizes: Sequence[int], tell: Tell, *, intake_only: bool = False) -> Sheet:
    """Measure every size in a gateway of its own."""
    found = []
    for size in sizes:
        tell(f"intake of {size:,} mutations …")
        found.append(measure(size, intake_only=intake_only))
    figures = [{**asdict(each), "ratio": each.ratio} for each in found]
    return Sheet(NAME, "Intake beside its bound", _COLUMNS, [_cells(each) for each in found], figures, _NOTES)


def _cells(each: Figures) -> tuple[str, ...]:
    large = each.mutations == _LARGE
    at_intake = each.above_idle_intake_megabytes
    return (
        f"{each.mutations:,}",
        f"{each.megabytes:.1f}",
        f"{each.intake_seconds:.2f} s",
        f"{each.bound_seconds:.2f} s",
        judged(f"{each.ratio:.2f}x", each.ratio, _MOST_RATIO if large else None),
        _report(each),
        f"{each.idle_megabytes:.0f} MB",
        judged(f"{at_intake:.0f} MB", at_intake, _MOST_MEGABYTES_AT_INTAKE if large else None),
        f"{each.above_idle_megabytes:.0f} MB",
    )


def _report(each: Figures) -> str:
    if not each.state:
        return "–"
    if each.state != "PROCESSED":
        return f"{each.state} after {each.report_seconds:.0f} s"
    return judged(f"{each.report_seconds:.1f} s", each.report_seconds, _REPORT_WITHIN_SECONDS.get(each.mutations))
