"""`python -m tests.fuzz`: shoot at a gateway for an hour, or as long as is asked."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.campaign import run


def main() -> int:
    """0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60, help="how long (60)")
    parser.add_argument("--seed", type=int, default=1, help="number of the first round; the same gives the same (1)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as folder:
        done = run(
            Path(folder), seconds=60 * asked.minutes, first=asked.seed, tell=lambda line: print(line, flush=True)
        )
    print(f"{done.shots} requests in {done.rounds} rounds; answers: {done.judge.counts}; found: {len(done.found)}")
    return 1 if done.found else 0


if __name__ == "__main__":
    sys.exit(main())
