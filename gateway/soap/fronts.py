"""From where a request comes, as seen through trusted fronts: address, TLS, client certificate.

What a front says is believed when the connection comes from an address that the settings name. The same headers from
anyone else are lies or accidents: they are not believed, and only show that the request is no local one.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import unquote

from gateway.soap.refusals import BadCredential

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")
_WITH_PORT = re.compile(r"\[([^\]]+)\](?::\d+)?|([0-9.]+):\d+")
_NO_CERTIFICATE = "what the front passes on is not one certificate"

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from; `secure` when nobody on the way can read it.

    `certificate` is what the front passed on of the certificate with which the caller opened TLS: nothing when there
    was none. Only its holder can have opened TLS with it, whoever signed it.
    """

    address: str
    secure: bool
    certificate: str = ""


class Fronts:
    """The fronts that are believed.

    Args:
        addresses: of the fronts, or their networks.
        certificate_header: in which they pass on the client's certificate; empty when they do not.
    """

    def __init__(self, addresses: Sequence[str] = (), certificate_header: str = "") -> None:
        self._networks = tuple(ip_network(each, strict=False) for each in addresses)
        self._certificate = f"HTTP_{certificate_header.upper().replace('-', '_')}" if certificate_header else ""

    def caller(self, environ: Mapping[str, Any]) -> Caller:
        """Find out where a request comes from."""
        peer = environ.get("REMOTE_ADDR", "")
        forwarded = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
        proto = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
        if self._is_one(_address(peer)):
            secure = proto == "https"
            given = environ.get(self._certificate, "").strip() if self._certificate and secure else ""
            return Caller(self._behind(peer, forwarded), secure, given)
        local = _is_loopback(_address(peer)) and not forwarded and not proto
        return Caller(peer, local or environ.get("wsgi.url_scheme") == "https")

    def _behind(self, peer: str, forwarded: Sequence[str]) -> str:
        """The address nearest to us that is no front: what stands left of it may be made up by the client."""
        for each in reversed(forwarded):
            found = _address(each)
            if found is None:
                return peer
            if not self._is_one(found):
                return str(found)
        return peer

    def _is_one(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def fingerprint(given: str) -> str:
    """The SHA-256 fingerprint of a certificate, from whichever way a front writes it.

    Args:
        given: the fingerprint itself in hexadecimal; or the certificate as percent-encoded PEM (nginx), as base64 of
            its DER (HAProxy, Caddy), or between colons (RFC 9440).

    Raises:
        BadCredential: it is none of these, or there are several.
    """
    plain = given.replace(":", "").lower()
    if _FINGERPRINT.fullmatch(plain):
        return plain
    decoded = unquote(given) if "%" in given else given
    pem = _PEM.fullmatch(decoded)
    text = "".join(pem[1].split()) if pem else decoded.strip(":")
    try:
        certificate = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCredential(problem=_NO_CERTIFICATE) from error
    # In DER a certificate begins with a mark and its own length in two bytes.
    whole = len(certificate) > 4 and len(certificate) == 4 + int.from_bytes(certificate[2:4], "big")
    if not whole or not certificate.startswith(b"\x30\x82"):
        raise BadCredential(problem=_NO_CERTIFICATE)
    return sha256(certificate).hexdigest()


def _address(text: str) -> Address | None:
    """An address as servers and fronts write it: perhaps in brackets, with a port, a zone, or IPv4 inside IPv6."""
    match = _WITH_PORT.fullmatch(text)
    try:
        found = ip_address(((match[1] or match[2]) if match else text).partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def _is_loopback(address: Address | None) -> bool:
    return address is not None and address.is_loopback
