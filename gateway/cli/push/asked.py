"""What was asked of one `gateway push`: its flags together, and what follows from them."""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import typer

from gateway.errors import ConfigurationError
from gateway.reports.model import Format
from gateway.transport.soap_client import Credentials, Proof, SoapVersion

SECRET = "GATEWAY_PUSH_SECRET"  # noqa: S105


class WrongUse(ConfigurationError):
    """The flags contradict each other, or one is missing."""

    code = "wrong-use"
    message = "{sentence}"
    hint = "`gateway push --help` names every flag."


@dataclass(frozen=True, slots=True)
class Asked:
    """The flags of one push."""

    paths: tuple[Path, ...]
    to: str
    account: str
    secret_file: Path | None
    proof: Proof
    soap: SoapVersion | None
    trial: bool
    unchecked: bool
    wait: bool
    tries: int
    timeout: float
    raw: bool
    status_of: str | None
    report_of: str | None
    form: Format
    into: Path
    ping: bool
    size: int | None
    seed: int
    institution: str | None
    sender: str
    branches: tuple[str, ...]
    budget_codes: tuple[str, ...]
    on: str | None
    as_json: bool

    def check(self) -> None:
        """Refuse what contradicts itself.

        Raises:
            WrongUse: with what is wrong.
        """
        wanted = (bool(self.paths), self.size is not None, bool(self.status_of), bool(self.report_of), self.ping)
        if sum(wanted) != 1:
            raise WrongUse(sentence="Give one of: files or folders, --sample, --status, --report, --ping.")
        if urlsplit(self.to).username is not None or urlsplit(self.to).password is not None:
            sentence = "Leave account and secret out of --to: everybody on this machine can read them there."
            raise WrongUse(sentence=sentence)
        if not self.account and self.proof is not Proof.NONE:
            raise WrongUse(sentence="--account is missing: under which name was the secret given?")

    def credentials(self) -> Credentials | None:
        """Who asks; nobody where the message itself says so.

        Raises:
            WrongUse: there is no secret.
        """
        return None if self.proof is Proof.NONE else Credentials(self.account, self._secret(), self.proof)

    def _secret(self) -> str:
        if self.secret_file:
            try:
                return self.secret_file.read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                reason = getattr(error, "strerror", None) or "it is not UTF-8"
                raise WrongUse(sentence=f"The secret in {self.secret_file} cannot be read: {reason}.") from error
        if SECRET in os.environ:
            return os.environ[SECRET]
        if not sys.stdin.isatty():
            raise WrongUse(sentence=f"There is no secret: set {SECRET}, or give --secret-file.")
        return str(typer.prompt(f"Secret of {self.account}", hide_input=True, err=True))
