"""What an account may be called, and what it may be bound to."""

import re
from collections.abc import Iterable

from gateway.accounts.model import BadBinding, BadName

_NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{1,39}")
_SENDER = re.compile(r"[0-9]{6}")
_INSTITUTION = re.compile(r"I[0-9]{3}")

NOBODY = ""
"""A name that no account has: what a badly formed name is looked up as, at the same cost as any other."""


def as_typed(name: str) -> str:
    """A name as somebody typed it, small and without the spaces around it; `NOBODY` when it cannot be one."""
    small = name.strip().lower()
    return small if _NAME.fullmatch(small) else NOBODY


def check_name(name: str) -> str:
    """The name, when an account may be called so.

    Raises:
        BadName: it could not be typed without doubt.
    """
    if not _NAME.fullmatch(name):
        raise BadName(name=name)
    return name


def check_sender(sender: str) -> str:
    """The sender code, when it is one."""
    if not _SENDER.fullmatch(sender):
        raise BadBinding(value=sender, what="a sender code (six digits)")
    return sender


def check_institutions(institutions: Iterable[str]) -> frozenset[str]:
    """The institution codes, when all of them are."""
    chosen = frozenset(institutions)
    for institution in sorted(chosen):
        if not _INSTITUTION.fullmatch(institution):
            raise BadBinding(value=institution, what="an institution code (I and three digits)")
    return chosen
