"""What is proven when a storm is over, from what stands outside the gateway only.

Receipts as the senders saw them, the answers of getProcessingStatus, the report files, and what the library systems
have. Nothing is read from the gateway's database.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree

from gateway.orders.model import Kind
from tests.crash.days import Fate, Storm, Told
from tests.crash.sender import Answer, Door, status_request
from tests.crash.world import World

_R = "{urn:bestelsync:report:1}"
APPLIED = ("APPLIED", "APPLIED_WITH_WARNING")


@dataclass
class Diaries:
    """What the senders wrote down."""

    receipts: dict[str, bytes] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)
    breaches: list[str] = field(default_factory=list)
    done: int = 0
    last_round: int = -1

    @classmethod
    def read(cls, folder: Path) -> "Diaries":
        """Those in a folder, as far as they go."""
        found = cls()
        for path in sorted(folder.glob("sender-*.jsonl")):
            for line in path.read_text().splitlines():
                found._take(json.loads(line))
        return found

    def _take(self, entry: dict[str, Any]) -> None:
        if "receipt" in entry:
            self.receipts[entry["message"]] = entry["receipt"].encode()
            self.last_round = max(self.last_round, entry["round"])
        elif "breach" in entry:
            self.breaches.append(entry["breach"])
        elif "done" in entry:
            self.done += 1
            self.counts.update({name: value for name, value in entry["done"].items() if name != "breaches"})


@dataclass(frozen=True)
class Line:
    """A line of a report."""

    report: str
    mutation: str
    outcome: str
    delivery: str
    kind: str
    order: tuple[str, str]
    copies: int
    is_new: bool


Entry = tuple[str, str, str, str, int]
"""A library system, order, line, what is told of it, and copies."""


@dataclass
class Proof:
    """Everything that is to hold, and what does not."""

    storm: Storm
    world: World
    door: Door
    diaries: Diaries
    breaches: list[str] = field(default_factory=list)
    figures: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.messages = {
            message.message_id: message
            for sender in range(self.storm.senders)
            for round_ in range(self.diaries.last_round + 1)
            for message in [self.storm.message(sender, round_)]
            if message.message_id in self.diaries.receipts
        }
        self.reports = [_Report(path) for path in self._files()]
        # A change has two lines: what it takes back, and what it makes of the order line.
        self.lines = [line for report in self.reports for line in report.lines if line.copies > 0]

    def prove(self) -> None:
        """Look at everything."""
        self.breaches += self.diaries.breaches + self.world.tracebacks()
        self._every_outcome_is_final_once()
        self._library_systems_have_each_line_once()
        self._books_close()
        self._status_says_what_the_reports_say()
        self._readers_got_each_report_once()

    def _every_outcome_is_final_once(self) -> None:
        """Each mutation of each message is final in one report, once as what it must be and else as known."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for line in self.lines:
            found[line.mutation][line.outcome if line.outcome not in APPLIED else "APPLIED"] += 1
        fates: dict[str, Counter[Fate]] = defaultdict(Counter)
        for message in self.messages.values():
            for told in message.told:
                fates[told.mutation.mutation_id][told.fate] += 1
        for mutation, fate in fates.items():
            expected, final = _expected(fate), found[mutation]
            final.pop("WAITING", None)
            self.check(final == expected, f"{mutation} must end as {dict(expected)}, reports say {dict(final)}")
        strange = found.keys() - fates.keys()
        self.check(not strange, f"reports tell of mutations without a receipt: {sorted(strange)[:5]}")
        self.figures["mutations received"] = sum(len(each.told) for each in self.messages.values())
        self.figures["different ones"] = len(fates)
        self._receipts_count_what_is_known(sum(_expected(fate)["KNOWN"] for fate in fates.values()))

    def _receipts_count_what_is_known(self, known: int) -> None:
        """Each receipt was true when it was written, so all of them together count each mutation as new once."""
        told = [int(each) for receipt in self.diaries.receipts.values()
                for each in re.findall(rb"<knownCount>(\d+)<", receipt)]  # fmt: skip
        self.check(len(told) == len(self.diaries.receipts), "there are receipts that count nothing")
        self.check(sum(told) == known, f"receipts say that {sum(told)} mutations were known, and {known} were")

    def _library_systems_have_each_line_once(self) -> None:
        """What was applied was entered once, also where nobody could tell until a person had looked."""
        told = Counter[Entry]()
        applied = [line for line in self.lines if line.outcome in APPLIED]
        for line in applied:
            told.update(_entries(line))
        entered = Counter(self._entered())
        for entry in told.keys() | entered.keys():
            words = f"{'/'.join(map(str, entry))} is entered {entered[entry]} times in the library system"
            self.check(entered[entry] == told[entry], f"{words}, reports say {told[entry]}")
        self.figures["lines entered in the library systems"] = sum(entered.values())
        self.figures["lines shown as uncertain (Wise)"] = sum(line.delivery == "uncertain" for line in applied)

    def _entered(self) -> Iterator[Entry]:
        complaints = self.world.stage.vsmart.complaints
        self.check(not complaints, f"V-Smart complains: {complaints[:3]}")
        for entry in self.world.stage.vsmart.entered:
            yield "V-Smart", entry.order, entry.line, entry.action, entry.copies
        kinds = {"ORDER": "ORDERED", "CHANGE": "CHANGED", "DELAY": "DELAYED", "CANCEL": "CANCELLED"}
        for row in self.world.stage.wise.rows:
            yield "Wise", row.order, row.row, kinds.get(row.message_type, "SHIPPED"), row.amount

    def _books_close(self) -> None:
        """In each report, and over all of them, and with what the senders themselves counted."""
        totals: Counter[str] = Counter()
        for report in self.reports:
            books = report.books
            came, went = books["openingWaiting"] + books["received"], sum(books[each] for each in _SIDES)
            self.check(came == went, f"the books of {report.name} do not close: {books}")
            self.check(not report.differences, f"control totals of {report.name} differ: {report.differences}")
            totals.update({name: books[name] for name in ("received", "applied", "known", "refused")})
        waiting = sum(report.books["closingWaiting"] for report in self._newest())
        received = self.figures["mutations received"]
        self.check(totals["received"] == received, f"reports count {totals['received']} of {received} mutations")
        done = totals["applied"] + totals["known"] + totals["refused"] + waiting
        self.check(received == done, f"{received} came, {done} are told of: {dict(totals)}, waiting {waiting}")
        self.figures |= {**totals, "waiting": waiting, "reports": len(self.reports)}
        self._copies_and_amounts_agree()

    def _copies_and_amounts_agree(self) -> None:
        """What reports say was applied is what the senders told, counted from their own messages."""
        told: Counter[str] = Counter()
        first = {each.mutation.mutation_id: each for message in self.messages.values() for each in message.told
                 if each.fate is Fate.APPLIED}  # fmt: skip
        for each in first.values():
            told[each.mutation.kind] += _copies(each)
        written: Counter[str] = Counter()
        for report in self.reports:
            written.update(report.copies)
        for kind in (Kind.ORDERED, Kind.CANCELLED, Kind.SHIPPED):
            same = written[kind] == told[kind]
            self.check(same, f"{kind}: reports count {written[kind]} copies applied, senders {told[kind]}")
        self.figures["copies ordered, shipped, cancelled"] = sum(
            told[kind] for kind in (Kind.ORDERED, Kind.SHIPPED, Kind.CANCELLED)
        )

    def _newest(self) -> Iterator["_Report"]:
        newest = {report.institution: report for report in sorted(self.reports, key=lambda each: each.run)}
        yield from newest.values()

    def _status_says_what_the_reports_say(self) -> None:
        """Every message is processed; what waits is what must wait."""
        for message in self.messages.values():
            answer = self.door.post(status_request(message.message_id)) or Answer(0, b"")
            state = re.search(rb"<state>(\w+)</state>", answer.body)
            self.check(bool(state) and state[1] == b"PROCESSED", f"{message.message_id}: {answer.body[:300]!r}")  # type: ignore[index]
            counts = dict(re.findall(rb'<count outcome="(\w+)">(\d+)</count>', answer.body))
            total = sum(map(int, counts.values()))
            self.check(total == len(message.told), f"{message.message_id}: its outcomes are {counts}")

    def _readers_got_each_report_once(self) -> None:
        """The library's folder holds what is kept, in all six formats, and nothing beside it."""
        kept, offered = kept_and_offered(self.world)
        self.check(len(kept) == 6 * len(self.reports), f"{len(self.reports)} reports are kept as {len(kept)} files")
        self.check(kept.keys() == offered.keys(), f"not kept and offered: {sorted(kept.keys() ^ offered.keys())[:5]}")
        for name in kept.keys() & offered.keys():
            same = kept[name].read_bytes() == offered[name].read_bytes()
            self.check(same, f"{offered[name]} is not the report that is kept")

    def _files(self) -> list[Path]:
        return sorted(path for path in kept_and_offered(self.world)[0].values() if path.suffix == ".xml")

    def check(self, holds: bool, words: str) -> None:
        if not holds:
            self.breaches.append(words)


