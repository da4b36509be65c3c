"""Secrets that must be read again, for PasswordDigest: encrypted under a key that is not in the database."""

import secrets
from base64 import b64decode, b64encode
from binascii import Error as NotBase64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gateway.accounts.model import NoSealingKey, WrongSealingKey

KEY_BYTES = 32
_NONCE_BYTES = 12


class Seal:
    """AES-256-GCM, bound to the account's name: a sealed secret opens for no other account."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)
        self._decoy = self.close(secrets.token_urlsafe(24), "")

    def close(self, secret: str, name: str) -> str:
        """The secret of an account, sealed."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return b64encode(nonce + self._cipher.encrypt(nonce, secret.encode(), name.encode())).decode()

    def open(self, sealed: str, name: str) -> str:
        """The secret of an account.

        Raises:
            WrongSealingKey: sealed under another key or for another account, or changed since.
        """
        try:
            content = b64decode(sealed, validate=True)
            nonce, encrypted = content[:_NONCE_BYTES], content[_NONCE_BYTES:]
            return self._cipher.decrypt(nonce, encrypted, name.encode()).decode()
        except (InvalidTag, NotBase64, ValueError) as error:
            raise WrongSealingKey(name=name) from error

    def decoy(self) -> str:
        """A secret of nobody, at the cost of opening one: so that having none takes as long."""
        return self.open(self._decoy, "")


def seal_of(key: str) -> Seal:
    """The seal of a key as it stands in the environment: 64 hexadecimal digits.

    Raises:
        NoSealingKey: it is no key.
    """
    try:
        content = bytes.fromhex(key)
    except ValueError as error:
        raise NoSealingKey(reason="it is not hexadecimal") from error
    if len(content) != KEY_BYTES:
        raise NoSealingKey(reason=f"it has {len(content)} bytes instead of {KEY_BYTES}")
    return Seal(content)
