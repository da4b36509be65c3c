"""The command line as an operator meets it: real commands on the database of a stage, in this process."""

from collections.abc import Callable

import pytest

from gateway import cli
from tests.stage import Stage

Command = Callable[..., tuple[int, str, str]]
"""Runs one command; gives its exit status, stdout and stderr."""


def commands_of(stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The commands of a stage's gateway."""
    monkeypatch.setenv("GATEWAY_CONFIG", str(stage.settings_file()))

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["gateway", *arguments])
        capsys.readouterr()
        try:
            cli.main()
            status = 0
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return status, said.out, said.err

    return run
