"""V-Smart (Axiell): mutations go in through a drop folder; staff read the result in the manner of AFO 291.

A batch is an order response (`order_response`), MARCXML for titles that are new (`new_titles`), a ship notice for
each packing slip (`ship_notice`), and a manifest. What is public of each, and what is our choice, stands there.

Source: bestelsynchronisatie, "Mutaties ophalen in V-Smart systemen".
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Self

from pydantic import BaseModel

from adapters.vsmart import acknowledgement, new_titles, order_response, ship_notice
from adapters.vsmart.order_response import Alterations
from adapters.vsmart.settings import VSmartSettings
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.log import logger
from gateway.orders.model import Kind
from gateway.orders.system import TELLABLE, Acknowledgement, LineResult, LineStatus, SystemLine, Workplace, left_out
from gateway.reports.model import Layout
from gateway.transport.drop_folder import DropFolder, FolderUnavailable, reason_of
from gateway.transport.drop_journal import Journal, finish, offer

_SAID_BY_THE_ACTION = {Kind.DELAYED: {"final"}, Kind.CANCELLED: {"final"}}
TOLD: dict[Kind, frozenset[str]] = {
    kind: ship_notice.CARRIED
    if kind is Kind.SHIPPED
    else order_response.CARRIED.union(_SAID_BY_THE_ACTION.get(kind, ()))
    for kind in Kind
}
"""Per kind the fields of the wire that V-Smart is told; more of a line that it does not know yet, see `_told`."""
SPELLED = "Written with other letters, as EDIFACT knows ISO 8859-1 only: {fields}."


class VSmartUnavailable(SystemUnavailable):
    """Nothing was put in the folder; the lines are offered again."""

    code = "vsmart-unavailable"
    message = "The folder of V-Smart cannot be used: {reason}"
    hint = "The lines are offered again. Run `gateway check`, which says what to mend."


@dataclass(frozen=True, slots=True)
class System:
    """Keeps `OrderSystem`."""

    label: ClassVar[str] = "V-Smart"
    layout: ClassVar[Layout] = Layout.AFO291
    needs_budget_code: ClassVar[bool] = True
    most_lines: ClassVar[int] = 2_500
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
    workplace: Workplace

    @classmethod
    def from_settings(cls, settings: BaseModel, workplace: Workplace) -> Self:
        """Keeps `OrderSystem`."""
        return cls(VSmartSettings.model_validate(settings), workplace)

    def check(self) -> None:
        """Write a hidden file in each folder and take it away again."""
        self._drop.check()
        DropFolder(self.settings.acknowledgements, allow_others_to_write=True).check()

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        """Keeps `OrderSystem`; one batch a call. What an earlier call was killed in the middle of is finished first."""
        try:
            done = finish(self._drop, self._journal)
            again = [line.key for line in lines if not line.first_offer and line.key not in done]
            done |= self._journal.known(again) if again else frozenset()
            batch = _Batch.of([line for line in lines if line.key not in done], self.workplace)
            if batch.keys:
                offer(self._drop, self._journal, batch.name, batch.files, batch.keys)
                self._journal.forget_old()
        except ConfigurationError as error:
            raise VSmartUnavailable(reason=f"{error} {error.advice}") from error
        # What was offered before is written once more, so that its lines get the results that they had.
        before = _Batch.of([line for line in lines if line.key in done], self.workplace)
        return [_result(line, batch.altered.get(line.key) or before.altered.get(line.key)) for line in lines]

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """Keeps `OrderSystem`; a file that cannot be read, or speaks of a batch that is not ours, stays where it is."""
        return [each for _, its_own in self._acknowledged() for each in its_own]

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """Move away the files of which every row is among these."""
        kept = frozenset(acknowledgements)
        place = self.settings.acknowledgements / acknowledgement.DONE_FOLDER
        try:
            for file, its_own in self._acknowledged():
                if kept.issuperset(its_own):
                    place.mkdir(exist_ok=True)
                    file.rename(place / file.name)
        except OSError as error:
            raise FolderUnavailable(folder=place, reason=reason_of(error)) from error

    def _acknowledged(self) -> Iterator[tuple[Path, list[Acknowledgement]]]:
        for file in acknowledgement.files(self.settings.acknowledgements):
            keys = self._journal.keys(acknowledgement.batch_of(file))
            try:
                rows = acknowledgement.read(file.read_bytes())
                yield file, [Acknowledgement(keys[row.position - 1], row.accepted, row.reason) for row in rows]
            except (OSError, IndexError, acknowledgement.UnreadableAcknowledgement) as error:
                reason = "it speaks of a line that we did not offer" if isinstance(error, IndexError) else str(error)
                logger.warning("vsmart.acknowledgement_unreadable", file=str(file), reason=reason)

    @property
    def _drop(self) -> DropFolder:
        return DropFolder(self.settings.folder, self.settings.group, self.settings.allow_others_to_write)

    @property
    def _journal(self) -> Journal:
        return Journal(self.workplace.folder / "vsmart" / self.workplace.library.institution)


@dataclass(frozen=True, slots=True)
class _Batch:
    """The files of one call; the same lines give the same names."""

    name: str
    files: Mapping[str, bytes]
    keys: tuple[str, ...]
    altered: Mapping[str, Alterations]

    @classmethod
    def of(cls, lines: Sequence[SystemLine], workplace: Workplace) -> Self:
        library = workplace.library
        numbered = list(enumerate(lines, start=1))
        answered = [each for each in numbered if each[1].mutation.kind is not Kind.SHIPPED or _is_new(each[1])]
        shipped = [each for each in numbered if each[1].mutation.kind is Kind.SHIPPED]
        files: dict[str, bytes] = {}
        altered: dict[str, Alterations] = {}
        if answered:
            response = order_response.write(answered, institution=library.institution, zone=library.time_zone)
            files["2-orders.edi"] = response.content
            altered = {lines[position - 1].key: found for position, found in response.altered.items()}
        titles = new_titles.write(line.mutation for line in lines if _is_new(line))
        if titles:
            files["1-titles.xml"] = titles
        notices = ship_notice.write(
            shipped,
            institution=library.institution,
            library_name=library.name,
            sender_names=workplace.sender_names,
            zone=library.time_zone,
        )
        files |= {f"3-ship-{number:03d}.xml": notice for number, notice in enumerate(notices, start=1)}
        keys = tuple(line.key for line in lines)
        digest = hashlib.sha256("\n".join(keys).encode())
        for content in files.values():
            digest.update(content)
        name = f"{library.institution}-{digest.hexdigest()[:16]}"
        # In the order in which they must be read: an order needs its titles, a shipment its order.
        return cls(name, {f"{name}-{what}": files[what] for what in sorted(files)}, keys, altered)


def _is_new(line: SystemLine) -> bool:
    """Whether V-Smart does not know this order line yet; a shop purchase is first heard of when it is shipped."""
    return line.state_before is None


def _has_record(line: SystemLine) -> bool:
    """Whether the title of this line stands in the MARCXML, which knows every letter."""
    return _is_new(line) and bool(line.mutation.title)


def _told(line: SystemLine) -> frozenset[str]:
    told = TOLD[line.mutation.kind]
    if _is_new(line):
        told |= order_response.CARRIED
    return told | new_titles.CARRIED if _has_record(line) else told


def _result(line: SystemLine, altered: Alterations | None) -> LineResult:
    missing = left_out(line, _told(line))
    if altered is None:
        return LineResult(line.key, LineStatus.HANDED_OVER, "", missing)
    kept = new_titles.CARRIED if _has_record(line) else frozenset[str]()
    lost = tuple(each for each in altered.lost if each not in kept)
    spelled = [*altered.spelled, *(each for each in altered.lost if each in kept)]
    reason = SPELLED.format(fields=", ".join(spelled)) if spelled else ""
    return LineResult(line.key, LineStatus.HANDED_OVER, reason, (*missing, *lost))
