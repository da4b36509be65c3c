"""Workers that never come back: one after another dies in the middle of a job, and the others must take it up."""

import time
from collections.abc import Iterator
from random import Random

from tests.crash.days import LIBRARIES
from tests.crash.killing import Reaper
from tests.crash.world import Process, World

MOST_SECONDS = 60
"""How long a library may stand still."""


class Losses:
    """Loses workers, and measures from the outside how long their libraries stood still."""

    def __init__(self, world: World, reaper: Reaper, seed: int) -> None:
        self._world, self._reaper = world, reaper
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
            self._reaper.lose(victim)
            yield from self._libraries_go_on(victim)
            self._reaper.spare_nobody(self._world.one_more_worker())
            yield from _pause(self._chance.uniform(40, 80))

    def _libraries_go_on(self, lost: Process) -> Iterator[None]:
        """Wait until each library got a report that was written after the loss; there is always something to do."""
        for library in LIBRARIES:
            while (newest := self._newest_report(library)) <= lost.died_at:
                if time.time() > lost.died_at + MOST_SECONDS:
                    self._reaper.breaches.append(
                        f"{library} stood still for {MOST_SECONDS} s after {lost.name} was lost"
                    )
                    break
                yield
            self.longest_seconds = max(self.longest_seconds, newest - lost.died_at)

    def _newest_report(self, library: str) -> float:
        """When the library's newest report was put into its folder."""
        folder = self._world.stage.folder / "out" / library
        return max((path.stat().st_ctime for path in folder.glob("*.xml")), default=0)


def _pause(seconds: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
