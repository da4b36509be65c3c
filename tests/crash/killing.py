"""Who dies when: every process gets a step at which it ends itself or a moment to be killed, and comes again."""

import time
from collections import Counter
from collections.abc import Callable
from random import Random

from tests import databases
from tests.crash.doom import STEPS, Doomed
from tests.crash.world import Process, World
from tests.simulators.wise import Behaviour

AT_RANDOM = "at a random moment"
WISE_TOOK_IT = "after Wise took the file, before its answer"
RESTARTED = "database restarted"
STOPPED = "stopped for a while, then went on"
LOST = "worker never came back"
AWAY = "database away at the start, tried again"
OTHER_ENDS = (WISE_TOOK_IT, AT_RANDOM, STOPPED, LOST, AWAY, RESTARTED)
OF_INTAKE = tuple(step for step in STEPS if step.endswith(": intake"))
OF_WORK = tuple(step for step in STEPS if step not in OF_INTAKE)
TROUBLE = {
    Behaviour.LOSE: "Wise took a file and lost its answer",
    Behaviour.NONSENSE: "Wise took a file and answered nonsense",
    Behaviour.FAIL: "Wise took no file and answered 500",
    Behaviour.BUSY: "Wise was busy",
}
LONGEST_LIFE_SECONDS = 25
LONGEST_START_SECONDS = 180
"""How long a busy machine may take to start a process; its life is counted from when it is up."""
_FOR_EVER = float("inf")


class Reaper:
    """Ends the processes of a world, over and over, and counts at what; `most_often` times a step may be let pass."""

    def __init__(self, world: World, seed: int, most_often: int = 8) -> None:
        self._world = world
        self._most_often = most_often
        self._chance = Random(f"{seed} reaper")
        self.ended: Counter[str] = Counter()
        self.trouble: Counter[str] = Counter()
        self.breaches: list[str] = []
        self.spares_all = False
        self._until: dict[str, float] = {}
        self._lifetimes: dict[str, float] = {}
        self._wakes: dict[str, float] = {}
        self._next_restart = time.monotonic() + self._chance.uniform(15, 30)
        self._wise_takes = world.stage.wise.take
        world.stage.wise.take = self._wise_took  # type: ignore[method-assign]

    def begin(self) -> None:
        """Start every process, each with an end of its own."""
        for each in self._world.processes:
            self._start(each)

    def go_round(self) -> None:
        """Bury the dead, start them again, end whose time has come; let Wise be in trouble now and then."""
        for each in self._world.processes:
            if each.is_dead():
                if not each.is_victim:
                    self._bury(each)
                    self._start(each)
            else:
                self._look_after(each, time.monotonic())
        if not self._world.stage.wise.once and self._chance.random() < 0.005:
            behaviour = self._chance.choice(tuple(TROUBLE))
            self.trouble[TROUBLE[behaviour]] += 1
            self._world.stage.wise.once.append(behaviour)

    def _look_after(self, process: Process, now: float) -> None:
        """End, or wake, who lives, when it is time."""
        name = process.name
        if name in self._lifetimes and process.is_up():
            self._until[name] = now + self._lifetimes.pop(name)
        elif name in self._wakes:
            if now > self._wakes[name]:
                self._wake(process)
        elif now > self._until[name] and not self.spares_all:
            self._end(process)

    def restart_the_database(self) -> None:
        """Now and then, stop a PostgreSQL under everybody, politely or not, and start it again."""
        if time.monotonic() < self._next_restart or self.spares_all:
            return
        server = databases.the_server()
        server.stop(at_once=self._chance.random() < 0.5)
        time.sleep(self._chance.uniform(0.2, 3))
        server.start()
        self.ended[RESTARTED] += 1
        self._next_restart = time.monotonic() + self._chance.uniform(20, 45)

    def spare_all_but(self, victim: Process) -> None:
        """From now on end this one only, at a step of its work; the others live."""
        self.spares_all = True
        for each in self._world.processes:
            if each.name in self._wakes:
                self._wake(each)
            if each.is_dead() or each is victim or each.doomed:
                self._start_again(each)

    def lose(self, victim: Process) -> None:
        """One died that never comes back."""
        self._bury(victim)
        self.ended[LOST] += 1
        self._world.processes.remove(victim)

    def spare_nobody(self, new: Process) -> None:
        """Go on as before, with a new one in the place of who was lost."""
        self.spares_all = False
        self._start(new)
        for each in self._world.processes:
            lifetime = self._chance.uniform(1, 15)
            if each.name in self._lifetimes:
                self._lifetimes[each.name] = lifetime
            else:
                self._until[each.name] = min(self._until[each.name], time.monotonic() + lifetime)

    def rest(self) -> None:
        """End nobody any more, and let everybody live."""
        self._world.stage.wise.take = self._wise_takes  # type: ignore[method-assign]
        self._world.stage.wise.once.clear()
        for each in self._world.processes:
            if each.is_dead():
                self._bury(each)
            else:
                each.kill()
            each.start()

    def _start_again(self, process: Process) -> None:
        if process.is_dead():
            self._bury(process)
        process.kill()
        self._start(process)

    def _start(self, process: Process) -> None:
        doomed = self._doom(process)
        if self.spares_all:
            self._lifetimes[process.name] = _FOR_EVER
        elif self._chance.random() < 0.9:
            self._lifetimes[process.name] = LONGEST_LIFE_SECONDS if doomed else self._chance.uniform(0.5, 10)
        longest = LONGEST_START_SECONDS if process.name in self._lifetimes else self._chance.uniform(0.2, 5)
        self._until[process.name] = time.monotonic() + longest
        process.start(doomed)

    def _doom(self, process: Process) -> Doomed | None:
        if self.spares_all and not process.is_victim:
            return None
        if not process.is_victim and self._chance.random() > 0.75:
            return None
        steps = OF_INTAKE if process.only_serves else OF_WORK if process.only_works else STEPS
        rarest = min(self.ended[step] for step in steps)
        step = self._chance.choice([each for each in steps if self.ended[each] <= rarest + 1])
        most = self._most_often if step in OF_INTAKE else max(1, self._most_often // 2)
        return Doomed(step, 1 if process.is_victim else self._chance.randint(1, most))

    def _end(self, process: Process) -> None:
        """Kill it, or, where others can do its work meanwhile, stop it for a while."""
        if len(self._world.processes) > 1 and self._chance.random() < 0.3:
            self.ended[STOPPED] += 1
            process.stop()
            self._wakes[process.name] = time.monotonic() + self._chance.uniform(5, 35)
            return
        self.ended[AT_RANDOM] += 1
        self._lifetimes.pop(process.name, None)
        process.kill()
        self._start(process)

    def _wake(self, process: Process) -> None:
        del self._wakes[process.name]
        process.go_on()
        self._until[process.name] = time.monotonic() + self._chance.uniform(1, 15)

    def _bury(self, process: Process) -> None:
        self._wakes.pop(process.name, None)
        self._lifetimes.pop(process.name, None)
        if process.reached() and process.doomed:
            self.ended[process.doomed.step] += 1
        elif process.says("cannot be used") and self.ended[RESTARTED]:
            self.ended[AWAY] += 1
        elif (code := process.ended_by_itself()) is not None:
            self.breaches.append(f"{process.name} ended by itself with {code}; see {process.log}")

    def _wise_took(self, content: bytes) -> None:
        """Let Wise do its work, and now and then end who waits for its answer."""
        self._wise_takes(content)
        if self._chance.random() < 0.05 and not self.spares_all:
            self.ended[WISE_TOOK_IT] += 1
            for each in self._world.processes:
                if not each.only_serves:
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
