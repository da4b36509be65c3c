"""A library system that takes batches of files from a folder and leaves answers in another.

A batch offered twice is offered once, wherever a run is killed: see `gateway.transport.drop_journal`. An adapter
adds what it is called, what a batch holds, and the words of the answers.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.log import logger
from gateway.order_files.answer_file import DONE_FOLDER, AnswerFormat, UnreadableAnswer
from gateway.order_files.order_response import Alterations
from gateway.orders.system import Acknowledgement, LineResult, LineStatus, SystemLine, Workplace, left_out
from gateway.transport.drop_folder import DropFolder, FolderUnavailable, reason_of
from gateway.transport.drop_journal import Journal, finish, offer

SPELLED = "Written with other letters, as EDIFACT knows ISO 8859-1 only: {fields}."


class FolderSystemUnavailable(SystemUnavailable):
    """Nothing was put in the folder; the lines are offered again."""

    code = "folder-system-unavailable"
    message = "The folder of {system} cannot be used: {reason}"
    hint = "The lines are offered again. Run `gateway check`, which says what to mend."


@dataclass(frozen=True, slots=True)
class Folders:
    """Where one library's system takes batches, where it answers, and where we remember what was offered."""

    drop: DropFolder
    answers: Path
    journal: Journal

    def check(self) -> None:
        """Write a hidden file in each folder and take it away again."""
        self.drop.check()
        DropFolder(self.answers, allow_others_to_write=True).check()


@dataclass(frozen=True, slots=True)
class Written:
    """The files of a batch by the end of their name, in which they are also to be read; and what became of letters.

    `altered` is by the key of the line.
    """

    files: Mapping[str, bytes]
    altered: Mapping[str, Alterations] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FolderSystem:
    """What every such system does alike. An adapter's `System` adds the rest of `OrderSystem` and the three hooks."""

    label: ClassVar[str]
    answer_format: ClassVar[AnswerFormat] = AnswerFormat()

    workplace: Workplace

    @property
    def folders(self) -> Folders:
        """The folders of this library; raises where they are not agreed yet."""
        raise NotImplementedError

    def write(self, lines: Sequence[SystemLine]) -> Written:
        """The files of one batch."""
        raise NotImplementedError

    def told(self, line: SystemLine) -> frozenset[str]:
        """The fields of the wire that those files carry of a line."""
        raise NotImplementedError

    def saved(self, line: SystemLine) -> frozenset[str]:
        """The fields of a line that also stand in a file that knows every letter."""
        return frozenset()

    @property
    def arranged(self) -> bool:
        """Keeps `OrderSystem`."""
        return True

    def check(self) -> None:
        """Keeps `OrderSystem`."""
        self.folders.check()

    def apply(self, lines: Sequence[SystemLine]) -> Sequence[LineResult]:
        """Keeps `OrderSystem`; one batch a call. What an earlier call was killed in the middle of is finished first."""
        folders = self.folders
        try:
            done = finish(folders.drop, folders.journal)
            again = [line.key for line in lines if not line.first_offer and line.key not in done]
            done |= folders.journal.known(again) if again else frozenset()
            batch = self._batch([line for line in lines if line.key not in done])
            if batch.keys:
                offer(folders.drop, folders.journal, batch.name, batch.files, batch.keys)
                folders.journal.forget_old()
        except ConfigurationError as error:
            raise FolderSystemUnavailable(system=self.label, reason=f"{error} {error.advice}") from error
        # What was offered before is written once more, so that its lines get the results that they had.
        before = self._batch([line for line in lines if line.key in done])
        return [self._result(line, batch.altered.get(line.key) or before.altered.get(line.key)) for line in lines]

    def acknowledgements(self) -> Sequence[Acknowledgement]:
        """Keeps `OrderSystem`; a file that cannot be read, or speaks of a batch that is not ours, stays where it is."""
        if not self.arranged:
            return []
        return [each for _, its_own in self._acknowledged() for each in its_own]

    def forget(self, acknowledgements: Sequence[Acknowledgement]) -> None:
        """Move away the files of which every row is among these."""
        if not self.arranged:
            return
        kept = frozenset(acknowledgements)
        place = self.folders.answers / DONE_FOLDER
        try:
            for file, its_own in self._acknowledged():
                if kept.issuperset(its_own):
                    place.mkdir(exist_ok=True)
                    file.rename(place / file.name)
        except OSError as error:
            raise FolderUnavailable(folder=place, reason=reason_of(error)) from error

    def _acknowledged(self) -> Iterator[tuple[Path, list[Acknowledgement]]]:
        folders, form = self.folders, self.answer_format
        for file in form.files(folders.answers):
            keys = folders.journal.keys(form.batch_of(file))
            try:
                rows = form.read(file.read_bytes())
                yield file, [Acknowledgement(keys[row.position - 1], row.accepted, row.reason) for row in rows]
            except (OSError, IndexError, UnreadableAnswer) as error:
                reason = "it speaks of a line that we did not offer" if isinstance(error, IndexError) else str(error)
                logger.warning("orders.answer_unreadable", system=self.label, file=str(file), reason=reason)

    def _batch(self, lines: Sequence[SystemLine]) -> "_Batch":
        if not lines:
            return _Batch("", {}, (), {})
        written = self.write(lines)
        keys = tuple(line.key for line in lines)
        digest = hashlib.sha256("\n".join(keys).encode())
        for content in written.files.values():
            digest.update(content)
        name = f"{self.workplace.library.institution}-{digest.hexdigest()[:16]}"
        return _Batch(name, {f"{name}-{what}": each for what, each in written.files.items()}, keys, written.altered)

    def _result(self, line: SystemLine, altered: Alterations | None) -> LineResult:
        told = self.told(line)
        missing = left_out(line, told)
        if altered is None:
            return LineResult(line.key, LineStatus.HANDED_OVER, "", missing)
        saved = self.saved(line)
        lost = tuple(each for each in altered.lost if each not in saved)
        spelled = [*altered.spelled, *(each for each in altered.lost if each in saved)]
        reason = SPELLED.format(fields=", ".join(spelled)) if spelled else ""
        return LineResult(line.key, LineStatus.HANDED_OVER, reason, (*missing, *lost))


@dataclass(frozen=True, slots=True)
class _Batch:
    """One batch; the same lines give the same names."""

    name: str
    files: Mapping[str, bytes]
    keys: tuple[str, ...]
    altered: Mapping[str, Alterations]
