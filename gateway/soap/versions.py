"""The two versions of SOAP, and what differs between them on the wire."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Version:
    """One version of SOAP."""

    name: str
    namespace: str
    media_type: str
    next_actor: str
    """The role that every receiver plays."""

    def tag(self, name: str) -> str:
        """The name of an element of the envelope, as lxml writes it."""
        return f"{{{self.namespace}}}{name}"


SOAP11 = Version(
    name="1.1",
    namespace="http://schemas.xmlsoap.org/soap/envelope/",
    media_type="text/xml",
    next_actor="http://schemas.xmlsoap.org/soap/actor/next",
)
SOAP12 = Version(
    name="1.2",
    namespace="http://www.w3.org/2003/05/soap-envelope",
    media_type="application/soap+xml",
    next_actor="http://www.w3.org/2003/05/soap-envelope/role/next",
)
VERSIONS = (SOAP11, SOAP12)
ULTIMATE_RECEIVER = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver"
