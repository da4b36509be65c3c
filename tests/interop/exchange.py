"""What every client is told and must do, and how its word is checked.

A client reads the environment variables that `Door.environment` names, pushes three mutations under the messageId
MESSAGE, pushes them again as MESSAGE-x with an EAN of twelve digits, and fetches the report of the first as TXT into
the file REPORT, asking again while the fault says `report-not-ready`. What it read it writes as lines such as
`receipt.newCount=3`, `fault.element=ean`; an element that may stand several times with commas.
"""

import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.interop import kept
from tests.stage import Stage

SECONDS = 90
_LINE = re.compile(r"^((?:receipt|fault|report)\.\w+)=(.*?)\r?$", re.MULTILINE)


@dataclass(frozen=True)
class Door:
    """One gateway to speak with, and the stage behind it to look at what it kept."""

    stage: Stage
    wsdl: str
    address: str

    def environment(self, message: str, soap: str, report: Path) -> dict[str, str]:
        """What a client is told."""
        return {
            "WSDL": self.wsdl, "ADDRESS": self.address, "ACCOUNT": "supplier", "SECRET": self.stage.secret,
            "MESSAGE": message, "SOAP": soap, "REPORT": str(report),
        }  # fmt: skip


def told(command: Sequence[str], folder: Path, environment: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Run a client; what it told by name, and its complaint when it ended badly."""
    try:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        return {}, f"it was not done within {SECONDS} seconds"
    output, complaint = (each.decode("utf-8", "replace").strip() for each in (done.stdout, done.stderr))
    return dict(_LINE.findall(output)), (complaint or output or f"exit {done.returncode}") if done.returncode else ""


def flaws(door: Door, message: str, lines: Mapping[str, str], report: Path) -> dict[str, list[str]]:
    """Per step what is wrong with what a client told, sent and got; nothing when all is right."""
    stage = door.stage
    return {
        "submit": [*_differing(lines, _receipt(stage, message)), *kept.flaws(stage, message)],
        "fault": _differing(lines, _fault(message)),
        "report": [*_differing(lines, _report(stage, message)), *_not_the_file(stage, message, report)],
    }


def _differing(lines: Mapping[str, str], expected: Mapping[str, str]) -> list[str]:
    return [
        f"{name} is {lines.get(name, 'missing')!r} instead of {pattern!r}"
        for name, pattern in expected.items()
        if not re.fullmatch(pattern, lines.get(name, ""))
    ]


def _receipt(stage: Stage, message: str) -> dict[str, str]:
    return {
        "receipt.receiptId": re.escape(kept.receipt_id(stage, message) or "of a message that was kept"),
        "receipt.messageId": re.escape(message),
        "receipt.receivedAt": r"20\d\d-.*",
        "receipt.mutationCount": "3",
        "receipt.newCount": "3",
        "receipt.knownCount": "0",
        "receipt.test": "(?i:false)",
        "receipt.unknownBudgetCode": "POEZIE,ROMANS",
    }


def _fault(message: str) -> dict[str, str]:
    return {
        "fault.code": "invalid-message",
        "fault.message": ".*ean: found '978900000001', expected 13 digits.*",
        "fault.hint": "Nothing of the message was kept: .*",
        "fault.line": "[1-9][0-9]*",
        "fault.mutationId": re.escape(f"{message}-x-1"),
        "fault.element": "ean",
    }


def _report(stage: Stage, message: str) -> dict[str, str]:
    return {
        "report.fileName": re.escape(kept.report_name(stage, message) or "of a report that was written"),
        "report.mediaType": "text/plain; charset=utf-8",
    }


def _not_the_file(stage: Stage, message: str, report: Path) -> list[str]:
    got = report.read_bytes() if report.exists() else b""
    return [] if got and got == kept.report(stage, message) else [f"the report of {len(got)} bytes is not the one kept"]
