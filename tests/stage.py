"""A whole gateway in a temporary folder, with its two library systems simulated: pushed to over SOAP, run by hand.

Everything is the real thing but two: requests reach the WSGI application without a socket, and runs are started by
the test instead of by a worker, so that a test can look in between.
"""

import base64
import io
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from lxml import etree

from gateway import app, clock, migrations, serving, work
from gateway.accounts import suppliers
from gateway.app import Gateway
from gateway.config import LibrarySettings, Settings
from gateway.db import reading, writing
from gateway.install.files import key_file
from gateway.money import Cents
from gateway.orders import processing
from gateway.orders.budgets import BudgetMapping
from gateway.orders.model import BudgetCode, Control, MessageHeader, Mutation
from gateway.orders.store import codes
from gateway.supplier.message import Day, control, envelope_xml
from tests import databases
from tests.simulators.vsmart import VSmartSimulator
from tests.simulators.wise import WiseSimulator

SENDER = "000002"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
NS = {"o": "urn:bestelsync:orders:1"}
BRANCHES = {"01": "2011", "02": "2012"}
BUDGETS = (
    BudgetCode("JF", "Jeugd fictie", 2026, initial=Cents(100_000), warning_percent=10),
    BudgetCode("VR", "Volwassen romans", 2026, initial=Cents(100_000)),
)
MAPPINGS = (BudgetMapping("JEUGD", "JF"), BudgetMapping("VOLW", "VR"))


@dataclass
class Answer:
    """What came back for one request."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str | None:
        """The text of the first element of that name."""
        found = etree.fromstring(self.body).find(f".//{{*}}{name}")
        return None if found is None else found.text

    @property
    def receipt(self) -> bytes:
        """The receipt element as sent."""
        start = self.body.index(b"<receipt")
        return self.body[start : self.body.index(b"</receipt>") + len(b"</receipt>")]


@dataclass
class Stage:
    """One gateway with a Wise library I201 and a V-Smart library I202."""

    folder: Path
    wise: WiseSimulator
    settings: Settings
    secret: str = ""
    sent: int = 0
    hours: int = 0
    vsmart: VSmartSimulator = field(init=False)

    def __post_init__(self) -> None:
        self.vsmart = VSmartSimulator(self.folder / "vsmart" / "in", self.folder / "vsmart" / "out")

    @cached_property
    def gateway(self) -> Gateway:
        """The gateway, opened once."""
        return app.open_gateway(self.settings)

    @cached_property
    def doors(self) -> Callable[..., Any]:
        """What is served."""
        return serving.doors(self.gateway)

    def restart_with(self, institution: str, system: str, **section: Any) -> None:
        """Start again with another library system, or another section of the same one, for one library."""
        model = app.systems()[system].Settings.model_validate(section)
        libraries = tuple(
            each.model_copy(update={"system": system, "settings": model}) if each.institution == institution else each
            for each in self.settings.library
        )
        self.gateway.close()
        for cached in ("gateway", "doors"):
            self.__dict__.pop(cached, None)
        self.settings = self.settings.model_copy(update={"library": libraries})

    def day(self, *mutations: Mutation, institution: str = "I202", message_id: str = "", **header: Any) -> Day:
        """A message of these mutations, with right control totals unless told otherwise."""
        self.sent += 1
        values: dict[str, Any] = {
            "message_id": message_id or f"MSG-{self.sent}",
            "message_number": None,
            "test": False,
            "sender": SENDER,
            "customer_number": "100200",
            "institution": institution,
            "created_at": datetime(2026, 3, 10, 18, tzinfo=UTC),
            "period_from": None,
            "period_to": None,
            "control": control(mutations),
        }
        return Day(MessageHeader(**(values | header)), lambda: iter(mutations))

    def push(self, *mutations: Mutation, **header: Any) -> Answer:
        """Push these mutations as one message."""
        return self.post(b"".join(envelope_xml(self.day(*mutations, **header), SOAP11)))

    def post(self, body: bytes, *, secret: str | None = None, **environ: Any) -> Answer:
        """Send one SOAP 1.1 request with the supplier's account."""
        credentials = base64.b64encode(f"supplier:{secret or self.secret}".encode()).decode()
        started: list[tuple[str, list[tuple[str, str]]]] = []
        asked = {
            "REQUEST_METHOD": "POST", "PATH_INFO": "/soap/orders", "QUERY_STRING": "", "SCRIPT_NAME": "",
            "CONTENT_TYPE": "text/xml; charset=utf-8", "CONTENT_LENGTH": str(len(body)), "REMOTE_ADDR": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Basic {credentials}", "SERVER_NAME": "localhost", "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.url_scheme": "http",
        }  # fmt: skip
        content = b"".join(self.doors(asked | environ, lambda *started_with: started.append(started_with)))
        status, headers = started[0]
        return Answer(int(status.split()[0]), content, dict(headers))

    def process(self) -> None:
        """Run everything that is queued, as a worker would."""
        workshop = app.workshop(self.gateway)
        for institution, pk in self.rows(
            "select institution, pk from messages where pk not in"
            " (select message_pk from runs where message_pk is not null and finished_at is not null) order by pk"
        ):
            processing.run(workshop, institution, pk)

    def release(self, institution: str = "I202") -> None:
        """Look at everything that waits in a library, as the gateway does every hour; each time an hour later."""
        self.hours += 1
        with clock.pretending(clock.now() + timedelta(hours=self.hours)):
            processing.run(app.workshop(self.gateway), institution, None)

    def outcomes(self) -> dict[str, str]:
        """Per mutation the newest outcome, with its first code."""
        rows = self.rows(
            "select mutation_id, outcome, findings from outcomes"
            " join mutations on mutations.pk = mutation_pk where standing = 'NEW' order by run_pk"
        )
        return {
            mutation: " ".join((outcome, *(code for code, _ in json.loads(findings)[:1])))
            for mutation, outcome, findings in rows
        }

    def rows(self, statement: str) -> Sequence[Any]:
        """What the database says; for looking, not for changing."""
        with reading(self.gateway.database) as connection:
            return connection.exec_driver_sql(statement).all()

    def settings_file(self) -> Path:
        """The settings as a file, for processes of their own."""
        path = self.folder / "gateway.toml"
        values = {
            "public_address": self.settings.public_address, "listen": self.settings.listen,
            "data_folder": str(self.settings.data_folder), "database": self.settings.database,
        }  # fmt: skip
        lines = [f'{key} = "{value}"' for key, value in values.items()]
        for library in self.settings.library:
            plain = {"institution": library.institution, "name": library.name, "system": library.system}
            lines += ["[[library]]", *(f'{key} = "{value}"' for key, value in plain.items())]
            lines += [f'reports_folder = "{library.reports_folder}"', f"[library.{library.system}]"]
            section = library.settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True)
            lines += [f"{key} = {json.dumps(value)}" for key, value in section.items()]
        path.write_text("\n".join(lines), encoding="utf-8")
        return path

    def reports(self, institution: str, ending: str = "txt") -> list[str]:
        """The reports that the library system may read, oldest first."""
        found = sorted(
            (self.folder / "out" / institution).glob(f"*.{ending}"), key=lambda path: path.stat().st_mtime_ns
        )
        return [path.read_text(encoding="utf-8-sig") for path in found]


