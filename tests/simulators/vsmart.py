"""A V-Smart that takes batches from its folder and leaves acknowledgements, as our adapter assumes it does.

What Axiell's product really does with such files is not public. It reads EDIFACT with a reader of its own, checks
the manifest, and enters what it reads: a batch that comes twice is entered twice.
`python -m tests.simulators.vsmart FOLDER` runs it for demonstrations: it takes from FOLDER/in and answers in
FOLDER/out, unless told otherwise.
"""

import argparse
import csv
import hashlib
import io
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

ACTIONS = {"5": "ORDERED", "24": "CHANGED", "2": "CANCELLED"}
BY_QUANTITY = {"83": "DELAYED", "12": "SHIPPED"}


@dataclass
class Entry:
    """One line as it was entered."""

    position: int
    action: str
    order: str
    line: str
    copies: int
    segments: list[list[list[str]]]


@dataclass
class VSmartSimulator:
    """One V-Smart; change its fields to change what it does."""

    folder: Path
    acknowledgements: Path
    refused: dict[str, str] = field(default_factory=dict)
    """Order lines (by the supplier's number) that it refuses, with the reason."""
    silent: bool = False
    nonsense: bool = False
    entered: list[Entry] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Everything taken, by file name."""
    batches: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    suffix: str = ".ack"
    words: tuple[str, str] = ("ACCEPTED", "REFUSED")

    def __post_init__(self) -> None:
        self._stop = threading.Event()

    @property
    def copies(self) -> Counter[str]:
        """Copies entered per order line and action, doubles counted twice: `L1 ORDERED`."""
        counted: Counter[str] = Counter()
        for entry in self.entered:
            counted[f"{entry.line} {entry.action}"] += entry.copies
        return counted

    def step(self) -> int:
        """Take what lies there; the number of batches taken."""
        manifests = sorted(each for each in self.folder.glob("*.manifest") if not each.name.startswith("."))
        return sum(self._take(manifest) for manifest in manifests)

    @contextmanager
    def running(self, every_seconds: float = 0.05) -> Iterator["VSmartSimulator"]:
        """Step in a thread for the length of a block."""
        thread = threading.Thread(target=self._run, args=(every_seconds,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join(10)

    def _run(self, every_seconds: float) -> None:
        while not self._stop.wait(every_seconds):
            self.step()

    def _take(self, manifest: Path) -> bool:
        listed = [line.split("  ", 1) for line in manifest.read_text().splitlines()]
        contents = {}
        for digest, name in listed:
            file = self.folder / name
            content = file.read_bytes() if file.is_file() else b""
            if hashlib.sha256(content).hexdigest() != digest:
                self.complaints.append(f"{name} is not what the manifest says")
                return False
            contents[name] = content
        batch = manifest.name.removesuffix(".manifest")
        entries = [entry for name, content in contents.items() for entry in self._enter(name, content)]
        self._acknowledge(batch, entries)
        for name in (*contents, manifest.name):
            (self.folder / name).unlink()
        self.files |= contents
        self.batches.append(batch)
        return True

    def _enter(self, name: str, content: bytes) -> list[Entry]:
        if name.endswith(".edi"):
            entries = list(read_order_response(content))
        elif name.endswith(".csv"):
            entries = list(_read_table(content))
        elif "-ship-" in name:
            entries = list(_read_ship_notice(content))
        else:
            marc = "{http://www.loc.gov/MARC21/slim}"
            root = etree.fromstring(content)
            self.titles += [
                each.findtext(f"{marc}subfield", "")
                for each in root.iter(f"{marc}datafield")
                if each.get("tag") == "245"
            ]
            return []
        self.entered += [entry for entry in entries if entry.line not in self.refused]
        return entries

    def _acknowledge(self, batch: str, entries: list[Entry]) -> None:
        if self.silent:
            return
        lines = {entry.position: entry.line for entry in entries}
        rows = [f"{position};{self._word(line)}\n" for position, line in sorted(lines.items())]
        content = "<<< not what was agreed >>>\n" if self.nonsense else "".join(rows)
        hidden = self.acknowledgements / f".{batch}{self.suffix}"
        hidden.write_text(content, encoding="iso-8859-1")
        hidden.rename(self.acknowledgements / f"{batch}{self.suffix}")

    def _word(self, line: str) -> str:
        accepted, refused = self.words
        return f"{refused};{self.refused[line]}" if line in self.refused else f"{accepted};"


def read_segments(content: bytes) -> list[list[list[str]]]:
    """Split an interchange into segments, elements and components; UNA is the usual one."""
    text = content.decode("iso-8859-1").removeprefix("UNA:+.? '")
    segments: list[list[list[str]]] = [[[""]]]
    released = False
    for letter in text:
        if released or letter not in "?'+:":
            segments[-1][-1][-1] += letter
            released = False
        elif letter == "?":
            released = True
        elif letter == "'":
            segments.append([[""]])
        elif letter == "+":
            segments[-1].append([""])
        else:
            segments[-1][-1].append("")
    return [segment for segment in segments if segment != [[""]]]


def read_order_response(content: bytes) -> Iterator[Entry]:
    """The lines of an order response."""
    order, entry = "", None
    for segment in read_segments(content):
        tag = segment[0][0]
        if tag == "RFF" and segment[1][0] == "ON":
            order = segment[1][1]
        if tag in ("LIN", "UNS") and entry:
            yield entry
            entry = None
        if tag == "LIN":
            entry = Entry(int(segment[1][0]), ACTIONS[segment[2][0]], order, "", 0, [])
        if entry:
            entry.segments.append(segment)
            if tag == "QTY":
                entry.copies = int(segment[1][1])
                entry.action = BY_QUANTITY.get(segment[1][0], entry.action)
            if tag == "RFF" and segment[1][0] == "SLI":
                entry.line = segment[1][1]


def _read_table(content: bytes) -> Iterator[Entry]:
    """The rows of a CSV file under Dutch headings, a row for each branch and budget code."""
    words = {"BESTELD": "ORDERED", "GEWIJZIGD": "CHANGED", "UITGESTELD": "DELAYED", "AFGEMELD": "CANCELLED"}
    for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";", strict=True):
        yield Entry(
            position=int(row["regel"]),
            action=words.get(row["soort"], "SHIPPED"),
            order=row["bestelnummer"],
            line=row["bestelregel"],
            copies=int(row["aantal"]),
            segments=[],
        )


def _read_ship_notice(content: bytes) -> Iterator[Entry]:
    for item in etree.fromstring(content).iter("ItemDetail"):
        references = {
            each.findtext("ReferenceTypeCode"): each.findtext("ReferenceNumber") for each in item.iter("ReferenceCoded")
        }
        yield Entry(
            position=int(item.findtext("LineNumber")),
            action="SHIPPED",
            order=references["VendorsOrderReference"],
            line=references["VendorsOrderLineReference"],
            copies=int(item.findtext("QuantityShipping")),
            segments=[],
        )


def main() -> None:
    """Run until Ctrl-C, telling what comes in."""
    options = argparse.ArgumentParser(description="A simulated V-Smart, for demonstrations.")
    options.add_argument("folder", type=Path, help="takes from FOLDER/in, answers in FOLDER/out")
    options.add_argument("--acknowledgements", type=Path, help="answer there instead; then it takes from FOLDER itself")
    given = options.parse_args()
    taken_from = given.folder if given.acknowledgements else given.folder / "in"
    answered_in = given.acknowledgements or given.folder / "out"
    for each in (taken_from, answered_in):
        each.mkdir(parents=True, exist_ok=True)
    vsmart = VSmartSimulator(taken_from, answered_in)
    print(f"Simulated V-Smart takes from {taken_from} and answers in {answered_in}", flush=True)
    told = 0
    try:
        while True:
            time.sleep(0.2)
            vsmart.step()
            for entry in vsmart.entered[told:]:
                print(f"{entry.action} {entry.order} {entry.line}: {entry.copies}", flush=True)
                told += 1
            for complaint in vsmart.complaints:
                print(complaint, flush=True)
            vsmart.complaints.clear()
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
