"""Rounds of shots at one gateway with a worker beside it, until the time is up; what fails is made small and kept."""

import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.fuzz.judge import Judge
from tests.fuzz.shots import Shot, shots
from tests.serving import command, until
from tests.watched import Watched, watched

SHOTS = 200
FOUND = Path(__file__).parent / "found"
_TROUBLE = re.compile(r"Traceback|\b(error|critical) *\]|ERROR|CRITICAL|Exception")
_MOST_TOLD = 1500


@dataclass
class Campaign:
    """What was done, and what was found."""

    judge: Judge
    log: Callable[[], str]
    shots: int = 0
    rounds: int = 0
    found: list[str] = field(default_factory=list)
    _read: int = 0

    def round(self, number: int, most: int = SHOTS) -> None:
        """Shots that follow from the number; the smallest that fails is kept as a file beside this one."""
        last: list[Shot] = []

        @seed(number)
        @settings(
            max_examples=most,
            deadline=None,
            database=None,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        )
        @given(shots())
        def attack(shot: Shot) -> None:
            last[:] = [shot]  # the smallest one comes last
            self.shots += 1
            self.judge.try_out(shot)

        self.rounds += 1
        self.judge.look()
        try:
            attack()
        except BaseException as error:
            if not isinstance(error, Exception):
                raise
            self._keep(last[-1], error)
        self.look_into_log(number)

    def _keep(self, shot: Shot, error: Exception) -> None:
        FOUND.mkdir(exist_ok=True)
        path = FOUND / f"{blake2b(shot.sent, digest_size=6).hexdigest()}.{'cut' if shot.leave else 'whole'}"
        path.write_bytes(shot.sent)
        self.found.append(f"{path.name}: {type(error).__name__}: {str(error)[:_MOST_TOLD]}\n{shot.sent[:_MOST_TOLD]!r}")

    def look_into_log(self, when: object) -> None:
        """Find what the gateway and its worker wrote since the last look that they should not have had to write."""
        text = self.log()
        fresh, self._read = text[self._read :], len(text)
        troubles = [line for line in fresh.splitlines() if _TROUBLE.search(line)]
        if troubles:
            self.found.append(f"log, {when}: {troubles[0][:300]} … {troubles[0][-700:]}")


def recorded() -> list[Shot]:
    """Everything that was found before."""
    return [Shot(path.read_bytes(), path.suffix == ".cut", path.stem) for path in sorted(FOUND.glob("*.*"))]


@contextmanager
def campaign(folder: Path) -> Iterator[Campaign]:
    """A gateway in the folder with a worker beside it, ready to be shot at."""
    with watched(folder, environment={"GATEWAY_LIMITS__MESSAGE_MEGABYTES": "8"}) as gateway, _worker(gateway) as log:
        serve_logs = sorted(folder.glob("serve-*.log"))
        yield Campaign(Judge(gateway), lambda: "".join(each.read_text(errors="replace") for each in [*serve_logs, log]))
        settle(gateway)


def settle(gateway: Watched) -> None:
    """Wait until everything that was accepted is processed."""
    open_runs = (
        "select count(*) from messages where mutation_count > 0 and pk not in"
        " (select message_pk from runs where message_pk is not null and finished_at is not null)"
    )
    until(lambda: gateway.stage.rows(open_runs)[0][0] == 0, seconds=600)


@contextmanager
def _worker(gateway: Watched) -> Iterator[Path]:
    log = gateway.stage.folder / "worker.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command(gateway.stage.settings_file(), "worker"), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield log
    finally:
        process.kill()
        process.wait()


def run(folder: Path, *, seconds: float, first: int, tell: Callable[[str], None]) -> Campaign:
    """Rounds until the time is up."""
    end = time.monotonic() + seconds
    with campaign(folder) as going:
        while time.monotonic() < end:
            known = len(going.found)
            going.round(first + going.rounds)
            for each in going.found[known:]:
                tell(each)
            if going.rounds % 10 == 0:
                tell(f"{going.rounds} rounds, {going.shots} requests, {going.judge.counts}")
    return going
