"""Odd requests that are right, a row each: what the first mutation says, as it must be kept."""

import gzip
from dataclasses import dataclass, field

from tests.soap_messages import NS, SOAP11, SOAP12, SOAP_XML, a_header, a_mutation, a_ping, a_submission, envelope

XSI = "http://www.w3.org/2001/XMLSchema-instance"
WSA = "http://www.w3.org/2005/08/addressing"
ENC = "http://schemas.xmlsoap.org/soap/encoding/"
TOTALS = "<mutationCount>1</mutationCount><copyCount>1</copyCount><totalAmount>{}</totalAmount>"
TEXT: dict[str, str | None] = {"Content_Type": "text/xml"}


@dataclass(frozen=True)
class Right:
    """One request that is taken, and the texts of its mutation; none for a question."""

    name: str
    content: bytes
    says: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str | None] = field(default_factory=dict)


def trial(mutation: str | None = None, total: str = "12.50", header: str = "", soap: str = SOAP11) -> str:
    """A push of one mutation that is only tried, so that nothing of it is kept."""
    head = a_header(1, test="true", control=TOTALS.format(total))
    return envelope(a_submission(mutation or a_mutation(), header=head), header, soap)


def _right(name: str, content: str | bytes, headers: dict[str, str | None] | None = None, **says: str) -> Right:
    return Right(name, content.encode() if isinstance(content, str) else content, says, headers or {})


def _says(element: str, written: str, kept: str | None = None, name: str = "") -> Right:
    named = name or f"{element} {written[:40]!r}"
    return _right(named, trial(a_mutation(**{element: written})), **{element: written if kept is None else kept})


def _block(block: str) -> str:
    return trial(header=block)


