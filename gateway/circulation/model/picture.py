"""How old our picture of a library is."""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Picture:
    """What we know of how new the picture of a library is.

    `as_of` is the moment at which the library system says it looked like this; none before the first import.
    """

    library: str
    as_of: datetime | None
    imported_at: datetime | None = None

    def age(self, now: datetime) -> timedelta | None:
        """How old it is; none when there is none at all. A library system whose clock runs ahead makes it 0."""
        return max(now - self.as_of, timedelta(0)) if self.as_of else None

    def is_fresh(self, now: datetime, at_most: timedelta) -> bool:
        """Whether one may act on it."""
        age = self.age(now)
        return age is not None and age <= at_most
