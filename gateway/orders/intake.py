"""Accept a message exactly once: spool it as it streams in, then keep it, its job and its receipt in one go."""

from collections.abc import Callable, Sequence
from typing import Protocol

from gateway.orders.model import MessageHeader, Receipt, WireRow


class Intake(Protocol):
    """One message on its way in. Nothing of it is visible to anyone until `accept` returns.

    Called in this order: `raw` as bytes arrive, `header` once, `add` as often as there are batches
    (`raw` goes on in between), then `accept` or `discard`. Any of them may raise RejectedInput
    (a fault) or Busy; after that only `discard` may be called, and calling it twice does no harm.
    """

    def raw(self, received: bytes) -> None:
        """Keep the next bytes of the message as received, after unpacking."""

    def header(self, header: MessageHeader) -> None:
        """Check whose message it is; raises before any mutation is looked at when it is not allowed."""

    def add(self, rows: Sequence[WireRow], lines: Sequence[int]) -> None:
        """Spool the next mutations, with the line of the message where each begins."""

    def accept(self, render: Callable[[Receipt], bytes]) -> bytes:
        """Commit everything, or find that it was accepted before; the `receipt` element as first rendered."""

    def discard(self) -> None:
        """Forget the message."""