VALUES = [
    _says("title", "📚🏛️👩‍👩‍👧"),
    _says("title", "שלום עולם"),
    _says("title", "\u202eevil\u202c", name="a title that turns its direction"),
    _says("title", "كتاب 1 من 2"),
    _says("title", "\U0010ffff", name="the last character of Unicode as title"),
    _says("title", "Zalgo\u0300\u0301\u0302", name="a title of marks on marks"),
    _says("title", "e\u0301" * 250, name="a title of 500 characters that are 250"),
    _says("title", "x" * 500, name="a title of 500"),
    _says("title", "\u2028\u0085", name="a title of line ends that are none"),
    _says("title", "' or 1=1; drop table messages --"),
    _says("title", "{0} %s ${jndi:ldap://127.0.0.1:1/a}"),
    _says("title", "&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
    _says("title", "De &#118;uurtoren &#x1F4DA;", "De vuurtoren 📚"),
    _says("title", "De <!-- </title> -->vuurtoren", "De vuurtoren"),
    _says("title", "De <?x </title>?>vuurtoren", "De vuurtoren"),
    _says("title", "<![CDATA[De <b>vuurtoren</b> & meer]]>", "De <b>vuurtoren</b> & meer"),
    _says("title", "<![CDATA[]]><![CDATA[De]]> vuur<![CDATA[toren]]>", "De vuurtoren"),
    _says("title", "]]&gt;", "]]>"),
    _says("mutationId", "M<!-- x -->-<?y?>1", "M-1"),
    _says("mutationId", "<![CDATA[M-1]]>", "M-1"),
    _says("mutationId", " \n M-1\t ", "M-1"),
    _says("quantity", "0001", name="a quantity with zeros before it"),
    _says("quantity", "+1", name="a quantity with a plus sign"),
    _says("occurredAt", "2026-03-09T10:00:00+14:00"),
    _says("occurredAt", "2026-03-09T10:00:00-14:00"),
    _says("occurredAt", "2026-03-09T10:00:00-00:00"),
    _says("occurredAt", "2024-02-29T23:59:59.999999999Z"),
    _says("occurredAt", "1900-01-01T00:00:00Z"),
    _says("occurredAt", "9999-12-30T23:59:59Z"),
    _says("orderDate", "2024-02-29"),
    _right("a price of minus nothing", trial(a_mutation(netPrice="-0"), "0"), netPrice="-0"),
    _right("a price without a digit before the point", trial(a_mutation(netPrice=".50"), "0.50"), netPrice=".50"),
    _right("a price with a point and nothing", trial(a_mutation(netPrice="12."), "12"), netPrice="12."),
    _right("a price with zeros behind", trial(a_mutation(netPrice="12.5000"), "12.50"), netPrice="12.5000"),
    _right("the highest price", trial(a_mutation(netPrice="9999999.99"), "9999999.99"), netPrice="9999999.99"),
    _right("a total of minus nothing", trial(a_mutation(netPrice="0"), "-0.00"), netPrice="0"),
]
ADDRESSES = (
    f'<a:To xmlns:a="{WSA}">urn:x</a:To><a:Action xmlns:a="{WSA}">urn:y</a:Action>'
    f'<a:MessageID xmlns:a="{WSA}">urn:uuid:1</a:MessageID>'
    f'<a:ReplyTo xmlns:a="{WSA}"><a:Address>http://127.0.0.1:1/</a:Address></a:ReplyTo>'
)
LOCATION = f'<mutation xmlns:i="{XSI}" i:schemaLocation="urn:x http://127.0.0.1:1/x.xsd">'
OWN_TYPE = f'<mutation xmlns:i="{XSI}" xmlns:o="{NS}" i:type="o:Mutation">'
ODD_EXTENSION = '<y xmlns="urn:x" a="&#10;"><![CDATA[<]]><!-- --><z/></y>'
NOBODY = f'<x:l xmlns:x="urn:x" s:mustUnderstand="1" s:role="{SOAP12}/role/none"/>'
PREFIXED = trial().replace(f'<submitMutations xmlns="{NS}">', f'<submitMutations xmlns="{NS}" xmlns:a="{NS}">')
WRITTEN = [
    _right("comments and instructions everywhere", trial().replace("><", "><!-- <x> --><?y <z>?><"), mutationId="M-1"),
    _right("an instruction for a style sheet", '<?xml-stylesheet href="http://127.0.0.1:1/x.xsl"?>' + trial()),
    _right("a namespace declared again", trial().replace("<mutation>", f'<mutation xmlns="{NS}">'), mutationId="M-1"),
    _right("another prefix for a title", PREFIXED.replace("title>", "a:title>"), title="De vuurtoren"),
    _right("the envelope's prefix for ours", trial().replace("<mutation>", '<mutation xmlns:s="urn:x">')),
    _right("a schema location", trial().replace("<mutation>", LOCATION)),
    _right("its own type", trial().replace("<mutation>", OWN_TYPE), mutationId="M-1"),
    _right("an encodingStyle on the envelope", trial().replace("<s:Body>", f'<s:Body s:encodingStyle="{ENC}">')),
    _right(
        "an attribute of HTML on the envelope",
        trial().replace("<s:Envelope", '<s:Envelope xml:base="http://127.0.0.1:1/" xml:lang="nl"'),
    ),
    _right("an extension of every oddity", trial(a_mutation().replace("</mutation>", ODD_EXTENSION + "</mutation>"))),
    _right("white space everywhere", trial().replace("><", ">\r\n\t <"), mutationId="M-1"),
    _right("100,000 line breaks", trial().replace("<mutation>", "\n" * 100_000 + "<mutation>"), mutationId="M-1"),
    _right(
        "9,999 copies of nothing",
        trial(a_mutation().replace("<branch>", f"<copies>{'<copy/>' * 9_999}</copies><branch>")),
    ),
    _right("single quotes", trial().replace('"', "'"), mutationId="M-1"),
]
DECLARED = [
    _right(
        f"{name} declared, in {codec}",
        f"{declaration}{trial(a_mutation(title='Café'))}".encode(codec),
        TEXT,
        title="Café",
    )
    for name, codec in (
        ("UTF-8", "utf-8"),
        ("utf8", "utf-8"),
        ("UTF-8", "utf-8-sig"),
        ("UTF-16", "utf-16"),
        ("utf-16", "utf-16"),
        ("ISO-8859-1", "latin-1"),
        ("ISO-8859-15", "iso-8859-15"),
        ("windows-1252", "cp1252"),
    )
    for declaration in [f'<?xml version="1.0" encoding="{name}"?>']
] + [
    _right("UTF-16 the other way round", b"\xfe\xff" + trial().encode("utf-16-be"), TEXT, title="De vuurtoren"),
    _right("a mark and nothing declared", trial().encode("utf-8-sig"), TEXT, title="De vuurtoren"),
    _right("no charset", trial(), {"Content_Type": "text/xml"}),
    _right("a media type in capitals", trial(), {"Content_Type": 'TEXT/XML; CHARSET="UTF-8"'}),
    _right("ASCII told by HTTP", trial(), {"Content_Type": "text/xml; charset=us-ascii"}),
    _right("gzip", gzip.compress(trial().encode()), {"Content_Encoding": "gzip"}, mutationId="M-1"),
    _right("gzip in capitals", gzip.compress(trial().encode()), {"Content_Encoding": "GZIP"}),
    _right("x-gzip", gzip.compress(trial().encode()), {"Content_Encoding": "x-gzip"}),
    _right("identity", trial(), {"Content_Encoding": "identity"}),
]
HEADED = [
    _right("addresses of WS-Addressing", _block(ADDRESSES)),
    _right("a block that need not be understood", _block('<x:l xmlns:x="urn:x" s:mustUnderstand="0"/>')),
    _right("a block that says false", _block('<x:l xmlns:x="urn:x" s:mustUnderstand="false"/>')),
    _right("a block that says neither", _block('<x:l xmlns:x="urn:x" s:mustUnderstand="yes"/>')),
    _right("a block for somebody else", _block('<x:l xmlns:x="urn:x" s:mustUnderstand="1" s:actor="urn:somebody"/>')),
    _right(
        "a mustUnderstand of the other version",
        _block(f'<x:l xmlns:x="urn:x" xmlns:t="{SOAP12}" t:mustUnderstand="1"/>'),
    ),
    _right("text in the header", _block("text")),
    _right("an envelope in a header block", _block(f'<x:l xmlns:x="urn:x">{a_ping()}</x:l>')),
    _right("an empty header", trial().replace("<s:Body>", "<s:Header/><s:Body>"), mutationId="M-1"),
    _right("a role of nobody in 1.2", trial(header=NOBODY, soap=SOAP12), {"Content_Type": SOAP_XML}),
    _right(
        "the relay of 1.2",
        trial(header='<x:l xmlns:x="urn:x" s:relay="true"/>', soap=SOAP12),
        {"Content_Type": SOAP_XML},
    ),
    _right("SOAPAction in SOAP 1.2", trial(soap=SOAP12), {"Content_Type": SOAP_XML, "SOAPAction": '"urn:spoofed"'}),
    _right("an empty SOAPAction", trial(), {"SOAPAction": '""'}),
    _right("no quotation marks", trial(), {"SOAPAction": f"{NS}/submitMutations"}),
    _right("the action of 1.2", trial(soap=SOAP12), {"Content_Type": f'{SOAP_XML}; action="{NS}/submitMutations"'}),
    _right(
        "a ping with much around it",
        a_ping("<!-- x -->"),
        {"Accept": "image/png", "Range": "bytes=0-1", "Cookie": "a=b"},
    ),
]

RIGHT_ROWS = [*VALUES, *WRITTEN, *DECLARED, *HEADED]
