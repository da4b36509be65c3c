"""Measure and show: `python -m benchmarks [--sizes 1000,10000,100000] [--json]`."""

import argparse
import json
import os
import platform
import sqlite3
from dataclasses import asdict

from lxml import etree
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Figures, measure

SIZES = (1_000, 10_000, 100_000)
MOST_RATIO = 2.0
MOST_MEGABYTES_AT_INTAKE = 80.0
REPORT_WITHIN_SECONDS = {10_000: 6.0, 100_000: 60.0}


def main() -> None:
    """Measure the sizes asked for, each in a gateway of its own, one after the other."""
    asking = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asking.add_argument("--sizes", default=",".join(map(str, SIZES)), help="mutations in one message, with commas")
    asking.add_argument("--intake-only", action="store_true", help="do not wait for the reports")
    asking.add_argument("--json", action="store_true", help="answer as one JSON document")
    asked = asking.parse_args()
    console = Console(stderr=True)
    found = []
    for size in map(int, asked.sizes.split(",")):
        console.print(f"measuring a message of {size:,} mutations …")
        found.append(measure(size, intake_only=asked.intake_only))
    if asked.json:
        print(json.dumps([{**asdict(each), "ratio": each.ratio} for each in found], indent=2))
    else:
        _show(found)


def _show(found: list[Figures]) -> None:
    names = ("mutations", "MB", "intake", "bound", "ratio", "push to report", "idle", "above idle, intake", "…, all")
    table = Table(title="One message over HTTP into a real gateway on SQLite", title_justify="left")
    for name in names:
        table.add_column(name, justify="right")
    for each in found:
        table.add_row(*_cells(each))
    console = Console(width=None if Console().is_terminal else 120)
    console.print(table)
    console.print(_footnote(), highlight=False)


def _cells(each: Figures) -> tuple[str, ...]:
    large = each.mutations == max(SIZES)
    return (
        f"{each.mutations:,}",
        f"{each.megabytes:.1f}",
        f"{each.intake_seconds:.2f} s",
        f"{each.bound_seconds:.2f} s",
        _judged(f"{each.ratio:.2f}x", each.ratio, MOST_RATIO if large else None),
        _judged(f"{each.report_seconds:.1f} s", each.report_seconds, REPORT_WITHIN_SECONDS.get(each.mutations))
        if each.state == "PROCESSED"
        else f"{each.state} after {each.report_seconds:.0f} s"
        if each.state
        else "–",
        f"{each.idle_megabytes:.0f} MB",
        _judged(
            f"{each.above_idle_intake_megabytes:.0f} MB",
            each.above_idle_intake_megabytes,
            MOST_MEGABYTES_AT_INTAKE if large else None,
        ),
        f"{each.above_idle_megabytes:.0f} MB",
    )


def _judged(shown: str, value: float, most: float | None) -> str:
    if most is None:
        return shown
    return f"{shown} ✓ ≤{most:g}" if value <= most else f"{shown} ✗ >{most:g}"


def _footnote() -> str:
    return (
        f"Python {platform.python_version()}, lxml {etree.__version__}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores. Medians where a size was measured more than once.\n"
        "intake, push to report, memory: python -m benchmarks --sizes N (a `gateway serve` and a client of its own)\n"
        "bound: python -m benchmarks.bound MESSAGE.xml DATABASE (parse, XSD per mutation, same tables, sync)\n"
        "memory: the peaks (VmHWM) of gateway processes alive at once, less what they held (VmRSS) before any message"
    )


if __name__ == "__main__":
    main()
