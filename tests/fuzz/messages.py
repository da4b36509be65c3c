"""Messages: right ones, and what can be done to them as XML, as SOAP and as bytes."""

import codecs
from collections.abc import Callable

from hypothesis import strategies as st

from tests.fuzz.values import Fields, control, mutation, odd, rarely
from tests.soap_messages import NS, SOAP11, SOAP12, WSSE, a_header, a_username_token

WSA = "http://www.w3.org/2005/08/addressing"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
ENVELOPES = (SOAP11, SOAP12, "http://www.w3.org/2001/12/soap-envelope", "urn:x", "")
ATTRIBUTES = (
    f'xmlns:i="{XSI}" i:nil="true"', f'xmlns:i="{XSI}" i:type="i:string"',
    f'xmlns:i="{XSI}" i:schemaLocation="urn:x http://127.0.0.1:1/x.xsd"', 'id="a"', 'href="#a"', 'xml:lang="nl"',
    'xml:space="preserve"', 'xml:base="http://127.0.0.1:1/"', 'xmlns="urn:x"', 'xmlns=""', 'xmlns:s="urn:x"',
    'x="1" x="2"', "x", 'xmlns:q="relative"', 'xmlns:xml="urn:x"', 'xmlns:xmlns="urn:x"', 'y:z="1"', 'a="&#10;&lt;"',
)  # fmt: skip
SNIPPETS = (
    "<!-- x -->", "<!-- -- -->", "<?x y?>", '<?xml version="1.0"?>', "<![CDATA[x]]>", "<![CDATA[", "&amp;", "&nope;",
    "&#0;", "&#x10FFFF;", "&#xFFFFFFFFF;", "&#1;", "&", "<", ">", "]]>", "<a/>", '<a xmlns="urn:x"/>',
    f'<mutation xmlns="{NS}"/>', "<mutations/>", "<header/>", "text", "<!DOCTYPE a>",
    '<!DOCTYPE a [<!ENTITY x "y">]>', '<!DOCTYPE a SYSTEM "file:///etc/passwd">', "<!ENTITY x 'y'>", "\x00", "\u2028",
    "\ufeff", "\r", '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>',
    "<a>" * 300, " " * 5000, "<a " + " ".join(f'b{n}="1"' for n in range(2000)) + "/>", f"<{'n' * 60_000}/>",
    '<x:a xmlns:x="relative"/>', "<a/>" * 20_000, "\n" * 300_000, " " * 300_000, "{" * 50_000, "<mutation/>" * 3000,
    "' is not accepted by the pattern '" * 2000, "' is less than the minimum value allowed ('" * 2000,
    "<copy><copyId>1</copyId></copy>" * 10_000, "<copies>" + "<copy/>" * 2000 + "</copies>", "i" * 100_000,
)  # fmt: skip
BLOCKS = (
    '<x:a xmlns:x="urn:x" s:mustUnderstand="1"/>', '<x:a xmlns:x="urn:x" s:mustUnderstand="yes"/>',
    '<x:a xmlns:x="urn:x" s:mustUnderstand="1" s:actor="urn:y"/>',
    '<x:a xmlns:x="urn:x" s:mustUnderstand="true" s:role="http://www.w3.org/2003/05/soap-envelope/role/none"/>',
    f'<w:To xmlns:w="{WSA}" s:mustUnderstand="1">urn:x</w:To>', f'<w:Action xmlns:w="{WSA}">{NS}/ping</w:Action>',
    f'<w:Security xmlns:w="{WSSE}"/>', a_username_token(), a_username_token("wrong"), a_username_token(user="other"),
    "<!-- x -->", "text", "<a/>", '<a xmlns="urn:x">' + "y" * 9000 + "</a>",
)  # fmt: skip
QUESTIONS = (
    f'<ping xmlns="{NS}"/>', f'<ping xmlns="{NS}">x</ping>',
    f'<getProcessingStatus xmlns="{NS}"><messageId>F-1</messageId></getProcessingStatus>',
    f'<getProcessingReport xmlns="{NS}"><messageId>F-1</messageId><format>TXT</format></getProcessingReport>',
    f'<getProcessingReport xmlns="{NS}"><messageId>F-2</messageId><format>XLSX</format></getProcessingReport>',
    f'<getBudgetCodes xmlns="{NS}"><institutionCode>I200</institutionCode></getBudgetCodes>',
    f'<getBudgetCodes xmlns="{NS}"><institutionCode>I9</institutionCode><budgetYear>2026</budgetYear></getBudgetCodes>',
    f'<pingResponse xmlns="{NS}"/>', "<s:Fault><faultcode>s:Client</faultcode></s:Fault>", "", "text",
    '<x xmlns="urn:x"/>', f'<submitMutations xmlns="{NS}"/>',
)  # fmt: skip
CODECS = (
    "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso-8859-1", "iso-8859-15", "cp1252",
    "ascii", "utf-7", "cp037", "shift_jis", "gb18030",
)  # fmt: skip
NAMES = (
    "UTF-8",
    "UTF-16",
    "ISO-8859-1",
    "ISO-8859-15",
    "windows-1252",
    "US-ASCII",
    "UTF-7",
    "UTF-32",
    "EBCDIC",
    "KLINGON",
    "",
    "UCS-4",
    "\u00e9",
)


