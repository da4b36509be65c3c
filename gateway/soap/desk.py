"""What the supplier's door needs from the rest of the gateway, and the limits it keeps."""

from collections.abc import Callable
from dataclasses import dataclass

from gateway.accounts.digest import Token
from gateway.accounts.model import SupplierAccount
from gateway.orders.intake import Intake
from gateway.orders.model import BudgetCodeList, MessageStatus
from gateway.reports.model import ReportFile


@dataclass(frozen=True, slots=True)
class Desk:
    """The rooms behind the door. Each call may raise RejectedInput (the supplier must act) or Busy."""

    authenticate: Callable[[str, str, str], SupplierAccount]
    """From user name, secret and address; raises RejectedInput with code `authentication`, as do the next two."""
    by_digest: Callable[[Token, str], SupplierAccount]
    """From a UsernameToken with a digest, and address."""
    by_certificate: Callable[[str, str], SupplierAccount | None]
    """From the SHA-256 fingerprint of a client certificate, and address; none when it is bound to no account."""
    begin: Callable[[SupplierAccount, str], Intake]
    """From account and address."""
    status: Callable[[SupplierAccount, str], MessageStatus]
    """From account and messageId."""
    report: Callable[[SupplierAccount, str, str], ReportFile]
    """From account, messageId and format (`TXT`, `CSV`, …)."""
    budget_codes: Callable[[SupplierAccount, str, int | None], BudgetCodeList]
    """From account, institution and budget year."""
    note_refusal: Callable[..., None]
    """Keep that a refused request came.

    Called with the keywords account, tried, address, digest, code, reason, sentence, number. `tried` is the account
    that somebody did not prove to be, when it exists; `reason` is the error's name.
    """
    version: str
    """Of the product."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may ask of us; sizes after unpacking."""

    message_bytes: int = 200_000_000
    mutations: int = 200_000
    element_bytes: int = 4_000_000
    """How much may arrive without a mutation coming to its end."""
    tags: int = 150_000
    """How many may come without a mutation coming to its end; one with 9,999 full copies has 120,000."""
    attributes: int = 20_000
    """The same of attributes, which the contract does not know; counted are signs of equality."""
    prologue_bytes: int = 256_000
    """How much may come before the Body."""
    seconds: int = 600
