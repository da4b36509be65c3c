"""Order lines as an EDIFACT order response: ORDRSP, D.96A, in the manner of EDItEUR's library profile.

Public: the profile and its code lists (`schemas/vendor/editeur.toml`). Not public: which part of it the makers of
V-Smart and Brocade read. So the table below and the choice of qualifiers are OUR CHOICE, to be confirmed by them;
what is marked there as ours is not in the public profile as we know it.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.money import Cents, plain
from gateway.orders.model import Kind, Mutation, Share
from gateway.orders.system import SystemLine
from gateway.transport.edifact import escaped, interchange, latin, message, pieces

TOLD_AS: dict[Kind, tuple[str, str, str]] = {
    Kind.ORDERED: ("5", "21", "100"),
    Kind.CHANGED: ("24", "21", ""),
    Kind.DELAYED: ("24", "83", "400"),
    Kind.CANCELLED: ("2", "1", "220"),
    Kind.SHIPPED: ("5", "12", "800"),
}
"""Per kind: action of LIN (1229), qualifier of QTY (6063; 1 for a cancellation is ours), and the code of list 12B
where the supplier gave none."""
SLIP, SHIPPED_AT = "DQ", "11"
"""How a line that goes on transport names its packing slip (RFF) and its day (DTM). Both are EDIFACT's; that they
stand in an order response is ours, as EDItEUR's library set has no despatch advice."""

IDENTIFIER = "ORDRSP:D:96A:UN:EAN005"
DOCUMENT = "231"
ACCEPTED, CHANGED = "29", "4"
SUPPLIERS_CODE = "91"
"""Who gave the codes of the parties: the supplier, in UNB and NAD."""

CARRIED = frozenset(
    {
        "orderNumber", "orderLine", "libraryReference", "orderDate", "articleNumber", "ean", "title", "author",
        "publisher", "publicationYear", "quantity", "branch", "budgetCode", "copyId", "note", "barcode", "listPrice",
        "netPrice", "vatRate", "currency", "actionCode", "reasonCode", "reasonText", "expectedDate", "replacementEan",
    }
)  # fmt: skip
"""The fields of the wire that stand in a line here."""
_OF_THE_KIND = {Kind.DELAYED: {"final"}, Kind.CANCELLED: {"final"}, Kind.SHIPPED: {"packingSlip", "shippedAt"}}
TOLD: dict[Kind, frozenset[str]] = {kind: CARRIED.union(_OF_THE_KIND.get(kind, ())) for kind in Kind}
"""The same per kind: a delay and a cancellation say by their action whether they are final."""


_Numbered = tuple[int, SystemLine]
_Head = tuple[str, str, date | None, str | None]


@dataclass(slots=True)
class Alterations:
    """What ISO 8859-1 made of one line's texts, by the names of the wire."""

    spelled: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)


@dataclass(slots=True)
class OrderResponse:
    """One interchange: its name, its bytes, and what became of texts that ISO 8859-1 cannot carry, by position."""

    reference: str
    content: bytes
    altered: dict[int, Alterations]


def write(lines: Sequence[_Numbered], *, institution: str, zone: str) -> OrderResponse:
    """Write an interchange with a message for each order.

    Args:
        lines: each with its position in the batch, which becomes its line number and by which it
            is answered; it runs on from message to message.
    """
    altered: dict[int, Alterations] = {}
    place = ZoneInfo(zone)
    orders = list(_orders(lines))
    bodies = [list(_lines(its_lines, altered, place)) for _, its_lines in orders]
    digest = hashlib.sha256("'".join(each for body in bodies for each in body).encode("iso-8859-1"))
    digest.update("'".join(line.key for _, line in lines).encode())
    reference = digest.hexdigest()[:14].upper()
    messages = []
    for number, ((head, its_lines), body) in enumerate(zip(orders, bodies, strict=True), start=1):
        segments = [*_head(head, its_lines, f"{reference}-{number}", institution, place), *body]
        segments += ["UNS+S", f"CNT+2:{len(its_lines)}"]
        messages.append(message(str(number), IDENTIFIER, segments))
    newest = max(line.mutation.occurred_at for _, line in lines).astimezone(place)
    content = interchange(
        f"{lines[0][1].sender}:{SUPPLIERS_CODE}", f"{institution}:{SUPPLIERS_CODE}", newest, reference, messages
    )
    return OrderResponse(reference, content, altered)


def as_ordered(line: SystemLine) -> SystemLine:
    """A shop purchase, first heard of when it is shipped, as the order by which it is entered."""
    return replace(line, mutation=replace(line.mutation, kind=Kind.ORDERED))


def _orders(lines: Sequence[_Numbered]) -> Iterator[tuple[_Head, list[_Numbered]]]:
    """The lines order by order; an order date or currency that differs begins a new message."""
    by_order: dict[tuple[str, str], list[_Numbered]] = {}
    for position, line in lines:
        by_order.setdefault((line.sender, line.mutation.order_number), []).append((position, line))
    for (sender, number), its_lines in by_order.items():
        order_date, currency, together = None, None, list[_Numbered]()
        for each in its_lines:
            new_date, new_currency = each[1].mutation.order_date, each[1].mutation.currency
            if (order_date and new_date not in (None, order_date)) or (
                currency and new_currency not in (None, currency)
            ):
                yield (sender, number, order_date, currency), together
                order_date, currency, together = None, None, []
            order_date, currency = new_date or order_date, new_currency or currency
            together.append(each)
        yield (sender, number, order_date, currency), together


