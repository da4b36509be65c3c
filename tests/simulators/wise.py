"""A Wise that behaves as its manual says: staff login, WISE_KEY, a token for the day, the order upload.

It keeps every file it took and, as the real one by all that is public, has no idea of a file that comes twice:
what was delivered twice is on order twice. What its manual does not say (fields of the login, bodies of answers)
is as the adapter assumes it. `python -m tests.simulators.wise --port 8091` runs it for demonstrations.
"""

import argparse
import hashlib
import hmac
import json
import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from lxml import etree


class Behaviour(StrEnum):
    """What becomes of the next upload."""

    NORMAL = "normal"
    REFUSE = "refuse"  # 400 with a text, nothing kept
    FAIL = "fail"  # 500, and it depends on `work_done_on_failure` whether it was kept
    BUSY = "busy"  # 503, nothing kept
    FORBID = "forbid"  # 403, nothing kept
    SLOW = "slow"  # keeps it, answers within the time limit
    LATE = "late"  # keeps it, answers when nobody listens any more
    LOSE = "lose"  # keeps it, closes the socket without an answer
    NONSENSE = "nonsense"  # keeps it, answers with a web page


@dataclass
class OrderRow:
    """One order row as it was taken."""

    order: str
    row: str
    message_type: str
    status: str
    branch: str
    amount: int
    supplier: str
    institution: str
    elements: dict[str, str]
    items: tuple[str, ...]


