"""Why a whole message is refused: the supplier's mistakes, as faults that a programmer can act on."""

from gateway.errors import RejectedInput


class ControlTotalsDiffer(RejectedInput):
    """The supplier counted something else than it sent; nothing of the message is kept."""

    code = "control-totals"
    message = "control/{element} says {expected}, but the mutations add up to {found}."
    hint = "Count again over all mutations of the message, of every kind, and send it under the same messageId."


class MessageConflict(RejectedInput):
    """The messageId was used before for something else."""

    code = "message-conflict"
    message = "Message {message_id} was accepted before with another content; the first difference is {difference}."
    hint = "Send a new message under a new messageId; one that was accepted cannot be changed."


class UnknownInstitution(RejectedInput):
    """No library of that code is served here."""

    code = "unknown-institution"
    message = "Institution {institution} is not served by this gateway."
    hint = "Check header/institutionCode; the hand-over sheet names the institutions."


class NotYours(RejectedInput):
    """The account may not speak for this sender or institution."""

    code = "not-allowed"
    message = "This account may not send for {what} {value}."
    hint = "Use the account of that sender, or ask the library's installer to extend this one."


class UnknownMessage(RejectedInput):
    """A status or report was asked of a message that was never accepted."""

    code = "unknown-message"
    message = "No message {message_id} of this sender was accepted."
    hint = "If sending it ended in a fault or without an answer, send it again under the same messageId."


class ReportNotReady(RejectedInput):
    """The message has not been processed so far that a report mentions it."""

    code = "report-not-ready"
    message = "There is no report on message {message_id} yet."
    hint = "Ask getProcessingStatus first; the report is there once it says PROCESSED."


class NoMutations(RejectedInput):
    """A message without mutations is accepted, but nothing of it is ever reported."""

    code = "report-not-ready"
    message = "Message {message_id} has no mutations, so there is no report on it."
    hint = "Nothing to do."


class TooManyMutations(RejectedInput):
    """More mutations than the installer allows in one message."""

    code = "too-large"
    message = "A message may hold {limit} mutations."
    hint = "Divide the day over several messages, each with its own messageId and control totals."


class MessageTooLarge(RejectedInput):
    """More bytes than the installer allows in one message."""

    code = "too-large"
    message = "A message may hold {limit} bytes after unpacking."
    hint = "Divide the day over several messages, each with its own messageId and control totals."


class ImpossibleMoment(RejectedInput):
    """A date and time that the XSD allows and the calendar does not hold."""

    message = "{element} {value} is not a moment between the years 1 and 9999."
    hint = "Send a date and time with its zone, such as 2026-03-10T05:12:00+01:00."
