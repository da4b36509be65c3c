"""A message says the same whether its mutations are read from their text or by the parser.

In UTF-16 nothing is read from the text, so each message is read twice: in UTF-8 and in UTF-16.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from lxml import etree

from gateway.errors import RejectedInput
from gateway.orders.model import MessageHeader, WireRow
from gateway.soap import dense
from gateway.soap.delivery import Delivery
from gateway.soap.desk import Limits
from gateway.soap.reading import Reader
from gateway.soap.versions import SOAP11
from tests.soap_messages import NS, a_header, a_mutation, a_submission, envelope

TEXTS = (
    "a", " a", "a ", "a  b", "a b", "", " ", "\n", "\t", "a\nb", "a\r\nb", "é€", "😀", "‏", "\u2028", "\ufffd",
    "a" * 500, "a" * 501, "a" * 36, "&amp;", "&lt;b&gt;", "&#65;", "&#x1F600;", "&quot;&apos;", "&amp;lt;",
    "&nbsp;", "]", "]]", "]]&gt;", "]]>", ">", "<![CDATA[</mutation>]]>", "<!-- </mutation> -->",
    "<?x </mutation>?>", "<b/>", "\x7f", "\x85", "0", "1", "007", "-1", "+1", "1.5", "1.50", "1.505",
    "12345678.90", "9999999.99", ".5", "5.", "1e3", "NaN", "9999", "10000", "2000000000", "2000000001", "true",
    "1", "TRUE", "ORDERED", "SHOP", "EUR", "eur", "AB", "123", "9789000000012", "2026-02-28", "2024-02-29",
    "2026-02-30", "2026-04-31", "1899-12-31", "0000-01-01", "2026-01-01Z", "2026", "1899", "2026Z",
    "2026-03-09T10:00:00+01:00", "2026-03-09T24:00:00Z", "2026-03-09T10:00:60Z", "2026-03-09T10:00:00",
    "2026-03-09T10:00:00.123456789Z", "2026-03-09T10:00:00+14:00", "2026-03-09T10:00:00+14:01",
    "2026-03-09T10:60:00Z",
)  # fmt: skip
NAMES = (
    "mutationId", "sequence", "kind", "occurredAt", "orderNumber", "orderLine", "libraryReference", "orderDate",
    "channel", "offerForm", "processing", "articleNumber", "ean", "ppn", "title", "author", "publisher",
    "publicationYear", "medium", "quantity", "branch", "budgetCode", "budgetYear", "listPrice", "processingFee",
    "netPrice", "discountPercent", "vatRate", "currency", "actionCode", "reasonCode", "reasonText", "final",
    "expectedDate", "replacementEan", "packingSlip", "shippedAt", "parcels", "route",
)  # fmt: skip
COPY_NAMES = ("copyId", "branch", "budgetCode", "note", "barcode")
COPIES = (
    "", "<copy/>", "<copy><copyId>1</copyId></copy>",
    "<copy><branch>2001</branch><note> é &amp; \n x</note></copy>",
    "\n <copy> <copyId>1</copyId>\n<budgetCode>A B</budgetCode></copy> <copy><barcode>7</barcode></copy>\n",
    "<copy><branch>1</branch><copyId>1</copyId></copy>", "<copy><copyId> 1 </copyId></copy>",
    "<copy><note/></copy>", "<copy><copyId>\\\"</copyId></copy>", "<copy><x:y xmlns:x='urn:x'/></copy>", "x",
    "<copy>x</copy>",
)  # fmt: skip
ODDITIES = (
    "", "\n", " \n\t ", "x", "<x:y xmlns:x='urn:x'/>", "<!-- <mutation> -->", "<?pi </mutation>?>",
    "<![CDATA[ ]]>", "&amp;", "\r\n", "<mutation/>", "<x:y xmlns:x='urn:x'><mutation></mutation></x:y>",
    "<mutation/><!-- </mutation>", "-->", "</mutations>", "</mutations ><mutations>", "<mutation></mutation>",
    "<x:y xmlns:x='urn:x'><mutations>", "<mutation", "\ufffe", "\ufeff",
)  # fmt: skip


@dataclass
class Heap:
    """Keeps what it is handed."""

    rows: list[WireRow] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)

    def raw(self, received: bytes) -> None: ...

    def header(self, header: MessageHeader) -> None: ...

    def add(self, rows: Sequence[WireRow], lines: Sequence[int]) -> None:
        self.rows += rows
        self.lines += lines


class Listener:
    """Hands on what the reader tells."""

    def __init__(self, limits: Limits) -> None:
        self.heap = Heap()
        self.delivery = Delivery(self.heap, limits)
        self.mutations, self.plain, self.message_header = (
            self.delivery.mutations,
            self.delivery.plain,
            self.delivery.header,
        )
        self.finished = self.delivery.finish

    def received(self, chunk: bytes) -> None: ...

    def soap_header(self, element: etree._Element) -> None: ...

    def body(self) -> None: ...

    def operation(self, name: str) -> None: ...


def read(message: bytes, cut: int) -> tuple[object, ...]:
    """What is handed over, or the fault with its place."""
    limits = Limits(mutations=50)
    listener = Listener(limits)
    try:
        Reader(listener, SOAP11, limits).read(_pieces(message, cut), None)  # type: ignore[arg-type]
    except RejectedInput as error:
        if "XML" in str(error):  # the parser's own words; they speak of columns and bytes, which differ
            return ("refused", error.code)
        return ("refused", error.code, sorted(str(error).splitlines()))
    return (listener.heap.rows, listener.heap.lines)


def _pieces(message: bytes, cut: int) -> Iterator[bytes]:
    """The first piece is long, as it is on the wire; the others are cut anywhere."""
    first = message.find(b"<mutations>") + 11 + cut if b"<mutations>" in message else len(message)
    yield message[:first]
    for start in range(first, len(message), cut):
        yield message[start : start + cut]


def says_the_same(mutations: str, cut: int = 64) -> None:
    body = f'<submitMutations xmlns="{NS}">\n{a_header()}\n<mutations>{mutations}</mutations>\n</submitMutations>'
    text = envelope(body)
    try:
        wide = text.encode("utf-16")
    except UnicodeEncodeError:
        return
    from_text, from_parser = read(text.encode(), cut), read(wide, 2 * cut)
    assert from_text == from_parser


@st.composite
def a_plain_or_odd_mutation(draw: st.DrawFn) -> str:
    changes: dict[str, str | None] = {}
    for name in draw(st.lists(st.sampled_from(NAMES), max_size=3)):
        changes[name] = draw(st.sampled_from((*TEXTS, None)))
    if draw(st.booleans()):
        changes["copies"] = draw(st.sampled_from(COPIES))
    written = a_mutation(draw(st.integers(1, 5)), **changes)
    if draw(st.integers(0, 9)) == 0:
        written = written.replace("<kind>", draw(st.sampled_from(("<kind >", "<kind a='>'>", "<kind>\n", "<x><kind>"))))
    return written + draw(st.sampled_from(("", "\n", "\n\n  ", *ODDITIES)))


@given(st.lists(a_plain_or_odd_mutation(), max_size=6).map("".join), st.integers(1, 3000))
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@example("<mutation/><!-- </mutation>" + a_mutation(1) + "-->" + a_mutation(2), 4000)
@example(a_mutation(1) + "<x:y xmlns:x='urn:x'><mutation></mutation>" + a_mutation(2) + "</x:y>", 4000)
@example(a_mutation(1, title="<![CDATA[</mutation>]]>") + a_mutation(2), 7)
def test_a_message_says_the_same_from_its_text_and_from_the_parser(mutations: str, cut: int):
    says_the_same(mutations, cut)


@pytest.mark.parametrize("name", NAMES)
def test_every_element_says_the_same_whatever_it_holds(name: str):
    for text in TEXTS:
        says_the_same(a_mutation(1) + "\n" + a_mutation(2, **{name: text}) + "\n" + a_mutation(3))


@pytest.mark.parametrize("copies", COPIES)
def test_copies_say_the_same_however_they_are_written(copies: str):
    says_the_same(a_mutation(1, copies=copies) + a_mutation(2))


@pytest.mark.parametrize("oddity", ODDITIES)
def test_what_stands_between_mutations_is_found_by_both(oddity: str):
    says_the_same(a_mutation(1) + oddity + a_mutation(2) + oddity)


def test_a_mutation_that_breaks_off_is_given_up_whatever_it_holds():
    """Were an element ever tried another way, this would take longer than anybody waits."""
    whole = a_full_mutation()
    pattern = dense.pattern("")
    assert pattern and [end for _, _, end in pattern.rows(whole + "<", 0)] == [len(whole)]
    for end in range(len(whole)):
        assert list(pattern.rows(whole[:end] + "\x00", 0)) == []


def a_full_mutation() -> str:
    """A mutation of which every element holds a value that may be read in more than one way."""
    special = {
        "kind": "SHIPPED", "occurredAt": "2026-03-09T10:00:00Z", "channel": "SHOP", "offerForm": "WEEKLY",
        "processing": "SHELF_READY", "orderDate": "2026-03-09", "expectedDate": "2026-03-09", "ean": "9789000000012",
        "replacementEan": "9789000000012", "ppn": "123456789", "publicationYear": "2026", "budgetYear": "2026",
        "currency": "EUR", "actionCode": "222", "reasonCode": "AB", "shippedAt": "2026-03-09T10:00:00Z",
        "final": "true", "route": "CB",
    }  # fmt: skip
    written = [f"<{name}>{special.get(name, '1')}</{name}>" for name in NAMES]
    copy = "<copy>" + "".join(f"<{name}>1</{name}>" for name in COPY_NAMES) + "</copy>"
    written.insert(NAMES.index("quantity") + 1, f"<copies>{copy * 40}</copies>")
    return f"<mutation>{''.join(written)}</mutation>"


@pytest.mark.parametrize("prefix", ["", "o:", "O-1_x:"])
def test_plain_mutations_pass_the_parser_by_whatever_their_prefix(prefix: str):
    limits = Limits()
    listener = Listener(limits)
    parsed: list[object] = []
    listener.mutations = parsed.extend  # type: ignore[assignment]
    text = a_submission(*map(a_mutation, range(40)))
    if prefix:
        text = text.replace("</", f"</{prefix}").replace("<", f"<{prefix}").replace(f"<{prefix}/", "</")
        text = text.replace("xmlns=", f"xmlns:{prefix[:-1]}=")
    Reader(listener, SOAP11, limits).read(iter([envelope(text).encode()]), None)  # type: ignore[arg-type]
    assert (len(listener.heap.rows), parsed) == (40, [])
