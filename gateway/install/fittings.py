"""What the installer needs from other rooms and floors; the composition root puts it together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel

from gateway.config import LibrarySettings, Settings

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from gateway.orders.system import OrderSystem


class Imported(Protocol):
    """What reading in one file did: how many rows were new or changed, and why others were refused."""

    @property
    def taken(self) -> int:
        """Rows that are now known."""

    @property
    def refused(self) -> Sequence[str]:
        """One sentence per row that was not taken, with its line."""


Import = Callable[["Engine", str, Path], Imported]
"""Reads one file for one institution; reading it twice changes nothing."""

BRANCHES, BUDGET_CODES, OPEN_ORDERS = "branches", "budget-codes", "open-orders"
IMPORT_ORDER = (BRANCHES, BUDGET_CODES, OPEN_ORDERS)
"""An open order names branches and budget codes, so those come first."""


@dataclass(frozen=True, slots=True)
class Tables:
    """What the installer does to the database as a whole."""

    upgrade: Callable[["Engine"], None]
    """Make the tables, or bring them to this version; does nothing when they are."""
    exist: Callable[["Engine"], bool]
    """Whether there are tables of ours, of whatever version."""
    are_newest: Callable[["Engine"], bool]
    """Whether the tables are of the version this program works with."""
    drop: Callable[["Engine"], None]
    """Remove every table of ours."""
    messages: Callable[["Engine"], int]
    """How many messages of suppliers are kept."""
    mark_rehearsal: Callable[["Engine"], None] = lambda _database: None
    """Say in the database that it is for rehearsal, so that the clock may be set."""


@dataclass(frozen=True, slots=True)
class Fittings:
    """Everything together."""

    systems: Mapping[str, "type[OrderSystem]"]
    read_settings: Callable[[Path], Settings]
    open_database: Callable[[str], "Engine"]
    tables: Tables
    imports: Mapping[str, Import] = field(default_factory=dict)
    library_system: "Callable[[Settings, LibrarySettings], OrderSystem] | None" = None
    """The adapter of one library, ready to be asked whether it works."""

    @property
    def sections(self) -> dict[str, type[BaseModel]]:
        """Per library system the model of its own section."""
        return {name: system.Settings for name, system in self.systems.items()}
