"""The outcomes as a table to read, on a terminal and in the documentation."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.interop.tries import STEPS, Outcome

_PLACE = re.compile(r"(?<=<!-- made by make interop -->\n).*?(?=<!-- end -->)", re.DOTALL)
_HEADS = ("client", "tried", "SOAP", *STEPS)


def text(outcomes: Sequence[Outcome]) -> str:
    """For a terminal: the table, then each flaw, then what is missing."""
    rows = [_HEADS, *map(_cells, outcomes)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
    lines += [
        "",
        *_flaws(outcomes),
        *sorted({f"{each.client.name} is missing: {each.missing}" for each in outcomes if each.missing}),
    ]
    return "\n".join(lines)


def _flaws(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"{each.client.name}, SOAP {each.soap}, {step}: {flaw}"
        for each in outcomes
        for step in each.failed()
        for flaw in each.flaws[step]
    ]


def _cells(outcome: Outcome) -> tuple[str, ...]:
    marks = ("missing" if outcome.missing else "FAILED" if step in outcome.failed() else "yes" for step in STEPS)
    return outcome.client.name, outcome.tried or "–", outcome.soap, *marks


def write(outcomes: Sequence[Outcome], document: Path) -> None:
    """Put the table into the document, where its last one stands."""
    rows = [_HEADS, ("---",) * len(_HEADS), *map(_cells, outcomes)]
    made = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    document.write_text(_PLACE.sub(lambda _: f"\n{made}\n", document.read_text(encoding="utf-8")), encoding="utf-8")


def summary(outcomes: Sequence[Outcome]) -> str:
    """The closing line: one count for each client, version of SOAP and step."""
    failed = sum(len(each.failed()) for each in outcomes)
    missing = sum(bool(each.missing) for each in outcomes) * len(STEPS)
    return f"{len(outcomes) * len(STEPS) - failed - missing} passed, {failed} failed, {missing} skipped"
