"""What every test may use."""

import shutil
from pathlib import Path

import pytest

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
    """Leave the browser tests out where there is no browser, and say so at the end."""
    if shutil.which("chromium"):
        return
    left_out = [item for item in items if item.get_closest_marker("browser")]
    items[:] = [item for item in items if item not in left_out]
    config.hook.pytest_deselected(items=left_out)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not shutil.which("chromium"):
        terminalreporter.write_line("There is no Chromium on this machine: the browser tests were left out.")
