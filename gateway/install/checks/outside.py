"""Does the gateway answer where suppliers look for it, and do the library systems answer the gateway?"""

import errno
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import HTTPError, URLError
from urllib.request import ProxyHandler, Request, build_opener

from lxml import etree

from gateway import clock
from gateway.config import LibrarySettings, Settings
from gateway.errors import GatewayError
from gateway.install.checks.finding import Check, Finding, Patient, doubtful, good, wrong
from gateway.orders.system import NotArranged

SOAP_PATH = "/soap/orders"
NAMESPACE = "urn:bestelsync:orders:1"
PATIENCE_SECONDS = 10
CLOCK_TOLERANCE = timedelta(seconds=60)
MOST_BYTES = 2_000_000
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  (asked, not listened on)


class Unreachable(GatewayError):
    """An address does not answer as it should."""

    code = "unreachable"
    message = "{address} {reason}."
    hint = "{remedy}"


@dataclass(frozen=True, slots=True)
class Wsdl:
    """What an address gave: the addresses in our contract, or none when it was something else; and its clock."""

    addresses: tuple[str, ...]
    at: datetime | None


def fetch(address: str) -> Wsdl:
    """Fetch the WSDL as a supplier would; never through a proxy, as this is our own machine's address.

    Raises:
        Unreachable: with the reason and the remedy.
    """
    url = f"{address}{SOAP_PATH}?wsdl"
    request = Request(url, headers={"Accept": "text/xml"})  # noqa: S310  (settings allow http and https only)
    try:
        with build_opener(ProxyHandler({})).open(request, timeout=PATIENCE_SECONDS) as answer:
            body, date = answer.read(MOST_BYTES), answer.headers.get("Date")
    except HTTPError as error:
        reason = f"answers with HTTP status {error.code}"
        remedy = f"Let the front pass {SOAP_PATH} on to the gateway, path unchanged."
        raise Unreachable(address=url, reason=reason, remedy=remedy) from error
    except (URLError, OSError) as error:
        reason, remedy = _why(error.reason if isinstance(error, URLError) else error)
        raise Unreachable(address=url, reason=reason, remedy=remedy) from error
    return Wsdl(_addresses(body), parsedate_to_datetime(date) if date else None)


def _why(reason: object) -> tuple[str, str]:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return f"has a certificate that is not trusted: {reason.verify_message}", "Renew or complete the certificate."
    if isinstance(reason, ssl.SSLError):
        return "does not speak TLS", "Use http:// in `public_address`, or put the TLS front in place."
    if isinstance(reason, ConnectionRefusedError):
        return "refuses the connection", "Start the gateway (`gateway serve`, or its service) and the front."
    if isinstance(reason, socket.gaierror):
        return "has a name that is not known", "Put the name in DNS, or mend `public_address`."
    if isinstance(reason, TimeoutError):
        return f"did not answer in {PATIENCE_SECONDS} seconds", "Look at the firewall and whether the gateway hangs."
    return f"cannot be reached: {reason}", "Look at the network, the front and `public_address`."


def _addresses(body: bytes) -> tuple[str, ...]:
    """The addresses in our contract; nothing when it is not our contract."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError:
        return ()
    if root.get("targetNamespace") != NAMESPACE:
        return ()
    return tuple(each.get("location", "") for each in root.iter("{*}address"))


def public_address(patient: Patient) -> Iterator[Finding]:
    """The WSDL at the public address is ours and names that address; the clocks agree."""
    address = patient.settings.public_address.rstrip("/")
    wsdl = fetch(address)
    if not wsdl.addresses:
        yield wrong(
            "public address",
            f"What answers at {address}{SOAP_PATH}?wsdl is not our contract.",
            "Look where the front sends it, and whether another program has this address.",
        )
        return
    others = [each for each in wsdl.addresses if each != f"{address}{SOAP_PATH}"]
    if others:
        yield wrong(
            "public address",
            f"The contract fetched there sends suppliers to {others[0]}.",
            "Restart the gateway: it runs with other settings than this file.",
        )
    else:
        yield good("public address", f"{address}{SOAP_PATH}?wsdl gives our contract")
    yield from _clock(wsdl.at)


def _clock(there: datetime | None) -> Iterator[Finding]:
    if there is None:
        yield doubtful("clock", "The public address does not tell the time.", "Compare the clock by hand: `date -u`.")
        return
    apart = abs(clock.now() - there)
    if apart > CLOCK_TOLERANCE:
        yield wrong(
            "clock",
            f"This machine and the public address differ by {int(apart.total_seconds())} seconds.",
            "Let both keep time by themselves: `timedatectl set-ntp true`.",
        )
    else:
        yield good("clock", "the same as at the public address")


def port(patient: Patient) -> Iterator[Finding]:
    """Where the server listens is free, or the gateway itself answers there."""
    listen, host, number = patient.settings.listen, patient.settings.host, patient.settings.port
    if not _answers(_ANYWHERE.get(host, host), number):
        yield _bindable(listen, host, number)
    elif is_running(patient.settings):
        yield good("port", f"the gateway answers on {listen}")
    else:
        yield wrong(
            "port",
            f"Another program answers on {listen}.",
            f"Stop it (`ss -ltnp 'sport = :{number}'` names it), or choose another `listen`.",
        )


def is_running(settings: Settings) -> bool:
    """Whether a gateway answers where these settings let it listen."""
    asked = _ANYWHERE.get(settings.host, settings.host)
    try:
        return bool(fetch(f"http://{f'[{asked}]' if ':' in asked else asked}:{settings.port}").addresses)
    except Unreachable:
        return False


def _answers(host: str, number: int) -> bool:
    try:
        socket.create_connection((host, number), timeout=2).close()
    except OSError:
        return False
    return True


def _bindable(listen: str, host: str, number: int) -> Finding:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((host, number))
        except OSError as error:
            sentence = f"{listen} cannot be listened on: {error.strerror}."
            if error.errno == errno.EACCES:
                remedy = "Start the gateway with its service unit, which allows it, or choose a port above 1023."
                return doubtful("port", sentence, remedy)
            return wrong("port", sentence, "Use an address of this machine for `listen`, such as 127.0.0.1:8080.")
    return doubtful("port", f"Nothing answers on {listen}.", "Start the gateway: `gateway serve`, or its service.")


def library_check(library: LibrarySettings) -> Check:
    """The check of one library's system."""

    def check(patient: Patient) -> Iterator[Finding]:
        connect = patient.fittings.library_system
        if connect is None:
            return
        subject = f"library {library.institution}"
        try:
            connect(patient.settings, library).check()
        except NotArranged as error:
            # Nothing is broken and nothing is lost; but what waits there will not go by itself.
            yield doubtful(subject, str(error), error.advice)
        else:
            yield good(subject, f"{library.system} can be reached and written to")

    return check
