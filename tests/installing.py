"""A gateway to install in tests: the real tables and accounts, and a library system that is a folder on disk."""

import csv
import logging
import os
import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar, Self

import sqlalchemy as sa
import structlog
import typer
from click.testing import Result
from pydantic import BaseModel, Field, SecretStr
from typer.testing import CliRunner

import gateway.accounts.store.people
import gateway.accounts.store.suppliers  # noqa: F401  (their tables)
from gateway import db
from gateway.cli import start
from gateway.config import Settings, read
from gateway.errors import ConfigurationError
from gateway.install.fittings import Fittings, Tables
from gateway.orders.model import Kind
from gateway.orders.system import Acknowledgement, LineResult, SystemLine, Workplace
from gateway.reports.model import Layout

MESSAGES = "create table test_messages (id integer)"


class FolderMissing(ConfigurationError):
    message = "The folder {folder} does not exist."
    hint = "Make it, or name another in `folder`."


class FolderClosed(ConfigurationError):
    message = "The folder {folder} cannot be written to."
    hint = "Let the service write there."


class Tokens(BaseModel):
    """Words that our stand-in writes."""

    shipped: str = Field("SH", description="word for shipped")


class FolderSystem:
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "Folder"
    layout: ClassVar[Layout] = Layout.INA
    needs_budget_code: ClassVar[bool] = False
    most_lines: ClassVar[int] = 500
    carries: ClassVar[Mapping[Kind, str]] = {Kind.ORDERED: "as a file"}
    cannot_carry: ClassVar[tuple[str, ...]] = ("parcels",)

    class Settings(BaseModel):
        """A folder that the library system looks into."""

        folder: Path = Field(description="folder that the library system looks into")
        key_env: str | None = Field(None, description="environment variable with the key")
        key_file: Path | None = Field(None, description="or a file with the key")
        password: SecretStr | None = Field(None, description="password of the folder")
        tokens: Tokens = Field(Tokens(), description="words for what no manual tells")

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        assert isinstance(settings, cls.Settings)
        return cls(settings.folder)

    def check(self) -> None:
        if not self.folder.is_dir():
            raise FolderMissing(folder=self.folder)
        if not os.access(self.folder, os.W_OK, effective_ids=True):
            raise FolderClosed(folder=self.folder)

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        return []

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        return []

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None: ...


class BudgetSystem(FolderSystem):
    """Keeps `OrderSystem`."""

    label = "Budget"
    layout = Layout.AFO291
    needs_budget_code = True


@dataclass(frozen=True, slots=True)
class Rows:
    """What reading one file did."""

    taken: int
    refused: tuple[str, ...] = ()


def _upgrade(database: sa.Engine) -> None:
    db.metadata.create_all(database)
    with db.writing(database) as connection:
        connection.exec_driver_sql(MESSAGES.replace("table", "table if not exists"))
        connection.exec_driver_sql("create table if not exists rows_read (what text, institution text, code text, "
                                   "primary key (what, institution, code))")  # fmt: skip


def _exist(database: sa.Engine) -> bool:
    return sa.inspect(database).has_table("test_messages")


def _messages(database: sa.Engine) -> int:
    with db.reading(database) as connection:
        return int(connection.exec_driver_sql("select count(*) from test_messages").scalar_one())


def _drop(database: sa.Engine) -> None:
    db.metadata.drop_all(database)


def _reader(what: str) -> Any:
    def take_in(database: sa.Engine, institution: str, path: Path) -> Rows:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file, delimiter=";"))
        good = [row[0] for row in rows if len(row) == 2]
        with db.writing(database) as connection:
            for code in good:
                connection.execute(
                    sa.text("insert into rows_read values (:w, :i, :c) on conflict do nothing"),
                    {"w": what, "i": institution, "c": code},
                )
        bad = tuple(f"line {number}: two columns are needed" for number, row in enumerate(rows, 1) if len(row) != 2)
        return Rows(len(good), bad)

    return take_in


def fittings() -> Fittings:
    """Everything real but the library systems, the order tables and what reads files."""
    systems = {"folder": FolderSystem, "budget": BudgetSystem}
    sections = {name: system.Settings for name, system in systems.items()}
    return Fittings(
        systems=systems,
        read_settings=lambda path: read(path, sections),
        open_database=db.engine,
        tables=Tables(upgrade=_upgrade, exist=_exist, are_newest=_exist, drop=_drop, messages=_messages),
        imports={what: _reader(what) for what in ("branches", "budget-codes", "open-orders")},
        library_system=lambda settings, library: systems[library.system].from_settings(
            library.settings, Workplace(library.library(), "", settings.data_folder)
        ),
    )


WSDL = (
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"'
    ' targetNamespace="urn:bestelsync:orders:1"><service name="OrderMutations"><port>'
    '<soap:address location="{address}/soap/orders"/></port></service></definitions>'
)


class Door(BaseHTTPRequestHandler):
    """Answers as the gateway's own address does, or wrongly in one way."""

    answer = WSDL
    status = 200

    def do_GET(self) -> None:
        address = f"http://127.0.0.1:{self.server.server_address[1]}"
        body = self.answer.replace("{address}", address).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None: ...


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(answer: str = WSDL, status: int = 200) -> Iterator[int]:
    door = type("OneDoor", (Door,), {"answer": answer, "status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), door) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def quiet() -> Iterator[None]:
    """Keep log lines out of what a command answers, as the real command line does."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**before)


@dataclass(frozen=True, slots=True)
class Chosen:
    config: Path
    as_json: bool


@dataclass(slots=True)
class Installation:
    """A place to install in, and the command line to do it with."""

    home: Path
    listen: str = field(default_factory=lambda: f"127.0.0.1:{free_port()}")
    given: Fittings = field(default_factory=fittings)

    @property
    def config(self) -> Path:
        return self.home / "etc" / "gateway.toml"

    @property
    def folder(self) -> Path:
        return self.home / "var"

    @property
    def drop(self) -> Path:
        return self.home / "drop"

    @property
    def flags(self) -> list[str]:
        return [
            "init", "--yes", "--listen", self.listen, "--folder", str(self.folder),
            "--library", "I201:Bibliotheek Voorbeeld:folder",
            "--set", f"I201.folder={self.drop}",
        ]  # fmt: skip

    def run(self, *arguments: str, answers: str | None = None, as_json: bool = False) -> Result:
        app = typer.Typer()

        @app.callback()
        def chosen(context: typer.Context) -> None:
            context.obj = Chosen(self.config, as_json)

        start.register(app, lambda: self.given)
        with quiet():
            return CliRunner().invoke(app, list(arguments), input=answers)

    def init(self, *more: str) -> Result:
        result = self.run(*self.flags, *more)
        assert result.exception is None, result.output
        return result

    def settings(self) -> Settings:
        return self.given.read_settings(self.config)

    def paths(self) -> set[Path]:
        return set(self.home.rglob("*"))
