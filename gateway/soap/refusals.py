"""What the door itself refuses, before or beside the order room."""

from typing import ClassVar

from gateway.errors import Place, RejectedInput


class NotXml(RejectedInput):
    """The body is not well-formed XML, or breaks off."""

    message = "The request is not well-formed XML: {problem}."
    hint = "Check that the whole message is sent, in the encoding that it declares; UTF-8 is the safe choice."


class BrokenHttp(RejectedInput):
    """The request breaks the rules of HTTP itself; source: RFC 9112, which wants status 400 for it."""

    status: ClassVar[int | None] = 400
    message = "The request is broken as HTTP: {problem}."
    hint = (
        "Send one right Content-Length, or Transfer-Encoding: chunked, and not both; an HTTP library does so by itself."
    )


class EmptyBody(RejectedInput):
    """Nothing was sent."""

    message = "The request has no content."
    hint = "POST a SOAP envelope, with Content-Length or chunked."


class BadPacking(RejectedInput):
    """The gzip stream is broken."""

    message = "The request says Content-Encoding: gzip, but it cannot be unpacked: {problem}."
    hint = "Send one complete gzip stream, or leave out Content-Encoding."


class DoctypeRefused(RejectedInput):
    """A DOCTYPE could make the parser read or grow; no SOAP message has one."""

    message = "The request has a DOCTYPE, which SOAP does not allow."
    hint = "Leave it out, and write characters instead of entities."


class EncodingsDiffer(RejectedInput):
    """What is said of the encoding is not what the message is in."""

    message = "{who} says {named}, but the XML is in {found}."
    hint = "Let all say the same; UTF-8 is the safe choice."


class NotAnEnvelope(RejectedInput):
    """It is XML, but no SOAP."""

    message = "The request is XML, but not a SOAP message: {problem}."
    hint = "Send one soap:Envelope with at most one soap:Header and then one soap:Body that holds one operation."


class BreaksContract(RejectedInput):
    """The message is not as the XSD says."""

    message = "{sentence}"
    hint = "Nothing of the message was kept: mend it and send it again, under the same messageId if you like."


class QuestionBreaksContract(BreaksContract):
    """A request that only asks is not as the XSD says."""

    hint = "Mend the request and send it again."


class NotCanonical(RejectedInput):
    """What is of another namespace cannot be compared with what is sent again, as its canonical form is not defined."""

    message = "The element {element} has no canonical form."
    hint = "Let the name of each namespace in it be absolute, such as urn:example:orders or https://example.org/orders."


class Unsupported(RejectedInput):
    """Something of HTTP or SOAP that is not offered here."""

    code = "unsupported"
    soap_code: ClassVar[str | None] = None
    status: ClassVar[int | None] = None


class EncodingNotOffered(Unsupported):
    """An encoding that no supplier needs."""

    message = "The encoding {name} is not offered."
    hint = "Send UTF-8; UTF-16, ISO-8859-1, ISO-8859-15 and windows-1252 are taken too."


class UnknownOperation(Unsupported):
    """The Body holds something that is not an operation."""

    message = "There is no operation {found}."
    hint = "The operations of namespace urn:bestelsync:orders:1 are {operations}."


class ActionDiffers(Unsupported):
    """SOAPAction names another operation than the Body holds."""

    message = "SOAPAction says {action!r}, but the Body holds {operation}."
    hint = 'Send SOAPAction "urn:bestelsync:orders:1/{operation}", or an empty one.'


class WrongContentType(Unsupported):
    """Neither of the media types of SOAP."""

    message = "Content-Type {found!r} is not one of SOAP."
    hint = "Send text/xml for SOAP 1.1 or application/soap+xml for SOAP 1.2, without attachments."


class WrongContentEncoding(Unsupported):
    """Packed in a way that we do not unpack."""

    message = "Content-Encoding {found!r} is not offered."
    hint = "Send the message as it is, or packed with gzip."


class BrokenTransfer(Unsupported):
    """A Transfer-Encoding that we do not undo; source: RFC 9112, which wants status 501 for it."""

    status = 501
    message = "The Transfer-Encoding of the request is not offered."
    hint = "Send the message with a Content-Length, or with Transfer-Encoding: chunked."


class WrongMethod(Unsupported):
    """Not a POST."""

    status = 405
    message = "This address takes SOAP messages by POST, not {method}."
    hint = "GET the address followed by ?wsdl, ?xsd=orders.xsd or ?zip for the contract."


class WrongVersion(Unsupported):
    """The envelope is not of the version that the Content-Type announces."""

    soap_code = "VersionMismatch"
    message = "Content-Type announces SOAP {announced}, but the Envelope is of namespace {found}."
    hint = "text/xml goes with SOAP 1.1 ({soap11}), application/soap+xml with SOAP 1.2 ({soap12})."


class NotUnderstood(Unsupported):
    """A header block must be understood, and is not."""

    soap_code = "MustUnderstand"
    message = "The header block {block} has mustUnderstand, but is not understood here."
    hint = "Leave the block out, or its mustUnderstand; only a WS-Security UsernameToken is understood."


_WAYS = "HTTP Basic, a WS-Security UsernameToken or a client certificate"


class NoCredential(RejectedInput):
    """Nobody in particular asks."""

    code = "authentication"
    message = "The request carries no credential."
    hint = f"Send {_WAYS}, with the account you were given."


class UnknownCertificate(RejectedInput):
    """Only a certificate tells who asks, and it tells nothing here."""

    code = "authentication"
    message = "The client certificate is not bound to an account here; its SHA-256 fingerprint is {fingerprint}."
    hint = "Whoever manages the gateway can bind it; or send the account and secret you were given as well."


class BadCredential(RejectedInput):
    """A credential that cannot be read, or that contradicts another one."""

    code = "authentication"
    message = "The credential cannot be used: {problem}."
    hint = f"Send {_WAYS}, with the account you were given."


class NotSecret(RejectedInput):
    """A password in the open."""

    code = "authentication"
    message = "{what} is taken over TLS only, and this request came without."
    hint = "Use the https address. The secret has now been seen on the way: ask for a new one."


class TooLarge(RejectedInput):
    """Above a limit."""

    code = "too-large"
    message = "{what} is larger than this gateway takes: more than {limit}."
    hint = "Divide the mutations over several messages, each with its own messageId and control totals."


class HeadTooLarge(TooLarge):
    """The lines before the content go on for ever."""

    status: ClassVar[int | None] = 431
    message = "The headers of HTTP are larger than this gateway takes."
    hint = "Send fewer or shorter headers; those of SOAP belong inside the envelope."


class TooSlow(TooLarge):
    """Takes too long to read."""

    message = "Reading the message took longer than {limit} seconds."


def not_xml(problem: str, line: int | None) -> NotXml:
    """The refusal of something that the parser stumbles over."""
    return NotXml(problem=problem, place=Place(line=line))
