"""A gateway as a process of its own that takes what the builders of SOAP messages send, watched from outside."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from gateway import app, clock, migrations, work
from gateway.accounts import suppliers
from gateway.accounts.fingerprints import fingerprint
from gateway.accounts.store import suppliers as store
from gateway.config import LibrarySettings, Settings
from gateway.db import writing
from gateway.install.files import key_file
from tests.serving import free_port, serving
from tests.simulators.wise import WiseSimulator
from tests.soap_desk import SECRET
from tests.stage import Stage

ACCOUNTS = {"supplier": ("123456", ["I200", "I201"]), "other": ("654321", ["I300"])}
_LOGS_OF_REFUSALS = frozenset({"refusals", "audit_count"})


@dataclass
class Watched:
    """One gateway process, with what it keeps and what it needs."""

    stage: Stage
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        """Where messages are sent to."""
        return f"http://{self.stage.settings.listen}/soap/orders"

    def stored(self) -> dict[str, str]:
        """A digest of all that is kept: each table but the logs of refusals, and the files of the data folder."""
        names = [name for (name,) in self.stage.rows("select name from sqlite_master where type = 'table'")]
        tables = {name: self._digest(name) for name in names if name not in _LOGS_OF_REFUSALS}
        folder = self.stage.settings.data_folder
        files = {str(path): str(path.stat().st_size) for path in folder.rglob("*") if path.is_file()}
        return tables | files

    def _digest(self, table: str) -> str:
        rows = self.stage.rows(f'select * from "{table}"')
        return blake2b("\n".join(sorted(map(repr, rows))).encode(), digest_size=12).hexdigest()

    def begin_measuring(self) -> int:
        """Forget the peak of memory so far; what the process holds now, in bytes."""
        with suppress(OSError):
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")
        return self._memory("VmRSS")

    def peak(self) -> int:
        """The most that the process held since `begin_measuring`, in bytes."""
        return self._memory("VmHWM")

    def processor_seconds(self) -> float:
        """How long the process has worked since it began, on any processor."""
        after_name = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")

    def spooled(self) -> int:
        """How many bytes the process holds in files that have no name."""
        total = 0
        for each in Path(f"/proc/{self.process.pid}/fd").iterdir():
            with suppress(OSError):
                total += each.stat().st_size if str(each.readlink()).endswith(" (deleted)") else 0
        return total

    def _memory(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) * 1024


@contextmanager
def watched(
    folder: Path, *, environment: Mapping[str, str] | None = None, options: Sequence[str] = ("--no-worker",)
) -> Iterator[Watched]:
    """A gateway in that folder that serves I200 and I201, with two accounts whose secret is `SECRET`."""
    stage = Stage(folder, WiseSimulator(), _settings(folder))
    database = stage.gateway.database
    try:
        migrations.upgrade(database)
        work.prepare(stage.settings.database)
        _accounts(stage)
        with serving(stage, environment, options=options) as process:
            yield Watched(stage, process)
    finally:
        stage.gateway.close()


def _accounts(stage: Stage) -> None:
    path = key_file(stage.settings.data_folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("11" * 32, encoding="ascii")
    gateway = stage.gateway
    for name, (sender, institutions) in ACCOUNTS.items():
        suppliers.add(gateway.database, gateway.key, name, sender, institutions)
        with writing(gateway.database) as connection:
            store.add_secret(connection, name, fingerprint(gateway.key, name, SECRET), None, clock.now())


def _settings(folder: Path) -> Settings:
    system = app.systems()["vsmart"].Settings
    libraries = []
    for institution in ("I200", "I201"):
        places = {name: folder / institution / name for name in ("in", "out", "reports")}
        for each in places.values():
            each.mkdir(parents=True)
        section = system.model_validate({"folder": places["in"], "acknowledgements": places["out"]})
        libraries.append(
            LibrarySettings(
                institution=institution,
                name=f"Bibliotheek {institution}",
                system="vsmart",
                reports_folder=places["reports"],
                settings=section,
            )
        )
    return Settings(
        public_address="https://gateway.example",
        listen=f"127.0.0.1:{free_port()}",
        data_folder=folder / "data",
        database=f"sqlite:///{folder}/gateway.db",
        library=tuple(libraries),
    )
