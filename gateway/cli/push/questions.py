"""What `push` asks without pushing: whether anybody is there, what became of a message, and its report."""

import typer

from gateway.cli.printing import NotWritten, show_json
from gateway.cli.push import answers
from gateway.cli.push.asked import Asked
from gateway.cli.push.progress import client_of, patience
from gateway.supplier import push as pushing
from gateway.transport.soap_client import Credentials


def ping(asked: Asked, credentials: Credentials | None) -> None:
    """See whether address and account are right."""
    told = {key: str(value) for key, value in pushing.ping(client_of(asked, credentials), patience(asked)).items()}
    if asked.as_json:
        show_json({"answered": True, **told})
    else:
        typer.echo("\n".join(["Address and account are right.", *(f"  {key:<16} {told[key]}" for key in told)]))


def tell_status(message_id: str, asked: Asked, credentials: Credentials | None) -> None:
    """Tell how far a message is, and what became of its mutations."""
    status = pushing.status(client_of(asked, credentials), message_id, patience(asked))
    told = answers.status_facts(status)
    if asked.as_json:
        show_json({"messageId": message_id, **told})
    else:
        typer.echo(f"Message {message_id}")
        answers.show_status(told)


def fetch_report(message_id: str, asked: Asked, credentials: Credentials | None) -> None:
    """Fetch the newest report that mentions a message, and write it down.

    Raises:
        NotWritten: it cannot be written there.
    """
    found = pushing.report(client_of(asked, credentials), message_id, asked.form, patience(asked))
    # The name comes from the other side: only its last part is taken, so that it stays in the folder.
    path = asked.into / found.name.replace("\\", "/").rpartition("/")[2]
    try:
        path.write_bytes(found.content)
    except OSError as error:
        raise NotWritten(path=path, reason=error.strerror) from error
    if asked.as_json:
        show_json({"messageId": message_id, "written": [str(path)]})
    else:
        typer.echo(f"{path} written")
