"""What adapters themselves say of a line: each sentence is there in Dutch, with the same facts."""

from string import Formatter

import pytest

from adapters import wise
from adapters.koha import api, cancellations, entry
from gateway.wording import translations

SAID = [
    text
    for module in (api, cancellations, entry, wise)
    for name, text in vars(module).items()
    if name.isupper() and isinstance(text, str) and text[:1].isupper() and " " in text
]


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_of_an_adapter_is_there_in_dutch(english: str) -> None:
    dutch = translations("nl").gettext(english)
    assert dutch != english and facts(dutch) == facts(english)


def test_the_sentences_are_found() -> None:
    assert len(SAID) == 11
