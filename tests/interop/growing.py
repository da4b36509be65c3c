"""A gateway of later: a front that puts elements of another namespace at every extension point of the answers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests
from lxml import etree

from gateway.soap import contract
from gateway.soap.versions import VERSIONS

_XS = "{http://www.w3.org/2001/XMLSchema}"
_LATER = "urn:bestelsync:orders:1:later"
_GROWTH = (
    f'<l:carrier xmlns:l="{_LATER}"><l:name>Fietskoerier Zuiderzee €</l:name></l:carrier>',
    f'<l:weight xmlns:l="{_LATER}" unit="kg">1.5</l:weight>',
)
_SECONDS = 60


@dataclass
class Front:
    """Where it listens, and in which versions of SOAP it was asked."""

    address: str = ""
    versions: list[str] = field(default_factory=list)


@contextmanager
def growing(gateway: str) -> Iterator[Front]:
    """Stand before the gateway at this address."""
    front = Front()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = _body(self)
            front.versions += [each.name for each in VERSIONS if each.namespace.encode() in asked]
            headers = {name: self.headers[name] for name in _PASSED_ON if name in self.headers}
            answer = requests.post(gateway, data=asked, headers=headers, timeout=_SECONDS)
            content = grown(answer.content)
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.send_header("Content-Length", str(len(content)))
            if self.close_connection:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    front.address = f"http://127.0.0.1:{server.server_port}/soap/orders"
    try:
        yield front
    finally:
        server.shutdown()
        server.server_close()


_PASSED_ON = ("Content-Type", "Content-Encoding", "SOAPAction", "Authorization")


def grown(answer: bytes) -> bytes:
    """The answer with growth at every extension point; the contract allows it, or this fails."""
    envelope = etree.fromstring(answer)
    schema = etree.fromstring(contract.xsd())
    for element in envelope.iter(*(contract.Q + each.get("name") for each in schema.iterchildren(_XS + "element"))):
        if element.getparent().tag.endswith(("Body", "etail")):
            _grow(element, _declared(schema, schema, etree.QName(element).localname), schema)
            contract.schema().assertValid(element)
    return etree.tostring(envelope, xml_declaration=True, encoding="UTF-8")


def _grow(element: Any, declaration: Any, schema: Any) -> None:
    named = schema.find(f"{_XS}complexType[@name='{declaration.get('type')}']")
    kind = declaration.find(_XS + "complexType") if named is None else named
    sequence = None if kind is None else kind.find(_XS + "sequence")
    if sequence is None:
        return
    for child in element:
        _grow(child, _declared(sequence, schema, etree.QName(child).localname), schema)
    if sequence.find(_XS + "any") is not None:
        element.extend(map(etree.fromstring, _GROWTH))


def _declared(where: Any, schema: Any, name: str) -> Any:
    found = where.find(f"{_XS}element[@name='{name}']")
    assert found is not None, f"{name} is not declared in {schema.get('targetNamespace')} where it stands"
    return found


def _body(request: BaseHTTPRequestHandler) -> bytes:
    if request.headers.get("Transfer-Encoding", "").lower() != "chunked":
        return request.rfile.read(int(request.headers["Content-Length"]))
    pieces = b""
    while size := int(request.rfile.readline().split(b";")[0], 16):
        pieces += request.rfile.read(size)
        request.rfile.readline()
    while request.rfile.readline().strip():
        pass
    return pieces
