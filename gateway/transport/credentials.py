"""Passwords and keys for other systems: the settings say where they are, never what they are."""

import os
from pathlib import Path

from gateway.errors import ConfigurationError


class MissingSecret(ConfigurationError):
    """A password or key is not where the settings say it is."""

    code = "missing-secret"
    message = "The {what} is not in {place}."
    hint = "Put it there, readable for the account under which the gateway runs, and start the gateway again."


def secret(what: str, variable: str | None, file: Path | None) -> str:
    """Read a secret from an environment variable or, without one, from a file.

    Args:
        what: what it is called in the sentence when it is missing, such as "password of Wise".

    Raises:
        MissingSecret: it is not there, or empty.
    """
    try:
        found = os.environ[variable] if variable else (file or Path()).read_text(encoding="utf-8").strip()
    except (KeyError, OSError, UnicodeDecodeError) as error:
        raise MissingSecret(what=what, place=variable or file) from error
    if not found:
        raise MissingSecret(what=what, place=variable or file)
    return found


def refuse_two_places(given: object, *names: str) -> None:
    """Raise ValueError unless each secret has either its `_env` or its `_file` in these settings."""
    for name in names:
        places = [place for place in (f"{name}_env", f"{name}_file") if getattr(given, place) is not None]
        if len(places) != 1:
            raise ValueError(f"give {name}_env or {name}_file, one of the two")
