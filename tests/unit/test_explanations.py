"""What is said of a line: every outcome in a full sentence, in English and in Dutch."""

import re
from string import Formatter

import pytest

from gateway.orders.explanations import EXPLANATIONS
from gateway.wording import translations

SAID = sorted({text for each in EXPLANATIONS.values() for text in (each.sentence, each.hint) if text})


def facts(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_is_there_in_dutch_with_the_same_facts(english: str) -> None:
    dutch = translations("nl").gettext(english)
    assert dutch != english
    assert facts(dutch) == facts(english)


@pytest.mark.parametrize("english", SAID)
def test_every_sentence_ends_as_one(english: str) -> None:
    assert re.search(r"[.}]$", english)


def test_staff_are_spoken_to_in_one_tone() -> None:
    assert [text for text in SAID if re.search(r"\b(u|uw)\b", translations("nl").gettext(text))] == []
