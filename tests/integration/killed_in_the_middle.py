"""Deliver to V-Smart, killed just before its nth step on the disk, then again; a program of its own, for a test.

Writes a JSON list: per n what V-Smart has at the end, and whether the kill came. Forks, so that one start is enough.
"""

import json
import os
import signal
import sys
from pathlib import Path

import adapters
from tests.order_lines import a_line, a_workplace, offered_again
from tests.simulators.vsmart import VSmartSimulator

STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.chmod"}
LINES = [a_line(order_line=f"L{number}") for number in range(4)]


def _system(root: Path):
    kind = adapters.system("vsmart")
    settings = kind.Settings.model_validate({"folder": root / "in", "acknowledgements": root / "out"})
    return kind.from_settings(settings, a_workplace(root / "work", system="vsmart"))


def _deliver_until(root: Path, steps: int) -> None:
    system, left = _system(root), [steps]

    def count(event: str, arguments: tuple[object, ...]) -> None:
        if event in STEPS and str(root) in str(arguments[0]):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    sys.addaudithook(count)
    system.apply(LINES)
    os._exit(0)


def main(root: Path, taken_between: bool, regrouped: bool) -> None:
    """Try every n until one run is not killed any more."""
    found, killed, steps = [], True, 0
    while killed:
        here = root / str(steps)
        for name in ("in", "out"):
            (here / name).mkdir(parents=True, mode=0o750)
        child = os.fork()
        if child == 0:
            _deliver_until(here, steps)
        killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
        vsmart = VSmartSimulator(here / "in", here / "out")
        if taken_between:
            vsmart.step()
        for group in [LINES[:3], LINES[3:]] if regrouped else [LINES]:
            results = _system(here).apply(offered_again(group))
            assert {result.status.value for result in results} == {"handed over"}
        vsmart.step()
        found.append(
            {"killed": killed, "copies": dict(vsmart.copies), "left": [each.name for each in (here / "in").iterdir()]}
        )
        steps += 1
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]), "taken" in sys.argv, "regrouped" in sys.argv)
