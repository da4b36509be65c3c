"""The picture of a library as frozen values. Ids are the library system's own, and hold within one library.

`on` is a calendar day in the library's zone, `at` an aware moment in UTC; amounts are cents of the library's currency.
"""

from gateway.circulation.model.branches import (
    Branch,
    Calendar,
    CirculationLibrary,
    DayState,
    NoOpeningDay,
    SpecialDay,
    StaffMember,
    StaffRole,
    never_open,
)
from gateway.circulation.model.charges import (
    BailiffLine,
    Bill,
    BillLine,
    BillState,
    Charge,
    ChargeKind,
    Payment,
)
from gateway.circulation.model.holds import ArchiveReason, ChargedWhen, Hold, HoldKind, HoldState
from gateway.circulation.model.loans import Loan
from gateway.circulation.model.marks import Mark, Master, Subject
from gateway.circulation.model.memberships import (
    EnrolledVia,
    Membership,
    MembershipStatus,
    MembershipType,
    RenewalMode,
)
from gateway.circulation.model.patrons import (
    AddressState,
    Block,
    MailAddress,
    Patron,
    PatronSort,
    PostalAddress,
)
from gateway.circulation.model.picture import Picture
from gateway.circulation.model.preferences import Channel, KindPreference, Preference, PreferenceSet
from gateway.circulation.model.serials import Issue, Subscription, Supplier
from gateway.circulation.model.stock import Item, ItemStatus, Substatus, Title

__all__ = [
    "AddressState",
    "ArchiveReason",
    "BailiffLine",
    "Bill",
    "BillLine",
    "BillState",
    "Block",
    "Branch",
    "Calendar",
    "Channel",
    "Charge",
    "ChargeKind",
    "ChargedWhen",
    "CirculationLibrary",
    "DayState",
    "EnrolledVia",
    "Hold",
    "HoldKind",
    "HoldState",
    "Issue",
    "Item",
    "ItemStatus",
    "KindPreference",
    "Loan",
    "MailAddress",
    "Mark",
    "Master",
    "Membership",
    "MembershipStatus",
    "MembershipType",
    "NoOpeningDay",
    "Patron",
    "PatronSort",
    "Payment",
    "Picture",
    "PostalAddress",
    "Preference",
    "PreferenceSet",
    "RenewalMode",
    "SpecialDay",
    "StaffMember",
    "StaffRole",
    "Subject",
    "Subscription",
    "Substatus",
    "Supplier",
    "Title",
    "never_open",
]
