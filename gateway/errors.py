"""What can go wrong, by who must act: a code for programs, a sentence for people, a hint for what to do."""

from dataclasses import dataclass
from typing import ClassVar


class GatewayError(Exception):
    """A failure that we can name. `str(error)` is for a person, `facts` are for the log."""

    code: ClassVar[str] = "internal"
    message: ClassVar[str] = "Something went wrong."
    hint: ClassVar[str] = ""
    retry: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.message.format(**facts))

    @property
    def advice(self) -> str:
        """What the reader can do about it, with this case's facts; empty when there is nothing."""
        return self.hint.format(**self.facts)


class ConfigurationError(GatewayError):
    """The installer must act."""

    code = "configuration"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a supplier's message something is wrong; what is not known stays empty."""

    line: int | None = None
    mutation_id: str | None = None
    element: str | None = None


class RejectedInput(GatewayError):
    """The supplier must act; becomes a SOAP fault and nothing of the message is kept."""

    code = "invalid-message"

    def __init__(self, *, place: Place | None = None, **facts: object) -> None:
        self.place = place or Place()
        super().__init__(**facts)


class SystemRefused(GatewayError):
    """The other system said no; asking again would not help."""

    code = "system-refused"


class SystemUnavailable(GatewayError):
    """Nobody must act: what was asked is asked again later."""

    code = "system-unavailable"
    retry = True


class Busy(SystemUnavailable):
    """The database cannot take a write now (locked, gone, disk full); nothing was kept."""

    code = "busy"
    message = "The gateway cannot store anything at this moment."
    hint = "Nothing was kept. Send the same message again in a minute, with the same messageId."


class PerhapsKept(Busy):
    """The database went away while it kept a message: the commit was asked for, and not answered."""

    message = "The gateway lost its database while it stored the message, and does not know whether it is kept."
    hint = "Send the same message again in a minute, with the same messageId: if it was kept, you get its receipt."