@st.composite
def message(draw: st.DrawFn) -> tuple[bytes, str]:
    """The bytes of a message, and the name space of its envelope."""
    soap = draw(st.sampled_from(ENVELOPES[:2]))
    body = rarely(draw, st.sampled_from(QUESTIONS).map(str), None, 4) or draw(_submission())
    inner = [str(body)] if draw(st.integers(0, 11)) < 11 else [str(body), draw(st.sampled_from(QUESTIONS))]
    blocks = "".join(draw(st.lists(st.sampled_from(BLOCKS), max_size=3))) if draw(st.integers(0, 4)) == 4 else None
    head = "" if blocks is None else f"<s:Header>{blocks}</s:Header>"
    inside = rarely(draw, st.sampled_from(ENVELOPES), soap, 15)
    text = f'<s:Envelope xmlns:s="{inside}">{head}<s:Body>{"".join(inner)}</s:Body></s:Envelope>'
    for edit in draw(st.lists(_edits, max_size=3)) if draw(st.integers(0, 2)) == 2 else []:
        text = edit(text)
    return draw(_encoded(text)), soap


@st.composite
def _submission(draw: st.DrawFn) -> str:
    mutations: list[Fields] = draw(st.lists(mutation(), max_size=4))
    changes: dict[str, str | None] = {
        "messageId": f"F-{draw(st.integers(0, 100_000))}",
        "institutionCode": draw(st.sampled_from(["I200", "I201"])),
        "control": control(mutations),
    }
    if draw(st.integers(0, 7)) == 7:
        changes["test"] = "true"
    if draw(st.integers(0, 5)) == 5:
        name = draw(
            st.sampled_from(
                [
                    "messageId",
                    "messageNumber",
                    "test",
                    "senderCode",
                    "customerNumber",
                    "createdAt",
                    "periodFrom",
                    "control",
                ]
            )
        )
        changes[name] = draw(st.none() | odd)
    lines = [
        "<mutation>" + "".join(f"<{name}>{text}</{name}>" for name, text in each) + "</mutation>" for each in mutations
    ]
    return (
        f'<submitMutations xmlns="{NS}">{a_header(**changes)}<mutations>{"".join(lines)}</mutations></submitMutations>'
    )


Edit = Callable[[str], str]
_part = st.tuples(st.integers(0, 1_000_000), st.integers(0, 400))


def _place(text: str, at: int) -> int:
    return at % (len(text) + 1)


def _insert(at: tuple[int, int], what: str) -> Edit:
    return lambda text: text[: _place(text, at[0])] + what + text[_place(text, at[0]) :]


def _after_a_tag(at: tuple[int, int], what: str) -> Edit:
    def edit(text: str) -> str:
        place = text.find(">", _place(text, at[0])) + 1
        return text[:place] + what + text[place:] if place else text

    return edit


def _in_a_tag(at: tuple[int, int], what: str) -> Edit:
    def edit(text: str) -> str:
        place = text.find(">", _place(text, at[0]))
        return text if place < 1 or text[place - 1] in "/?-" else f"{text[:place]} {what}{text[place:]}"

    return edit


def _cut(at: tuple[int, int]) -> Edit:
    return lambda text: text[: _place(text, at[0])] + text[_place(text, at[0]) + at[1] :]


def _double(at: tuple[int, int]) -> Edit:
    return lambda text: text[: _place(text, at[0]) + at[1]] + text[_place(text, at[0]) :]


_edits = st.one_of(
    st.builds(_after_a_tag, _part, st.sampled_from(SNIPPETS) | odd),
    st.builds(_in_a_tag, _part, st.sampled_from(ATTRIBUTES)),
    st.builds(_insert, _part, st.sampled_from(SNIPPETS)),
    st.builds(_cut, _part),
    st.builds(_double, _part),
)


@st.composite
def _encoded(draw: st.DrawFn, text: str) -> bytes:
    codec = str(rarely(draw, st.sampled_from(CODECS), "utf-8", 8))
    if draw(st.integers(0, 5)) == 5:
        text = f'<?xml version="1.0" encoding="{draw(st.sampled_from(NAMES))}"?>{text}'
    content = text.encode(codec, "xmlcharrefreplace" if codecs.lookup(codec).name not in _WIDE else "replace")
    for at, how_many, new in draw(st.lists(_bytes, max_size=3)) if draw(st.integers(0, 9)) == 9 else []:
        place = at % (len(content) + 1)
        content = content[:place] + new + content[place + how_many :]
    return content


_WIDE = {"utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"}
_bytes = st.tuples(st.integers(0, 1_000_000), st.integers(0, 50), st.binary(max_size=8))
