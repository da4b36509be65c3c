"""PasswordDigest: what a token must hold, whether it was made just now, and what its digest should be. Pure.

Source: OASIS Web Services Security UsernameToken Profile 1.0, section 3.1.
"""

import hashlib
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from gateway.accounts.model import StaleToken

FRESH = timedelta(minutes=5)
"""How old a token may be, and how far ahead the supplier's clock may run. Source: the same, section 3.1."""


@dataclass(frozen=True, slots=True)
class Token:
    """A UsernameToken with a PasswordDigest; `created` is the text as sent, since that is what was hashed."""

    username: str
    nonce: bytes
    created: str
    digest: str


def fresh_until(created: str, now: datetime) -> datetime:
    """Until when a token of that moment may be taken.

    Raises:
        StaleToken: not any more, not yet, or it is no moment.
    """
    try:
        moment = datetime.fromisoformat(created)
    except ValueError:
        moment = datetime.min.replace(tzinfo=UTC)
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if abs(aware - now) > FRESH:
        minutes = int(FRESH.total_seconds() // 60)
        raise StaleToken(created=created[:40], now=now.isoformat(timespec="seconds"), minutes=minutes)
    return aware.astimezone(UTC) + FRESH


def expected(token: Token, secret: str) -> str:
    """What the digest of this token is when it was made with that secret."""
    content = token.nonce + token.created.encode() + secret.encode()
    # The profile says SHA-1; what protects here is the secret of 192 bits inside it.
    return b64encode(hashlib.sha1(content, usedforsecurity=False).digest()).decode()
