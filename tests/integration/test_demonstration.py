"""`gateway demo`: one at a time in a folder, and nothing promised that has ended."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.demo.place import NotOurs, RunsAlready, alone

ENDED = "The gateway has ended; the reports stay. `make run` keeps it up to log in and push."


def run(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway", "demo", "--once", "--folder", str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_demonstration_that_ended_names_its_reports_and_no_address_to_go_to(tmp_path: Path) -> None:
    done = run(tmp_path / "rehearsal")
    assert done.returncode == 0, done.stderr
    *_, last = done.stdout.splitlines()
    assert last == ENDED
    after = done.stdout.partition("The processing reports")[2]
    assert "http://" not in after and "password" not in after
    reports = [Path(line.strip()) for line in after.splitlines() if line.endswith(".txt")]
    assert len(reports) == 2 and all(report.is_file() for report in reports)


def test_a_second_demonstration_in_the_same_folder_is_refused_and_touches_nothing(tmp_path: Path) -> None:
    with alone(tmp_path / "rehearsal"):
        data = tmp_path / "rehearsal" / "gateway.db"
        data.write_text("data of the one that runs")
        done = run(tmp_path / "rehearsal")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"A rehearsal runs in {tmp_path}/rehearsal/ already." in done.stderr
        assert "End it with Ctrl-C, or choose another place with --folder." in done.stderr
        assert data.read_text() == "data of the one that runs"


def test_a_gateway_that_its_demonstration_left_behind_keeps_others_out(tmp_path: Path) -> None:
    with alone(tmp_path / "rehearsal") as lock:
        left_behind = subprocess.Popen(["sleep", "60"], pass_fds=[lock])
    try:
        with pytest.raises(RunsAlready), alone(tmp_path / "rehearsal"):
            pass
    finally:
        left_behind.kill()
        left_behind.wait()
    with alone(tmp_path / "rehearsal"):
        pass


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(NotOurs), alone(tmp_path):
        pass
    assert (tmp_path / "thesis.txt").exists()
