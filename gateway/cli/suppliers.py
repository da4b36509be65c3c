"""The commands about suppliers' accounts: whose program may push for whom, and with which secret."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.accounts import suppliers
from gateway.accounts.model import SupplierListing
from gateway.cli.opening import gateway_of, library_of
from gateway.cli.printing import choices, show_json, told
from gateway.cli.tables import local, show_list
from gateway.errors import ConfigurationError

group = typer.Typer(help="Suppliers' programs that may push.", no_args_is_help=True)
certificates = typer.Typer(help="Client certificates by which a program is known.", no_args_is_help=True)
group.add_typer(certificates, name="certificate")
SHOWN = 16
"""Digits of a fingerprint that people need to see to tell certificates apart."""


class FileUnreadable(ConfigurationError):
    """The file with a certificate cannot be read."""

    message = "{path} cannot be read: {reason}."
    hint = "Name the file with the certificate, as PEM or DER."


Name = Annotated[str, typer.Argument(help="The account's name.")]
Libraries = Annotated[list[str], typer.Option("--library", "-l", help="May push for this institution; repeat.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.add_typer(group, name="suppliers")


@group.command("add")
def add(
    context: typer.Context,
    name: Name,
    library: Libraries,
    sender: Annotated[str, typer.Option(help="The supplier's sender code: six digits.")],
) -> None:
    """Make an account; its secret is shown once and kept nowhere."""
    gateway = gateway_of(context)
    for institution in library:
        library_of(gateway, institution)
    _show_secret(context, name, suppliers.add(gateway.database, gateway.key, name, sender, library))


@group.command("list")
def list_accounts(context: typer.Context) -> None:
    """Show the accounts: with when each secret was made and last used, but never a secret."""
    gateway = gateway_of(context)
    zone = gateway.settings.time_zone
    found = suppliers.listing(gateway.database)
    show_list(context, [_facts(each, zone) for each in found], _lines(found, zone))


def _facts(listed: SupplierListing, zone: str) -> dict[str, Any]:
    return {
        "name": listed.account.name,
        "sender": listed.account.sender,
        "libraries": sorted(listed.account.institutions),
        "secrets": [
            {"made_at": local(each.made_at, zone), "last_used_at": _local(each.last_used_at, zone)}
            for each in listed.secrets
        ],
        "digest": listed.digest,
        "certificates": [
            {
                "fingerprint": each.certificate.fingerprint,
                "subject": each.certificate.subject,
                "valid_from": _local(each.certificate.not_before, zone),
                "valid_until": local(each.certificate.not_after, zone),
                "last_used_at": _local(each.last_used_at, zone),
            }
            for each in listed.certificates
        ],
        "disabled": listed.disabled_at is not None,
    }


def _lines(found: Sequence[SupplierListing], zone: str) -> list[dict[str, Any]]:
    """A line for each secret and certificate; the account's own facts stand on its first."""
    lines = []
    for listed in found:
        account = {
            "name": listed.account.name,
            "sender": listed.account.sender,
            "libraries": sorted(listed.account.institutions),
            "digest": listed.digest,
            "disabled": listed.disabled_at is not None,
        }
        proofs = [(f"secret of {_day(each.made_at, zone)}", each.last_used_at) for each in listed.secrets]
        proofs += [
            (f"certificate {each.certificate.fingerprint[:SHOWN]} until {_day(each.certificate.not_after, zone)}",
             each.last_used_at)
            for each in listed.certificates
        ]  # fmt: skip
        for place, (proof, used) in enumerate(proofs or [("", None)]):
            own = account if place == 0 else dict.fromkeys(account)
            lines.append({**own, "comes_in_by": proof, "last_used": _local(used, zone) or "never"})
    return lines


def _day(moment: datetime, zone: str) -> str:
    return f"{local(moment, zone):%Y-%m-%d %H:%M}"


def _local(moment: datetime | None, zone: str) -> datetime | None:
    return local(moment, zone) if moment else None


@group.command("rotate")
def rotate(context: typer.Context, name: Name) -> None:
    """Begin a rotation: give an account a second secret; both are valid until `retire`."""
    gateway = gateway_of(context)
    _show_secret(context, name, suppliers.rotate(gateway.database, gateway.key, name, gateway.seal))


@group.command("retire")
def retire(
    context: typer.Context,
    name: Name,
    even_when_unused: Annotated[bool, typer.Option(help="Also when the newer secret was never used.")] = False,
) -> None:
    """End a rotation: let the older of an account's two secrets open nothing any more."""
    gateway = gateway_of(context)
    used = suppliers.retire(gateway.database, name, even_when_unused=even_when_unused)
    when = f"last used {_day(used, gateway.settings.time_zone)}" if used else "never used"
    told(context, name, f"has one secret, the newest; the older one was {when}")


@group.command("digest")
def digest(
    context: typer.Context,
    name: Name,
    on: Annotated[bool, typer.Option("--on/--off", help="Take a PasswordDigest, or no more.")],
) -> None:
    """Let an account use WS-Security PasswordDigest, with a new secret that is kept encrypted; or no more."""
    gateway = gateway_of(context)
    if on:
        secret = suppliers.turn_digest_on(gateway.database, gateway.key, name, gateway.seal)
        _show_secret(context, name, secret)
    else:
        suppliers.turn_digest_off(gateway.database, name)
        told(context, name, "takes no digest any more; its secrets stay valid as text")


@certificates.command("add")
def add_certificate(
    context: typer.Context, name: Name, file: Annotated[Path, typer.Argument(help="The certificate, PEM or DER.")]
) -> None:
    """Let an account be known by a client certificate that a trusted front has seen."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise FileUnreadable(path=file, reason=error.strerror) from error
    fingerprint = suppliers.bind_certificate(gateway_of(context).database, name, content)
    told(context, name, f"may come in with certificate {fingerprint}")


@certificates.command("remove")
def remove_certificate(
    context: typer.Context,
    name: Name,
    fingerprint: Annotated[str, typer.Argument(help="How its fingerprint begins.")],
) -> None:
    """Let a client certificate open nothing any more."""
    removed = suppliers.remove_certificate(gateway_of(context).database, name, fingerprint)
    told(context, name, f"may come in no more with certificate {removed}")


@group.command("bind")
def bind(context: typer.Context, name: Name, library: Libraries) -> None:
    """Let an account push for exactly these institutions."""
    suppliers.bind(gateway_of(context).database, name, library)
    told(context, name, f"may push for {', '.join(sorted(library))}")


@group.command("disable")
def disable(context: typer.Context, name: Name) -> None:
    """Close an account at once."""
    suppliers.disable(gateway_of(context).database, name)
    told(context, name, "is closed")


@group.command("enable")
def enable(context: typer.Context, name: Name) -> None:
    """Open a closed account again, with the secrets it had."""
    suppliers.enable(gateway_of(context).database, name)
    told(context, name, "is open")


def _show_secret(context: typer.Context, name: str, secret: str) -> None:
    if choices(context).as_json:
        show_json({"name": name, "secret": secret})
        return
    typer.echo(f"{name}: {secret}")
    typer.echo("It is shown this once; hand it over on a safe way.", err=True)
