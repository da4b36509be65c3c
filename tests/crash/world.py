"""The world of a storm: a stage with its two library systems, and the gateway's processes that die and come again."""

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path

from tests import databases
from tests.crash.doom import Doomed, live
from tests.serving import free_port
from tests.stage import Stage, a_stage

ROOT = Path(__file__).parents[2]
_NURSERY = multiprocessing.get_context("forkserver")
_NURSERY.set_forkserver_preload(["tests.crash.doom"])
"""Starts a process in a tenth of the time that Python needs to read the gateway's modules anew."""


@dataclass
class Process:
    """One process of the gateway, that may have died and come again many times."""

    name: str
    command: tuple[str, ...]
    settings: Path
    folder: Path
    doomed: Doomed | None = None
    is_victim: bool = False
    """It dies next, and does not come back."""
    _life: "BaseProcess | None" = None
    _log_before: int = 0

    def start(self, doomed: Doomed | None = None) -> None:
        """Begin the next life."""
        self.doomed = doomed
        self._note.unlink(missing_ok=True)
        self._log_before = self.log.stat().st_size if self.log.exists() else 0
        command = ("--config", str(self.settings), *self.command)
        self._life = _NURSERY.Process(target=live, args=(command, doomed, self._note, self.log))
        self._life.start()

    def kill(self) -> None:
        """End this life now, as the power's going out would."""
        if self._life:
            self._life.kill()
            self._life.join()

    def stop(self) -> None:
        """Let it stand still, as a machine does that is asked too much."""
        if self._life and self._life.pid:
            os.kill(self._life.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Let one that stopped go on as if nothing had happened."""
        if self._life and self._life.pid:
            os.kill(self._life.pid, signal.SIGCONT)

    @property
    def only_serves(self) -> bool:
        """Whether others do the work."""
        return "--no-worker" in self.command

    @property
    def only_works(self) -> bool:
        """Whether others serve."""
        return "worker" in self.command

    def is_dead(self) -> bool:
        """Whether this life has ended."""
        return self._life is None or not self._life.is_alive()

    def is_up(self) -> bool:
        """Whether this life has said that it serves, or works."""
        return self.says("listening on") or self.says("working\n")

    def says(self, words: str) -> bool:
        """Whether these words stand in what this life wrote."""
        if not self.log.exists():
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_before)
            return words.encode() in log.read()

    def reached(self) -> bool:
        """Whether this life came to its step."""
        return self._note.exists()

    @property
    def died_at(self) -> float:
        """When this life came to its step, as files are dated."""
        return self._note.stat().st_mtime

    def ended_by_itself(self) -> int | None:
        """How it ended, if it was for another reason than a kill."""
        code = self._life.exitcode if self._life else None
        return None if code in (None, -signal.SIGKILL) else code

    @property
    def log(self) -> Path:
        """What it wrote, in all its lives."""
        return self.folder / f"{self.name}.log"

    @property
    def _note(self) -> Path:
        return self.folder / f"{self.name}.reached"


@dataclass
class World:
    """Everything that a storm goes over."""

    stage: Stage
    folder: Path
    processes: list[Process]
    addresses: list[str]
    workers: int = 0

    def one_more_worker(self) -> Process:
        """A worker that was not there before."""
        name, settings = f"worker-{self.workers}", self.processes[0].settings
        self.workers += 1
        made = Process(name, ("worker", "--node", name), settings, self.processes[0].folder)
        self.processes.append(made)
        return made

    def tracebacks(self) -> list[str]:
        """Lines of the logs that no operator should ever see."""
        found = []
        for each in self.processes:
            text = each.log.read_text(errors="replace") if each.log.exists() else ""
            if "Traceback (most recent call last)" in text:
                found.append(f"{each.log} holds a traceback")
        return found


@contextmanager
def a_world(folder: Path, database: str, gateways: int, workers: int) -> Iterator[World]:
    """A stage with so many gateways and, beside them, workers; without workers the gateways process too."""
    ports = [free_port() for _ in range(gateways)]
    with ExitStack() as parts:
        parts.enter_context(databases.stages_on(database))
        if database == "postgresql":
            databases.the_server().sync(True)
        stage = parts.enter_context(a_stage(folder / "stage", listen=f"127.0.0.1:{ports[0]}", timeout_seconds=5))
        parts.enter_context(stage.vsmart.running(0.1))
        logs = folder / "logs"
        logs.mkdir()
        works = [] if workers == 0 else ["--no-worker"]
        processes = [
            Process(f"gateway-{n}", ("serve", "--node", f"gateway-{n}", *works), _settings(stage, port, workers), logs)
            for n, port in enumerate(ports)
        ]
        world = World(stage, folder, processes, [f"127.0.0.1:{port}" for port in ports])
        parts.callback(lambda: [each.kill() for each in processes])
        for _ in range(workers):
            world.one_more_worker()
        yield world


def _settings(stage: Stage, port: int, workers: int) -> Path:
    """The settings of a gateway that listens there and soon tries again; workers look for lost ones as always."""
    path = stage.folder / f"gateway-{port}.toml"
    lines = stage.settings_file().read_text(encoding="utf-8").splitlines()
    lines = [f'listen = "127.0.0.1:{port}"' if line.startswith("listen = ") else line for line in lines]
    first = 15 if workers else 1
    lines += ["[retry]", f"first_seconds = {first}", f"longest_seconds = {first + 2}"]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
