"""One storm from beginning to end: senders push while processes die, then calm, then the proof."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash.days import KNOWN_LATER, LAST_EVENTS_AFTER, LIBRARIES, Fate, Storm
from tests.crash.killing import Reaper, until
from tests.crash.loss import Losses
from tests.crash.person import Person
from tests.crash.proof import Diaries, Proof, kept_and_offered
from tests.crash.sender import Door, status_request
from tests.crash.world import ROOT, World, a_world
from tests.stage import BRANCHES

CALM_SECONDS = 600
"""How long everything may take to be done once nobody is killed any more."""
UNDER_WAY = (
    "select 1 from deliveries where state = 'uncertain' limit 1",
    "select 1 from settlements where told_in is null limit 1",
    "select 1 from runs where finished_at is null limit 1",
)
"""What there is as long as a person has to look, or what was found is not reported."""


@dataclass(frozen=True)
class Asked:
    """What kind of storm."""

    minutes: float
    seed: int
    senders: int
    database: str
    gateways: int
    workers: int
    most_often: int = 8
    """So many times a process may reach a step before it ends there."""


@dataclass
class Outcome:
    """What came of it."""

    asked: Asked
    folder: Path
    ended: dict[str, int]
    figures: dict[str, int]
    breaches: list[str] = field(default_factory=list)
    seconds: float = 0
    stood_still_seconds: float = 0
    """The longest time that a library waited for another worker after one was lost."""


def weather(asked: Asked, folder: Path, tell: Callable[[str], None]) -> Outcome:
    """Let a storm go over a world in this folder, and prove."""
    began = time.monotonic()
    with a_world(folder, asked.database, asked.gateways, asked.workers) as world:
        storm = Storm(asked.seed, asked.senders)
        reaper = Reaper(world, asked.seed, asked.most_often)
        door = Door(world.addresses, world.stage.secret, Random(asked.seed))
        losses = Losses(world, reaper, asked.seed) if asked.workers > 1 else None
        reaper.begin()
        with _senders(asked, world) as senders:
            _blow(asked, world, reaper, losses, tell)
            last = Diaries.read(folder).last_round + LAST_EVENTS_AFTER
            (folder / "last-round").write_text(str(last))
            tell(f"the last round is {last}")
            gone = until(lambda: Diaries.read(folder).last_round >= last, CALM_SECONDS, reaper.go_round)
            reaper.rest()
            gone &= until(lambda: all(each.poll() is not None for each in senders), CALM_SECONDS)
        tell("calm: everybody lives, what is left is done")
        proof = Proof(storm, world, door, Diaries.read(folder))
        person = Person(world)
        calm = until(lambda: _is_done(proof), CALM_SECONDS, person.look)
        tell("the proof")
        proof = Proof(storm, world, door, proof.diaries)
        proof.breaches += reaper.breaches
        proof.check(gone, "the senders did not come to an end")
        proof.check(calm, f"not everything was done {CALM_SECONDS} s after the last kill")
        proof.prove()
        proof.figures["of these not in Wise, delivered again"] = person.not_found
    figures = {name.replace("_", " "): number for name, number in proof.diaries.counts.items()} | proof.figures
    stood_still = losses.longest_seconds if losses else 0
    ended = dict(reaper.ended)
    figures |= reaper.trouble
    return Outcome(asked, folder, ended, figures, proof.breaches, time.monotonic() - began, stood_still)


def _blow(asked: Asked, world: World, reaper: Reaper, losses: Losses | None, tell: Callable[[str], None]) -> None:
    """Kill until the time is over, counted from the first receipt."""
    until(lambda: bool(Diaries.read(world.folder).receipts), CALM_SECONDS, reaper.go_round)
    began, told, lists = time.monotonic(), 0.0, False
    while (now := time.monotonic() - began) < asked.minutes * 60:
        reaper.go_round()
        if asked.database == "postgresql":
            reaper.restart_the_database()
        if losses:
            losses.look()
        if now > asked.minutes * 20 and not lists:
            lists = _tell_the_branch(world)
        if now - told > 10:
            told = now
            messages, ends = len(Diaries.read(world.folder).receipts), sum(reaper.ended.values())
            tell(f"{now:5.0f} s: {messages} messages kept, {ends} ends")
        time.sleep(0.05)
    if losses:
        losses.finish()


def _tell_the_branch(world: World) -> bool:
    """Have the libraries tell of a branch, as staff do it; whether both did."""
    rows = "".join(f"{theirs};{ours};\n" for theirs, ours in (BRANCHES | {KNOWN_LATER: "2019"}).items())
    file = world.folder / "branches.csv"
    file.write_text("supplier_branch;branch;name\n" + rows)
    settings = str(world.processes[0].settings)
    asked = [sys.executable, "-m", "gateway", "--config", settings, "branches", "import", str(file), "--library"]
    done = [subprocess.run([*asked, library], cwd=ROOT, capture_output=True, check=False) for library in LIBRARIES]
    return all(each.returncode == 0 for each in done)


@contextmanager
def _senders(asked: Asked, world: World) -> Iterator[list["subprocess.Popen[bytes]"]]:
    own = [sys.executable, "-m", "tests.crash.sender", str(asked.seed), str(asked.senders)]
    rest = [world.stage.secret, str(world.folder), *world.addresses]
    started = [subprocess.Popen([*own, str(number), *rest], cwd=ROOT) for number in range(asked.senders)]
    try:
        yield started
    finally:
        for each in started:
            each.kill()
            each.wait()


def _is_done(proof: Proof) -> bool:
    """Whether every message is processed, every report offered, nothing uncertain, and only what must still waits."""
    if any(proof.world.stage.rows(statement) for statement in UNDER_WAY):
        return False
    kept, offered = kept_and_offered(proof.world)
    if kept.keys() != offered.keys():
        return False
    for message in reversed(proof.messages.values()):
        answer = proof.door.post(status_request(message.message_id))
        waits = sum(told.fate is Fate.WAITING for told in message.told)
        if answer is None or b">PROCESSED<" not in answer.body:
            return False
        if answer.body.count(b"<outcome>WAITING</outcome>") > waits:
            return False
    return True
