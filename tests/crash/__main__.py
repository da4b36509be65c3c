"""`python -m tests.crash`: a storm as asked, with progress and a table; exit 1 when anything was lost or doubled."""

import argparse
import signal
import sys
import tempfile
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
    options.add_argument(
        "--workers", type=int, help="processes that only work: 0 (gateways work too), or 2 on PostgreSQL"
    )
    given = options.parse_args()
    several = given.database == "postgresql"
    given.gateways = given.gateways or (2 if several else 1)
    given.workers = (2 if several else 0) if given.workers is None else given.workers
    # Told to end, it ends its processes and its server too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    folder = Path(tempfile.mkdtemp(prefix=f"crash-{given.database}-{given.seed}-"))
    print(f"{given}\nin {folder}", flush=True)
    outcome = weather(Asked(**vars(given)), folder, lambda words: print(words, flush=True))
    print("\n".join(table(outcome)), flush=True)
    return 1 if outcome.breaches else 0


def table(outcome: Outcome) -> list[str]:
    """The outcome for people."""
    rows = [f"{name:<60}{number:>8}" for name, number in outcome.figures.items()]
    ends = [(step, outcome.ended.get(step, 0)) for step in (*STEPS, *OTHER_ENDS)]
    rows += ["", "processes ended", *(f"  {step:<58}{number:>8}" for step, number in ends)]
    rows += [f"{'together':<60}{sum(outcome.ended.values()):>8}", f"{'seconds':<60}{outcome.seconds:>8.0f}", ""]
    if outcome.ended.get(LOST):
        stood_still = outcome.stood_still_seconds
        rows += [f"{'longest time until another took over from a lost worker (s)':<60}{stood_still:>8.1f}", ""]
    if outcome.breaches:
        shown = outcome.breaches[:MOST_BREACHES_SHOWN]
        rows += [f"{len(outcome.breaches)} BREACHES; the world is kept in {outcome.folder}"]
        rows += [f"  {each}" for each in shown]
    else:
        rows += ["nothing was lost, nothing was doubled"]
    return rows


if __name__ == "__main__":
    sys.exit(main())
