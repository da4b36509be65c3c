"""Wise (OCLC): mutations go in through its documented order upload; staff read the result as an INA report.

What is documented stands in `schemas/vendor/wise.toml`, with date and address. Not public, so our choice: what each
HTTP status says about a file (the table below), the fields of the login (in `api`), and every word of a file beyond
the one example in the manual (in `order_file`).

Wise has no call by which one could ask whether a file was taken. So a line that may have arrived is never sent
again by itself: it is UNCERTAIN, and a person looks.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from lxml import etree
from pydantic import BaseModel

from adapters.wise import order_file
from adapters.wise.api import ORDER_PATH, TAKEN, Api, said, words
from adapters.wise.settings import NotWise, UploadNotAllowed, WiseSettings, WiseUnavailable
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.orders.model import Kind
from gateway.orders.system import Acknowledgement, LineResult, LineStatus, SystemLine, Workplace, left_out
from gateway.reports.model import Layout
from gateway.transport.rest_client import Answer, AnswerLost
from gateway.wording import say

REFUSED = (400, 409, 413, 415, 422)
NOTHING_DONE = (300, 301, 302, 303, 307, 308, 401, 403, 404, 405, 407, 408, 411, 421, 426, 429, 431, 503)
"""What a status says of the file, beside TAKEN; of every other status nobody can tell."""
MOST_FILES = 40
"""Files offered in one `apply` while looking for the lines of a refused file that are to blame."""

MAYBE_DONE = "An earlier attempt may have reached Wise, and Wise cannot be asked."
NOT_UNDERSTOOD = "Wise took the file and answered something that cannot be understood: {text}"
BROKE_OFF = "Wise went away between two files of one delivery: {text}"


Verdict = tuple[LineStatus, str]


@dataclass(slots=True)
class System:
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "Wise"
    layout: ClassVar[Layout] = Layout.INA
    needs_budget_code: ClassVar[bool | None] = False
    most_lines: ClassVar[int] = 500
    carries: ClassVar[Mapping[Kind, str]] = {
        Kind.ORDERED: "order file with message type ORDER, as its manual shows",
        Kind.CHANGED: "order file with message type CHANGE (not in its manual: to be confirmed by OCLC)",
        Kind.DELAYED: "order file with message type DELAY (not in its manual: to be confirmed by OCLC)",
        Kind.CANCELLED: "order file with message type CANCEL (not in its manual: to be confirmed by OCLC)",
        Kind.SHIPPED: "order file with message type SHIPPING (not in its manual: to be confirmed by OCLC)",
    }
    cannot_carry: ClassVar[tuple[str, ...]] = order_file.NEVER_TOLD
    Settings: ClassVar[type[BaseModel]] = WiseSettings

    settings: WiseSettings
    workplace: Workplace
    api: Api

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        ours = WiseSettings.model_validate(settings)
        return cls(ours, workplace, Api(ours, workplace.library.time_zone))

    @property
    def arranged(self) -> bool:
        """Keeps `OrderSystem`."""
        return True

    def check(self) -> None:
        """Log in and offer a file without orders: that proves the account and the upload, and leaves nothing."""
        try:
            answer = self.api.upload(self._write(()))
        except AnswerLost as error:
            raise WiseUnavailable(address=self.settings.address, reason=str(error)) from error
        if answer.status in (401, 403):
            raise UploadNotAllowed(
                address=self.settings.address, user=self.settings.user, status=answer.status, text=words(answer)
            )
        if 300 <= answer.status < 400 or answer.status in (404, 405):
            raise NotWise(address=self.settings.address + ORDER_PATH, status=answer.status)
        # A refusal of an empty file still proves that the door is open.
        if answer.status not in REFUSED and (answer.status not in TAKEN or not _understood(answer)):
            raise WiseUnavailable(address=self.settings.address, reason=said(answer))

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        """Keeps `OrderSystem`; one file a call, and a refused file in halves until the lines to blame are found."""
        verdicts: dict[str, Verdict] = {
            line.key: (LineStatus.UNCERTAIN, self._say(MAYBE_DONE)) for line in lines if not line.first_offer
        }
        fresh = [line for line in lines if line.first_offer]
        try:
            verdicts |= self._deliver(fresh) if fresh else {}
        except ConfigurationError as error:
            raise WiseUnavailable(address=self.settings.address, reason=f"{error} {error.advice}") from error
        return [
            LineResult(line.key, *verdicts[line.key], left_out(line, order_file.TOLD[line.mutation.kind]))
            for line in lines
        ]

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """Wise says nothing afterwards."""
        return ()

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """There is nothing to let go of."""

    def _deliver(self, lines: Sequence[SystemLine]) -> dict[str, Verdict]:
        verdicts: dict[str, Verdict] = {}
        parts = [lines]
        files_left = MOST_FILES
        while parts:
            part = parts.pop(0)
            files_left -= 1
            verdict = self._offer(part, nothing_done=all(each[0] is LineStatus.REFUSED for each in verdicts.values()))
            if verdict[0] is LineStatus.REFUSED and len(part) > 1 and files_left >= len(parts) + 2:
                parts[:0] = [part[: len(part) // 2], part[len(part) // 2 :]]
            else:
                verdicts |= {line.key: verdict for line in part}
        return verdicts

    def _offer(self, lines: Sequence[SystemLine], *, nothing_done: bool) -> Verdict:
        try:
            return self._verdict(self.api.upload(self._write(lines)))
        except AnswerLost as error:
            return LineStatus.UNCERTAIN, str(error)
        except (SystemUnavailable, ConfigurationError) as error:
            if nothing_done:
                raise
            return LineStatus.UNCERTAIN, self._say(BROKE_OFF, text=error)

    def _verdict(self, answer: Answer) -> Verdict:
        if answer.status in TAKEN:
            if _understood(answer):
                return LineStatus.HANDED_OVER, ""
            return LineStatus.UNCERTAIN, self._say(NOT_UNDERSTOOD, text=words(answer))
        if answer.status in REFUSED:
            return LineStatus.REFUSED, words(answer)
        if answer.status in NOTHING_DONE:
            raise WiseUnavailable(address=self.settings.address, reason=said(answer))
        return LineStatus.UNCERTAIN, said(answer)

    def _say(self, sentence: str, **facts: object) -> str:
        return say(sentence, self.workplace.library.language, **facts)

    def _write(self, lines: Sequence[SystemLine]) -> bytes:
        library = self.workplace.library
        return order_file.write(
            lines,
            institution=library.institution,
            library_name=library.name,
            supplier=self.settings.supplier_code or "",
            supplier_names=self.workplace.sender_names,
            zone=library.time_zone,
        )


def _understood(answer: Answer) -> bool:
    """Whether a machine that took orders could have said this: nothing, JSON, XML or plain text; never a web page."""
    if not answer.body.strip():
        return True
    try:
        if answer.media_type.endswith("json"):
            json.loads(answer.body)
            return True
        if answer.media_type.endswith("xml") and "html" not in answer.media_type:
            etree.fromstring(answer.body, etree.XMLParser(resolve_entities=False, no_network=True))
            return True
    except (ValueError, etree.XMLSyntaxError):
        return False
    return answer.media_type == "text/plain" and answer.body.isascii() and b"<" not in answer.body
