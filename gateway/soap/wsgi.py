"""The guard around Spyne: decides what is HTTP that we serve, and answers everything else by itself."""

from collections.abc import Callable, Iterable
from email.message import Message
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

from gateway.errors import RejectedInput
from gateway.soap import body, contract, faults, service
from gateway.soap.compat import WsgiApplication
from gateway.soap.desk import Desk, Limits
from gateway.soap.fronts import Fronts
from gateway.soap.protocol import VISIT
from gateway.soap.refusals import WrongContentType, WrongMethod
from gateway.soap.versions import SOAP11, SOAP12, VERSIONS, Version
from gateway.soap.visit import Visit

PATH = "/soap/orders"

_LONGEST_CONTENT_TYPE = 1_000
"""Taking it apart takes the square of its length."""

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
Answer = tuple[int, list[tuple[str, str]], bytes]


def application(
    desk: Desk, public_address: str, *, limits: Limits | None = None, fronts: Fronts | None = None
) -> Callable[[Environ, StartResponse], Iterable[bytes]]:
    """The supplier's door as a WSGI application, to be mounted at `/soap/orders`.

    Args:
        public_address: where the gateway is reached from outside, without the path: `https://gateway.example`. It
            stands in the WSDL, whatever Host a request names.
        fronts: whose word is taken for where a request comes from, whether over TLS, and with which certificate.
    """
    return _Door(desk, public_address.rstrip("/") + PATH, limits or Limits(), fronts or Fronts())


class _Door:
    def __init__(self, desk: Desk, address: str, limits: Limits, fronts: Fronts) -> None:
        self._desk = desk
        self._address = address
        self._limits = limits
        self._fronts = fronts
        self._services = {name: WsgiApplication(each) for name, each in service.applications().items()}

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        status, headers, content = self._answer(environ)
        headers = [pair for pair in headers if pair[0].lower() != "content-length"]
        headers += [("Content-Length", str(len(content))), ("Cache-Control", "no-store")]
        start_response(f"{status} {HTTPStatus(status).phrase}", headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [content]

    def _answer(self, environ: Environ) -> Answer:
        method = environ["REQUEST_METHOD"].upper()
        if method == "POST":
            return self._post(environ)
        if method == "OPTIONS":
            return 204, [("Allow", "GET, HEAD, OPTIONS, POST")], b""
        found = self._document(environ.get("QUERY_STRING", "")) if method in ("GET", "HEAD") else None
        if found is None:
            return faults.refusal(faults.describe(WrongMethod(method=method[:20])), SOAP11)
        media_type, content, more = found
        return 200, [("Content-Type", media_type), *more], content

    def _document(self, query: str) -> tuple[str, bytes, list[tuple[str, str]]] | None:
        """The document that a GET asks for, with its media type; none when it asks for none of them."""
        asked = [(name.lower(), value) for name, value in parse_qsl(query, keep_blank_values=True)]
        if len(asked) == 1 and asked[0][0] == "wsdl":
            return "text/xml; charset=utf-8", contract.wsdl(self._address), []
        if asked in ([("xsd", "orders.xsd")], [("xsd", "")]):
            return "text/xml; charset=utf-8", contract.xsd(), []
        if asked == [("zip", "")]:
            name = ("Content-Disposition", 'attachment; filename="orders-v1.zip"')
            return "application/zip", contract.bundle(self._address), [name]
        return None

    def _post(self, environ: Environ) -> Answer:
        content_type = _content_type(environ)
        version = next((each for each in VERSIONS if each.media_type == content_type.get_content_type()), None)
        visit = Visit(self._desk, self._limits, version or SOAP11, self._fronts.caller(environ))
        try:
            if len(environ.get("CONTENT_TYPE", "")) > _LONGEST_CONTENT_TYPE:
                raise WrongContentType(found=environ["CONTENT_TYPE"][:80])
            visit.identify(environ.get("HTTP_AUTHORIZATION"))
            if version is None:
                visit.version = _version_inside(environ)
                raise WrongContentType(found=environ.get("CONTENT_TYPE", "")[:80])
            action = str(content_type.get_param("action", "")) if version is SOAP12 else _soap_action(environ)
            pieces = body.pieces(environ, self._limits.message_bytes)
            visit.bring(pieces, charset=content_type.get_content_charset(), action=action)
            return self._serve(visit, environ)
        except Exception as error:
            visit.fault = faults.describe(error)
            return faults.refusal(visit.fault, visit.version)
        finally:
            visit.close()

    def _serve(self, visit: Visit, environ: Environ) -> Answer:
        """Let Spyne work, and collect what it answers: an error after its first byte must not tear the answer."""
        started: list[tuple[str, list[tuple[str, str]]]] = []
        inside = {**environ, VISIT: visit}
        serve = self._services[visit.version.name]
        content = b"".join(serve(inside, lambda status, headers, *_: started.append((status, headers))))
        status, headers = started[-1]
        return int(status.split()[0]), headers, content


def _content_type(environ: Environ) -> Message:
    """Content-Type with its parameters; empty when there is none."""
    header = Message()
    header["Content-Type"] = environ.get("CONTENT_TYPE", "")[:_LONGEST_CONTENT_TYPE] or "none/none"
    return header


def _soap_action(environ: Environ) -> str:
    """SOAPAction without its quotes; empty when it is absent, which leaves the choice to the Body."""
    action: str = environ.get("HTTP_SOAPACTION", "").strip()
    return action[1:-1] if len(action) > 1 and action[0] == action[-1] == '"' else action


def _version_inside(environ: Environ) -> Version:
    """The version of SOAP that the request seems to be in when its Content-Type does not say."""
    try:
        start = next(body.pieces(environ, body.PIECE), b"")
    except RejectedInput:
        return SOAP11
    return SOAP12 if SOAP12.namespace.encode() in start else SOAP11
