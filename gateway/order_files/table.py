"""Order lines as a CSV table: a row for each branch and budget code of a line, in the words of one library system."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from gateway.money import Cents, plain
from gateway.orders.model import Kind, Share
from gateway.orders.system import TELLABLE, SystemLine, value_of

_AMOUNTS = frozenset({"listPrice", "processingFee", "netPrice"})
NUMBER, KIND, SENDER = "number", "kind", "sender"
"""What a row holds beside the fields of the wire: the line's place in the batch, what it says, who sent it."""

HEADINGS = {
    "regel": NUMBER, "soort": KIND, "leverancier": SENDER, "bestelnummer": "orderNumber", "bestelregel": "orderLine",
    "eigen kenmerk": "libraryReference", "besteldatum": "orderDate", "bestelkanaal": "channel",
    "aanbiedingsvorm": "offerForm", "inwerkwijze": "processing", "artikelnummer": "articleNumber", "ean": "ean",
    "ppn": "ppn", "titel": "title", "auteur": "author", "uitgever": "publisher", "jaar": "publicationYear",
    "materiaal": "medium", "aantal": "quantity", "vestiging": "branch", "budgetcode": "budgetCode",
    "budgetjaar": "budgetYear", "exemplaar": "copyId", "barcode": "barcode", "notitie": "note",
    "catalogusprijs": "listPrice", "verwerkingskosten": "processingFee", "nettoprijs": "netPrice",
    "korting": "discountPercent", "btw": "vatRate", "valuta": "currency", "actiecode": "actionCode",
    "redencode": "reasonCode", "reden": "reasonText", "definitief": "final", "verwacht": "expectedDate",
    "vervangend ean": "replacementEan", "pakbon": "packingSlip", "verzonden": "shippedAt", "colli": "parcels",
    "route": "route",
}  # fmt: skip
"""The columns where no system's own are known: everything that the wire can tell, under Dutch headings."""
KINDS = {
    Kind.ORDERED: "BESTELD",
    Kind.CHANGED: "GEWIJZIGD",
    Kind.DELAYED: "UITGESTELD",
    Kind.CANCELLED: "AFGEMELD",
    Kind.SHIPPED: "OP TRANSPORT",
}
"""The words for kinds where no system's own are known."""


@dataclass(frozen=True, slots=True)
class Table:
    """How one system wants it: the heading of each column with what stands in it, and its word for each kind.

    A quantity is that of the row: the copies of the line that go to its branch on its budget code.
    """

    columns: Mapping[str, str] = field(default_factory=lambda: HEADINGS)
    kinds: Mapping[Kind, str] = field(default_factory=lambda: KINDS)
    separator: str = ";"
    encoding: str = "utf-8-sig"
    day: str = "%Y%m%d"
    moment: str = "%Y%m%dT%H%M%S"
    decimal: str = "."

    @property
    def carried(self) -> frozenset[str]:
        """The fields of the wire that stand in a row."""
        return frozenset(self.columns.values()).intersection(TELLABLE)

    def write(self, lines: Sequence[SystemLine], zone: str) -> bytes:
        """Write one file.

        Args:
            zone: the time zone in which its reader reads moments.
        """
        text = io.StringIO()
        writer = csv.writer(text, delimiter=self.separator, lineterminator="\r\n")
        writer.writerow(self.columns)
        place = ZoneInfo(zone)
        for position, line in enumerate(lines, start=1):
            for kind in _steps(line):
                for share in line.shares or (Share("", None, line.mutation.quantity),):
                    writer.writerow(self._row(position, line, kind, share, place))
        return text.getvalue().encode(self.encoding, "replace")

    def _row(self, position: int, line: SystemLine, kind: Kind, share: Share, place: ZoneInfo) -> Iterator[str]:
        beside = {NUMBER: str(position), KIND: self.kinds[kind], SENDER: line.sender, "quantity": str(share.copies)}
        for content in self.columns.values():
            yield beside[content] if content in beside else self.cell(line, share, content, place)

    def cell(self, line: SystemLine, share: Share, name: str, place: ZoneInfo) -> str:
        """One field of the wire as text; empty without a value."""
        match value := value_of(line, share, name):
            case None:
                return ""
            case bool():
                return "true" if value else "false"
            case datetime():
                return value.astimezone(place).strftime(self.moment)
            case date():
                return value.strftime(self.day)
            case int() if name in _AMOUNTS:
                return plain(Cents(value)).replace(".", self.decimal)
            case Decimal():
                return str(value).replace(".", self.decimal)
        # A line break within a field is more than many readers of CSV can take.
        return " ".join(str(value).split())


def _steps(line: SystemLine) -> Iterator[Kind]:
    """What the system is told of, one after the other; a shop purchase is first heard of when it is shipped."""
    if line.state_before is None and line.mutation.kind is Kind.SHIPPED:
        yield Kind.ORDERED
    yield line.mutation.kind
