"""The five operations: each asks the desk and lets `answers` write what it says."""

from typing import Any

from gateway import clock
from gateway.soap import answers, faults
from gateway.soap.compat import Application, ServiceBase, rpc
from gateway.soap.contract import NAMESPACE
from gateway.soap.desk import Desk, Limits
from gateway.soap.protocol import ContractSoap11, ContractSoap12, Refused, visit_of
from gateway.soap.types import BudgetCodes, Header, Mutations, Receipt, Report, Status, Text

__all__ = ["Desk", "Limits", "OrderMutations", "applications"]


class OrderMutations(ServiceBase):
    """The service of the contract."""

    @classmethod
    def call_wrapper(cls, ctx: Any, args: Any = None) -> Any:
        """Turn every error into a fault of ours before Spyne makes one of its own."""
        try:
            return super().call_wrapper(ctx)
        except Exception as error:
            raise Refused(faults.describe(error)) from error

    @rpc(
        Header,
        Mutations,
        _in_message_name="submitMutations",
        _out_message_name="submitMutationsResponse",
        _returns=Receipt,
        _out_variable_name="receipt",
    )
    def submit_mutations(ctx: Any, header: Any, mutations: Any) -> bytes:  # noqa: N805
        """Keep what was streamed in; the receipt."""
        return visit_of(ctx).delivery.accept(answers.receipt)

    @rpc(
        Text,
        _in_message_name="getProcessingStatus",
        _out_message_name="getProcessingStatusResponse",
        _in_variable_names={"message_id": "messageId"},
        _returns=Status,
        _out_variable_name="status",
    )
    def get_processing_status(ctx: Any, message_id: str) -> bytes:  # noqa: N805
        """Tell what became of a message."""
        visit = visit_of(ctx)
        return answers.status(visit.desk.status(visit.account, _collapsed(message_id)))

    @rpc(
        Text,
        Text,
        _in_message_name="getProcessingReport",
        _out_message_name="getProcessingReportResponse",
        _in_variable_names={"message_id": "messageId"},
        _returns=Report,
        _out_variable_name="report",
    )
    def get_processing_report(ctx: Any, message_id: str, format: str) -> bytes:  # noqa: N805
        """Give the newest report that mentions a message."""
        visit = visit_of(ctx)
        return answers.report(visit.desk.report(visit.account, _collapsed(message_id), _collapsed(format)))

    @rpc(
        Text,
        Text,
        _in_message_name="getBudgetCodes",
        _out_message_name="getBudgetCodesResponse",
        _in_variable_names={"institution": "institutionCode", "year": "budgetYear"},
        _returns=BudgetCodes,
        _out_variable_name="budgetCodes",
    )
    def get_budget_codes(ctx: Any, institution: str, year: str | None) -> bytes:  # noqa: N805
        """Tell a library's codes."""
        visit = visit_of(ctx)
        wanted = int(year) if year else None
        return answers.budget_codes(visit.desk.budget_codes(visit.account, _collapsed(institution), wanted))

    @rpc(
        _in_message_name="ping",
        _out_message_name="pingResponse",
        _returns=[Text, Text, Text],
        _out_variable_names=["productVersion", "serverTime", "contractVersion"],
    )
    def ping(ctx: Any) -> tuple[bytes, bytes, bytes]:  # noqa: N805
        """Tell that we are here."""
        return answers.ping(visit_of(ctx).desk.version, clock.now())


def applications() -> dict[str, Application]:
    """The service in both versions of SOAP, by the name of the version."""
    return {
        "1.1": Application([OrderMutations], NAMESPACE, "OrderMutations", ContractSoap11(), ContractSoap11()),
        "1.2": Application([OrderMutations], NAMESPACE, "OrderMutations", ContractSoap12(), ContractSoap12()),
    }


def _collapsed(text: str) -> str:
    return " ".join(text.split())
