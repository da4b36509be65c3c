"""What a person sees on stderr while a push goes on: a bar, pauses between tries, and what crossed the wire."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.cli.push.asked import Asked
from gateway.errors import GatewayError
from gateway.supplier import push as pushing
from gateway.supplier.patience import Patience
from gateway.transport.exchange import Exchange, shown
from gateway.transport.soap_client import Credentials, SoapClient, SoapVersion, Watcher


def patience(asked: Asked) -> Patience:
    """Try as often as was asked, and tell of each pause."""

    def told(error: GatewayError, seconds: float, attempt: int) -> None:
        if not asked.as_json:
            typer.echo(f"{error} Try {attempt} of {asked.tries} in {seconds:.0f} s.", err=True)

    return Patience(tries=asked.tries, told=told)


def watcher(asked: Asked, credentials: Credentials | None) -> Watcher | None:
    """Show what crosses the wire, with the secret hidden, when it was asked for."""
    if not asked.raw:
        return None
    account, secret = (credentials.account, credentials.secret) if credentials else ("", "")

    def show(exchange: Exchange) -> None:
        typer.echo(f"{shown(exchange, account, secret)}\n", err=True)

    return show


def client_of(asked: Asked, credentials: Credentials | None, version: SoapVersion | None = None) -> SoapClient:
    """A client as was asked."""
    chosen = version or asked.soap or SoapVersion.V1_1
    watch = watcher(asked, credentials)
    return pushing.client(asked.to, credentials, chosen, timeout_seconds=asked.timeout, watcher=watch)


def busy_with(what: str, asked: Asked) -> AbstractContextManager[object]:
    """Say what takes so long, when a person watches."""
    console = Console(stderr=True)
    return nullcontext() if asked.as_json or not console.is_terminal else console.status(what)


@contextmanager
def sending(total: int, asked: Asked) -> Iterator[Callable[[int], None]]:
    """A bar when a person watches; it fills as bytes leave, and starts over with each try."""
    console = Console(stderr=True)
    if asked.as_json or asked.raw or not console.is_terminal:
        yield lambda _sent: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("sending", total=total)

        def told(sent: int) -> None:
            if bar.tasks[0].finished and sent:
                bar.reset(task, description="sending again")
            bar.advance(task, sent)
            if bar.tasks[0].finished:
                bar.update(task, description="sent; the gateway is storing it")

        yield told
