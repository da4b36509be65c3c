"""Messages of the exchange, as a library system writes them; a test changes the one thing it is about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

from gateway import db
from gateway.circulation.intake import Arrival, Receipt, Reception
from gateway.library import Library

L1 = "I201"
LIBRARIES = {each: Library(each, f"Bibliotheek {each}", "koha", "Europe/Brussels") for each in (L1, "I202")}
AS_OF = "2026-03-10T05:00:00+01:00"

LIBRARY = "<library><name>Voorbeeldstad</name></library>"
BRANCH = '<branch id="B1" shelfDays="10"><name>Centrum</name><weekday day="TUE" hours="10:00-18:00"/></branch>'
TYPE = '<membershipType id="VOLW" price="10.00"><name>Volwassenen</name></membershipType>'
ADDRESS = '<address number="17" postalCode="9000"><street>Kerkstraat</street><city>Gent</city></address>'
TITLE = '<title id="T1" material="BOEK"><title>De vuurtoren</title></title>'
LOAN = '<loan id="A1" patron="P1" item="X1" branch="B1" loanedOn="2026-02-10" dueOn="2026-03-03"/>'
HOLD = '<hold id="H1" patron="P1" title="T1" pickupBranch="B1" state="PLACED" placedAt="2026-02-20T09:30:00+01:00"/>'
CHARGE = '<charge id="C1" patron="P1" kind="FINE" amount="5.00" bookedOn="2026-02-01"/>'
_numbers = count(1)


def patron(number: int = 1, inside: str = f"{ADDRESS}<mail>anna@example.be</mail>", **attributes: str) -> str:
    """Patron P1, or another."""
    more = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<patron id="P{number}" cardNumber="290{number}"{more}><lastName>Peeters</lastName>{inside}</patron>'


def item(number: int = 1) -> str:
    """Item X1, or another."""
    return f'<item id="X{number}" title="T1" barcode="310{number}" branch="B1" price="15.99"/>'


def loan(number: int = 1, **attributes: str) -> str:
    """Loan A1 of item X1 by P1, or another of the item of its number; attributes replace those it has."""
    values = {
        "id": f"A{number}", "patron": "P1", "item": f"X{number}", "branch": "B1", "loanedOn": "2026-02-10",
        "dueOn": "2026-03-03",
    } | attributes  # fmt: skip
    return "<loan {}/>".format(" ".join(f'{name}="{value}"' for name, value in values.items()))


EVERYTHING = (LIBRARY, BRANCH, TYPE, patron(), TITLE, item(), LOAN, HOLD, CHARGE)


def message(*records: str, kind: str = "SNAPSHOT", message_id: str = "", as_of: str = AS_OF, more: str = "") -> bytes:
    """A message of library I201."""
    known_by = message_id or f"MSG-{next(_numbers)}"
    header = f'<header messageId="{known_by}" institutionCode="{L1}" kind="{kind}" asOf="{as_of}"{more}/>'
    body = "\n".join((header, *records))
    return f'<circulation xmlns="urn:bestelsync:circulation:1">\n{body}\n</circulation>'.encode()


def in_pieces(content: bytes, size: int = 100) -> Iterator[bytes]:
    """The content as a connection brings it."""
    for start in range(0, len(content), size):
        yield content[start : start + size]


@dataclass
class Intake:
    """What library systems tell goes into this database, an hour later each time unless a test says when."""

    database: db.Engine
    share_percent: int = 20
    piece: int = 100
    hours: int = field(default=0)

    def take(self, content: bytes, *, confirmed: bool = False) -> Receipt:
        """Take a message as it is."""
        reception = Reception(self.database, LIBRARIES, self.share_percent)
        return Arrival(reception, "a test").take(in_pieces(content, self.piece), confirmed=confirmed)

    def tell(self, *records: str, confirmed: bool = False, **header: str) -> Receipt:
        """Take a message of these records."""
        self.hours += 1
        header = {"as_of": f"2026-03-10T{5 + self.hours:02d}:00:00+01:00"} | header
        return self.take(message(*records, **header), confirmed=confirmed)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """What the database says; for looking."""
        with db.reading(self.database) as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def changes(self, *records: str, **header: str) -> Receipt:
        """Take a message of changes."""
        return self.tell(*records, kind="CHANGES", **header)
