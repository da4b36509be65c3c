"""What the supplier's door needs from the rest of the gateway, and the limits it keeps."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.accounts.model import SupplierAccount
from gateway.orders.intake import Intake
from gateway.orders.model import BudgetCodeList, MessageStatus
from gateway.reports.model import ReportFile


@dataclass(frozen=True, slots=True)
class Desk:
    """The rooms behind the door. Each call may raise RejectedInput (the supplier must act) or Busy."""

    authenticate: Callable[[str, str, str], SupplierAccount]
    """From user name, secret and address; raises RejectedInput with code `authentication`."""
    begin: Callable[[SupplierAccount, str], Intake]
    """From account and address."""
    status: Callable[[SupplierAccount, str], MessageStatus]
    """From account and messageId."""
    report: Callable[[SupplierAccount, str, str], ReportFile]
    """From account, messageId and format (`TXT`, `CSV`, …)."""
    budget_codes: Callable[[SupplierAccount, str, int | None], BudgetCodeList]
    """From account, institution and budget year."""
    note_refusal: Callable[..., None]
    """Keep that a refused request came; called with the keywords account, address, digest, code, sentence, number."""
    version: str
    """Of the product."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask of us; sizes after unpacking."""

    message_bytes: int = 200_000_000
    mutations: int = 200_000
    element_bytes: int = 4_000_000
    """How much may arrive without a mutation coming to its end."""
    prologue_bytes: int = 256_000
    """How much may come before the Body."""
    seconds: int = 600
