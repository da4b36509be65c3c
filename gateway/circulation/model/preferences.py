"""Through which channel a patron wants to hear of what."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

Preference = Mapping[str, "Channel"]
"""What a patron chose, by the code of the notice kind."""


class Channel(StrEnum):
    """How a patron is told; NONE is the choice not to be told at all."""

    EMAIL = "EMAIL"
    LETTER = "LETTER"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class KindPreference:
    """What a preference set says of one notice kind; `default` is among `allowed`, or NONE."""

    allowed: frozenset[Channel]
    default: Channel
    may_refuse: bool = False


@dataclass(frozen=True, slots=True)
class PreferenceSet:
    """What a library allows for a membership, by the code of the notice kind.

    Source: soorten-berichten §2; a kind that is not named is as the library's policy says.
    """

    library: str
    code: str
    kinds: Mapping[str, KindPreference]
    doubt: str = ""
