"""Who asks: HTTP Basic, WS-Security UsernameToken with a text password or a digest, client certificate."""

import base64
import binascii
from datetime import UTC, datetime

from lxml import etree

from gateway import clock
from gateway.accounts.digest import Token
from gateway.accounts.model import SupplierAccount
from gateway.soap.desk import Desk
from gateway.soap.fronts import Caller, fingerprint
from gateway.soap.reading import local_name
from gateway.soap.refusals import BadCredential, NotSecret, NotUnderstood
from gateway.soap.versions import SOAP11, ULTIMATE_RECEIVER, Version

_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
WSSE = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
WSU = f"{{{_WSS}wssecurity-utility-1.0.xsd}}"
_TEXT = f"{_WSS}username-token-profile-1.0#PasswordText"
_DIGEST = f"{_WSS}username-token-profile-1.0#PasswordDigest"
_BASE64 = f"{_WSS}soap-message-security-1.0#Base64Binary"
_NONCE_BYTES = range(8, 129)
_UNDERSTOOD = frozenset({f"{WSSE}UsernameToken", f"{WSU}Timestamp"})


def basic(authorization: str | None, asker: Caller, desk: Desk) -> SupplierAccount | None:
    """The account of an Authorization header; none when there is no such header.

    The password crosses the network as it is, so over TLS or from this machine only.
    """
    if not authorization:
        return None
    scheme, _, encoded = authorization.strip().partition(" ")
    if scheme.lower() != "basic":
        raise BadCredential(problem="the Authorization header is not of the scheme Basic")
    if not asker.secure:
        raise NotSecret(what="HTTP Basic")
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


def certificate(asker: Caller, desk: Desk) -> SupplierAccount | None:
    """The account of the certificate that a trusted front saw; none when there is none, or it is bound to nobody."""
    return desk.by_certificate(fingerprint(asker.certificate), asker.address) if asker.certificate else None


def username_token(header: etree._Element, asker: Caller, desk: Desk) -> SupplierAccount | None:
    """The account of the UsernameToken in a SOAP Header; none when there is none.

    A text password crosses the network as it is, so over TLS or from this machine only; a digest does not.
    """
    tokens = header.findall(f"{WSSE}Security/{WSSE}UsernameToken")
    if not tokens:
        return None
    if len(tokens) > 1:
        raise BadCredential(problem="there is more than one UsernameToken")
    user = tokens[0].findtext(f"{WSSE}Username")
    password = tokens[0].find(f"{WSSE}Password")
    if not user or password is None:
        raise BadCredential(problem="the UsernameToken has no Username or no Password")
    kind = password.get("Type", _TEXT)
    if kind == _DIGEST:
        return desk.by_digest(_token(tokens[0], user.strip(), password.text or ""), asker.address)
    if kind != _TEXT:
        raise BadCredential(problem="the Password of the UsernameToken is not of type PasswordText or PasswordDigest")
    if not asker.secure:
        raise NotSecret(what="A UsernameToken with a text password")
    return desk.authenticate(user.strip(), password.text or "", asker.address)


def _token(element: etree._Element, user: str, digest: str) -> Token:
    nonces = element.findall(f"{WSSE}Nonce")
    created = element.findtext(f"{WSU}Created")
    if len(nonces) != 1 or not created:
        raise BadCredential(problem="a UsernameToken with a digest needs one Nonce and Created")
    if nonces[0].get("EncodingType", _BASE64) != _BASE64:
        raise BadCredential(problem="the Nonce of the UsernameToken is not of EncodingType Base64Binary")
    try:
        nonce = base64.b64decode("".join((nonces[0].text or "").split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadCredential(problem="the Nonce of the UsernameToken is not valid base64") from error
    if len(nonce) not in _NONCE_BYTES:
        raise BadCredential(problem="the Nonce of the UsernameToken is not of 8 to 128 bytes")
    return Token(user, nonce, created.strip(), digest.strip())


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
