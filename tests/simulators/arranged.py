"""A Brocade, Concerto or Clientrix with which order synchronisation was arranged, as our adapters assume it.

Nothing of what they really read is public. It takes EDIFACT or CSV from its folder and leaves a result file for each
batch; otherwise it does what the simulated V-Smart does. `python -m tests.simulators.arranged FOLDER` runs one.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path

from tests.simulators.vsmart import VSmartSimulator


@dataclass
class ArrangedSimulator(VSmartSimulator):
    """One such system; change its fields to change what it does."""

    suffix: str = ".result"
    words: tuple[str, str] = ("OK", "FOUT")


def main() -> None:
    """Run until Ctrl-C, telling what comes in."""
    options = argparse.ArgumentParser(description="A simulated Brocade, Concerto or Clientrix.")
    options.add_argument("folder", type=Path, help="takes from FOLDER/in, answers in FOLDER/out")
    folder = options.parse_args().folder
    for name in ("in", "out"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    simulated = ArrangedSimulator(folder / "in", folder / "out")
    print(f"Set folder = {folder / 'in'} and answers = {folder / 'out'}, with arranged = true", flush=True)
    told = 0
    try:
        while True:
            time.sleep(0.2)
            simulated.step()
            for entry in simulated.entered[told:]:
                print(f"{entry.action} {entry.order} {entry.line}: {entry.copies}", flush=True)
                told += 1
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
