"""Every sentence of the staff pages has its Dutch."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import gateway
from gateway.accounts import model
from gateway.accounts.model import WeakPassword
from gateway.wording import translations

ROOM = Path(gateway.__file__).parent
_PAGES = sorted(path.name for path in (ROOM / "locale" / "nl").glob("web*.po"))
_SAID = re.compile(r"""\bsay\(\s*"([^"]+)"|\bsay\(\s*'([^']+)'""")
_COUNTED = re.compile(r"""(?:count|task)\([^"]*?"([^"]+)",\s*"([^"]+)"(?:,\s*"([^"]+)",\s*"([^"]+)")?""")


def _sources() -> str:
    files = [*(ROOM / "web").glob("*.py"), *(ROOM / "web" / "templates").glob("*.html")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def _sentences() -> set[str]:
    found = {text for pair in _SAID.findall(_sources()) for text in pair if text}
    return found | {text for texts in _COUNTED.findall(_sources()) for text in texts if text}


def _catalogue(name: str) -> dict[str, str]:
    with (ROOM / "locale" / "nl" / name).open("rb") as file:
        return {
            msgid: msgstr
            for message in read_po(file)
            for msgid, msgstr in zip(_several(message.id), _several(message.string), strict=True)
            if msgid
        }


def _several(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def test_every_sentence_of_the_pages_has_its_dutch() -> None:
    assert len(_sentences()) > 60
    known = {msgid for path in (ROOM / "locale" / "nl").glob("*.po") for msgid in _catalogue(path.name)}
    assert _sentences() - known == set()


@pytest.mark.parametrize("name", _PAGES)
def test_no_catalogue_of_the_pages_holds_what_no_page_says(name: str) -> None:
    said = _sources()
    assert [msgid for msgid in _catalogue(name) if msgid not in said] == []


def test_every_refusal_of_a_password_is_in_the_catalogue() -> None:
    refusals = [each for each in vars(model).values() if isinstance(each, type) and issubclass(each, WeakPassword)]
    assert set(_catalogue("accounts.po")) == {text for each in refusals for text in (each.message, each.hint)}


@pytest.mark.parametrize("name", [*_PAGES, "accounts.po"])
def test_a_translation_keeps_the_facts_of_its_sentence(name: str) -> None:
    for msgid, msgstr in _catalogue(name).items():
        assert msgstr, msgid
        assert set(re.findall(r"{\w+}", msgstr)) == set(re.findall(r"{\w+}", msgid)), msgid


def test_the_catalogues_are_found_by_the_pages() -> None:
    assert translations("nl").ngettext("{count} line waits", "{count} lines wait", 2) == "{count} regels wachten"
