"""Our own SOAP 1.1 and 1.2 for Spyne: they read as a stream and write what `answers` and `faults` made.

Of Spyne's own protocols the parsing (the whole body in memory, no protection), the validation and the writing of
faults (outside `detail`) are replaced; dispatch stays.
"""

from http import HTTPStatus
from typing import Any

from gateway.soap import faults, types
from gateway.soap.compat import Fault, Soap11, Soap12
from gateway.soap.contract import NAMESPACE
from gateway.soap.faults import WireFault
from gateway.soap.versions import SOAP11, SOAP12
from gateway.soap.visit import Visit

VISIT = "gateway.soap.visit"


class Refused(Fault):
    """Carries one of our faults through Spyne."""

    def __init__(self, fault: WireFault) -> None:
        self.wire_fault = fault
        super().__init__("Client", fault.code)


def visit_of(ctx: Any) -> Visit:
    """The request that Spyne is working on."""
    visit: Visit = ctx.transport.req_env[VISIT]
    return visit


class _ContractFirst:
    """What both versions share."""

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """Read the request; `charset` was checked by the visit."""
        try:
            ctx.in_document = visit_of(ctx).read()
        except Exception as error:
            raise Refused(faults.describe(error)) from error

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """The envelope was checked while reading; what is left is the operation."""
        ctx.in_body_doc = ctx.in_document
        ctx.method_request_string = ctx.in_document.tag

    def serialize(self, ctx: Any, message: Any) -> None:
        """Put the answer in the envelope, byte for byte as it was made."""
        visit = visit_of(ctx)
        if ctx.out_error is not None:
            visit.fault = _wire_fault(ctx.out_error)
            ctx.transport.resp_headers.update(visit.fault.headers())
            ctx.out_document = faults.render(visit.fault, visit.version)
            return
        name = ctx.descriptor.out_message.get_type_name()
        ctx.out_document = (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<soap:Envelope xmlns:soap="{visit.version.namespace}"><soap:Body>'
            f'<{name} xmlns="{NAMESPACE}">'
        ).encode()
        ctx.out_document += b"".join(ctx.out_object) + f"</{name}></soap:Body></soap:Envelope>".encode()

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:
        """It is bytes already."""
        ctx.out_string = [ctx.out_document]

    def fault_to_http_response_code(self, fault: Fault) -> str:
        """The status line's end, from our table."""
        version = SOAP12 if isinstance(self, Soap12) else SOAP11
        status = HTTPStatus(_wire_fault(fault).status(version))
        return f"{status.value} {status.phrase}"


class ContractSoap11(_ContractFirst, Soap11):
    """SOAP 1.1 as the contract says."""

    def __init__(self) -> None:
        super().__init__()
        _hand_on(self)


class ContractSoap12(_ContractFirst, Soap12):
    """SOAP 1.2 as the contract says."""

    def __init__(self) -> None:
        super().__init__()
        _hand_on(self)


def _hand_on(protocol: Any) -> None:
    for each in types.READ_ON_THE_WAY:
        protocol.deserialization_handlers[each] = lambda ctx, cls, element: element


def _wire_fault(error: Fault) -> WireFault:
    """Ours, or `internal` for one that Spyne made by itself."""
    return error.wire_fault if isinstance(error, Refused) else faults.describe(error)
