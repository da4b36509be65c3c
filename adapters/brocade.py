"""Brocade (Anet, University of Antwerp): EDIFACT or CSV through a drop folder, off until it is arranged.

Public: that it has acquisitions and is hosted centrally. Not public: how it takes orders of others. So which of the
two formats, and everything in the table below and in `gateway.order_files.order_response`, is OUR CHOICE; the day a
sample arrives only that changes.

Source: bestelsynchronisatie, "Hoe kan ik gebruik maken van Bestelsynchronisatie?".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import BaseModel, Field

from gateway.order_files import arrangement, order_response
from gateway.order_files.answer_file import AnswerFormat
from gateway.order_files.arrangement import ArrangedSettings
from gateway.order_files.folder_system import Folders, FolderSystem, Written
from gateway.order_files.table import HEADINGS, KINDS, Table
from gateway.orders.model import Kind
from gateway.orders.system import SystemLine, Workplace
from gateway.reports.model import Layout

TABLE = Table(columns=HEADINGS, kinds=KINDS, separator=";", encoding="utf-8-sig", day="%Y%m%d", decimal=".")
ANSWERS = AnswerFormat(suffix=".result", separator=";", accepted="OK", refused="FOUT")


class Format(StrEnum):
    """What is put in the folder."""

    EDIFACT = "edifact"
    CSV = "csv"


class BrocadeSettings(ArrangedSettings):
    """The `[library.brocade]` section."""

    format: Format = Field(Format.EDIFACT, description="what Brocade reads: edifact or csv")


@dataclass(frozen=True, slots=True)
class System(FolderSystem):
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "Brocade"
    layout: ClassVar[Layout] = Layout.INA
    needs_budget_code: ClassVar[bool | None] = None
    most_lines: ClassVar[int] = 2_500
    answer_format: ClassVar[AnswerFormat] = ANSWERS
    carries: ClassVar[Mapping[Kind, str]] = {
        Kind.ORDERED: "EDIFACT ORDRSP line, accepted, or rows of a CSV file (to be arranged with Anet)",
        Kind.CHANGED: "EDIFACT ORDRSP line, accepted with amendment, or rows of a CSV file (to be arranged with Anet)",
        Kind.DELAYED: "EDIFACT ORDRSP line with lists 12B and 8B, or rows of a CSV file (to be arranged with Anet)",
        Kind.CANCELLED: "EDIFACT ORDRSP line, cancelled, or rows of a CSV file (to be arranged with Anet)",
        Kind.SHIPPED: "EDIFACT ORDRSP line with packing slip, or rows of a CSV file (to be arranged with Anet)",
    }
    cannot_carry: ClassVar[tuple[str, ...]] = ()
    Settings: ClassVar[type[BaseModel]] = BrocadeSettings

    settings: BrocadeSettings

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        return cls(workplace, BrocadeSettings.model_validate(settings))

    @property
    def arranged(self) -> bool:
        """Keeps `OrderSystem`."""
        return self.settings.arranged

    @property
    def folders(self) -> Folders:
        """Keeps `FolderSystem`."""
        return arrangement.folders(self.settings, self.workplace, "brocade", self.label)

    def write(self, lines: Sequence[SystemLine]) -> Written:
        """Keeps `FolderSystem`."""
        library = self.workplace.library
        if self.settings.format is Format.CSV:
            return Written({"mutations.csv": TABLE.write(lines, library.time_zone)})
        steps = list(_steps(lines))
        response = order_response.write(steps, institution=library.institution, zone=library.time_zone)
        altered = {lines[position - 1].key: found for position, found in response.altered.items()}
        return Written({"mutations.edi": response.content}, altered)

    def told(self, line: SystemLine) -> frozenset[str]:
        """Keeps `FolderSystem`."""
        return TABLE.carried if self.settings.format is Format.CSV else order_response.TOLD[line.mutation.kind]


def _steps(lines: Sequence[SystemLine]) -> Iterator[tuple[int, SystemLine]]:
    """What Brocade is told of, one after the other; a shop purchase is first heard of when it is shipped."""
    for position, line in enumerate(lines, start=1):
        if line.state_before is None and line.mutation.kind is Kind.SHIPPED:
            yield position, order_response.as_ordered(line)
        yield position, line
