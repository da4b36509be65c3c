"""A gateway for the staff pages to stand on: a real SQLite file with people, and a shelf with reports.

The shelf stands in for the archive at its border: the same questions, answered from a list.
"""

import io
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import sqlalchemy as sa
from flask import Flask
from waitress.server import create_server

from gateway import clock, db
from gateway.accounts import people
from gateway.accounts.model import Role
from gateway.library import Library
from gateway.reports.model import Format, Layout
from gateway.web.application import application
from gateway.web.desk import over

PASSWORD = "kantoor-zon-fiets"
LINDE = Library("I201", "Bibliotheek De Linde", "wise", nightly_at="02:00")
HAVEN = Library("I202", "Bibliotheek Havenstad", "vsmart")
_PEOPLE = (("anna", ["I201"], Role.STAFF), ("bram", ["I202"], Role.STAFF), ("chris", [], Role.ADMIN))
KEY = b"a key for the tests of 32 bytes!"

REPORT_HTML = """<!doctype html>
<html lang="nl"><head><meta charset="utf-8"><title>INA</title><style>.n {text-align: right}</style></head><body>
<header><h1>Verwerkingsverslag</h1><p>Bibliotheek De Linde</p></header>
<main>
<p class="short">3 regels wachten</p>
<dl><div><dt>Leverancier</dt><dd>Proefleverancier</dd></div><div><dt>Verwerkt</dt><dd>20-11-2026 06:12</dd></div></dl>
<nav aria-label="Inhoud"><ul><li><a href="#cancelled">Afgemelde titels</a></li></ul></nav>
<section id="cancelled"><h2 id="cancelled-title">Afgemelde titels</h2>
<div class="table" role="region" tabindex="0" aria-labelledby="cancelled-title">
<table><caption>Afgemelde titels</caption><colgroup><col><col><col><col></colgroup>
<thead><tr><th scope="col">ISBN</th><th scope="col">Titel</th><th scope="col">Reden</th>
<th scope="col" class=n>Exemplaren</th></tr></thead>
<tbody>
<tr class="group"><th scope="rowgroup" colspan="4">Vestiging Centrum</th></tr>
<tr><td>9789000000005<td>De tuin achter het caf\u00e9 &lt;heruitgave&gt;<td>Niet meer leverbaar<td class=n>2
<tr><td>9789000000012<td onclick="alert(1)">Zeven winters <script>alert(1)</script><img src=x onerror=alert(2)><td>
<a href="javascript:alert(3)">Uitverkocht</a><td class=n>1
<tr class="total grand"><th scope="row" colspan="3">Totaal</th><td class=n>3</td></tr>
</tbody></table></div></section>
</main><footer><p>In de stijl van INA.</p></footer></body></html>
"""


@dataclass(frozen=True, slots=True)
class Archived:
    """What the archive tells of one report."""

    written_at: datetime
    run: int = 7
    institution: str = "I201"
    sender: str = "000002"
    layout: Layout = Layout.INA
    mutation_count: int = 18
    cancelled_count: int = 0
    waiting_count: int = 0
    refused_count: int = 0
    warning_count: int = 0
    formats: tuple[Format, ...] = tuple(Format)

    @property
    def name(self) -> str:
        """As its layout is named."""
        if self.layout is Layout.AFO291:
            return f"AFO291-{self.institution}-{self.run}"
        return f"INA-{self.institution}-{self.sender}-{self.written_at:%y%m%d-%H%M}-{self.run}"


@dataclass
class Shelf:
    """Reports in a list; their files are the same small ones, unless a test says otherwise."""

    archived: list[Archived] = field(default_factory=list)
    html: str = REPORT_HTML
    opened: list[IO[bytes]] = field(default_factory=list)

    def reports(
        self, institutions: Collection[str], *, since: datetime | None, until: datetime | None, limit: int
    ) -> Sequence[Archived]:
        """Keeps `ListReports`."""
        found = [
            each
            for each in self.archived
            if each.institution in institutions
            and (since is None or each.written_at >= since)
            and (until is None or each.written_at < until)
        ]
        return sorted(found, key=lambda each: each.written_at, reverse=True)[:limit]

    def report(self, institution: str, name: str) -> Archived | None:
        """One report by its name."""
        return next((each for each in self.archived if (each.institution, each.name) == (institution, name)), None)

    def open_file(self, report: Archived, form: Format) -> IO[bytes]:
        """One of its files."""
        content = self.html if form is Format.HTML else f"{report.name} as {form}"
        self.opened.append(io.BytesIO(content.encode()))
        return self.opened[-1]


@dataclass
class Stage:
    """The pages with what they stand on."""

    app: Flask
    database: sa.Engine
    shelf: Shelf


def build(folder: Path, *, public_address: str = "http://127.0.0.1") -> Stage:
    """Anna works at De Linde, Bram in Havenstad, Chris looks after both."""
    (folder / "gateway.db").write_bytes(_people())
    database = db.engine(f"sqlite:///{folder}/gateway.db")
    shelf = Shelf()
    desk = over(
        database,
        libraries={"I201": LINDE, "I202": HAVEN},
        sender_names={"000002": "Proefleverancier"},
        reports=shelf.reports,
        report=shelf.report,
        open_file=shelf.open_file,
    )
    return Stage(application(desk, secret_key=KEY, public_address=public_address), database, shelf)


@cache
def _people() -> bytes:
    """The database with its people, made once: hashing passwords is slow on purpose."""
    with TemporaryDirectory() as folder:
        database = db.engine(f"sqlite:///{folder}/gateway.db")
        db.metadata.create_all(database)
        for name, institutions, role in _PEOPLE:
            people.add_person(
                database,
                name=name,
                display_name=f"{name.title()} Proef",
                password=PASSWORD,
                institutions=institutions,
                role=role,
            )
        database.dispose()
        return (Path(folder) / "gateway.db").read_bytes()


def some_days(now: datetime) -> list[Archived]:
    """Reports of both libraries over the last days, of every sort."""
    clean = Archived(now - timedelta(hours=1), run=30)
    return [
        clean,
        replace(
            clean,
            run=31,
            written_at=now - timedelta(minutes=20),
            waiting_count=3,
            refused_count=1,
            cancelled_count=2,
            warning_count=1,
            mutation_count=1234,
        ),
        replace(clean, run=29, written_at=now - timedelta(days=1), cancelled_count=1),
        replace(clean, run=27, written_at=now - timedelta(days=3), refused_count=12, mutation_count=40),
        replace(clean, run=12, institution="I202", layout=Layout.AFO291, written_at=now - timedelta(hours=2)),
        replace(
            clean, run=11, institution="I202", layout=Layout.AFO291, written_at=now - timedelta(days=1), waiting_count=1
        ),
    ]


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The application on a real server; gives its address."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4, clear_untrusted_proxy_headers=True)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.trigger.pull_trigger(lambda: _stop(server))
        thread.join(timeout=10)
        assert not thread.is_alive()


def _stop(server: Any) -> None:
    """End the loop of a server, in its own thread: also browsers that keep their connection open."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    server.close()


def now() -> datetime:
    """The present moment, as the pages see it."""
    return clock.now().astimezone(UTC)
