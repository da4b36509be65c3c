"""What can go wrong when we call a SOAP service, in our words."""

from dataclasses import dataclass, field

from gateway.errors import ConfigurationError, Place, RejectedInput, SystemRefused, SystemUnavailable


@dataclass(frozen=True, slots=True)
class Fault:
    """What a service answered instead of a result; only code and message are always there."""

    code: str
    message: str
    hint: str = ""
    place: Place = field(default_factory=Place)
    number: str | None = None


class ServiceRefused(SystemRefused):
    """The service understood the question and said no; `fault` says why and where."""

    code = "service-refused"
    message = "{sentence}"
    hint = "{remedy}"

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(sentence=fault.message, remedy=fault.hint)


class ServiceBusy(SystemUnavailable):
    """The service could not take it now and asks to come back later."""

    code = "service-busy"
    message = "{address} is busy: {sentence}"
    hint = "Send the same message again later, with the same messageId: a message that was kept gets its first answer."

    def __init__(self, fault: Fault, address: str, retry_after_seconds: float | None) -> None:
        self.fault = fault
        self.retry_after_seconds = retry_after_seconds
        super().__init__(address=address, sentence=fault.message)


class ServiceUnreachable(SystemUnavailable):
    """No connection, or it broke before the answer."""

    code = "service-unreachable"
    message = "No answer from {address}: {reason}."
    hint = "Is the address right and the service running? Sending the same message again does no harm."

    def __init__(self, retry_after_seconds: float | None = None, **facts: object) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__(**facts)


class ServiceTooSlow(SystemUnavailable):
    """The answer did not come in time; whether the message was kept is not known."""

    code = "service-too-slow"
    message = "{address} did not answer in time."
    hint = "It may have been taken in. Send the same message again: a message that was kept gets its first answer."


class NotSoap(ConfigurationError):
    """Something answered that is not this service."""

    code = "not-soap"
    message = "{address} answered HTTP {status} with {content} instead of a SOAP message."
    hint = "Check the address: it ends in /soap/orders. A proxy or login page in between also answers like this."


class AddressMoved(ConfigurationError):
    """The service sends us elsewhere; a message is never sent on unasked."""

    code = "address-moved"
    message = "{address} points to {location}."
    hint = "Use that address if you trust it."


class UntrustedCertificate(ConfigurationError):
    """TLS failed."""

    code = "untrusted-certificate"
    message = "The certificate of {address} is not trusted: {reason}."
    hint = "Let its owner mend it, or name the authority's certificate in REQUESTS_CA_BUNDLE."


class BadAddress(ConfigurationError):
    """Not an address that can be called."""

    code = "bad-address"
    message = "{address} is not an address that can be called."
    hint = "Give the whole address: https://…/soap/orders"


class UnusableContract(ConfigurationError):
    """The WSDL cannot be read, or lacks what was asked of it."""

    code = "unusable-contract"
    message = "The WSDL at {wsdl} cannot be used: {reason}."
    hint = "Fetch it in a browser; a service that runs shows its contract at …/soap/orders?wsdl"


class OutsideContract(RejectedInput):
    """A value that the WSDL has no place for."""

    code = "outside-contract"
    message = "This does not fit the contract: {reason}."
    hint = "Compare it with the XSD: `gateway wsdl --to FOLDER` writes it."
