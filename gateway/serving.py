"""One process that serves: the supplier's and the staff's door on one address, the worker and the timetable behind."""

import gc
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial
from types import FrameType
from typing import Any

from waitress.server import create_server

from gateway import app, clockwork
from gateway.accounts import audit, entry, suppliers
from gateway.accounts.model import NoSealingKey, WrongSealingKey
from gateway.app import Gateway
from gateway.errors import ConfigurationError
from gateway.locks import Taken
from gateway.log import logger
from gateway.orders import answers
from gateway.reports import archive
from gateway.reports.model import Audience, Format
from gateway.soap import wsgi as supplier_door
from gateway.soap.broken_http import answer_in_soap
from gateway.soap.desk import Desk as SupplierDesk
from gateway.soap.desk import Limits
from gateway.soap.fronts import Fronts
from gateway.web import application as staff_door
from gateway.web import desk as staff_desks

Environ = dict[str, Any]
Wsgi = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
THREADS = 8
RECEIVED_AT_ONCE = 2**18
_NEW_BEFORE_COLLECTING = 50_000
CONNECTIONS = 1000
"""Far above the threads: a connection costs no thread until its request is complete, so slow senders hold up nobody."""
LONGEST_HEAD = 64 * 1024
"""Bytes of the headers of HTTP: they are searched anew with every piece that arrives, before anybody says who asks."""


class NodeTaken(ConfigurationError):
    """Another process works under our name, and would think that our jobs are its own."""

    message = "Another process of this gateway works under the name {node}."
    hint = "Give each a name of its own with --node NAME, and the same one whenever it starts again; or stop the other."


class AddressTaken(ConfigurationError):
    """Something else listens where we should."""

    message = "The gateway cannot listen on {listen}: {reason}."
    hint = "Stop what listens there, or choose another `listen` in the settings."


def doors(gateway: Gateway) -> Wsgi:
    """Everything that is served, as one WSGI application."""
    fronts = Fronts(gateway.settings.trusted_fronts, gateway.settings.client_certificate_header or "")
    limits = Limits(
        message_bytes=gateway.settings.limits.message_megabytes * 2**20, mutations=gateway.settings.limits.mutations
    )
    public_address = gateway.settings.public_address
    supplier = supplier_door.application(suppliers_desk(gateway), public_address, limits=limits, fronts=fronts)
    staff = staff_door.application(staff_desk(gateway), secret_key=gateway.key, public_address=public_address)

    def serve(environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if environ["PATH_INFO"].rstrip("/") == supplier_door.PATH:
            return supplier(environ, start_response)
        environ["REMOTE_ADDR"] = fronts.caller(environ).address
        return staff(environ, start_response)

    return serve


def suppliers_desk(gateway: Gateway) -> SupplierDesk:
    """What the supplier's door needs."""
    return SupplierDesk(
        authenticate=partial(entry.by_secret, gateway.gate),
        by_digest=partial(entry.by_digest, gateway.gate),
        by_certificate=partial(entry.by_certificate, gateway.gate),
        begin=app.begin(gateway),
        status=partial(answers.status, gateway.database),
        report=partial(app.report_on, gateway),
        budget_codes=partial(answers.budget_codes, gateway.database, gateway.libraries.__contains__),
        note_refusal=partial(app.note_refusal, gateway),
        version=app.product_version(),
    )


def staff_desk(gateway: Gateway) -> staff_desks.Desk:
    """What the staff pages need."""

    def find(institution: str, name: str) -> archive.Archived | None:
        found = archive.find(gateway.database, name, Audience.STAFF)
        return found if found and found.institution == institution else None

    return staff_desks.over(
        gateway.database,
        libraries=gateway.libraries,
        sender_names=gateway.settings.sender_names,
        reports=partial(archive.listing, gateway.database),
        report=find,
        open_file=lambda report, form: archive.open_stream(
            gateway.database, gateway.reports_folder, report.name, Format(form.upper()), Audience.STAFF
        ),
        release=gateway.release,
        waiting_days={each.institution: each.waiting_days for each in gateway.settings.library},
    )


def serve(gateway: Gateway, *, node: str = "main", with_worker: bool = True, ready: Callable[[], None]) -> None:
    """Serve until the process is told to end (TERM or INT); `ready` is called once the address is listened on.

    Raises:
        AddressTaken: something else listens there.
        NodeTaken: another process works under this name.
    """
    server = _listening(gateway)
    _tell_of_unopened_secrets(gateway)
    with _named(gateway, node) if with_worker else nullcontext():
        _serve(gateway, server, node, with_worker=with_worker, ready=ready)


def _tell_of_unopened_secrets(gateway: Gateway) -> None:
    """Say at the start what the installer must mend; whoever pushes with a digest is only refused."""
    try:
        suppliers.check_sealed(gateway.database, gateway.seal)
    except (NoSealingKey, WrongSealingKey) as error:
        logger.error("serving.digests_cannot_be_checked", reason=str(error), remedy=error.hint)


def _serve(gateway: Gateway, server: Any, node: str, *, with_worker: bool, ready: Callable[[], None]) -> None:
    running = app.worker(gateway, node) if with_worker else None
    table = clockwork.timetable(gateway, running) if running else None
    if running and table:
        running.start()
        table.start()
    end = threading.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signal_number, partial(_told_to_end, end))
    _collect_rarely()
    threading.Thread(target=server.run, name="server", daemon=True).start()
    logger.info("serving.started", listen=gateway.settings.listen, worker=with_worker)
    with audit.keeping(gateway.database, gateway.gate.tally):
        ready()
        end.wait()
        logger.info("serving.stopping")
        server.close()
    if running and table:
        table.stop()
        running.stop()


def _collect_rarely() -> None:
    """Leave what is there for good to itself: rows that stream by would else have all of it looked through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_BEFORE_COLLECTING)


def work(gateway: Gateway, *, node: str, ready: Callable[[], None]) -> None:
    """Run queued jobs until the process is told to end, and serve nothing.

    Raises:
        NodeTaken: another process works under this name.
    """
    with _named(gateway, node):
        running = app.worker(gateway, node)
        table = clockwork.timetable(gateway, running)
        running.start()
        table.start()
        end = threading.Event()
        for signal_number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(signal_number, partial(_told_to_end, end))
        ready()
        end.wait()
        table.stop()
        running.stop()


@contextmanager
def _named(gateway: Gateway, node: str) -> Iterator[None]:
    """Work under a name that no other process has meanwhile."""
    with ExitStack() as held:
        try:
            held.enter_context(gateway.names.ours(node))
        except Taken as error:
            raise NodeTaken(node=node) from error
        yield


def _told_to_end(end: threading.Event, _signal: int, _frame: FrameType | None) -> None:
    end.set()


def _listening(gateway: Gateway) -> Any:
    settings = gateway.settings
    try:
        server = create_server(
            doors(gateway),
            host=settings.host,
            port=settings.port,
            threads=THREADS,
            connection_limit=CONNECTIONS,
            asyncore_use_poll=True,
            recv_bytes=RECEIVED_AT_ONCE,
            ident=None,
            # Far above our own limit, for what stands around chunks.
            max_request_body_size=4 * settings.limits.message_megabytes * 2**20,
            max_request_header_size=LONGEST_HEAD,
            clear_untrusted_proxy_headers=False,
        )
    except OSError as error:
        raise AddressTaken(listen=settings.listen, reason=error.strerror or error) from error
    answer_in_soap(server, settings.limits.message_megabytes * 2**20)
    return server
