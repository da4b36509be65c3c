"""Who asks, and from where: HTTP Basic, WS-Security UsernameToken with a text password, trusted fronts."""

import base64
import binascii
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from lxml import etree

from gateway import clock
from gateway.accounts.model import SupplierAccount
from gateway.soap.desk import Desk
from gateway.soap.reading import local_name
from gateway.soap.refusals import BadCredential, NotSecret, NotUnderstood
from gateway.soap.versions import SOAP11, ULTIMATE_RECEIVER, Version

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{_WSS}wssecurity-utility-1.0.xsd}}"
_TEXT = f"{_WSS}username-token-profile-1.0#PasswordText"
_UNDERSTOOD = frozenset({f"{WSSE}UsernameToken", f"{WSU}Timestamp"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from; `secure` when nobody on the way can read it."""

    address: str
    secure: bool


def caller(environ: Mapping[str, Any], trusted_fronts: Sequence[str]) -> Caller:
    """Find out where a request comes from.

    Args:
        trusted_fronts: addresses or networks of the TLS fronts whose X-Forwarded-For and -Proto are believed.
            Forwarding headers from anyone else are not believed; they only show that it is no local request.
    """
    peer = environ.get("REMOTE_ADDR", "")
    forwarded = [each.strip() for each in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if each.strip()]
    proto = environ.get("HTTP_X_FORWARDED_PROTO", "").rpartition(",")[2].strip().lower()
    if _is_among(peer, trusted_fronts):
        address = next((each for each in reversed(forwarded) if not _is_among(each, trusted_fronts)), peer)
        return Caller(address, proto == "https")
    local = _is_loopback(peer) and not forwarded and not proto
    return Caller(peer, local or environ.get("wsgi.url_scheme") == "https")


def basic(authorization: str | None, asker: Caller, desk: Desk) -> SupplierAccount | None:
    """The account of an Authorization header; none when there is no such header."""
    if not authorization:
        return None
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        raise BadCredential(problem="the Authorization header is not of the scheme Basic")
    try:
        decoded = base64.b64decode(encoded.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCredential(problem="the Authorization header is not valid base64") from error
    try:
        user, colon, secret = decoded.decode("utf-8").partition(":")
    except UnicodeDecodeError as error:
        raise BadCredential(problem="the Authorization header does not hold UTF-8") from error
    if not colon:
        raise BadCredential(problem="the Authorization header holds no colon between user name and password")
    return desk.authenticate(user, secret, asker.address)


def username_token(header: etree._Element, asker: Caller, desk: Desk) -> SupplierAccount | None:
    """The account of the UsernameToken in a SOAP Header; none when there is none.

    The password crosses the network as it is, so over TLS or from this machine only.
    """
    tokens = header.findall(f"{WSSE}Security/{WSSE}UsernameToken")
    if not tokens:
        return None
    if len(tokens) > 1:
        raise BadCredential(problem="there is more than one UsernameToken")
    if not asker.secure:
        raise NotSecret()
    user = tokens[0].findtext(f"{WSSE}Username")
    password = tokens[0].find(f"{WSSE}Password")
    if not user or password is None:
        raise BadCredential(problem="the UsernameToken has no Username or no Password")
    if password.get("Type", _TEXT) != _TEXT:
        raise BadCredential(problem="the Password of the UsernameToken is not of type PasswordText")
    return desk.authenticate(user.strip(), password.text or "", asker.address)


def check_understood(header: etree._Element, version: Version) -> None:
    """Refuse a header block that is meant for us, must be understood and is not."""
    for block in header.iterchildren(etree.Element):
        demanded = (block.get(version.tag("mustUnderstand")) or "").strip() in ("1", "true")
        role = (block.get(version.tag("actor" if version is SOAP11 else "role")) or "").strip()
        if not demanded or role not in ("", version.next_actor, ULTIMATE_RECEIVER):
            continue
        if block.tag != f"{WSSE}Security" or any(child.tag not in _UNDERSTOOD for child in block):
            raise NotUnderstood(block=local_name(block))


def check_fresh(header: etree._Element) -> None:
    """Refuse a message whose WS-Security Timestamp has expired."""
    for expires in header.iterfind(f"{WSSE}Security/{WSU}Timestamp/{WSU}Expires"):
        try:
            moment = datetime.fromisoformat((expires.text or "").strip())
        except ValueError as error:
            raise BadCredential(problem="Expires in its Timestamp is no date and time") from error
        if (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < clock.now():
            raise BadCredential(problem="its Timestamp has expired; check your clock")


def _is_among(address: str, networks: Sequence[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
        return any(found in ipaddress.ip_network(each, strict=False) for each in networks)
    except ValueError:
        return False


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
