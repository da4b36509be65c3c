"""Mistakes in the settings file are told in words, each key once."""

from pathlib import Path

import pytest

from gateway.config import BadSettings, read
from tests.installing import FolderSystem

GOOD = """
public_address = "http://localhost"
data_folder = "/var/lib/bestelsync"
database = "sqlite:////var/lib/bestelsync/gateway.db"
[[library]]
institution = "I201"
name = "Bibliotheek Voorbeeld"
system = "folder"
[library.folder]
folder = "/drop"
"""


def mistakes_in(folder: Path, text: str) -> list[str]:
    """What is told of a file, line by line."""
    path = folder / "gateway.toml"
    path.write_text(text)
    with pytest.raises(BadSettings) as refused:
        read(path, {"folder": FolderSystem.Settings})
    return [line.strip() for line in str(refused.value).splitlines()[1:]]


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ('name = "Bibliotheek Voorbeeld"', "", "library.I201.name: is missing"),
        ('system = "folder"', "", "library.I201.system: is missing"),
        ('institution = "I201"', "", "library (the 1. section).institution: is missing"),
        ('data_folder = "/var/lib/bestelsync"', "", "data_folder: is missing"),
        ('name = "Bibliotheek Voorbeeld"', "name = 3", 'library.I201.name: must be text between quotes, such as "3"'),
        ("[[library]]", "colour = 3\n[[library]]", "colour: is not a key of the settings"),
        ("[[library]]", "[limits]\nmutations = 0\n[[library]]", "limits.mutations: must be 1 or more"),
        (
            'name = "',
            'nightly_at = "soon"\nname = "',
            "library.I201.nightly_at: must be a time of day, such as 02:30:00",
        ),
        ('folder = "/drop"', "", "library.I201.folder.folder: is missing"),
        (
            'system = "folder"',
            'system = "flder"',
            "library.I201.system: 'flder' is not a library system; choose from folder",
        ),
        (
            '"I201"',
            '"201"',
            "library.201.institution: must be the supplier's code for the library: I and three digits, such as I201",
        ),
        (
            'name = "',
            'time_zone = "Mars"\nname = "',
            "library.I201.time_zone: there is no time zone 'Mars'; try Europe/Amsterdam or Europe/Brussels",
        ),
    ],
)
def test_mistake_is_one_line_in_words(tmp_path: Path, there: str, instead: str, told: str) -> None:
    assert there in GOOD
    assert mistakes_in(tmp_path, GOOD.replace(there, instead, 1)) == [told]


def test_library_that_is_no_list_of_sections_is_told_so(tmp_path: Path) -> None:
    [told] = mistakes_in(tmp_path, GOOD.replace("[[library]]", "[library]"))
    assert "sections that begin with [[library]]" in told


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('name = "Bibliotheek Voorbeeld"', "").replace('folder = "/drop"', "key = 1")
    assert len(mistakes_in(tmp_path, text.replace("public_address", "pubic_address"))) == 4
