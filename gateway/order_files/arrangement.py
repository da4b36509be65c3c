"""A library system of which nobody published how it takes mutations: off until library, maker and supplier agreed.

Source: bestelsynchronisatie, "Hoe kan ik gebruik maken van Bestelsynchronisatie?": of such a system one first asks
whether order synchronisation is possible at all.
"""

from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from gateway.order_files.folder_system import Folders
from gateway.orders.system import NotArranged, Workplace
from gateway.transport.drop_folder import DropFolder
from gateway.transport.drop_journal import Journal


class ArrangedSettings(BaseModel):
    """What the section of such a system holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    arranged: bool = Field(
        False,
        description="true once library, supplier and the system's maker agreed on these files; until then lines wait",
    )
    folder: Path | None = Field(None, description="folder from which the system takes our files")
    answers: Path | None = Field(None, description="folder in which the system leaves its result files")
    group: str | None = Field(None, description="group of the system's own user, which may read our files")
    allow_others_to_write: bool = Field(False, description="accept that others than the gateway can write there")
    needs_budget_code: bool = Field(
        False, description="let an order wait until its budget code is known, instead of using the fall-back"
    )

    @model_validator(mode="after")
    def _two_folders_once_arranged(self) -> Self:
        if self.arranged and (self.folder is None or self.answers is None):
            raise ValueError("arranged = true needs folder and answers")
        if self.folder and self.answers and self.folder.resolve() == self.answers.resolve():
            raise ValueError("folder and answers must be two folders")
        return self


def folders(settings: ArrangedSettings, workplace: Workplace, name: str, label: str) -> Folders:
    """The folders of one library.

    Args:
        name: of the system, as settings write it; its work files stand under that name.

    Raises:
        NotArranged: nothing may be written yet.
    """
    if not settings.arranged or settings.folder is None or settings.answers is None:
        raise NotArranged(system=label, name=name)
    return Folders(
        DropFolder(settings.folder, settings.group, settings.allow_others_to_write),
        settings.answers,
        Journal(workplace.folder / name / workplace.library.institution),
    )
