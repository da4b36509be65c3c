"""What makes a patron a member: of which type, how it was taken out, and until when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from gateway.circulation.model.marks import Mark
from gateway.circulation.model.preferences import Channel
from gateway.money import NOTHING, Cents


class RenewalMode(StrEnum):
    """What happens at the end of a membership. A free one that renews by itself gets no CAE."""

    AUTOMATIC = "AUTOMATIC"
    MANUAL = "MANUAL"


class MembershipStatus(StrEnum):
    """Where a membership is in the run of its fee."""

    NORMAL = "NORMAL"
    BILLED = "BILLED"
    DELINQUENT = "DELINQUENT"
    STRUCK_OFF = "STRUCK_OFF"


class EnrolledVia(StrEnum):
    """Where a membership was taken out or renewed."""

    DESK = "DESK"
    ONLINE = "ONLINE"


@dataclass(frozen=True, slots=True)
class MembershipType:
    """A kind of membership that a library offers; `price` is of a year, nothing when it is free."""

    library: str
    code: str
    name: str
    price: Cents = NOTHING
    preference_set: str = ""
    doubt: str = ""

    @property
    def is_free(self) -> bool:
        """Whether it costs nothing."""
        return self.price == NOTHING


@dataclass(frozen=True, slots=True)
class Membership:
    """A patron's membership of a library.

    `enrolled_at` is when it was taken out, or taken up again after it had stopped; `renewed_at` when it was last
    renewed. `confirmed_at` is when somebody who enrolled online was seen at the desk. `ends_on` is its last day.
    """

    library: str
    id: str
    patron: str
    type: str
    started_on: date
    branch: str = ""
    ends_on: date | None = None
    renewal: RenewalMode = RenewalMode.MANUAL
    successor_type: str = ""
    """The type that it turns into at its end, when it is another: a free youth membership into a paid one."""
    status: MembershipStatus = MembershipStatus.NORMAL
    enrolled_via: EnrolledVia = EnrolledVia.DESK
    enrolled_at: datetime | None = None
    confirmed_at: datetime | None = None
    renewed_via: EnrolledVia | None = None
    renewed_at: datetime | None = None
    price: Cents | None = None
    """What this patron pays, when it is not the price of the type."""
    kinds_off: frozenset[str] = frozenset()
    """Notice kinds that are switched off for this membership."""
    preferences: Mapping[str, Channel] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    doubt: str = ""
