"""Koha: orders over its REST API, cancellations as EDIFACT order responses for its EDI cron; report as INA.

What Koha takes and where it traps stands in `schemas/vendor/koha.toml`. OUR CHOICE: which of the two a mutation goes
by (the table `carries`), what stands in the notes of an order (`notes`), and that a line is an order for each fund
(`entry`). Whatever may or may not have been done is asked for, so no line is ever UNCERTAIN here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from pydantic import BaseModel

from adapters.koha.api import Api, KohaRefused
from adapters.koha.cancellations import Cancellations
from adapters.koha.entry import Entry
from adapters.koha.settings import KohaSettings, KohaUnavailable
from gateway.errors import ConfigurationError
from gateway.orders.model import Kind
from gateway.orders.system import TELLABLE, Acknowledgement, LineResult, LineStatus, SystemLine, Workplace, left_out
from gateway.reports.model import Layout
from gateway.transport.drop_folder import DropFolder
from gateway.wording import say

TOLD = frozenset(TELLABLE)
"""Everything: what an order of Koha has no field for stands in its note for staff."""


@dataclass(frozen=True, slots=True)
class System:
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "Koha"
    layout: ClassVar[Layout] = Layout.INA
    needs_budget_code: ClassVar[bool | None] = True
    most_lines: ClassVar[int] = 200
    carries: ClassVar[Mapping[Kind, str]] = {
        Kind.ORDERED: "REST: an order for each fund, added to the basket, with a record for a title that is new",
        Kind.CHANGED: "REST: the orders of the line changed, added, or cancelled by EDI where a fund is gone",
        Kind.DELAYED: "REST: the estimated delivery date, and the reason in the note for staff",
        Kind.CANCELLED: "EDIFACT ORDRSP line, cancelled; REST where only some of the copies are",
        Kind.SHIPPED: "REST: packing slip and copies in the note for staff, as Koha knows no transport",
    }
    cannot_carry: ClassVar[tuple[str, ...]] = ()
    Settings: ClassVar[type[BaseModel]] = KohaSettings

    settings: KohaSettings
    workplace: Workplace
    api: Api
    cancellations: Cancellations

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        ours = KohaSettings.model_validate(settings)
        drop = DropFolder(ours.folder, ours.group, ours.allow_others_to_write)
        return cls(ours, workplace, Api(ours), Cancellations(drop, workplace.folder / "koha", workplace.library))

    @property
    def arranged(self) -> bool:
        """Keeps `OrderSystem`."""
        return True

    def check(self) -> None:
        """See orders and funds, and write a hidden file in the folder and take it away again."""
        self.cancellations.drop.check()
        self.api.check()

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        """Keeps `OrderSystem`; Koha is asked first what it has, so what was done before is found done."""
        entry = Entry(self.api, self.settings.basket_id, self.workplace.library.time_zone)
        refused: dict[str, str] = {}
        cancelled = []
        try:
            self.cancellations.finish()
            for line in lines:
                try:
                    orders = entry.enter(line)
                except KohaRefused as error:
                    refused[line.key] = say(error.sentence, self.workplace.library.language, **error.facts)
                else:
                    cancelled += [(line, orders)] if orders else []
            self.cancellations.offer(cancelled)
        except ConfigurationError as error:
            raise KohaUnavailable(address=self.settings.address, reason=f"{error} {error.advice}") from error
        by_file = {line.key for line, _ in cancelled}
        return [_result(line, refused.get(line.key), by_file=line.key in by_file) for line in lines]

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """Keeps `OrderSystem`: the cancellations that Koha's EDI cron did, or did not do in a week."""
        try:
            return list(self.cancellations.answers(self.api))
        except ConfigurationError as error:
            raise KohaUnavailable(address=self.settings.address, reason=f"{error} {error.advice}") from error

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """Keeps `OrderSystem`."""
        for each in acknowledgements:
            self.cancellations.forget(each.key)


def _result(line: SystemLine, refusal: str | None, *, by_file: bool) -> LineResult:
    if refusal is not None:
        return LineResult(line.key, LineStatus.REFUSED, refusal)
    status = LineStatus.HANDED_OVER if by_file else LineStatus.CONFIRMED
    return LineResult(line.key, status, "", left_out(line, TOLD))