@contextmanager
def a_stage(
    folder: Path, *, start_date: date | None = None, listen: str = "127.0.0.1:8080", **wise_settings: Any
) -> Iterator[Stage]:
    """Set a gateway up in the folder, with its account, branches and budget codes."""
    with ExitStack() as parts:
        wise = WiseSimulator()
        wise.up(0)
        parts.callback(wise.down)
        database = parts.enter_context(databases.for_a_stage(folder))
        stage = Stage(folder, wise, _settings(folder, database, wise, wise_settings, start_date, listen))
        parts.callback(lambda: (stage.gateway.queue.close(), stage.gateway.database.dispose()))
        migrations.upgrade(stage.gateway.database)
        work.prepare(stage.settings.database)
        _key(stage)
        stage.secret = suppliers.add(stage.gateway.database, stage.gateway.key, "supplier", SENDER, ["I201", "I202"])
        with writing(stage.gateway.database) as connection:
            for institution in ("I201", "I202"):
                rows = [(theirs, ours, "") for theirs, ours in BRANCHES.items()]
                codes.replace_branches(connection, institution, rows)
                codes.replace_budgets(connection, institution, BUDGETS, MAPPINGS)
        yield stage


def _key(stage: Stage) -> None:
    path = key_file(stage.settings.data_folder)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("11" * 32, encoding="ascii")


def _settings(
    folder: Path,
    database: str,
    wise: WiseSimulator,
    wise_settings: dict[str, Any],
    start_date: date | None,
    listen: str,
) -> Settings:
    for name in ("data", "vsmart/in", "vsmart/out", "out/I201", "out/I202"):
        (folder / name).mkdir(parents=True)
    (folder / "password").write_text(wise.password)
    (folder / "key").write_text(wise.api_key)
    sections = {name: system.Settings for name, system in app.systems().items()}
    wise_section = {
        "address": wise.address, "user": wise.user, "password_file": folder / "password",
        "application_name": wise.application_name, "api_id": wise.api_id, "api_key_file": folder / "key",
    }  # fmt: skip
    vsmart_section = {"folder": folder / "vsmart" / "in", "acknowledgements": folder / "vsmart" / "out"}
    libraries = tuple(
        LibrarySettings(
            institution=institution,
            name=name,
            system=system,
            start_date=start_date,
            reports_folder=folder / "out" / institution,
            settings=sections[system].model_validate(section),
        )
        for institution, name, system, section in (
            ("I201", "Bibliotheek Voorbeeldstad", "wise", wise_section | wise_settings),
            ("I202", "Bibliotheek Proefdorp", "vsmart", vsmart_section),
        )
    )
    return Settings(
        public_address="http://localhost",
        listen=listen,
        data_folder=folder / "data",
        database=database,
        library=libraries,
    )


def wrong(control_of: Control, **different: Any) -> Control:
    """Control totals that do not add up."""
    values = {name: getattr(control_of, name) for name in ("mutation_count", "copy_count", "total_amount")}
    return Control(**(values | different))
