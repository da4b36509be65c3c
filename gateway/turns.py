"""Writing one after the other, in the order of asking.

SQLite lets whoever happens to look at the right moment write next, so one of many writers may be passed over for
seconds. The writers of a process stand in line before they ask SQLite. Choice: decision 0027.
"""

from collections import deque
from threading import Lock


class Turns:
    """Gives a turn to one at a time, first come, first served; a turn may be ended by another thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[Lock] = deque()
        self._taken = False

    def take(self, wait_seconds: float) -> bool:
        """Wait for a turn; false when it did not come in time."""
        with self._lock:
            if not self._taken:
                self._taken = True
                return True
            mine = Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=wait_seconds):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # It came at the last moment.

    def waiting(self) -> int:
        """How many stand in line."""
        return len(self._waiting)

    def end(self) -> None:
        """Let the next one have it."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._taken = False
