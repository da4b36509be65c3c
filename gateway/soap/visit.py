"""One request on its way through the door: who asks, what was read, and what must be undone when it fails."""

import hashlib
from collections.abc import Iterator

from lxml import etree

from gateway.accounts.model import SupplierAccount
from gateway.errors import RejectedInput
from gateway.log import logger
from gateway.orders.model import WireRow
from gateway.soap import contract, security
from gateway.soap.contract import NAMESPACE
from gateway.soap.delivery import Delivery
from gateway.soap.desk import Desk, Limits
from gateway.soap.faults import WireFault
from gateway.soap.flaws import Flaws
from gateway.soap.fronts import Caller, fingerprint
from gateway.soap.reading import Reader
from gateway.soap.refusals import ActionDiffers, BadCredential, NoCredential, UnknownCertificate
from gateway.soap.versions import Version

STEP = 1024
"""Bytes given to the parser at once while it is not known who asks."""


class Visit:
    """Keeps `Visitor`. Nothing of a message is kept unless the service called `delivery.accept`."""

    def __init__(self, desk: Desk, limits: Limits, version: Version, caller: Caller) -> None:
        self.desk = desk
        self.version = version
        self.fault: WireFault | None = None
        self._limits = limits
        self._caller = caller
        self._account: SupplierAccount | None = None
        self._chunks: Iterator[bytes] = iter(())
        self._charset: str | None = None
        self._action = ""
        self._digest = hashlib.sha256()
        self._before: list[bytes] = []
        self._delivery: Delivery | None = None

    def identify(self, authorization: str | None) -> None:
        """Find out who asks from HTTP and TLS, before anything of the body is read."""
        self._account = security.basic(authorization, self._caller, self.desk)
        self._also(security.certificate(self._caller, self.desk))

    def _also(self, found: SupplierAccount | None) -> None:
        """Take one more credential; several must be of one account."""
        if found and self._account and found != self._account:
            raise BadCredential(problem="it is of another account than the other credential of this request")
        self._account = found or self._account

    def bring(self, chunks: Iterator[bytes], *, charset: str | None, action: str) -> None:
        """Take what is to be read, with what HTTP says of it."""
        self._chunks, self._charset, self._action = chunks, charset, action

    @property
    def account(self) -> SupplierAccount:
        """Who asks."""
        if self._account is None:
            raise self._nobody()
        return self._account

    def _nobody(self) -> RejectedInput:
        given = self._caller.certificate
        return UnknownCertificate(fingerprint=fingerprint(given)) if given else NoCredential()

    @property
    def delivery(self) -> Delivery:
        """The message being pushed; only in a submitMutations."""
        assert self._delivery is not None
        return self._delivery

    def read(self) -> etree._Element:
        """Read the whole request; the element of its operation."""
        return Reader(self, self.version, self._limits).read(self._carefully(), self._charset)

    def _carefully(self) -> Iterator[bytes]:
        """What is to be read, in small steps while nobody knows who asks: then little but the Header is parsed."""
        for chunk in self._chunks:
            start = 0
            while self._account is None and start < len(chunk):
                yield chunk[start : start + STEP]
                start += STEP
            if start < len(chunk):
                yield chunk[start:]

    def received(self, chunk: bytes) -> None:
        """Count the bytes for the digest, and keep them as they came once it is known for what."""
        self._digest.update(chunk)
        if self._delivery:
            self._delivery.raw(chunk)
        else:
            self._before.append(chunk)

    def soap_header(self, element: etree._Element) -> None:
        """Find out who asks, when HTTP did not tell."""
        security.check_understood(element, self.version)
        security.check_fresh(element)
        self._also(security.username_token(element, self._caller, self.desk))

    def body(self) -> None:
        """No account, no access."""
        if self._account is None:
            raise self._nobody()

    def operation(self, name: str) -> None:
        """Begin a delivery, when mutations come."""
        if self._action not in ("", f"{NAMESPACE}/{name}"):
            raise ActionDiffers(action=self._action[:200], operation=name)
        if name == "submitMutations":
            self._delivery = Delivery(self.desk.begin(self.account, self._caller.address), self._limits)
            for chunk in self._before:
                self._delivery.raw(chunk)
        self._before = []

    def message_header(self, element: etree._Element) -> None:
        """Pass it on."""
        self.delivery.header(element)

    def mutations(self, elements: list[etree._Element]) -> None:
        """Pass them on."""
        self.delivery.mutations(elements)

    def plain(self, rows: list[WireRow], lines: list[int]) -> None:
        """Pass them on."""
        self.delivery.plain(rows, lines)

    def finished(self, operation: etree._Element) -> None:
        """Check what was not checked on the way."""
        if self._delivery:
            self._delivery.finish(operation)
            return
        schema = contract.schema()
        if not schema.validate(operation):
            flaws = Flaws()
            flaws.find(schema.error_log)
            raise flaws.refusal_of_question()

    def close(self) -> None:
        """Forget what was not accepted, and note a refusal; never raises."""
        if self._delivery:
            try:
                self._delivery.discard()
            except Exception as error:
                logger.error("soap.discard_failed", exc_info=error)
        # What cannot store a message cannot store its refusal either; it is in the log, and waiting once is enough.
        if self.fault and self.fault.code != "busy":
            self._note(self.fault)

    def _note(self, fault: WireFault) -> None:
        account = self._account
        try:
            self.desk.note_refusal(
                account=account,
                tried=fault.tried,
                address=self._caller.address,
                digest=self._whole_digest() if account else None,
                code=fault.code,
                reason=fault.reason,
                sentence=fault.message,
                number=fault.number or None,
            )
        except Exception as error:
            logger.error("soap.refusal_not_noted", code=fault.code, exc_info=error)

    def _whole_digest(self) -> str | None:
        """SHA-256 of the message as received, also of what was not looked at any more; none when it cannot be read."""
        try:
            for chunk in self._chunks:
                self._digest.update(chunk)
        except Exception:
            return None
        return self._digest.hexdigest()
