"""A library as the gateway knows it: who it is, and which library system it runs."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Library:
    """One institution, served by one library system.

    `institution` is the supplier's code for it (`I` and three digits). An order from before
    `start_date` that we do not know already stands in the library system: it is never entered anew.
    """

    institution: str
    name: str
    system: str
    time_zone: str = "Europe/Amsterdam"
    language: str = "nl"
    start_date: date | None = None
    nightly_at: str | None = None
