"""What goes on transport, as an EDItX Library Ship Notice: one notice a packing slip, in UTF-8.

Public: that the format exists (EDItEUR, version 1.0) and, from library systems that read it, its elements. EDItEUR's
schema itself was not at hand, so the notice is not validated against it; and that V-Smart reads it is OUR CHOICE,
because EDItEUR's library EDIFACT set has no despatch advice. To be confirmed by Axiell.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

from gateway.money import plain
from gateway.orders.model import Mutation, Share
from gateway.orders.system import SystemLine

ORDER_REFERENCE = "VendorsOrderReference"
LINE_REFERENCE = "VendorsOrderLineReference"
LIBRARY_REFERENCE = "BuyersOrderLineReference"

CARRIED = frozenset(
    {
        "orderNumber", "orderLine", "libraryReference", "ean", "articleNumber", "title", "author", "publisher",
        "publicationYear", "quantity", "branch", "budgetCode", "netPrice", "currency", "packingSlip", "shippedAt",
    }
)  # fmt: skip
"""The fields of the wire that stand in a notice."""


def write(
    lines: Sequence[tuple[int, SystemLine]],
    *,
    institution: str,
    library_name: str,
    sender_names: Mapping[str, str],
    zone: str,
) -> list[bytes]:
    """Write the notices of a batch: one for each sender, packing slip and moment of shipping.

    Args:
        lines: each with its position in the batch, which becomes its line number.
        sender_names: the suppliers by their sender code, which a line has.
    """
    place = ZoneInfo(zone)
    notices: dict[tuple[str, str, datetime], list[tuple[int, SystemLine]]] = {}
    for position, line in lines:
        mutation = line.mutation
        slip, shipped_at = mutation.packing_slip or "", mutation.shipped_at or mutation.occurred_at
        notices.setdefault((line.sender, slip, shipped_at), []).append((position, line))
    return [
        "".join(
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n<LibraryShipNotice version="1.0">',
                *_head(
                    slip,
                    shipped_at.astimezone(place),
                    (institution, library_name),
                    (sender, sender_names.get(sender, "")),
                ),
                *(part for position, line in its_lines for part in _item(position, line)),
                f"<Summary><NumberOfLines>{len(its_lines)}</NumberOfLines>",
                f"<UnitsShipped>{sum(line.mutation.quantity for _, line in its_lines)}</UnitsShipped></Summary>",
                "</LibraryShipNotice>\n",
            )
        ).encode("utf-8", "replace")
        for (sender, slip, shipped_at), its_lines in notices.items()
    ]


def _head(slip: str, shipped_at: datetime, buyer: tuple[str, str], seller: tuple[str, str]) -> Iterator[str]:
    yield f"<Header>{_element('ShipNoticeNumber', slip)}<IssueDateTime>{shipped_at:%Y%m%dT%H%M}</IssueDateTime>"
    yield f"<PurposeCode>Original</PurposeCode><DateCoded><Date>{shipped_at:%Y%m%d}</Date>"
    yield "<DateQualifierCode>Shipped</DateQualifierCode></DateCoded>"
    for party, (code, name) in (("BuyerParty", buyer), ("SellerParty", seller)):
        yield f"<{party}><PartyID><PartyIDType>VendorAssignedID</PartyIDType>{_element('Identifier', code)}</PartyID>"
        yield f"<PartyName>{_element('NameLine', name)}</PartyName></{party}>"
    yield "</Header>"


def _item(position: int, line: SystemLine) -> Iterator[str]:
    mutation = line.mutation
    yield f"<ItemDetail><LineNumber>{position}</LineNumber>"
    for kind, code in (("EAN13", mutation.ean), ("Proprietary", mutation.article_number)):
        if code:
            yield f"<ProductID><ProductIDType>{kind}</ProductIDType>{_element('Identifier', code)}</ProductID>"
    yield from _description(mutation)
    yield f"<QuantityShipping>{mutation.quantity}</QuantityShipping>"
    for kind, reference in (
        (ORDER_REFERENCE, mutation.order_number),
        (LINE_REFERENCE, mutation.order_line),
        (LIBRARY_REFERENCE, mutation.library_reference),
    ):
        if reference:
            yield f"<ReferenceCoded><ReferenceTypeCode>{kind}</ReferenceTypeCode>"
            yield f"{_element('ReferenceNumber', reference)}</ReferenceCoded>"
    if mutation.net_price is not None:
        yield f"<PricingDetail><Price><MonetaryAmount>{plain(mutation.net_price)}</MonetaryAmount>"
        yield f"{_element('CurrencyCode', mutation.currency)}</Price></PricingDetail>"
    for number, share in enumerate(line.shares, start=1):
        yield from _copies(number, share)
    yield "</ItemDetail>"


def _description(mutation: Mutation) -> Iterator[str]:
    year = str(mutation.publication_year) if mutation.publication_year is not None else None
    parts = (
        ("Title", mutation.title),
        ("Author", mutation.author),
        ("PublisherName", mutation.publisher),
        ("YearOfPublication", year),
    )
    inner = "".join(_element(name, content) for name, content in parts)
    if inner:
        yield f"<ItemDescription>{inner}</ItemDescription>"


def _copies(number: int, share: Share) -> Iterator[str]:
    yield f"<CopyDetail><SubLineNumber>{number}</SubLineNumber><CopyQuantity>{share.copies}</CopyQuantity>"
    yield _element("DeliverToLocation", share.branch)
    if share.budget_code:
        yield f"<FundDetail>{_element('FundNumber', share.budget_code)}</FundDetail>"
    yield "</CopyDetail>"


def _element(name: str, content: str | None) -> str:
    return f"<{name}>{escape(content)}</{name}>" if content else ""
