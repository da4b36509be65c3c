"""Why a message as a whole is refused. Nothing of it is kept."""

from gateway.errors import ConfigurationError, RejectedInput


class NotAMessage(RejectedInput):
    """It is no message of the exchange, or none that can be read to its end."""

    message = "This is no circulation message: {problem}."
    hint = "schemas/circulation/v1 says how one is written; check that the whole of it was sent."


class BrokenOff(NotAMessage):
    """It ends in the middle; there may be more to come."""


class Damaged(RejectedInput):
    """Its packing is broken before its end: waiting for more does not mend that."""

    code = "damaged"
    message = "{path} is damaged: {reason}."
    hint = "Pack it again, or send it as it is."


class TooMuch(RejectedInput):
    """Something of it is larger than we read."""

    code = "too-large"
    message = "{what} is larger than {limit}."
    hint = "Split a large record, or ask whoever manages the gateway to set another limit."


class UnknownLibrary(RejectedInput):
    """The library is not served here."""

    code = "unknown-institution"
    message = "{institution} is not served by this gateway."
    hint = "Check institutionCode in the header."


class OtherCurrency(RejectedInput):
    """Amounts in another currency would be taken for the library's."""

    code = "currency"
    message = "The message is in {found}, and {institution} reckons in {expected}."
    hint = "Convert the amounts in the library system, and say so in the header."


class OlderThanKnown(RejectedInput):
    """What is known is newer: taken, the message would turn the clock back."""

    code = "older-than-known"
    message = "The message is of {as_of}, and we know how it was at {known}."
    hint = "Send messages in the order in which they were made; make a new one now."


class FromTheFuture(RejectedInput):
    """Its age could not be told, and nothing newer would be taken for long."""

    code = "from-the-future"
    message = "The message is of {as_of}, which is still to come."
    hint = "Set the clock of the library system right, and write moments with their zone."


class MessageConflict(RejectedInput):
    """The messageId was used for something else."""

    code = "message-conflict"
    message = "messageId {message_id} was used before, for another message."
    hint = "Give every message an id of its own; send a message again unchanged, or not at all."


class Unreadable(ConfigurationError):
    """The file cannot be opened."""

    message = "{path} cannot be read: {reason}."
    hint = "Name a file that the user of this command may read."
