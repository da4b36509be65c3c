"""The simulated library systems as the demonstration starts them."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.simulators.vsmart import VSmartSimulator
from tests.simulators.wise import WiseSimulator

_WISE = WiseSimulator()
WISE = {"user": _WISE.user, "application_name": _WISE.application_name, "api_id": _WISE.api_id}
"""What the installer is told of it: keys of the settings' section."""
SECRETS = {"wise.password": _WISE.password, "wise.key": _WISE.api_key}


@contextmanager
def wise_running() -> Iterator[str]:
    """A simulated Wise on a free port; gives its address."""
    _WISE.up(0)
    try:
        yield _WISE.address
    finally:
        _WISE.down()


@contextmanager
def vsmart_running(folder: Path) -> Iterator[None]:
    """A simulated V-Smart that takes from `in` and answers in `out`, ten times a second."""
    stop = threading.Event()

    def step() -> None:
        while not stop.wait(0.1):
            if (folder / "in").is_dir() and (folder / "out").is_dir():
                simulated.step()

    simulated = VSmartSimulator(folder / "in", folder / "out")
    thread = threading.Thread(target=step, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
