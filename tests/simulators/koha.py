"""A Koha with the traps of the real one: its orders over HTTP, and an EDI cron that reads order responses.

It knows no idempotency key, answers a bare 500 for a fund, basket or currency that it does not know, gives pages of 20
unless asked for all, reads EDI as ISO 8859-1, loses the last line of a message without UNS or CNT, cancels the whole
order on LIN action 2 and does nothing but note a report on any other. Source: `schemas/vendor/koha.toml`.
`python -m tests.simulators.koha FOLDER --port 8092` runs it.
"""

import argparse
import base64
import json
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from tests.simulators.vsmart import read_segments

FIELDS = {
    "biblio_id": int, "entry_date": str, "quantity": int, "currency": str, "list_price": (int, float),
    "rrp": (int, float), "ecost": (int, float), "internal_note": str, "vendor_note": str, "basket_id": int,
    "discount_rate": (int, float), "fund_id": int, "status": str, "estimated_delivery_date": str,
}  # fmt: skip
"""Fields of an order that can be given, with their JSON types; any other is refused."""
KINDS = {
    "BESTELD": "ORDERED", "GEWIJZIGD": "CHANGED", "UITGESTELD": "DELAYED", "AFGEMELD": "CANCELLED",
    "OP TRANSPORT": "SHIPPED",
}  # fmt: skip


class Behaviour(StrEnum):
    """What becomes of the next call that writes."""

    NORMAL = "normal"
    FAIL = "fail"  # a bare 500, and it depends on `work_done_on_failure` whether it was done
    BUSY = "busy"  # 503, nothing done
    SLOW = "slow"  # done, answered within the time limit
    LOSE = "lose"  # done, the socket closed without an answer
    DROP = "drop"  # not done, the socket closed without an answer
    NONSENSE = "nonsense"  # done, answered with a web page


