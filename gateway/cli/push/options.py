"""The flags of `gateway push`, each with the line that explains it."""

from pathlib import Path
from typing import Annotated

import typer

from gateway.cli.push.asked import SECRET
from gateway.reports.model import Format as ReportFormat
from gateway.transport.soap_client import Proof, SoapVersion

To = Annotated[str, typer.Option(envvar="GATEWAY_PUSH_TO", help="The service: https://…/soap/orders")]
Account = Annotated[str, typer.Option(envvar="GATEWAY_PUSH_ACCOUNT", help="Name of the supplier's account.")]
SecretFile = Annotated[
    Path | None, typer.Option(envvar=f"{SECRET}_FILE", help=f"File with the secret; or set {SECRET}; or be asked.")
]
Auth = Annotated[Proof, typer.Option(help="HTTP Basic, a UsernameToken, or none: then the file holds its own.")]

Paths = Annotated[
    list[Path] | None,
    typer.Argument(help="SOAP envelopes or request elements, sent as written; or folders of them.", metavar="FILES"),
]
Test = Annotated[bool, typer.Option("--test", help="A trial: planned and answered, nothing kept.")]
Unchecked = Annotated[
    bool, typer.Option("--unchecked", help="Do not look files over first; hear what the gateway says of them.")
]
Soap = Annotated[SoapVersion | None, typer.Option(help="SOAP version; 1.1 unless the file says.")]
Wait = Annotated[bool, typer.Option("--wait", help="Stay until it is processed, and tell what became of it.")]
Tries = Annotated[int, typer.Option(min=1, help="How often to try when it is busy or does not answer.")]
Timeout = Annotated[float, typer.Option(min=0.1, help="Seconds to wait for an answer.")]

Sample = Annotated[int | None, typer.Option("--sample", min=1, help="Push an invented day of so many.")]
Seed = Annotated[int, typer.Option(help="With --sample: the same seed gives the same day.")]
Institution = Annotated[str | None, typer.Option(help="With --sample: the library, as I202.")]
Sender = Annotated[str, typer.Option(help="With --sample: the sender code.")]
Branches = Annotated[list[str] | None, typer.Option("--branch", help="With --sample: a branch; repeatable.")]
BudgetCodes = Annotated[
    list[str] | None,
    typer.Option("--budget-code", help="With --sample: a budget code; repeatable. Else the gateway is asked."),
]
On = Annotated[str | None, typer.Option(help="With --sample: the day, as 2026-03-10. Else yesterday.")]

Ping = Annotated[bool, typer.Option("--ping", help="Push nothing; see whether address and account are right.")]
Status = Annotated[
    str | None, typer.Option(metavar="MESSAGE_ID", help="Push nothing; ask what became of this message.")
]
Report = Annotated[
    str | None, typer.Option(metavar="MESSAGE_ID", help="Push nothing; fetch the report on this message.")
]
Form = Annotated[ReportFormat, typer.Option("--format", case_sensitive=False, help="With --report.")]
Into = Annotated[Path, typer.Option(help="With --report: the folder to write it in.")]

Raw = Annotated[
    bool, typer.Option("--raw", help="Show request and answer as they cross the wire, 64 KB of each, secrets hidden.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Answer as one JSON document.")]
