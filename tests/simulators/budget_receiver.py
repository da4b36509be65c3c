"""A supplier's own address for budget codes: a real HTTP server that keeps what it is told, by the contract."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

import schemas

NS = "urn:bestelsync:budgets:1"
_ENVELOPE = '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>{}</s:Body></s:Envelope>'


@dataclass
class BudgetReceiver:
    """What it was told, newest last; `fault` makes it refuse, `holds` makes it answer another version."""

    address: str = ""
    account: tuple[str, str] | None = None
    lists: list[etree._Element] = field(default_factory=list)
    fault: str = ""
    holds: str = ""

    def answer(self, content: bytes, authorization: str | None) -> tuple[int, str]:
        if self.account and authorization != _basic(*self.account):
            return 401, "<html>Log in</html>"
        told = etree.fromstring(content).find("{*}Body/*")
        schemas.validator("budgets/v1/budgets.xsd").assertValid(told)
        if self.fault:
            inner = f"<s:Fault><faultcode>s:Server</faultcode><faultstring>{self.fault}</faultstring></s:Fault>"
            return 500, _ENVELOPE.format(inner)
        self.lists.append(told)
        version = self.holds or told.findtext(f"{{{NS}}}version")
        answer = f'<announceBudgetCodesResponse xmlns="{NS}"><version>{version}</version></announceBudgetCodesResponse>'
        return 200, _ENVELOPE.format(answer)

    def codes(self) -> list[tuple[str | None, ...]]:
        """The newest list: code, description, year, first and last day, blocked."""
        names = ("code", "description", "year", "validFrom", "validUntil", "blocked")
        found = self.lists[-1].findall(f"{{{NS}}}budgetCode")
        return [tuple(each.findtext(f"{{{NS}}}{name}") for name in names) for each in found]


def _basic(account: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{account}:{password}'.encode()).decode()}"


@contextmanager
def budget_receiver() -> Iterator[BudgetReceiver]:
    """Listen on a free port of the loopback."""
    receiver = BudgetReceiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            status, body = receiver.answer(content, self.headers["Authorization"])
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if status == 401 else "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(body.encode())))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    receiver.address = f"http://127.0.0.1:{server.server_port}/soap/budgets"
    try:
        yield receiver
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
