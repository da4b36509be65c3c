"""What whoever pushed does next: send it again, mend it, or ask somebody. By the code of the fault, as documented."""

from enum import StrEnum

from gateway.errors import ConfigurationError, RejectedInput
from gateway.transport.soap_faults import ServiceRefused


class NextStep(StrEnum):
    """What to do; the value is for programs."""

    RETRY = "retry"
    MEND = "mend"
    RENAME = "rename"
    DIVIDE = "divide"
    ASK = "ask"
    CHECK = "check"

    @property
    def sentence(self) -> str:
        """The same for people."""
        return _SENTENCES[self]


_SENTENCES = {
    NextStep.RETRY: "Send the same message again later, unchanged: what was kept is never done twice.",
    NextStep.MEND: "Mend the message and send it; nothing was kept, so it may keep its messageId.",
    NextStep.RENAME: "Send it under a new messageId, if it is a new message; mutations keep theirs.",
    NextStep.DIVIDE: "Divide the mutations over several messages.",
    NextStep.ASK: "Ask the library or its installer; sending it again changes nothing.",
    NextStep.CHECK: "Check what you asked for and how; nothing was kept.",
}
_OF_CODE = {
    "invalid-message": NextStep.MEND,
    "control-totals": NextStep.MEND,
    "unsupported": NextStep.MEND,
    "message-conflict": NextStep.RENAME,
    "too-large": NextStep.DIVIDE,
    "authentication": NextStep.ASK,
    "not-allowed": NextStep.ASK,
    "unknown-institution": NextStep.ASK,
    "unknown-message": NextStep.CHECK,
}


def next_step(error: Exception) -> NextStep:
    """What to do after a failure. A code that nobody told us of is treated as `internal`: try again."""
    if isinstance(error, ServiceRefused):
        return _OF_CODE.get(error.fault.code, NextStep.RETRY)
    if isinstance(error, RejectedInput):
        return NextStep.MEND
    return NextStep.CHECK if isinstance(error, ConfigurationError) else NextStep.RETRY
