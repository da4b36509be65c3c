"""`python -m tests.crash`: a storm as asked, with progress and a table; exit 1 when anything was lost or doubled."""

import argparse
import re
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.crash.doom import STEPS
from tests.crash.killing import LOST, OTHER_ENDS
from tests.crash.storm import Asked, Outcome, weather

MOST_BREACHES_SHOWN = 40


def main() -> int:
    """Do what the command line asks."""
    options = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--senders", type=int, default=6)
    options.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    options.add_argument("--gateways", type=int, help="processes that serve: 1, or 2 on PostgreSQL")
    options.add_argument("--workers", type=int, help="processes that only work: 0 (gateways do), or 2 on PostgreSQL")
    options.add_argument("--write", type=Path, help="a page in which to put the table, at the mark for this database")
    given = options.parse_args()
    several = given.database == "postgresql"
    asked = Asked(
        minutes=given.minutes,
        seed=given.seed,
        senders=given.senders,
        database=given.database,
        gateways=given.gateways or (2 if several else 1),
        workers=(2 if several else 0) if given.workers is None else given.workers,
    )
    # Told to end, it ends its processes and its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix=f"crash-{asked.database}-{asked.seed}-"))
    print(f"{asked}\nin {folder}", flush=True)
    outcome = weather(asked, folder, lambda words: print(words, flush=True))
    text = "\n".join(table(outcome))
    print(text, flush=True)
    if given.write:
        _put(given.write, asked.database, text)
    return 1 if outcome.breaches else 0


def table(outcome: Outcome) -> Iterator[str]:
    """The outcome for people, as Markdown."""
    asked = outcome.asked
    beside = f", beside them {asked.workers} that only work" if asked.workers else ""
    yield f"Seed {asked.seed}, {asked.senders} senders, processes that serve: {asked.gateways}{beside}."
    yield ""
    if outcome.breaches:
        yield f"**{len(outcome.breaches)} BREACHES**; the world is kept in {outcome.folder}"
        yield from (f"- {each}" for each in outcome.breaches[:MOST_BREACHES_SHOWN])
    else:
        yield "**Nothing was lost, nothing was doubled.**"
    yield from _rows(
        "what there was", {**outcome.figures, "seconds, with the calm and the proof": round(outcome.seconds)}
    )
    if outcome.ended.get(LOST):
        words = "longest time until another took over from a lost worker"
        yield f"| {words} | {outcome.stood_still_seconds:.1f} s |"
    ends = {step: outcome.ended.get(step, 0) for step in (*STEPS, *OTHER_ENDS)}
    yield from _rows("process ended", {**ends, "together": sum(ends.values())})


def _rows(title: str, figures: dict[str, int]) -> Iterator[str]:
    yield from ("", f"| {title} | |", "| --- | --: |")
    yield from (f"| {name} | {number:,} |" for name, number in figures.items())


def _put(page: Path, mark: str, text: str) -> None:
    """Put the text between the two marks of that name."""
    between = re.compile(f"(<!-- begin: {mark} -->\n).*?(<!-- end: {mark} -->)", re.DOTALL)
    page.write_text(between.sub(lambda found: f"{found[1]}{text}\n{found[2]}", page.read_text()))


if __name__ == "__main__":
    sys.exit(main())
