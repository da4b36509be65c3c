"""A machine, database or library system that fails under a running gateway: `busy`, never a false receipt."""

import ctypes
import os
import resource
import socket
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from gateway.db import writing
from gateway.install.files import key_file
from gateway.money import Cents
from gateway.orders.model import Kind
from gateway.orders.settling import DeliveryDesk
from gateway.orders.waiting import Line
from tests import databases
from tests.builders import a_mutation
from tests.serving import (
    a_stage_to_serve,
    command,
    finished,
    log_of,
    pushed,
    pushed_in_spite_of_all,
    sent,
    serving,
    until,
)
from tests.simulators.wise import Behaviour
from tests.stage import Stage

QUICK = {"GATEWAY_RETRY__FIRST_SECONDS": "1", "GATEWAY_DATABASE_WAIT_SECONDS": "0.5"}
NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
Healthy = tuple[Stage, subprocess.Popen[bytes]]
Ailment = Callable[[Stage, subprocess.Popen[bytes]], Iterator[None]]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage_to_serve(tmp_path, timeout_seconds=2) as stage:
        yield stage


def _locked(stage: Stage, _process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Another program holds the database, longer than we wait."""
    with closing(sqlite3.connect(_file(stage), isolation_level=None)) as other:
        until(lambda: _could(other, "begin immediate"))
        yield


def _no_room(_stage: Stage, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """No file can grow any more: what a full disk is to the process, without needing a disk of its own."""
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1, resource.RLIM_INFINITY))
    yield
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)


def _gone(stage: Stage, _process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The database is moved away under the gateway, and comes back."""
    _move(_file(stage), stage.folder / "away.db")
    yield
    assert not _file(stage).exists(), "a new database was made in the place of the one that is gone"
    _move(stage.folder / "away.db", _file(stage))


def _garbage(stage: Stage, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Something that is no database stands in its place."""
    _move(_file(stage), stage.folder / "away.db")
    _file(stage).write_bytes(b"no database" * 5_000)
    yield
    _move(stage.folder / "away.db", _file(stage))


def _another(stage: Stage, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """An empty database stands in its place."""
    _move(_file(stage), stage.folder / "away.db")
    with closing(sqlite3.connect(_file(stage))) as other:
        other.execute("vacuum")
    yield
    for leftover in stage.folder.glob("gateway.db*"):
        leftover.unlink()
    _move(stage.folder / "away.db", _file(stage))


def _folder_in_its_place(stage: Stage, process: subprocess.Popen[bytes]) -> Iterator[None]:
    """It cannot even be opened."""
    _move(_file(stage), stage.folder / "away.db")
    _file(stage).mkdir()
    yield
    _file(stage).rmdir()
    _move(stage.folder / "away.db", _file(stage))


def _read_only(stage: Stage, _process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The gateway's user may no longer write to the database, nor to its folder."""
    parts = [*stage.folder.glob("gateway.db*"), stage.folder]
    for part in parts:
        part.chmod(0o555)
    yield
    for part in reversed(parts):
        part.chmod(0o755)


def _server_stopped(_stage: Stage, _process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The database server breaks every connection and takes no new one."""
    databases.the_server().stop()
    try:
        yield
    finally:
        databases.the_server().start()


def _server_read_only(_stage: Stage, _process: subprocess.Popen[bytes]) -> Iterator[None]:
    """The database server takes no writes, as one that only follows another."""
    server = databases.the_server()
    server.set("default_transaction_read_only", "on")
    try:
        yield
    finally:
        server.set("default_transaction_read_only", "off")


def _as_anyone() -> None:
    """Leave root, where tests run as root, its files but not its right to pass over modes."""
    for may_pass_over_modes in (1, 2):
        ctypes.CDLL(None).prctl(24, may_pass_over_modes, 0, 0, 0)


OF_A_FILE = (_locked, _read_only, _no_room, _gone, _garbage, _another, _folder_in_its_place)
OF_A_SERVER = (_server_stopped, _server_read_only)


@pytest.mark.parametrize(
    "ailment",
    [
        *(pytest.param(each, marks=pytest.mark.sqlite_only) for each in OF_A_FILE),
        *(pytest.param(each, marks=pytest.mark.postgresql_only) for each in OF_A_SERVER),
    ],
)
def test_supplier_is_told_busy_and_never_gets_a_receipt_while_nothing_can_be_stored(
    healthy: Healthy, ailment: Ailment
) -> None:
    stage, process = healthy
    name = ailment.__name__
    mutation = a_mutation(mutation_id=f"M{name}", order_number=f"B{name}"[:20])
    waiting = a_mutation(mutation_id=f"W{name}", order_number=f"W{name}"[:20])
    before = _reports(stage)
    pushed(stage, f"W{name}", waiting)
    with contextmanager(ailment)(stage, process):
        for _ in range(3):
            answer = sent(stage, mutation, message_id=f"DAY{name}")
            assert (answer.status, answer.text("code")) == (503, "busy"), answer.body
            assert int(answer.headers["Retry-After"]) > 0
            assert "same messageId" in (answer.text("hint") or "")
    receipt = pushed_in_spite_of_all(stage, f"DAY{name}", mutation)
    assert receipt.new_count == 1
    until(finished(stage, before + 2))
    assert pushed(stage, f"DAY{name}", mutation) == receipt
    outcomes = stage.outcomes()
    assert [outcomes[each.mutation_id].split()[0][:7] for each in (waiting, mutation)] == ["APPLIED"] * 2
    stage.vsmart.step()
    entered = Counter(entry.order for entry in stage.vsmart.entered)
    assert entered[waiting.order_number] == entered[mutation.order_number] == 1
    log = log_of(stage)
    assert "soap.busy" in log and "Traceback" not in log


@pytest.mark.sqlite_only
def test_run_that_is_stopped_by_a_full_disk_goes_on_when_there_is_room(stage: Stage) -> None:
    mutations = [a_mutation(mutation_id=f"M-{line}", order_line=str(line), net_price=Cents(1)) for line in range(30)]
    with serving(stage, QUICK) as process:
        for number in range(3):
            pushed(stage, f"DAY-{number}", *mutations[10 * number : 10 * number + 10])
        until(lambda: stage.rows("select count(*) from runs")[0][0] > 0)
        with contextmanager(_no_room)(stage, process):
            for _ in range(5):
                assert sent(stage, a_mutation(), message_id="DAY-9").status == 503
        until(finished(stage, 3))
    assert set(stage.outcomes().values()) == {"APPLIED"}
    stage.vsmart.step()
    assert sorted(int(entry.line) for entry in stage.vsmart.entered) == list(range(30))


@pytest.mark.sqlite_only
def test_disk_that_really_is_full_makes_busy_and_reports_follow_once_there_is_room(tmp_path: Path) -> None:
    alone = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    try:
        subprocess.run([*alone, "mount", "-t", "tmpfs", "tmpfs", tmp_path], check=True, capture_output=True, text=True)
    except (OSError, subprocess.CalledProcessError) as error:
        reason = getattr(error, "stderr", "") or error
        pytest.skip(f"this machine lets nobody mount a small disk ({reason}); the limit on file size stands in for it")
    asked = [*alone, sys.executable, "-m", "tests.on_a_small_disk", str(tmp_path)]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("behaviour", "at_first", "rows"),
    [
        (Behaviour.BUSY, "WAITING system-unavailable", 1),
        (Behaviour.SLOW, "APPLIED", 1),
        (Behaviour.REFUSE, "APPLIED_WITH_WARNING system-refused", 0),
        (Behaviour.FORBID, "WAITING system-unavailable", 1),
        (Behaviour.NONSENSE, "APPLIED_WITH_WARNING delivery-uncertain", 1),
        (Behaviour.LATE, "APPLIED_WITH_WARNING delivery-uncertain", 1),
        (Behaviour.LOSE, "APPLIED_WITH_WARNING delivery-uncertain", 1),
        (None, "WAITING system-unavailable", 1),
    ],
    ids=lambda value: "down" if value is None else str(value),
)
def test_ailing_library_system_is_told_in_the_report_and_gets_nothing_twice(
    healthy: Healthy, behaviour: Behaviour | None, at_first: str, rows: int
) -> None:
    stage, _ = healthy
    number = stage.sent
    order = f"B{number}"
    before = _reports(stage)
    with _ailing(stage, behaviour):
        pushed(stage, f"DAY-{number}", a_mutation(mutation_id=order, order_number=order), institution="I201")
        until(lambda: order in stage.outcomes())
        assert stage.outcomes()[order] == at_first
        until(finished(stage, before + 1))
        assert "DE BOEKEN" in stage.reports("I201")[-1]
    later = f"{order}-later"
    shipped = a_mutation(Kind.SHIPPED, hour=1, mutation_id=later, order_number=order)
    pushed(stage, f"DAY-{number}-later", shipped, institution="I201")
    if at_first.endswith("uncertain"):
        until(lambda: stage.outcomes().get(later) == "WAITING behind-uncertain")
        desk = DeliveryDesk(stage.gateway.database, stage.gateway.release, by="anna")
        desk.settle(Line("I201", order), arrived=True)
    until(lambda: stage.outcomes().get(later) == "APPLIED")
    assert stage.outcomes()[order] == ("APPLIED" if at_first.startswith("WAITING") else at_first)
    taken = [row.message_type for row in stage.wise.rows if row.order == order]
    assert taken == ["ORDER"] * rows + ["SHIPPING"]


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory, database: str) -> Iterator[Healthy]:
    before = _as_anyone if database == "sqlite" else None
    with (
        a_stage_to_serve(tmp_path_factory.mktemp("gateway"), timeout_seconds=2) as stage,
        serving(stage, QUICK, before=before) as process,
    ):
        yield stage, process


@contextmanager
def _ailing(stage: Stage, behaviour: Behaviour | None) -> Iterator[None]:
    if behaviour is None:
        stage.wise.down()
    else:
        stage.wise.behaviour = behaviour
    yield
    stage.wise.behaviour = Behaviour.NORMAL
    if behaviour is None:
        stage.wise.up()


def test_sixty_four_slow_heads_and_as_many_slow_bodies_hold_up_nobody(healthy: Healthy) -> None:
    stage, _ = healthy
    host, _, port = stage.settings.listen.rpartition(":")
    head = b"POST /soap/orders HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
    with ExitStack() as opened:
        slow = [opened.enter_context(socket.create_connection((host, int(port)), timeout=20)) for _ in range(128)]
        for place, each in enumerate(slow):
            each.sendall(head if place % 2 else head + b"Content-Length: 100000\r\n\r\n<")
        for _ in range(3):
            for place, each in enumerate(slow):
                each.sendall(b"X: y\r\n" if place % 2 else b"a")
            # None of them comes to its end, so this one waited for none of them.
            assert sent(stage, a_mutation(), institution="I202").status == 200


GARBAGE = (lambda stage: _garbage_instead(stage), "file is not a database", "from a backup")
NO_FILE = (lambda stage: _file(stage).unlink(), "does not exist", "backup")


@pytest.mark.parametrize(
    ("broken", "says", "remedy"),
    [
        (lambda stage: stage.settings_file().write_text("listen = 8080"), "public_address: ", "Mend the keys"),
        (lambda stage: _run(stage, "update alembic_version set version_num = '0002'"), "not those", "db upgrade"),
        (lambda stage: key_file(stage.settings.data_folder).unlink(), "own key", "from a backup"),
        pytest.param(*GARBAGE, marks=pytest.mark.sqlite_only),
        pytest.param(*NO_FILE, marks=pytest.mark.sqlite_only),
    ],
    ids=["wrong settings", "an older database", "no key", "garbage", "no database"],
)
def test_serve_that_cannot_start_says_why_and_what_to_do(
    stage: Stage, broken: Callable[[Stage], object], says: str, remedy: str
) -> None:
    settings = stage.settings_file()
    stage.gateway.database.dispose()
    broken(stage)
    _is_refused(settings, says, remedy)


def test_serve_on_an_address_that_is_taken_says_so(stage: Stage) -> None:
    host, _, port = stage.settings.listen.rpartition(":")
    with socket.create_server((host, int(port))):
        _is_refused(stage.settings_file(), "cannot listen on", "choose another `listen`")


def _is_refused(settings: Path, says: str, remedy: str) -> None:
    done = subprocess.run(command(settings, "serve"), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2, done.stderr
    assert says in done.stderr and remedy in done.stderr
    assert "Traceback" not in done.stderr and len(done.stderr.splitlines()) <= 8, done.stderr


def _garbage_instead(stage: Stage) -> None:
    for leftover in stage.folder.glob("gateway.db-*"):
        leftover.unlink()
    _file(stage).write_bytes(b"no database" * 5_000)


def _reports(stage: Stage) -> int:
    return int(stage.rows("select count(*) from runs where report is not null")[0][0])


def _run(stage: Stage, statement: str) -> None:
    with writing(stage.gateway.database) as connection:
        connection.exec_driver_sql(statement)
    stage.gateway.database.dispose()


def _could(connection: sqlite3.Connection, statement: str) -> bool:
    try:
        connection.execute(statement)
    except sqlite3.OperationalError:
        return False
    return True


def _file(stage: Stage) -> Path:
    return stage.folder / "gateway.db"


def _move(database: Path, to: Path) -> None:
    """Move a database with the files that belong to it."""
    for ending in ("", "-wal", "-shm"):
        part = database.with_name(database.name + ending)
        if part.exists():
            part.replace(to.with_name(to.name + ending))