def _head(head: _Head, lines: Sequence[_Numbered], document: str, institution: str, place: ZoneInfo) -> Iterator[str]:
    sender, order_number, order_date, currency = head
    newest = max(line.mutation.occurred_at for _, line in lines).astimezone(place)
    as_ordered = all(TOLD_AS[line.mutation.kind][0] == "5" for _, line in lines)
    yield f"BGM+{DOCUMENT}+{document}+{ACCEPTED if as_ordered else CHANGED}"
    yield f"DTM+137:{newest:%Y%m%d%H%M}:203"
    yield f"RFF+ON:{escaped(latin(order_number)[0])}"
    if order_date:
        yield f"DTM+171:{_day(order_date)}:102"
    yield f"NAD+BY+{institution}::{SUPPLIERS_CODE}"
    yield f"NAD+SU+{sender}::{SUPPLIERS_CODE}"
    if currency:
        yield f"CUX+2:{currency}:9"


def _lines(lines: Sequence[_Numbered], altered: dict[int, Alterations], place: ZoneInfo) -> Iterator[str]:
    for position, line in lines:
        text = _Texts(position, altered)
        mutation = line.mutation
        action, quantity, _ = TOLD_AS[mutation.kind]
        yield f"LIN+{position}+{action}+{mutation.ean}:EN" if mutation.ean else f"LIN+{position}+{action}"
        yield from _title(mutation, text)
        yield f"QTY+{quantity}:{mutation.quantity}"
        if mutation.expected_date:
            yield f"DTM+44:{_day(mutation.expected_date)}:102"
        if mutation.kind is Kind.SHIPPED and mutation.shipped_at:
            yield f"DTM+{SHIPPED_AT}:{mutation.shipped_at.astimezone(place):%Y%m%d%H%M}:203"
        for number, share in enumerate(line.shares, start=1):
            yield _copies(number, share, text)
        yield from _reasons(line, text)
        yield from _price("AAA", mutation.net_price)
        yield from _price("AAE", mutation.list_price)
        if mutation.kind is Kind.SHIPPED and mutation.packing_slip:
            yield f"RFF+{SLIP}:{text('packingSlip', mutation.packing_slip)}"
        yield f"RFF+SLI:{text('orderLine', mutation.order_line)}"
        if mutation.library_reference:
            yield f"RFF+LI:{text('libraryReference', mutation.library_reference)}"
        if mutation.vat_rate is not None:
            yield f"TAX+7+VAT+++:::{mutation.vat_rate}"


def _title(mutation: Mutation, text: "_Texts") -> Iterator[str]:
    if mutation.article_number:
        yield f"PIA+5+{text('articleNumber', mutation.article_number)}:SA"
    if mutation.replacement_ean:
        yield f"PIA+3+{mutation.replacement_ean}:EN"
    year = str(mutation.publication_year) if mutation.publication_year is not None else None
    for code, name, content in (
        ("009", "author", mutation.author),
        ("050", "title", mutation.title),
        ("120", "publisher", mutation.publisher),
        ("170", "publicationYear", year),
    ):
        if content:
            yield from text.described(code, name, content)


def _copies(number: int, share: Share, text: "_Texts") -> str:
    parts = [f"GIR+{number:03d}", f"{text('branch', share.branch)}:LLO"]
    if share.budget_code:
        parts.append(f"{text('budgetCode', share.budget_code)}:LFN")
    if share.copies != 1:
        parts.append(f"{share.copies}:LQT")
    if share.copy_id:
        parts.append(f"{text('copyId', share.copy_id)}:LCO")
    if share.barcode:
        parts.append(f"{text('barcode', share.barcode)}:LAC")
    return "+".join(parts)


def _reasons(line: SystemLine, text: "_Texts") -> Iterator[str]:
    mutation = line.mutation
    action_code = mutation.action_code or TOLD_AS[mutation.kind][2]
    if action_code:
        yield f"FTX+LIN++{escaped(action_code)}:12B:28"
    words = f"+{':'.join(text.pieces('reasonText', mutation.reason_text, 70))}" if mutation.reason_text else ""
    if mutation.reason_code:
        yield f"FTX+LIN++{escaped(mutation.reason_code)}:8B:28{words}"
    elif words:
        yield f"FTX+LIN++{words}"
    for share in line.shares:
        if share.note:
            yield f"FTX+LIN+++{':'.join(text.pieces('note', share.note, 70))}"


def _price(qualifier: str, amount: Cents | None) -> Iterator[str]:
    if amount is not None:
        yield f"PRI+{qualifier}:{plain(amount)}"


def _day(day: date | datetime) -> str:
    return f"{day:%Y%m%d}"


class _Texts:
    """Brings the texts of one line into ISO 8859-1, remembering which of them changed."""

    def __init__(self, position: int, altered: dict[int, Alterations]) -> None:
        self._position, self._altered = position, altered

    def __call__(self, name: str, content: str) -> str:
        return escaped(self._latin(name, content))

    def described(self, code: str, name: str, content: str) -> list[str]:
        """A text of a title, in as many IMD segments as it needs: two components of 35 characters each."""
        written = self._latin(name, content)
        if len(written) < 35:
            return [f"IMD+L+{code}+:::{escaped(written)}"]
        parts = pieces(written, 35)
        return [f"IMD+L+{code}+:::{':'.join(parts[start : start + 2])}" for start in range(0, len(parts), 2)]

    def pieces(self, name: str, content: str, length: int) -> list[str]:
        """A long text in components."""
        return pieces(self._latin(name, content), length)

    def _latin(self, name: str, content: str) -> str:
        written, done = latin(content)
        if done:
            changed = self._altered.setdefault(self._position, Alterations())
            names = changed.lost if done == "lost" else changed.spelled
            if name not in names:
                names.append(name)
        return written
