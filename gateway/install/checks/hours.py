"""Are there hours in the settings that the clocks skip once a year, or show twice?"""

from collections.abc import Iterator
from datetime import time, timedelta

from gateway import clock
from gateway.config import LibrarySettings
from gateway.install.checks.finding import Finding, Patient, doubtful, good
from gateway.routines.rule import is_repeated, is_skipped

_SUBJECT = "hours"
_REMEDY = "It is done once on that day as well; choose another hour if it must be at this one."


def hours(patient: Patient) -> Iterator[Finding]:
    """Each hour at which something is to happen exists once on every day of the coming year."""
    nightly = ((each, each.nightly_at) for each in patient.settings.library if each.nightly_at)
    found = [finding for library, at in nightly for finding in _odd(library, at)]
    yield from found or [good(_SUBJECT, "none that the clocks skip or show twice")]


def _odd(library: LibrarySettings, at: time) -> Iterator[Finding]:
    today, zone = clock.today(library.time_zone), library.time_zone
    named = f"nightly_at = {at:%H:%M} of {library.institution}"
    for day in (today + timedelta(days=number) for number in range(366)):
        if is_skipped(day, at, zone):
            yield doubtful(_SUBJECT, f"{named}: on {day} there is no {at:%H:%M}; it comes an hour later.", _REMEDY)
        elif is_repeated(day, at, zone):
            yield doubtful(_SUBJECT, f"{named}: on {day} it is {at:%H:%M} twice; the first counts.", _REMEDY)
