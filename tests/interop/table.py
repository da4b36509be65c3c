"""The outcomes as a table to read."""

from collections.abc import Sequence

from tests.interop.tries import STEPS, Outcome

_HEADS = ("client", "tried", "SOAP", *STEPS)


def rows(outcomes: Sequence[Outcome]) -> list[tuple[str, ...]]:
    """The table, its head first."""
    return [_HEADS, *map(_cells, outcomes)]


def text(outcomes: Sequence[Outcome]) -> str:
    """For a terminal: the table, then each flaw, then what is missing."""
    cells = rows(outcomes)
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in cells]
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


def summary(outcomes: Sequence[Outcome]) -> str:
    """The closing line: how many clients did everything, which did not, which were not there."""
    names = dict.fromkeys(each.client.name for each in outcomes)
    failed = dict.fromkeys(each.client.name for each in outcomes if each.failed())
    missing = dict.fromkeys(each.client.name for each in outcomes if each.missing)
    said = [f"{len(names) - len(failed) - len(missing)} of {len(names)} clients did everything"]
    said += [f"failed: {', '.join(failed)}"] if failed else []
    said += [f"missing on this machine, so not tried: {', '.join(missing)}"] if missing else []
    return f"{'; '.join(said)}."