def kept_and_offered(world: World) -> tuple[dict[str, Path], dict[str, Path]]:
    """The files of reports, by name: those in the archive, and those in the folders of the library systems."""
    archive, folders = world.stage.settings.data_folder / "reports", world.stage.folder / "out"
    found = (archive.glob("I*/*/*"), folders.glob("I*/*"))
    kept, offered = ({path.name: path for path in paths} for paths in found)
    return kept, offered


_SIDES = ("applied", "known", "refused", "closingWaiting")


def _expected(fates: Counter[Fate]) -> Counter[str]:
    """The final outcomes of a mutation that was told in so many messages."""
    own = sum(number for fate, number in fates.items() if fate is not Fate.CONFLICT)
    [fate] = [each for each in fates if each is not Fate.CONFLICT] or [None]
    expected = Counter({"REFUSED": fates[Fate.CONFLICT]})
    if fate is Fate.APPLIED:
        expected["APPLIED"] += 1
    if fate is Fate.REFUSED:
        expected["REFUSED"] += 1
    expected["KNOWN"] += max(own - 1, 0)
    return +expected


def _entries(line: Line) -> Iterator[Entry]:
    """What a library system is told of an applied line; a shop purchase is an order as well."""
    system = "V-Smart" if "I202" in line.report else "Wise"
    if line.is_new and line.kind == "SHIPPED":
        yield system, *line.order, "ORDERED", line.copies
    yield system, *line.order, line.kind, line.copies


