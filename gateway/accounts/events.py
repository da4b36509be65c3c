"""The words of the audit log."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class What(StrEnum):
    """What the audit log tells. The last two are counted by day, all others stand one by one."""

    ACCOUNT_ADDED = "account-added"
    ACCOUNT_BOUND = "account-bound"
    ACCOUNT_DISABLED = "account-disabled"
    ACCOUNT_ENABLED = "account-enabled"
    ACCOUNT_REMOVED = "account-removed"
    SECRET_ADDED = "secret-added"  # noqa: S105
    """A rotation begins."""
    SECRET_RETIRED = "secret-retired"  # noqa: S105
    """A rotation ends."""
    PASSWORD_SET = "password-set"  # noqa: S105
    DIGEST_ON = "digest-on"
    DIGEST_OFF = "digest-off"
    CERTIFICATE_BOUND = "certificate-bound"
    CERTIFICATE_REMOVED = "certificate-removed"
    BUDGET_CODES_CHANGED = "budget-codes-changed"
    """One code or mapping of the library that stands in the place of the account."""
    BUDGET_CODES_ANNOUNCED = "budget-codes-announced"
    """A supplier was told; the detail says which and how."""
    BUDGET_YEAR_CHANGED = "budget-year-changed"
    """Open orders of a library moved to a new budget year."""
    BRANCHES_CHANGED = "branches-changed"
    LINE_CHOSEN = "line-chosen"
    """Somebody chose a code for a line that waits."""
    LINE_REFUSED = "line-refused"
    """Somebody refused a line that waits."""
    DELIVERY_SETTLED = "delivery-settled"
    """Somebody said whether a line stands in the library system."""
    LOG_IN = "log-in"
    """Somebody came in; the detail says how."""
    REFUSED = "refused"
    """Somebody was kept out; the detail says why. The account is named when it exists."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What happened `times` times between two moments, and was the same each time."""

    what: What
    account: str
    address: str
    detail: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit log: a change, or what happened so many times on a day."""

    at: datetime
    """The last time."""
    first_at: datetime
    what: str
    account: str
    address: str
    detail: str
    by: str
    """Who changed it: the system user of the command; nothing for what was counted."""
    times: int