@dataclass
class KohaSimulator:
    """One Koha; change its fields to change what it does."""

    folder: Path
    """The download directory of the vendor's EDI account."""
    user: str = "bestelsync"
    password: str = "geheim"
    baskets: set[int] = field(default_factory=lambda: {7})
    funds: dict[int, tuple[str, int]] = field(
        default_factory=lambda: {1: ("JF01", 1), 2: ("V02", 1), 3: ("BUDGET7", 1)}
    )
    """Fund codes with the budget that each is in, by number."""
    currencies: tuple[str, ...] = ("EUR", "NOK")
    behaviour: Behaviour = Behaviour.NORMAL
    once: deque[Behaviour] = field(default_factory=deque)
    all_nonsense: bool = False
    refused: dict[str, str] = field(default_factory=dict)
    """Texts in a note for which a call that writes is refused, with the reason."""
    work_done_on_failure: bool = False
    slow_seconds: float = 0.2
    orders: dict[int, dict[str, Any]] = field(default_factory=dict)
    records: dict[int, bytes] = field(default_factory=dict)
    taken: list[bytes] = field(default_factory=list)
    """Bodies and files, as they came."""
    file_names: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._stop_waiting = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def address(self) -> str:
        """What the installer writes in the settings."""
        return f"http://127.0.0.1:{self._port}/api/v1"

    @property
    def copies(self) -> Counter[str]:
        """Copies told per order line and kind, doubles counted twice: `L1 ORDERED`."""
        counted: Counter[str] = Counter()
        for line, kind, copies in self.told():
            counted[f"{line} {kind}"] += copies
        return counted

    def told(self) -> Iterator[tuple[str, str, int]]:
        """Line, kind and copies, from the notes for staff of every order."""
        for order in self.orders.values():
            for note in (order.get("internal_note") or "").splitlines():
                words, _, rest = note.partition("; ")
                kind, copies = words.rsplit(" ", 1)
                yield re.search(r"bestelregel: ([^;]*)", rest)[1], KINDS[kind], int(copies)

    def up(self, port: int = 0) -> None:
        """Start listening, on the port it had before."""
        self._stop_waiting.clear()
        handler = type("Handler", (_Handler,), {"koha": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", port or self._port), handler)
        self._server.daemon_threads = True
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Stop listening: connections are refused from now on."""
        self._stop_waiting.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    @contextmanager
    def running(self) -> Iterator["KohaSimulator"]:
        """Up for the length of a block."""
        self.up()
        try:
            yield self
        finally:
            self.down()

    def next_behaviour(self) -> Behaviour:
        """What this writing call meets."""
        with self._lock:
            return self.once.popleft() if self.once else self.behaviour

    def wait(self, seconds: float) -> None:
        """Let the caller wait, until the simulator goes down."""
        self._stop_waiting.wait(seconds)

    def listed(self, path: str, query: dict[str, list[str]]) -> list[dict[str, Any]]:
        """What a GET of a list gives: a page of it."""
        found: list[dict[str, Any]]
        if path.endswith("/orders"):
            found = [{"order_id": number, **order} for number, order in self.orders.items()]
        else:
            found = [{"fund_id": n, "code": code, "budget_id": budget} for n, (code, budget) in self.funds.items()]
        for name, wanted in json.loads(query.get("q", ["{}"])[0]).items():
            found = [each for each in found if _fits(each.get(name), wanted)]
        size = int(query.get("_per_page", ["20"])[0])
        return found if size == -1 else found[:size]

    def write(self, number: int | None, values: dict[str, Any]) -> tuple[int, Any]:
        """Add or change an order."""
        wrong = [name for name, value in values.items() if not isinstance(value, FIELDS.get(name, ()))]
        if wrong:
            errors = [
                {"message": "Properties not allowed or of a wrong type.", "path": f"/body/{each}"} for each in wrong
            ]
            return 400, {"errors": errors, "status": 400}
        why = next((why for text, why in self.refused.items() if text in values.get("internal_note", "")), "")
        if why:
            return 400, {"error": why}
        with self._lock:
            if number is not None and number not in self.orders:
                return 404, {"error": "Order not found"}
            order = {"status": "new"} | self.orders.get(number or 0, {}) | values
            known = (
                order.get("basket_id") in self.baskets and order.get("fund_id") in self.funds
                and order.get("biblio_id") in self.records and order.get("quantity")
                and order.get("currency", "EUR") in self.currencies
            )  # fmt: skip
            if not known:
                return 500, {"error": "Something went wrong, check Koha logs for details.", "error_code": "internal"}
            written = number or len(self.orders) + 1
            self.orders[written] = order
            return (200 if number else 201), {"order_id": written, **order}

    def add_record(self, content: bytes) -> tuple[int, Any]:
        """Add a title's record, unless one with its ISBN, or its title and author, is there."""
        key = _known_by(content)
        with self._lock:
            for number, each in self.records.items():
                if _known_by(each) == key:
                    return 400, {"error": f"Duplicate biblio {number}"}
            number = len(self.records) + 101
            self.records[number] = content
            return 200, {"id": number}

    def run_edi_cron(self) -> int:
        """Read the order responses that lie there, once each; how many."""
        files = sorted(self.folder.glob("*.CEA"))
        for file in files:
            content = file.read_bytes()
            file.rename(file.with_suffix(".EEA"))
            if file.name not in self.file_names:
                self.file_names.append(file.name)
                self.taken.append(content)
                self._read(content)
        return len(files)

    def _read(self, content: bytes) -> None:
        assert content.startswith(b"UNA:+.? '"), "not the usual service string"
        line: dict[str, str] = {}
        for segment in read_segments(content):
            tag = segment[0][0]
            if tag in ("LIN", "UNS", "CNT"):
                self._respond(line)
            if tag in ("LIN", "UNS", "CNT", "UNT"):
                line = {}
            if tag == "LIN":
                line = {"action": segment[2][0]}
            elif tag == "RFF" and segment[1][0] == "LI" and line:
                line["order"] = segment[1][1]
            elif tag == "FTX" and segment[1][0] == "LIN" and line and segment[3][0]:
                line["reason"] = segment[3][0]

    def _respond(self, line: dict[str, str]) -> None:
        order = self.orders.get(int(line.get("order", "0")))
        if order and line["action"] == "2":
            order |= {"status": "cancelled", "cancellation_reason": line.get("reason")}
        elif order:
            order["suppliers_report"] = line.get("reason")


def _fits(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        pattern = re.escape(wanted["-like"]).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, str(value or ""), re.S | re.I) is not None
    return bool(value == wanted)


def _known_by(record: bytes) -> str:
    fields = {each.get("tag"): each.findtext("{*}subfield") for each in etree.fromstring(record).iter("{*}datafield")}
    return fields.get("020") or f"{fields['245']} / {fields.get('100')}"


class _Handler(BaseHTTPRequestHandler):
    koha: KohaSimulator

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if not self._is_let_in():
            return
        number = re.fullmatch(r"/api/v1/acquisitions/orders/(\d+)", address.path)
        if number:
            order = self.koha.orders.get(int(number[1]))
            self._answer(200, {"order_id": int(number[1]), **order}) if order else self._answer(
                404, {"error": "Order not found"}
            )
        elif address.path in ("/api/v1/acquisitions/orders", "/api/v1/acquisitions/funds"):
            self._answer(200, self.koha.listed(address.path, parse_qs(address.query)))
        else:
            self._answer(404, {"error": "Not found."})

    def do_POST(self) -> None:
        self._write(
            {"/api/v1/acquisitions/orders": self._add_order, "/api/v1/biblios": self.koha.add_record}, self.path
        )

    def do_PUT(self) -> None:
        number = re.fullmatch(r"/api/v1/acquisitions/orders/(\d+)", self.path)
        self._write(
            {self.path: lambda body: self.koha.write(int(number[1]), json.loads(body))} if number else {}, self.path
        )

    def _add_order(self, body: bytes) -> tuple[int, Any]:
        return self.koha.write(None, json.loads(body))

    def _write(self, doors: dict[str, Any], path: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if not self._is_let_in():
            return
        if path not in doors:
            self._answer(404, {"error": "Not found."})
            return
        behaviour = self.koha.next_behaviour()
        if behaviour is Behaviour.BUSY:
            self._answer(503, {"error": "Under maintenance"})
            return
        does = behaviour is not Behaviour.DROP and (behaviour is not Behaviour.FAIL or self.koha.work_done_on_failure)
        status, content = (
            doors[path](body) if does else (500, {"error": "Something went wrong, check Koha logs for details."})
        )
        if status in (200, 201):
            self.koha.taken.append(body)
        if behaviour is Behaviour.SLOW:
            self.koha.wait(self.koha.slow_seconds)
        if behaviour in (Behaviour.LOSE, Behaviour.DROP):
            self.close_connection = True
        elif behaviour is Behaviour.NONSENSE:
            self._send(200, "text/html", b"<html><body>Welkom bij de bibliotheek</body></html>")
        else:
            self._answer(500 if behaviour is Behaviour.FAIL else status, content)

    def _is_let_in(self) -> bool:
        if self.koha.all_nonsense:
            self._send(200, "text/html", b"<html><body>Onderhoud</body></html>")
            return False
        good = base64.b64encode(f"{self.koha.user}:{self.koha.password}".encode()).decode()
        if self.headers.get("Authorization") == f"Basic {good}":
            return True
        self._answer(401, {"error": "Invalid password"})
        return False

    def _answer(self, status: int, content: Any) -> None:
        self._send(status, "application/json", json.dumps(content).encode())

    def _send(self, status: int, media_type: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: what happened is in the simulator's fields."""


def main() -> None:
    """Run until Ctrl-C, telling what comes in."""
    options = argparse.ArgumentParser(description="A simulated Koha.")
    options.add_argument("folder", type=Path, help="download directory of its EDI account")
    options.add_argument("--port", type=int, default=8092)
    given = options.parse_args()
    given.folder.mkdir(parents=True, exist_ok=True)
    koha = KohaSimulator(given.folder)
    koha.up(given.port)
    print(f"Simulated Koha at {koha.address}; user {koha.user}, password {koha.password}, basket_id 7", flush=True)
    print(f"It has the funds {', '.join(code for code, _ in koha.funds.values())} and reads {given.folder}", flush=True)
    told = 0
    try:
        while True:
            time.sleep(0.2)
            koha.run_edi_cron()
            lines = list(koha.told())
            for line, kind, copies in lines[told:]:
                print(f"{kind} {line}: {copies}", flush=True)
            told = len(lines)
    except KeyboardInterrupt:
        koha.down()


if __name__ == "__main__":
    main()
