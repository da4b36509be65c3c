"""How wrong tries slow down the next one: the rule, and a memory of tries for one process.

Choice: name and address count together, so that nobody can lock a supplier out from elsewhere,
and one wrong set-up does not slow down its neighbours behind the same address.
"""

import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from threading import Lock


@dataclass(frozen=True, slots=True)
class Pace:
    """After `free` wrong tries every next one costs a wait, twice the last, never above `longest_seconds`."""

    free: int
    first_seconds: int
    longest_seconds: int
    forgotten_after: timedelta = timedelta(hours=24)

    def wait_seconds(self, wrong_tries: int) -> int:
        """How long to wait after so many wrong tries in a row."""
        if wrong_tries < self.free:
            return 0
        doublings = min(wrong_tries - self.free, 30)
        return min(self.first_seconds << doublings, self.longest_seconds)


@dataclass(frozen=True, slots=True)
class Tries:
    """Wrong tries in a row, and the last of them."""

    wrong: int
    last_at: datetime

    def one_more(self, pace: Pace, now: datetime) -> "Tries":
        """Count another wrong try; what is long ago is forgotten."""
        return Tries(1 if self.is_forgotten(pace, now) else self.wrong + 1, now)

    def is_forgotten(self, pace: Pace, now: datetime) -> bool:
        """Whether these tries are so long ago that they no longer count."""
        return now - self.last_at >= pace.forgotten_after

    def seconds_left(self, pace: Pace, now: datetime) -> int:
        """Whole seconds until the next try is looked at; 0 when it may come now."""
        wait = pace.wait_seconds(self.wrong)
        if not wait or self.is_forgotten(pace, now):
            return 0
        ready_at = self.last_at + timedelta(seconds=wait)
        return max(0, math.ceil((ready_at - now).total_seconds()))


class Memory:
    """The wrong tries that one process remembers: bounded, so that inventing names fills nothing."""

    def __init__(self, pace: Pace, capacity: int = 10_000) -> None:
        self._pace = pace
        self._capacity = capacity
        self._tries: OrderedDict[tuple[str, str], Tries] = OrderedDict()
        self._lock = Lock()

    def seconds_left(self, name: str, address: str, now: datetime) -> int:
        """How long this name must still wait at this address."""
        with self._lock:
            tries = self._tries.get((name, address))
        return tries.seconds_left(self._pace, now) if tries else 0

    def wrong(self, name: str, address: str, now: datetime) -> None:
        """Remember a wrong try; above the capacity the longest unseen is forgotten."""
        with self._lock:
            before = self._tries.pop((name, address), None)
            self._tries[name, address] = before.one_more(self._pace, now) if before else Tries(1, now)
            if len(self._tries) > self._capacity:
                self._tries.popitem(last=False)

    def right(self, name: str, address: str) -> None:
        """Forget the wrong tries: the right secret came."""
        with self._lock:
            self._tries.pop((name, address), None)


def place(address: str) -> str:
    """Where somebody comes from, as it counts: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or ip_network((known, 64), strict=False))
    return str(known)
