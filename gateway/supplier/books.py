"""Books that do not exist: titles, authors and numbers invented from a seed, with check digits that are right."""

from dataclasses import dataclass
from random import Random

from gateway.money import Cents

_ADJECTIVES = (
    "vergeten", "zoutgele", "lange", "eigenwijze", "geërfde", "stille", "tweede", "Zeeuwse", "onverwachte", "blauwe",
    "verkeerde", "laatste", "kleine", "geïmproviseerde", "drijvende", "coöperatieve", "oneindige", "halve",
)  # fmt: skip
_NOUNS = (
    "zomer", "vuurtoren", "reünie", "patiënt", "sluiswachter", "crèmetaart", "boekenkist", "dijkgraaf", "ruïne",
    "orchidee", "veerman", "kopie", "theepot", "egel", "rivier", "tuinman", "zeeëgel", "cafébaas", "brievenbus",
)  # fmt: skip
_PLACES = (
    "Nergenshuizen", "het Achterdiep", "Oud-Verzonnen", "de Zuiderkade", "Klein Curaçaostraat", "Mistdorp", "zee",
    "de Façadegracht", "het Verdronken Veld", "Sint-Anonië",
)  # fmt: skip
_SHAPES = (
    "De {adjective} {noun}",
    "De {noun} van {place}",
    "Eén {adjective} {noun}",
    "Rondkomen met € {number}: sparen voor een {adjective} {noun}",
    "Het mysterie van de {adjective} {noun}",
    "{number} dagen in {place}",
    "À propos {noun}: over {place} & verder",
    "Mijn vader, de {noun}",
    "Koken voor een {adjective} {noun}",
    "Wat de {noun} zag < en verzweeg",
    "De {adjective} {noun}, deel {part}",
    "Daar was {place}: ’n geschiedenis",
)
_FIRST_NAMES = ("Boukje", "Renée", "Joël", "Zoë", "Sjoukje", "Thijmen", "Aïcha", "Jurriën", "Fenne", "Çelik", "Wobbe")
_SURNAMES = (
    "Bladwijzer", "Kaftmaker", "van den Ezelsoor", "Ruggenlijm", "de Vouwhoek", "Inktvlek-Drukfout", "Schutblad",
    "van Nergenshuizen", "Colofon", "Hoofdletter", "ten Leeslint", "Marginália",
)  # fmt: skip
_PUBLISHERS = ("Uitgeverij De Verzonnen Vos", "Pers van Nergens", "Het Papieren Café", "Droogdok & Zonen")
_MEDIA = ("BOEK", "BOEK", "BOEK", "BOEK", "BOEK", "LUIST", "GLB", "DVD")


@dataclass(frozen=True, slots=True)
class Book:
    """One invented title; `list_price` includes VAT."""

    ean: str
    ppn: str | None
    article_number: str
    title: str
    author: str
    publisher: str
    publication_year: int
    medium: str
    list_price: Cents


def isbn13(body: str) -> str:
    """Complete twelve digits to an ISBN-13."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


def ppn(body: str) -> str:
    """Complete eight or nine digits to a PPN: modulo 11, weights rising from 2 at the right, X for ten."""
    total = sum(int(digit) * weight for weight, digit in enumerate(reversed(body), start=2))
    check = -total % 11
    return f"{body}{'X' if check == 10 else check}"


def invent(dice: Random, year: int) -> Book:
    """One book that could lie in a Dutch shop in `year`, if anyone had written it."""
    digits = dice.randrange(10**7)
    return Book(
        ean=isbn13(f"978{'90' if dice.random() < 0.7 else '94'}{digits:07d}"),
        ppn=ppn(f"{dice.randrange(10**8, 10**9)}") if dice.random() < 0.8 else None,
        article_number=f"{20 + year % 10}{digits:07d}",
        title=_title(dice),
        author=f"{dice.choice(_SURNAMES)}, {dice.choice(_FIRST_NAMES)}",
        publisher=dice.choice(_PUBLISHERS),
        publication_year=year - (dice.random() < 0.25),
        medium=dice.choice(_MEDIA),
        list_price=Cents(dice.randrange(7, 40) * 100 + dice.choice((99, 50, 95, 0))),
    )


def _title(dice: Random) -> str:
    return dice.choice(_SHAPES).format(
        adjective=dice.choice(_ADJECTIVES),
        noun=dice.choice(_NOUNS),
        place=dice.choice(_PLACES),
        number=dice.randrange(2, 366),
        part=dice.randrange(2, 9),
    )
