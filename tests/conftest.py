"""What every test may use."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the rule.
settings.register_profile("gateway", deadline=None)
settings.load_profile("gateway")

GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--golden", action="store_true", help="rewrite the golden files; review the diff like code")


class Golden:
    """Compares with a file beside the tests, or rewrites it."""

    def __init__(self, rewrite: bool) -> None:
        self.rewrite = rewrite

    def agrees(self, name: str, content: bytes) -> None:
        file = GOLDEN / name
        if self.rewrite:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        assert content.decode("utf-8") == file.read_bytes().decode("utf-8"), f"{name} differs; see `make golden`"


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    return Golden(request.config.getoption("--golden"))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests whose program is not on this machine, and say so at the end."""
    left_out = [item for item in items if not all(map(_is_there, _needed(item)))]
    items[:] = [item for item in items if item not in left_out]
    config.stash[_MISSING] = sorted({name for item in left_out for name in _needed(item) if not _is_there(name)})
    config.hook.pytest_deselected(items=left_out)


_MISSING = pytest.StashKey[list[str]]()


def _needed(item: pytest.Item) -> list[str]:
    """The programs that a test needs beside Python."""
    browser = ["chromium"] if item.get_closest_marker("browser") else []
    return browser + [marker.args[0] for marker in item.iter_markers("program")]


@cache
def _is_there(program: str) -> bool:
    if "::" in program:  # a module of Perl
        asked = ["perl", f"-M{program}", "-e", "1"]
        return _is_there("perl") and subprocess.run(asked, capture_output=True).returncode == 0
    return shutil.which(program, path=os.environ["PATH"] + ":/usr/sbin") is not None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    missing = config.stash.get(_MISSING, [])
    if missing:
        terminalreporter.write_line(f"Not on this machine, so their tests were left out: {', '.join(missing)}.")
