"""What every test may use."""

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
