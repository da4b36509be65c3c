"""What every answer must be, whatever the question was; and what must not have happened behind it."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from lxml import etree

from gateway.soap.faults import CODES
from tests.fuzz.shots import Shot
from tests.raw_http import RawAnswer, exchange
from tests.soap_messages import NS, SOAP11, SOAP12
from tests.watched import Watched

MOST_MEMORY = 50_000_000
MOST_SECONDS = 10
_Q = f"{{{NS}}}"
_STATUS = {"authentication": 401, "not-allowed": 403, "too-large": 413}
_BROKEN_HTTP = {400, 405, 413, 431, 501}
_MEDIA_TYPES = {SOAP11: "text/xml; charset=utf-8", SOAP12: "application/soap+xml; charset=utf-8"}
_TO_BE_ACTED_ON = CODES - {"internal", "busy"}


@dataclass
class Judge:
    """Sends shots at one gateway and looks at what comes of them."""

    watched: Watched
    counts: dict[str, int] = field(default_factory=dict)
    _kept: tuple[int, ...] = ()

    def look(self) -> None:
        """See what is stored now."""
        self._kept = self._stored()

    def try_out(self, shot: Shot) -> None:
        """Send it; fail unless the answer and what was kept are right."""
        before = self.watched.begin_measuring()
        answer = exchange(self.watched.address, shot.sent, leave=shot.leave, seconds=MOST_SECONDS)
        grown = self.watched.peak() - before
        kept, self._kept = self._kept, self._stored()
        assert self.watched.process.poll() is None, "the gateway has ended"
        assert grown < MOST_MEMORY, f"{grown} bytes more"
        receipts = [] if answer is None else self._receipts(shot, answer)
        assert self._kept == kept or receipts, f"something was kept without a receipt: {kept} -> {self._kept}"
        for each in receipts:
            self._is_kept(each)

    def _receipts(self, shot: Shot, answer: RawAnswer | None) -> list[etree._Element]:
        """The receipt in an answer that is as it must be."""
        if answer is None:
            assert shot.leave, "no answer"
            return []
        if not _is_for_us(shot):
            assert answer.status < 500 or answer.status == 501 or b"Fault" in answer.body, answer
            return []
        envelope = etree.fromstring(answer.body)
        soap = etree.QName(envelope).namespace or ""
        assert envelope.tag == f"{{{soap}}}Envelope" and soap in _MEDIA_TYPES, answer
        assert answer.headers["content-type"] == _MEDIA_TYPES[soap], answer
        [body] = envelope
        [said] = body
        if said.tag != f"{{{soap}}}Fault":
            assert answer.status == 200, answer
            self._count("answers")
            return [each for each in said if each.tag == f"{_Q}receipt" and each.findtext(f"{_Q}test") == "false"]
        self._check_fault(said, soap, answer)
        return []

    def _check_fault(self, fault: etree._Element, soap: str, answer: RawAnswer) -> None:
        [ours] = fault.iter(f"{_Q}fault")
        code = ours.findtext(f"{_Q}code") or ""
        assert code in _TO_BE_ACTED_ON, answer
        assert ours.findtext(f"{_Q}message") and "Traceback" not in (ours.findtext(f"{_Q}message") or ""), answer
        wanted = {_STATUS.get(code, 500 if soap == SOAP11 else 400)} | _BROKEN_HTTP
        if b"VersionMismatch" in answer.body or b"MustUnderstand" in answer.body:
            wanted.add(500)
        assert answer.status in wanted, answer
        self._count(code)

    def _is_kept(self, receipt: etree._Element) -> None:
        number = receipt.findtext(f"{_Q}receiptId") or ""
        message = (receipt.findtext(f"{_Q}messageId") or "").replace("'", "''")
        found = self.watched.stage.rows(f"select receipt from messages where message_id = '{message}'")
        assert any(number.encode() in bytes(each) for (each,) in found), f"receipt {number} is not kept"
        self._count("receipts")

    def _stored(self) -> tuple[int, ...]:
        return tuple(
            self.watched.stage.rows(f"select coalesce(max(rowid), 0) from {table}")[0][0]
            for table in ("messages", "mutations", "message_chunks")
        )

    def _count(self, what: str) -> None:
        self.counts[what] = self.counts.get(what, 0) + 1


def _is_for_us(shot: Shot) -> bool:
    """Whether it is a POST to our address, so that it must be answered in SOAP."""
    method, _, rest = shot.sent.split(b"\r\n", 1)[0].partition(b" ")
    target = rest.rpartition(b" HTTP/")[0]
    path = unquote_to_bytes(re.split(rb"[?#]", target)[0])
    return method == b"POST" and b"/" + path.strip(b"/") == b"/soap/orders"
