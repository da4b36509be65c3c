"""Every record of the exchange: its wire fields, the columns they go to, and what they refer to.

The order is the order of references: what a record names stands before it. Wire names follow from column names
(`due_on` is `dueOn`) where none is given. Source: domain of notices §3; schemas/circulation/v1.
"""

from dataclasses import dataclass
from enum import Enum, auto


class Sort(Enum):
    """How a value is written on the wire, and kept."""

    TEXT = auto()
    DAY = auto()
    MOMENT = auto()
    AMOUNT = auto()
    NUMBER = auto()
    SWITCH = auto()
    WRITTEN = auto()
    """An element with text that people wrote."""
    LIST = auto()
    """Elements of one name, kept together as JSON."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `parts` are the attributes of a list's elements; without them its elements hold text."""

    column: str
    sort: Sort = Sort.TEXT
    wire: str = ""
    parts: tuple[str, ...] = ()
    refers_to: str = ""
    """The record that it names; refused when there is none. What may be past (the loan of a fine) is not checked."""

    @property
    def name(self) -> str:
        """What it is called on the wire."""
        first, *rest = self.column.split("_")
        return self.wire or first + "".join(map(str.capitalize, rest))


@dataclass(frozen=True, slots=True)
class Record:
    """One kind of record."""

    name: str
    table: str
    fields: tuple[Field, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of its fields, after library and id."""
        return tuple(field.column for field in self.fields)

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The columns that name another record, with the record they name."""
        return tuple((field.column, field.refers_to) for field in self.fields if field.refers_to)


def _texts(*columns: str) -> tuple[Field, ...]:
    return tuple(map(Field, columns))


def _days(*columns: str) -> tuple[Field, ...]:
    return tuple(Field(column, Sort.DAY) for column in columns)


def _moments(*columns: str) -> tuple[Field, ...]:
    return tuple(Field(column, Sort.MOMENT) for column in columns)


_BRANCH = Field("branch", refers_to="branch")
_PATRON = Field("patron", refers_to="patron")
_PREFERENCES = Field("preferences", Sort.LIST, "preference", ("kind", "channel"))
_HOST_MARKS = Field("host_marks", Sort.LIST, "said", ("kind", "occasion", "on", "channel"))
_ADDRESS_LINES = Field("address_lines", Sort.LIST, "addressLine")
_ADDRESS = ("street", "number", "postalCode", "city", "country", "extra", "validFrom", "validUntil")

RECORDS: tuple[Record, ...] = (
    Record(
        "library",
        "circulation_libraries",
        (
            Field("name", Sort.WRITTEN),
            *_texts("currency", "language", "sender_mail", "logo", "iban", "enterprise_number", "website"),
        ),
    ),
    Record(
        "branch",
        "circulation_branches",
        (
            Field("name", Sort.WRITTEN),
            *_texts("phone", "mail", "sender_mail", "logo", "iban", "print_group", "billing_branch"),
            Field("shelf_days", Sort.NUMBER),
            *_days("book_drop_processed_on"),
            _ADDRESS_LINES,
            Field("week", Sort.LIST, "weekday", ("day", "hours")),
            Field("days", Sort.LIST, "day", ("on", "state", "hours")),
        ),
    ),
    Record(
        "preferenceSet",
        "circulation_preference_sets",
        (Field("kinds", Sort.LIST, "allow", ("kind", "channels", "default", "mayRefuse")),),
    ),
    Record(
        "membershipType",
        "circulation_membership_types",
        (
            Field("name", Sort.WRITTEN),
            Field("price", Sort.AMOUNT),
            Field("preference_set", refers_to="preferenceSet"),
        ),
    ),
    Record(
        "patron",
        "circulation_patrons",
        (
            *_texts("card_number", "sort", "gender", "language", "guardian"),
            *_days("birth_on", "deceased_on", "removed_on"),
            Field("text_group", Sort.NUMBER),
            Field("wants_hold_messages", Sort.SWITCH, "holdMessages"),
            *(Field(each, Sort.WRITTEN) for each in ("salutation", "initials", "first_name", "prefix", "last_name")),
            Field("postal_addresses", Sort.LIST, "address", _ADDRESS),
            Field("mail_addresses", Sort.LIST, "mail"),
            Field("phones", Sort.LIST, "phone"),
            Field("blocks", Sort.LIST, "block"),
            _PREFERENCES,
        ),
    ),
    Record(
        "membership",
        "circulation_memberships",
        (
            _PATRON,
            Field("type", refers_to="membershipType"),
            _BRANCH,
            *_days("started_on", "ends_on"),
            *_texts("renewal", "successor_type", "status", "enrolled_via", "renewed_via"),
            *_moments("enrolled_at", "confirmed_at", "renewed_at"),
            Field("price", Sort.AMOUNT),
            Field("kinds_off", Sort.LIST, "kindOff"),
            _PREFERENCES,
            _HOST_MARKS,
        ),
    ),
    Record(
        "supplier",
        "circulation_suppliers",
        (
            Field("name", Sort.WRITTEN),
            *_texts("customer_number", "country", "mail", "language"),
            _ADDRESS_LINES,
        ),
    ),
    Record(
        "subscription",
        "circulation_subscriptions",
        (
            Field("title", Sort.WRITTEN),
            Field("supplier", refers_to="supplier"),
            Field("late_supplier", refers_to="supplier"),
            Field("number"),
            _BRANCH,
        ),
    ),
    Record(
        "issue",
        "circulation_issues",
        (
            Field("subscription", refers_to="subscription"),
            *_days("expected_on", "received_on", "claimed_on"),
            Field("year", Sort.NUMBER),
            *_texts("volume", "number"),
            Field("is_missing", Sort.SWITCH, "missing"),
            Field("claims", Sort.NUMBER),
            _HOST_MARKS,
        ),
    ),
    Record(
        "title",
        "circulation_titles",
        (
            Field("title", Sort.WRITTEN),
            Field("author", Sort.WRITTEN),
            Field("material"),
            Field("price", Sort.AMOUNT),
        ),
    ),
    Record(
        "item",
        "circulation_items",
        (
            Field("title", refers_to="title"),
            Field("barcode"),
            _BRANCH,
            *_texts("owner", "material", "status", "substatus"),
            Field("price", Sort.AMOUNT),
            *_days("acquired_on"),
            Field("is_last_copy", Sort.SWITCH, "lastCopy"),
        ),
    ),
    Record(
        "loan",
        "circulation_loans",
        (
            _PATRON,
            Field("item", refers_to="item"),
            _BRANCH,
            *_days("loaned_on", "due_on", "lost_on"),
            Field("renewals", Sort.NUMBER),
            Field("renewals_left", Sort.NUMBER),
            Field("is_renewable", Sort.SWITCH, "renewable"),
            *_moments("renewed_at", "returned_at", "cancelled_at"),
            Field("running_fine", Sort.AMOUNT),
            Field("maximum_fine", Sort.AMOUNT),
            Field("earlier_due", Sort.LIST),
            _HOST_MARKS,
        ),
    ),
    Record(
        "hold",
        "circulation_holds",
        (
            _PATRON,
            Field("title", refers_to="title"),
            Field("item", refers_to="item"),
            Field("pickup_branch", refers_to="branch"),
            *_texts("kind", "state", "lender", "shelf_number", "charged_when", "charge"),
            *_moments("placed_at", "accepted_at", "ready_at", "message_sent_at", "collected_at", "ended_at"),
            *_days("expires_on", "pickup_until"),
            Field("was_ill", Sort.SWITCH),
            Field("cost", Sort.AMOUNT),
            Field("archive_reason", Sort.NUMBER),
            _HOST_MARKS,
        ),
    ),
    Record(
        "charge",
        "circulation_charges",
        (
            _PATRON,
            *_texts("kind", "currency", "item", "loan", "hold", "membership", "invoice_number", "command"),
            _BRANCH,
            *_days("booked_on"),
            *(Field(each, Sort.AMOUNT) for each in ("amount", "paid", "waived", "written_off")),
            Field("is_payable", Sort.SWITCH, "payable"),
            Field("description", Sort.WRITTEN),
            Field("payments", Sort.LIST, "payment", ("on", "amount")),
            _HOST_MARKS,
        ),
    ),
    Record(
        "bill",
        "circulation_bills",
        (
            Field("kind"),
            _PATRON,
            *_moments("made_at"),
            *_texts("made_by", "state", "parent", "payment_reference"),
            *_days("issued_on"),
            Field("lines", Sort.LIST, "line", ("charge", "amount", "amountAtIssue", "loan", "item")),
            _HOST_MARKS,
        ),
    ),
)

BY_NAME: dict[str, Record] = {record.name: record for record in RECORDS}
NAMES = frozenset(BY_NAME)
