"""Cancellations on their way through Koha's EDI: offered as files, and asked after until Koha says that they are done.

Koha's cron reads them when it pleases and leaves no answer. So each is remembered in a folder of our own, and the
order itself is looked at.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from adapters.koha.api import Api, Order
from adapters.koha.entry import as_cancelled
from gateway import clock
from gateway.library import Library
from gateway.order_files import order_response
from gateway.orders.system import Acknowledgement, SystemLine
from gateway.transport.drop_folder import DropFolder, FolderUnavailable, reason_of, write_synced
from gateway.transport.drop_journal import Journal, finish, offer
from gateway.wording import say

SUFFIX = ".CEA"
"""By which Koha knows a file that is to be read as an order response."""
PATIENCE = timedelta(days=7)
NOT_READ = "Koha did not cancel order {numbers} within {days} days; is its EDI cron running?"


@dataclass(frozen=True, slots=True)
class Cancellations:
    """Those of one library."""

    drop: DropFolder
    folder: Path
    library: Library

    def finish(self) -> None:
        """Finish what an earlier run was killed in the middle of."""
        finish(self.drop, self._journal)

    def offer(self, cancelled: Sequence[tuple[SystemLine, Sequence[Order]]]) -> None:
        """Offer those that were not offered yet, as one file."""
        known = self._journal.known([line.key for line, _ in cancelled]) if cancelled else frozenset()
        fresh = [(line, orders) for line, orders in cancelled if line.key not in known]
        for line, orders in cancelled:
            self._remember(line, orders)
        if not fresh:
            return
        lines = [as_cancelled(line, order) for line, orders in fresh for order in orders]
        numbered = list(enumerate(lines, start=1))
        response = order_response.write(numbered, institution=self.library.institution, zone=self.library.time_zone)
        name = f"{self.library.institution}-{hashlib.sha256(response.content).hexdigest()[:16]}"
        offer(self.drop, self._journal, name, {f"{name}{SUFFIX}": response.content}, [line.key for line, _ in fresh])
        self._journal.forget_old()

    def answers(self, api: Api) -> Iterator[Acknowledgement]:
        """What became of those that were offered, as far as it is known."""
        for file in self._remembered():
            found = json.loads(file.read_text(encoding="utf-8"))
            orders = [api.order(number) for number in found["orders"]]
            if all(order is None or order.get("status") == "cancelled" for order in orders):
                yield Acknowledgement(found["key"], True)
            elif clock.now().date() - date.fromisoformat(found["on"]) > PATIENCE:
                numbers = ", ".join(map(str, found["orders"]))
                yield Acknowledgement(
                    found["key"], False, say(NOT_READ, self.library.language, numbers=numbers, days=PATIENCE.days)
                )

    def forget(self, key: str) -> None:
        """Ask no more after one."""
        with suppress(FileNotFoundError):
            self._file(key).unlink()

    def _remember(self, line: SystemLine, orders: Sequence[Order]) -> None:
        file = self._file(line.key)
        numbers = [order["order_id"] for order in orders]
        content = json.dumps({"key": line.key, "orders": numbers, "on": f"{clock.now().date()}"})
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            if not file.exists():
                write_synced(file, content.encode())
        except OSError as error:
            raise FolderUnavailable(folder=file.parent, reason=reason_of(error)) from error

    def _remembered(self) -> list[Path]:
        place = self._file("").parent
        return sorted(place.iterdir()) if place.is_dir() else []

    def _file(self, key: str) -> Path:
        place = self.folder / self.library.institution / "asked after"
        return place / hashlib.sha256(key.encode()).hexdigest()[:20]

    @property
    def _journal(self) -> Journal:
        return Journal(self.folder / self.library.institution)