def _copies(told: Told) -> int:
    return told.mutation.quantity


class _Report:
    """A report as its XML says it."""

    def __init__(self, path: Path) -> None:
        root = etree.parse(path).getroot()
        self.name = str(root.get("name"))
        self.institution = root.findtext(f"{_R}head/{_R}institution")
        self.run = int(root.findtext(f"{_R}head/{_R}run"))
        self.lines = [self._line(each) for each in root.iterfind(f"{_R}detail/{_R}line")]
        self.books = {each.findtext(f"{_R}what"): int(each.findtext(f"{_R}mutations"))
                      for each in root.iterfind(f"{_R}books/{_R}entry")}  # fmt: skip
        self.differences = [
            etree.tostring(each)
            for each in root.iterfind(f"{_R}control/{_R}side")
            if each.findtext(f"{_R}countedBy") == "difference"
            and any(float(number.text) for number in each if number.tag != f"{_R}countedBy")
        ]
        self.copies = Counter({each.findtext(f"{_R}kind"): int(each.findtext(f"{_R}copies"))
                               for each in root.iterfind(f"{_R}booksByKind/{_R}tally")})  # fmt: skip

    def _line(self, line: Any) -> Line:
        text = {etree.QName(each).localname: each.text or "" for each in line}
        return Line(
            report=self.name,
            mutation=text["mutationId"],
            outcome=text["outcome"],
            delivery=text.get("delivery", ""),
            kind=text["kind"],
            order=(text["orderNumber"], text["orderLine"]),
            copies=int(text["copies"]),
            is_new="stateBefore" not in text,
        )
