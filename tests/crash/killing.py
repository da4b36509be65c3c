"""Who dies when: every process gets a step at which it ends itself or a moment to be killed, and comes again."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from tests import databases
from tests.crash.doom import STEPS, Doomed
from tests.crash.world import Process, World

AT_RANDOM = "at a random moment"
WISE_TOOK_IT = "after Wise took the file, before its answer"
RESTARTED = "database restarted"
OF_INTAKE = tuple(step for step in STEPS if step.endswith(": intake"))
OF_WORK = tuple(step for step in STEPS if step not in OF_INTAKE)
LONGEST_LIFE_SECONDS = 25
_MOST_OFTEN = 8
"""A step is let pass up to so many times less one before the process ends at it."""


class Reaper:
    """Ends the processes of a world, over and over, and counts at what."""

    def __init__(self, world: World, seed: int) -> None:
        self._world = world
        self._chance = Random(f"{seed} reaper")
        self.ended: Counter[str] = Counter()
        self.breaches: list[str] = []
        self._until: dict[str, float] = {}
        self._next_restart = time.monotonic() + self._chance.uniform(15, 30)
        self._wise_takes = world.stage.wise.take
        world.stage.wise.take = self._wise_took  # type: ignore[method-assign]

    def begin(self) -> None:
        """Start every process, each with an end of its own."""
        for each in self._world.processes:
            self._start(each)

    def go_round(self) -> None:
        """Bury the dead, start them again, and end whose time has come."""
        for each in self._world.processes:
            if each.is_dead():
                self._bury(each)
                self._start(each)
            elif time.monotonic() > self._until[each.name]:
                self.ended[AT_RANDOM] += 1
                each.kill()
                self._start(each)

    def restart_the_database(self) -> None:
        """Now and then, stop a PostgreSQL under everybody, politely or not, and start it again."""
        if time.monotonic() < self._next_restart:
            return
        server = databases.the_server()
        server.stop(at_once=self._chance.random() < 0.5)
        time.sleep(self._chance.uniform(0.2, 3))
        server.start()
        self.ended[RESTARTED] += 1
        self._next_restart = time.monotonic() + self._chance.uniform(20, 45)

    def rest(self) -> None:
        """End nobody any more, and let everybody live."""
        self._world.stage.wise.take = self._wise_takes  # type: ignore[method-assign]
        for each in self._world.processes:
            if each.is_dead():
                self._bury(each)
            else:
                each.kill()
            each.start()

    def _start(self, process: Process) -> None:
        chance = self._chance
        doomed = None
        if chance.random() < 0.75:
            steps = OF_INTAKE if "--no-worker" in process.command else OF_WORK if "worker" in process.command else STEPS
            rarest = min(self.ended[step] for step in steps)
            step = chance.choice([each for each in steps if self.ended[each] <= rarest + 1])
            doomed = Doomed(step, chance.randint(1, _MOST_OFTEN if step in OF_INTAKE else _MOST_OFTEN // 2))
        lifetime = LONGEST_LIFE_SECONDS if doomed else chance.uniform(1, 15)
        self._until[process.name] = time.monotonic() + lifetime
        process.start(doomed)

    def _bury(self, process: Process) -> None:
        if process.reached() and process.doomed:
            self.ended[process.doomed.step] += 1
        elif (code := process.ended_by_itself()) is not None:
            self.breaches.append(f"{process.name} ended by itself with {code}; see {process.log}")

    def _wise_took(self, content: bytes) -> None:
        """Let Wise do its work, and now and then end who waits for its answer."""
        self._wise_takes(content)
        if self._chance.random() < 0.05:
            self.ended[WISE_TOOK_IT] += 1
            for each in self._world.processes:
                if "--no-worker" not in each.command:
                    each.kill()


def until(is_true: Callable[[], bool], seconds: float, meanwhile: Callable[[], None] = lambda: None) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            return False
        meanwhile()
        time.sleep(0.05)
    return True
