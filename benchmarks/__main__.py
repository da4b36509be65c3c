"""Measure and show: `python -m benchmarks [--only PART,…] [--sizes N,…] [--quick] [--json] [--write FILE]`."""

import argparse
import json
import os
import platform
import sqlite3
from collections.abc import Callable
from pathlib import Path

from lxml import etree
from rich.console import Console

from benchmarks import intake, postgres, rounds, sheet, small, stored
from benchmarks.rounds import Tell
from benchmarks.sheet import Sheet

SIZES = (1_000, 10_000, 100_000)
_QUICK_SIZES = SIZES[:2]

PARTS: dict[str, Callable[[argparse.Namespace, Tell], Sheet]] = {
    intake.NAME: lambda asked, tell: intake.sheet(asked.sizes, tell, intake_only=asked.intake_only),
    rounds.NAME: lambda asked, tell: rounds.sheet(asked.sizes, asked.rounds, tell),
    small.NAME: lambda asked, tell: small.sheet(asked.senders, asked.seconds, tell),
    stored.NAME: lambda asked, tell: stored.sheet(asked.sizes, asked.stored, tell),
    postgres.NAME: lambda asked, tell: postgres.sheet(asked.sizes, asked.senders, asked.rounds, asked.seconds, tell),
}


def main() -> None:
    """Measure the parts asked for, one after the other."""
    asked = _asked()
    progress, console = Console(stderr=True), Console(width=None if Console().is_terminal else 120)
    found = []
    for name in asked.only:
        found.append(PARTS[name](asked, lambda said: progress.print(said, highlight=False)))
        if not asked.json:
            found[-1].show(console)
    if asked.json:
        print(json.dumps({"machine": _machine(), **{each.name: each.figures for each in found}}, indent=2))
    else:
        console.print(_machine(), highlight=False)
    if asked.write:
        sheet.write(asked.write, found)


def _asked() -> argparse.Namespace:
    asking = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    asking.add_argument("--only", type=_parts, default=list(PARTS), help=f"some of {','.join(PARTS)}; all without it")
    asking.add_argument("--sizes", type=_numbers, help="mutations in one message, with commas")
    asking.add_argument("--quick", action="store_true", help="no message of 100,000, and shorter looks")
    asking.add_argument("--rounds", type=int, default=5, help="turns for everyone in `peers` and `postgres`")
    asking.add_argument("--senders", type=_numbers, default=list(small.SENDERS), help="senders at once in `small`")
    asking.add_argument("--seconds", type=float, help="how long the senders send")
    asking.add_argument("--stored", type=int, default=1_000_000, help="mutations stored before, in `stored`")
    asking.add_argument("--intake-only", action="store_true", help="do not wait for the reports in `intake`")
    asking.add_argument("--json", action="store_true", help="answer as one JSON document")
    asking.add_argument("--write", type=Path, help="put the tables into this document, between their marks")
    asked = asking.parse_args()
    asked.sizes = asked.sizes or list(_QUICK_SIZES if asked.quick else SIZES)
    asked.seconds = asked.seconds or (2.0 if asked.quick else 10.0)
    return asked


def _numbers(text: str) -> list[int]:
    return [int(each) for each in text.split(",")]


def _parts(text: str) -> list[str]:
    wanted = text.split(",")
    if unknown := [each for each in wanted if each not in PARTS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: there are {', '.join(PARTS)}")
    return wanted


def _machine() -> str:
    return (
        f"Python {platform.python_version()}, lxml {etree.__version__}, SQLite {sqlite3.sqlite_version}, "
        f"{os.cpu_count()} cores."
    )


if __name__ == "__main__":
    main()
