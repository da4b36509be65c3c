"""Deliver to Koha, killed just before its nth step on disk or network, then again; a program of its own, for a test.

Writes a JSON list: per n what Koha was told at the end, and whether the kill came. Forks, so that one start is enough.
"""

import json
import os
import signal
import sys
from pathlib import Path

import adapters
from gateway.orders.model import Kind, Share
from tests.order_lines import a_line, a_workplace, offered_again
from tests.simulators.koha import KohaSimulator

STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "socket.connect"}
TWO_FUNDS = (Share("2001", "JF01", 2), Share("2002", "V02", 1))
LINES = [
    a_line(order_line="A", quantity=3, shares=TWO_FUNDS),
    a_line(order_line="B"),
    a_line(Kind.CHANGED, order_line="A", quantity=2, shares=TWO_FUNDS[:1]),
    a_line(Kind.CANCELLED, order_line="B", quantity=2),
    a_line(Kind.SHIPPED, order_line="C", state_before=None, title="Los gekocht"),
]


def _system(root: Path, koha: KohaSimulator):
    kind = adapters.system("koha")
    section = {"address": koha.address, "user": koha.user, "password_env": "KOHA_PASSWORD", "basket_id": 7}
    settings = kind.Settings.model_validate(section | {"folder": root / "edi"})
    return kind.from_settings(settings, a_workplace(root / "work", system="koha"))


def _deliver_until(root: Path, koha: KohaSimulator, steps: int) -> None:
    system, left = _system(root, koha), [steps]

    def count(event: str, arguments: tuple[object, ...]) -> None:
        if event in STEPS and (event == "socket.connect" or str(root) in str(arguments[0])):
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1

    sys.addaudithook(count)
    system.apply(LINES)
    os._exit(0)


def main(root: Path) -> None:
    """Try every n until one run is not killed any more."""
    os.environ["KOHA_PASSWORD"] = "geheim"
    found, killed, steps = [], True, 0
    while killed:
        here = root / str(steps)
        (here / "edi").mkdir(parents=True, mode=0o750)
        with KohaSimulator(here / "edi").running() as koha:
            child = os.fork()
            if child == 0:
                _deliver_until(here, koha, steps)
            killed = os.WIFSIGNALED(os.waitpid(child, 0)[1])
            _system(here, koha).apply(offered_again(LINES))
            files = koha.run_edi_cron()
            cancelled = sorted(order["fund_id"] for order in koha.orders.values() if order["status"] == "cancelled")
            found.append({"killed": killed, "copies": dict(koha.copies), "files": files, "cancelled": cancelled})
        steps += 1
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
