"""What people read, in their language: msgids are English, catalogues lie in `locale/<language>/*.po`."""

from functools import cache
from importlib import resources
from io import BytesIO

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES = ("nl", "en")


@cache
def translations(language: str) -> NullTranslations:
    """All catalogues of a language as one; English, and a language we do not have, is the msgids themselves."""
    folder = resources.files("gateway") / "locale" / language
    merged = Translations()
    if not folder.is_dir():
        return NullTranslations()
    for entry in sorted(folder.iterdir(), key=lambda each: each.name):
        if entry.name.endswith(".po"):
            with entry.open("rb") as file:
                compiled = BytesIO()
                write_mo(compiled, read_po(file))
            compiled.seek(0)
            merged.merge(Translations(compiled))
    return merged


def say(msgid: str, language: str, **facts: object) -> str:
    """Translate one sentence and fill in its facts."""
    sentence = translations(language).gettext(msgid)
    return sentence.format(**facts) if facts else sentence
