"""Clientrix: mutations go in as CSV through a drop folder, off until it is arranged.

Not public: its maker's formats, and whether it takes files at all. So everything in the table below is OUR CHOICE;
the day a sample arrives only that changes.

Source: bestelsynchronisatie, "Hoe kan ik gebruik maken van Bestelsynchronisatie?".
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from pydantic import BaseModel

from gateway.order_files.answer_file import AnswerFormat
from gateway.order_files.arrangement import ArrangedSettings
from gateway.order_files.table import HEADINGS, KINDS, Table
from gateway.order_files.table_system import TableSystem, every_kind
from gateway.orders.model import Kind

TABLE = Table(columns=HEADINGS, kinds=KINDS, separator=";", encoding="utf-8-sig", day="%Y%m%d", decimal=".")
ANSWERS = AnswerFormat(suffix=".result", separator=";", accepted="OK", refused="FOUT")


class ClientrixSettings(ArrangedSettings):
    """The `[library.clientrix]` section."""


@dataclass(frozen=True, slots=True)
class System(TableSystem):
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "Clientrix"
    name: ClassVar[str] = "clientrix"
    table: ClassVar[Table] = TABLE
    answer_format: ClassVar[AnswerFormat] = ANSWERS
    carries: ClassVar[Mapping[Kind, str]] = every_kind(
        "rows of a CSV file (to be arranged with the maker of Clientrix)"
    )
    Settings: ClassVar[type[BaseModel]] = ClientrixSettings
