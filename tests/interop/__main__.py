"""Run the foreign clients and tell how each of them did: `python -m tests.interop`."""

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from tests.interop import document, machine, table, tries
from tests.interop.clients import CLIENTS, Client
from tests.interop.exchange import Door
from tests.interop.growing import Front, growing
from tests.interop.tries import CouldNotBeFetched, CouldNotBeMade, Outcome
from tests.serving import a_stage_to_serve, serving

ROOT = Path(__file__).parents[2]
WORKSHOPS = ROOT / "build" / "interop"
PAGE = ROOT / "docs" / "clients.md"


def main() -> int:
    """0 when nothing failed; with `--all`, when nothing was missing either."""
    asked = _asked()
    clients = [each for each in CLIENTS if not asked.clients or each.name in asked.clients]
    machine.install(need for each in clients for need in each.workshop.needs)
    outcomes = _outcomes(clients)
    print(f"\n{table.text(outcomes)}\n")
    wrong = any(each.failed() or (asked.all and each.missing) for each in outcomes)
    if asked.write and not wrong:
        page = document.with_table(PAGE.read_text(encoding="utf-8"), table.rows(outcomes))
        PAGE.write_text(document.with_snippets(page), encoding="utf-8")
    print(table.summary(outcomes))
    return int(wrong)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.interop", description=__doc__)
    parser.add_argument("clients", nargs="*", metavar="CLIENT", help="only these; all when none is named")
    parser.add_argument("--all", action="store_true", help="fail when a client is missing, too")
    parser.add_argument("--write", action="store_true", help="with --all: put what ran into docs/clients.md")
    asked = parser.parse_args()
    if asked.write and (asked.clients or not asked.all):
        parser.error("--write takes --all and no names: the page tells of every client")
    return asked


def _outcomes(clients: Sequence[Client]) -> list[Outcome]:
    with tempfile.TemporaryDirectory() as folder, a_stage_to_serve(Path(folder)) as stage:
        public = f"http://{stage.settings.listen}"
        address = f"{public}/soap/orders"
        with serving(stage, {"GATEWAY_PUBLIC_ADDRESS": public}), growing(address) as front:
            door = Door(stage, f"{address}?wsdl", address)
            return [
                outcome
                for _, group in groupby(clients, key=lambda each: each.workshop.folder)
                for outcome in _of_one_workshop(list(group), door, front)
            ]


def _of_one_workshop(clients: Sequence[Client], door: Door, front: Front) -> Iterator[Outcome]:
    workshop = clients[0].workshop
    folder = WORKSHOPS / workshop.folder
    if missing := machine.missing(workshop.needs):
        yield from tries.all_missing(clients, missing)
        return
    print(f"Making {', '.join(each.name for each in clients)} ...", flush=True)
    try:
        tries.make(workshop, folder, door.wsdl)
    except CouldNotBeFetched as error:
        yield from tries.all_missing(clients, f"its packages could not be fetched by {error}")
        return
    except CouldNotBeMade as error:
        yield from tries.all_failed(clients, str(error))
        return
    for client in clients:
        print(f"Trying {client.name} ...", flush=True)
        yield from tries.attempts(client, folder, door, front)


if __name__ == "__main__":
    sys.exit(main())
