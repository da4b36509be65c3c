"""V-Smart (Axiell): mutations go in through a drop folder; staff read the result in the manner of AFO 291.

A batch is an order response and MARCXML for titles that are new (`order_response` and `new_titles` in
`gateway.order_files`), a ship notice for each packing slip (`ship_notice`), and a manifest. What is public of each,
and what is our choice, stands there. The answers (`ANSWERS`) are OUR ASSUMPTION altogether: nothing of them is public.

Source: bestelsynchronisatie, "Mutaties ophalen in V-Smart systemen".
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from pydantic import BaseModel

from adapters.vsmart import ship_notice
from adapters.vsmart.settings import VSmartSettings
from gateway.order_files import new_titles, order_response
from gateway.order_files.answer_file import AnswerFormat
from gateway.order_files.folder_system import Folders, FolderSystem, Written
from gateway.order_files.order_response import Alterations
from gateway.orders.model import Kind
from gateway.orders.system import TELLABLE, SystemLine, Workplace
from gateway.reports.model import Layout
from gateway.transport.drop_folder import DropFolder
from gateway.transport.drop_journal import Journal

ANSWERS = AnswerFormat(suffix=".ack", separator=";", accepted="ACCEPTED", refused="REFUSED")
TOLD: dict[Kind, frozenset[str]] = order_response.TOLD | {Kind.SHIPPED: ship_notice.CARRIED}
"""Per kind the fields of the wire that V-Smart is told; more of a line that it does not know yet, see `told`."""


@dataclass(frozen=True, slots=True)
class System(FolderSystem):
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "V-Smart"
    layout: ClassVar[Layout] = Layout.AFO291
    needs_budget_code: ClassVar[bool | None] = True
    most_lines: ClassVar[int] = 2_500
    answer_format: ClassVar[AnswerFormat] = ANSWERS
    carries: ClassVar[Mapping[Kind, str]] = {
        Kind.ORDERED: "EDIFACT ORDRSP line, accepted; MARCXML for a title that is new (to be confirmed by Axiell)",
        Kind.CHANGED: "EDIFACT ORDRSP line, accepted with amendment (to be confirmed by Axiell)",
        Kind.DELAYED: "EDIFACT ORDRSP line with list 12B, list 8B and expected date (to be confirmed by Axiell)",
        Kind.CANCELLED: "EDIFACT ORDRSP line, cancelled, with list 12B and list 8B (to be confirmed by Axiell)",
        Kind.SHIPPED: "EDItX Library Ship Notice per packing slip (to be confirmed by Axiell)",
    }
    cannot_carry: ClassVar[tuple[str, ...]] = tuple(
        each for each in TELLABLE if not any(each in told for told in (*TOLD.values(), new_titles.CARRIED))
    )
    Settings: ClassVar[type[BaseModel]] = VSmartSettings

    settings: VSmartSettings

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        return cls(workplace, VSmartSettings.model_validate(settings))

    @property
    def folders(self) -> Folders:
        """Keeps `FolderSystem`."""
        settings, library = self.settings, self.workplace.library
        return Folders(
            DropFolder(settings.folder, settings.group, settings.allow_others_to_write),
            settings.acknowledgements,
            Journal(self.workplace.folder / "vsmart" / library.institution),
        )

    def write(self, lines: Sequence[SystemLine]) -> Written:
        """Keeps `FolderSystem`; an order needs its titles, a shipment its order."""
        library = self.workplace.library
        numbered = list(enumerate(lines, start=1))
        files: dict[str, bytes] = {}
        titles = new_titles.write(line.mutation for line in lines if _is_new(line))
        if titles:
            files["1-titles.xml"] = titles
        altered: dict[int, Alterations] = {}
        answered = list(_answered(numbered))
        if answered:
            response = order_response.write(answered, institution=library.institution, zone=library.time_zone)
            files["2-orders.edi"], altered = response.content, response.altered
        notices = ship_notice.write(
            [each for each in numbered if each[1].mutation.kind is Kind.SHIPPED],
            institution=library.institution,
            library_name=library.name,
            sender_names=self.workplace.sender_names,
            zone=library.time_zone,
        )
        files |= {f"3-ship-{number:03d}.xml": notice for number, notice in enumerate(notices, start=1)}
        return Written(files, {lines[position - 1].key: found for position, found in altered.items()})

    def told(self, line: SystemLine) -> frozenset[str]:
        """Keeps `FolderSystem`."""
        told = TOLD[line.mutation.kind]
        if _is_new(line):
            told |= order_response.CARRIED
        return told | self.saved(line)

    def saved(self, line: SystemLine) -> frozenset[str]:
        """Keeps `FolderSystem`: the title of a new line stands in the MARCXML, which knows every letter."""
        return new_titles.CARRIED if _is_new(line) and line.mutation.title else frozenset()


def _answered(lines: Iterable[tuple[int, SystemLine]]) -> Iterator[tuple[int, SystemLine]]:
    """What stands in the order response: all but shipments, and of a shipment the order that it brings along."""
    for position, line in lines:
        if line.mutation.kind is not Kind.SHIPPED:
            yield position, line
        elif _is_new(line):
            yield position, order_response.as_ordered(line)


def _is_new(line: SystemLine) -> bool:
    """Whether V-Smart does not know this order line yet; a shop purchase is first heard of when it is shipped."""
    return line.state_before is None
