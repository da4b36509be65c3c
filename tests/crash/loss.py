"""Workers that never come back: one after another dies in the middle of a job, and the others must take it up."""

import time
from collections import defaultdict
from collections.abc import Iterator
from random import Random

from tests.crash.days import LIBRARIES
from tests.crash.killing import Reaper
from tests.crash.proof import Diaries
from tests.crash.sender import AHEAD, Door, status_request
from tests.crash.world import World

MOST_SECONDS = 60
"""How long a library may stand still."""


class Losses:
    """Loses workers, and measures from the outside how long their libraries stood still."""

    def __init__(self, world: World, reaper: Reaper, door: Door, seed: int) -> None:
        self._world, self._reaper, self._door = world, reaper, door
        self._chance = Random(f"{seed} losses")
        self._story = self._go_on()
        self.longest_seconds = 0.0

    def look(self) -> None:
        """Go on by one step."""
        next(self._story)

    def finish(self) -> None:
        """Come to the end of a loss that is under way."""
        while self._reaper.spares_all:
            self._reaper.go_round()
            self.look()
            time.sleep(0.05)

    def _go_on(self) -> Iterator[None]:
        yield from _pause(self._chance.uniform(10, 20))
        while True:
            victim = self._chance.choice([each for each in self._world.processes if each.only_works])
            victim.is_victim = True
            self._reaper.spare_all_but(victim)
            while not victim.is_dead():
                yield
            lost_at = time.monotonic()
            self._reaper.lose(victim)
            yield from self._libraries_go_on(victim.name, lost_at)
            self._reaper.spare_nobody(self._world.one_more_worker())
            yield from _pause(self._chance.uniform(40, 80))

    def _libraries_go_on(self, name: str, lost_at: float) -> Iterator[None]:
        """Wait until each library that had something to do has done some of it."""
        for library, messages in self._unprocessed().items():
            while messages and not any(map(self._is_processed, messages)):
                if time.monotonic() > lost_at + MOST_SECONDS:
                    self._reaper.breaches.append(f"{library} stood still for {MOST_SECONDS} s after {name} was lost")
                    return
                yield
            if messages:
                self.longest_seconds = max(self.longest_seconds, time.monotonic() - lost_at)

    def _unprocessed(self) -> dict[str, list[str]]:
        """Per library what was accepted and not processed yet; a sender never has more of it than the last few."""
        newest: dict[str, list[str]] = defaultdict(list)
        for message_id in Diaries.read(self._world.folder).receipts:
            newest[message_id.rpartition("-")[0]].append(message_id)
        found: dict[str, list[str]] = {library: [] for library in LIBRARIES}
        for message_id in (each for of_sender in newest.values() for each in of_sender[-AHEAD - 2 :]):
            if not self._is_processed(message_id):
                found[LIBRARIES[int(message_id.rpartition("-")[2]) % 2]].append(message_id)
        return found

    def _is_processed(self, message_id: str) -> bool:
        answer = self._door.post(status_request(message_id))
        return answer is not None and b">PROCESSED<" in answer.body


def _pause(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
