"""A library system that takes CSV from a folder and leaves a result file, off until it is arranged.

An adapter adds its names, its table and the words of its answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from pydantic import BaseModel

from gateway.order_files import arrangement
from gateway.order_files.arrangement import ArrangedSettings
from gateway.order_files.folder_system import Folders, FolderSystem, Written
from gateway.order_files.table import Table
from gateway.orders.model import Kind
from gateway.orders.system import SystemLine, Workplace
from gateway.reports.model import Layout


def every_kind(sentence: str) -> dict[Kind, str]:
    """The same way of telling for each kind of mutation."""
    return dict.fromkeys(Kind, sentence)


@dataclass(frozen=True, slots=True)
class TableSystem(FolderSystem):
    """What every such system does alike; `cannot_carry` is empty as long as its table has a column for every field."""

    layout: ClassVar[Layout] = Layout.INA
    needs_budget_code: ClassVar[bool | None] = None
    most_lines: ClassVar[int] = 2_500
    cannot_carry: ClassVar[tuple[str, ...]] = ()
    name: ClassVar[str]
    table: ClassVar[Table]

    settings: ArrangedSettings

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        return cls(workplace, ArrangedSettings.model_validate(settings.model_dump()))

    @property
    def arranged(self) -> bool:
        """Keeps `OrderSystem`."""
        return self.settings.arranged

    @property
    def folders(self) -> Folders:
        """Keeps `FolderSystem`."""
        return arrangement.folders(self.settings, self.workplace, self.name, self.label)

    def write(self, lines: Sequence[SystemLine]) -> Written:
        """Keeps `FolderSystem`."""
        return Written({"mutations.csv": self.table.write(lines, self.workplace.library.time_zone)})

    def told(self, line: SystemLine) -> frozenset[str]:
        """Keeps `FolderSystem`."""
        return self.table.carried
