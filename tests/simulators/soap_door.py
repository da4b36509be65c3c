"""A small real HTTP server where the gateway's SOAP door would be: checks requests by the contract, answers as told.

It stands in for the gateway where a test needs an answer that the gateway gives rarely: busy, a fault with a
place, a page of a proxy, silence.
"""

import base64
import socket
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

import schemas

CONTRACT = "urn:bestelsync:orders:1"
SOAP_11 = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = "http://www.w3.org/2003/05/soap-envelope"


@dataclass(frozen=True)
class Answer:
    """One scripted answer; without a body the door answers as an accepting gateway."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    seconds: threading.Event | None = None
    drops: bool = False
    """Takes the request, and closes the connection instead of answering."""


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    headers: dict[str, str]
    content: bytes

    @property
    def envelope(self) -> etree._Element:
        return etree.fromstring(self.content)

    @property
    def request(self) -> etree._Element:
        return self.envelope.find("{*}Body/*")


class SoapDoor:
    """What was asked, and the answers that are still to be given."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.answers: deque[Answer] = deque()
        self.address = ""

    def answer(self, asked: Asked) -> Answer:
        scripted = self.answers.popleft() if self.answers else Answer()
        if scripted.seconds:
            scripted.seconds.wait(30)
        if scripted.body or scripted.drops or scripted.status != 200:
            return scripted
        namespace = etree.QName(asked.envelope).namespace
        return Answer(body=envelope(namespace, _accepting(asked.request)))


def envelope(namespace: str, body: str) -> str:
    return f'<s:Envelope xmlns:s="{namespace}"><s:Body>{body}</s:Body></s:Envelope>'


def fault(code: str, message: str, rest: str = "", namespace: str = SOAP_11) -> str:
    """A fault of the gateway, with its typed detail."""
    detail = f'<fault xmlns="{CONTRACT}"><code>{code}</code><message>{message}</message>{rest}</fault>'
    if namespace == SOAP_11:
        told = f"<s:Fault><faultcode>s:Client</faultcode><faultstring>{message}</faultstring>"
        return envelope(namespace, f"{told}<detail>{detail}</detail></s:Fault>")
    told = f'<s:Code><s:Value>s:Sender</s:Value></s:Code><s:Reason><s:Text xml:lang="en">{message}</s:Text></s:Reason>'
    return envelope(namespace, f"<s:Fault>{told}<s:Detail>{detail}</s:Detail></s:Fault>")


def _accepting(request: etree._Element) -> str:
    schemas.validator("orders/v1/orders.xsd").assertValid(request)
    operation = etree.QName(request).localname
    inner = _ANSWERS[operation](request)
    return f'<{operation}Response xmlns="{CONTRACT}">{inner}</{operation}Response>'


def _receipt(request: etree._Element) -> str:
    said = {each: request.findtext(f"{{*}}header/{{*}}{each}") for each in ("messageId", "test")}
    count = len(request.findall("{*}mutations/{*}mutation"))
    plan = "<plan><line><mutationId>m-1</mutationId><outcome>WAITING</outcome><code>unknown-order</code>"
    plan += "<sentence>Its order is not known yet.</sentence></line><truncated>false</truncated></plan>"
    return (
        f"<receipt><receiptId>R-1</receiptId><messageId>{said['messageId']}</messageId>"
        f"<receivedAt>2026-03-11T02:00:00Z</receivedAt><mutationCount>{count}</mutationCount>"
        f"<newCount>{count}</newCount><knownCount>0</knownCount><test>{said['test'] or 'false'}</test>"
        f"<unknownBudgetCode>JEUGD-OUD</unknownBudgetCode>{plan if said['test'] == 'true' else ''}</receipt>"
    )


def _codes(_request: etree._Element) -> str:
    codes = (("JEUGD", "false"), ("OUD", "true"), ("FICTIE", "false"))
    listed = "".join(
        f"<budgetCode><code>{code}</code><description>{code}</description><blocked>{blocked}</blocked></budgetCode>"
        for code, blocked in codes
    )
    return f"<budgetCodes><version>1</version>{listed}</budgetCodes>"


def _status(request: etree._Element) -> str:
    return (
        f"<status><messageId>{request.findtext('{*}messageId')}</messageId><state>PROCESSED</state>"
        "<mutationCount>2</mutationCount><newCount>2</newCount><knownCount>0</knownCount>"
        '<outcomes><count outcome="APPLIED">1</count><count outcome="WAITING">1</count></outcomes>'
        "<report>INA-I202-000002-260311-0200-1.txt</report>"
        "<mutation><mutationId>m-2</mutationId><outcome>WAITING</outcome><code>unknown-order</code>"
        "<sentence>Its order is not known yet.</sentence></mutation><truncated>false</truncated></status>"
    )


def _report(request: etree._Element) -> str:
    form = request.findtext("{*}format") or ""
    content = base64.b64encode(f"A report in {form}".encode()).decode()
    name = f"../INA-I202-000002-260311-0200-1.{form.lower()}"
    return f"<report><fileName>{name}</fileName><mediaType>text/plain</mediaType><content>{content}</content></report>"


def _pong(_request: etree._Element) -> str:
    return (
        "<productVersion>9.9</productVersion><serverTime>2026-03-11T02:00:00Z</serverTime>"
        "<contractVersion>1.0</contractVersion>"
    )


_ANSWERS = {
    "submitMutations": _receipt,
    "getBudgetCodes": _codes,
    "getProcessingStatus": _status,
    "getProcessingReport": _report,
    "ping": _pong,
}


@contextmanager
def soap_door() -> Iterator[SoapDoor]:
    """Open the door on a free port of the loopback."""
    door = SoapDoor()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            asked = Asked({name.lower(): value for name, value in self.headers.items()}, content)
            door.asked.append(asked)
            given = door.answer(asked)
            if given.drops:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = given.body.encode()
            self.send_response(given.status)
            for name, value in {"Content-Type": "text/xml; charset=utf-8", **given.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    door.address = f"http://127.0.0.1:{server.server_port}/soap/orders"
    try:
        yield door
    finally:
        server.shutdown()
        serving.join()
        server.server_close()
