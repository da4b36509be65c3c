"""Memory of a process and its children, from /proc; looked at often, so that children that live shortly are seen."""

import threading
from pathlib import Path

_LOOK_EVERY_SECONDS = 0.05


class Watch:
    """Watches a process tree from its making until `stop`."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._peak = 0
        self._over = threading.Event()
        self._looking = threading.Thread(target=self._look, daemon=True)
        self._looking.start()

    def now_megabytes(self) -> float:
        """What all of them hold now."""
        return sum(_kilobytes(pid, "VmRSS") for pid in _tree(self._root)) / 1024

    def peak_megabytes(self) -> float:
        """The most that processes alive at one moment ever held, each at its own highest: rather too high."""
        self._note()
        return self._peak / 1024

    def forget(self) -> None:
        """Begin a new peak: what was held before and given back does not count any more."""
        for pid in _tree(self._root):
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._peak = 0

    def stop(self) -> None:
        """Look no more."""
        self._over.set()
        self._looking.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_EVERY_SECONDS):
            self._note()

    def _note(self) -> None:
        self._peak = max(self._peak, sum(_kilobytes(pid, "VmHWM") for pid in _tree(self._root)))


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                found += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def _kilobytes(pid: int, name: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