@dataclass
class WiseSimulator:
    """One Wise; change its fields to change what it does."""

    user: str = "leverancier"
    password: str = "geheim"
    application_name: str = "Orders-Test"
    api_id: str = "test-id"
    api_key: str = "test-key"
    behaviour: Behaviour = Behaviour.NORMAL
    once: deque[Behaviour] = field(default_factory=deque)
    """What the next uploads meet, one each, before `behaviour` holds again."""
    refused_rows: dict[str, str] = field(default_factory=dict)
    """Order rows (by their id) for which any file that holds them is refused, with this text."""
    refusal: str = "Unknown branch"
    work_done_on_failure: bool = False
    slow_seconds: float = 0.2
    login_status: int = 200
    uploads: list[bytes] = field(default_factory=list)
    """The files taken, as they came."""
    rows: list[OrderRow] = field(default_factory=list)
    products: dict[str, dict[str, str]] = field(default_factory=dict)
    logins: int = 0
    upload_calls: int = 0

    def __post_init__(self) -> None:
        self._tokens: set[str] = set()
        self._lock = threading.Lock()
        self._stop_waiting = threading.Event()
        self._server: ThreadingHTTPServer | None = None
        self._port = 0

    @property
    def address(self) -> str:
        """What the installer writes in the settings."""
        return f"http://127.0.0.1:{self._port}/restapi"

    @property
    def copies(self) -> Counter[str]:
        """Copies taken per order row and message type, doubles counted twice: `row ORDER`."""
        counted: Counter[str] = Counter()
        for row in self.rows:
            counted[f"{row.row} {row.message_type}"] += row.amount
        return counted

    def up(self, port: int = 0, host: str = "127.0.0.1") -> None:
        """Start listening, on the port it had before."""
        self._stop_waiting.clear()
        handler = type("Handler", (_Handler,), {"wise": self})
        self._server = _Server((host, port or self._port), handler)
        self._port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def down(self) -> None:
        """Stop listening: connections are refused from now on."""
        self._stop_waiting.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def expire_tokens(self) -> None:
        """As midnight does: every token handed out is worth nothing."""
        with self._lock:
            self._tokens.clear()

    @contextmanager
    def running(self) -> Iterator["WiseSimulator"]:
        """Up for the length of a block."""
        self.up()
        try:
            yield self
        finally:
            self.down()

    def key_is_good(self, given: str) -> bool:
        """Whether this is the WISE_KEY of today (UTC)."""
        day = int(time.time() // 86_400)
        digest = hmac.new(self.api_key.encode(), f"{day}{self.application_name}".encode(), hashlib.sha256)
        return hmac.compare_digest(given, f"{self.api_id}:{digest.hexdigest()}")

    def log_in(self, asked: dict[str, Any]) -> tuple[int, Any]:
        """Answer a login."""
        with self._lock:
            self.logins += 1
            if self.login_status != 200:
                return self.login_status, {"message": "No login now"}
            if (asked.get("username"), asked.get("password")) != (self.user, self.password):
                return 401, {"message": "Unknown user or wrong password"}
            token = f"token-{self.logins}"
            self._tokens.add(token)
            return 200, {"token": token}

    def knows(self, token: str) -> bool:
        """Whether a token is of today."""
        with self._lock:
            return token in self._tokens

    def next_behaviour(self) -> Behaviour:
        """What this upload meets."""
        with self._lock:
            self.upload_calls += 1
            return self.once.popleft() if self.once else self.behaviour

    def refusal_of(self, content: bytes) -> str:
        """Why a file is refused; empty when it is not."""
        try:
            root = etree.fromstring(content)
        except etree.XMLSyntaxError as error:
            return f"The file cannot be read: {error}"
        if root.tag != "wise-orders":
            return "The file is not an order file"
        for row in root.iterfind("orders/order/orderrows/orderrow"):
            text = self.refused_rows.get(row.findtext("orderrow_id", ""))
            if text:
                return text
        return ""

    def take(self, content: bytes) -> None:
        """Do the work of one file; without orders there is nothing to keep."""
        root = etree.fromstring(content)
        rows = [row for order in root.iterfind("orders/order") for row in _rows(order)]
        with self._lock:
            if rows:
                self.uploads.append(content)
            self.rows += rows
            for product in root.iterfind("products/product"):
                self.products[product.findtext("product_id", "")] = {each.tag: each.text or "" for each in product}

    def wait(self, seconds: float) -> None:
        """Let the caller wait, until the simulator goes down."""
        self._stop_waiting.wait(seconds)


def _rows(order: Any) -> Iterator[OrderRow]:
    head = {each.tag: each.text or "" for each in order if each.tag != "orderrows"}
    for row in order.iterfind("orderrows/orderrow"):
        elements = {each.tag: each.text or "" for each in row if each.tag != "items"}
        yield OrderRow(
            order=head["referenceno"],
            row=elements["orderrow_id"],
            message_type=head["message_type"],
            status=elements["status"],
            branch=elements["relation_code"],
            amount=int(elements["amount"]),
            supplier=head["supplier_code"],
            institution=head["relation_code"],
            elements=head | elements,
            items=tuple(row.xpath("items/item/item_id/text()")),
        )


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what LATE is about; no traceback on stderr."""


class _Handler(BaseHTTPRequestHandler):
    wise: WiseSimulator
    timeout = 30

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.wise.key_is_good(self.headers.get("WISE_KEY", "")):
            return self._answer(401, {"message": "WISE_KEY is not valid"})
        # The manual names `/login` and `/order` below the same root, and shows `/restapi/order`.
        if self.path in ("/restapi/login", "/login"):
            return self._answer(*self.wise.log_in(json.loads(body or b"{}")))
        if self.path != "/restapi/order":
            return self._answer(404, {"message": "No such endpoint"})
        if not self.wise.knows(self.headers.get("Authorization", "")):
            return self._answer(401, {"message": "Token is not valid"})
        return self._upload(_form_field(body, self.headers.get("Content-Type", ""), "orderFile"))

    def _upload(self, content: bytes | None) -> None:
        wise, behaviour = self.wise, self.wise.next_behaviour()
        refusals = {
            Behaviour.BUSY: (503, {"message": "Busy"}),
            Behaviour.FORBID: (403, {"message": "Not allowed to deliver orders"}),
            Behaviour.REFUSE: (400, {"message": wise.refusal}),
        }
        if behaviour in refusals:
            return self._answer(*refusals[behaviour])
        text = wise.refusal_of(content) if content is not None else "No orderFile in the form"
        if text:
            return self._answer(400, {"message": text})
        if behaviour is not Behaviour.FAIL or wise.work_done_on_failure:
            wise.take(content or b"")
        return self._answer_as(behaviour)

    def _answer_as(self, behaviour: Behaviour) -> None:
        if behaviour is Behaviour.LOSE:
            self.close_connection = True
            return
        if behaviour is Behaviour.NONSENSE:
            self._send(200, "text/html", b"<html><body>Welkom bij de bibliotheek</body></html>")
            return
        if behaviour in (Behaviour.SLOW, Behaviour.LATE):
            self.wise.wait(self.wise.slow_seconds if behaviour is Behaviour.SLOW else 60)
        status = 500 if behaviour is Behaviour.FAIL else 200
        self._answer(status, {"message": "Internal error" if status == 500 else "OK"})

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


def _form_field(body: bytes, content_type: str, name: str) -> bytes | None:
    """The content of one field of a multipart form."""
    _, _, boundary = content_type.partition("boundary=")
    for part in body.split(b"--" + boundary.strip('"').encode()):
        head, found, content = part.partition(b"\r\n\r\n")
        if found and f'name="{name}"'.encode() in head:
            return content[:-2]
    return None


def main() -> None:
    """Run until Ctrl-C, telling what comes in."""
    options = argparse.ArgumentParser(description="A simulated Wise, for demonstrations.")
    options.add_argument("--port", type=int, default=8091)
    options.add_argument("--behaviour", type=Behaviour, choices=list(Behaviour), default=Behaviour.NORMAL)
    given = options.parse_args()
    wise = WiseSimulator(behaviour=given.behaviour)
    wise.up(given.port)
    print(f"Simulated Wise at {wise.address}; user {wise.user}, password {wise.password},", flush=True)
    print(f"application {wise.application_name}, API id {wise.api_id}, API key {wise.api_key}", flush=True)
    told = 0
    try:
        while True:
            time.sleep(0.2)
            for row in wise.rows[told:]:
                print(f"{row.message_type} {row.order} {row.row}: {row.amount} for branch {row.branch}", flush=True)
                told += 1
    except KeyboardInterrupt:
        wise.down()


if __name__ == "__main__":
    main()
