"""Hostile and odd requests: what XML allows and a supplier never needs, a row each."""

from tests.contract.hostile_requests import PUSH, XSI, extended, row, titled
from tests.soap_messages import (
    a_header,
    a_mutation,
    a_push,
    a_submission,
    envelope,
)

XOP = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:a"/>'
XINCLUDE = '<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
ENC = "http://schemas.xmlsoap.org/soap/encoding/"


def declared(name: str, codec: str = "utf-8", text: str = PUSH) -> bytes:
    """A push that says that it is in one encoding, in another."""
    return f'<?xml version="1.0" encoding="{name}"?>{text}'.encode(codec)


XML = [
    row("a quadratic blow-up", f'<!DOCTYPE a [<!ENTITY x "{"y" * 50_000}">]>' + titled("&x;" * 20_000), says=""),
    row(
        "an external parameter entity over HTTP",
        '<!DOCTYPE a [<!ENTITY % x SYSTEM "http://127.0.0.1:1/x.dtd"> %x; %y;]>' + PUSH,
        says="DOCTYPE",
    ),
    row("a public doctype", '<!DOCTYPE a PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://127.0.0.1:1/">' + PUSH, says="DOC"),
    row("an entity in an attribute", PUSH.replace("<mutation>", '<mutation a="&x;">'), says="not well-formed"),
    row("an entity that names itself", '<!DOCTYPE a [<!ENTITY x "&x;">]>' + titled("&x;"), says=""),
    row("a notation", '<!DOCTYPE a [<!NOTATION n SYSTEM "n">]>' + PUSH, says="DOCTYPE"),
    row("a doctype after the root", PUSH.replace("<s:Body>", "<!DOCTYPE a><s:Body>"), says="not well-formed"),
    row("a doctype in the mutations", titled("<!DOCTYPE a>"), says="not well-formed"),
    row("a declaration twice", '<?xml version="1.0"?>' * 2 + PUSH, says="not well-formed"),
    row("a declaration after white space", ' <?xml version="1.0"?>' + PUSH, says="not well-formed"),
    row("a declaration inside", titled('<?xml version="1.0"?>'), says="not well-formed"),
    row("a processing instruction that never ends", PUSH.replace("<mutation>", "<?x <mutation>"), says="not well"),
    row("a comment that never ends", PUSH.replace("<mutation>", "<!-- <mutation>"), says="not well-formed"),
    row("two hyphens in a comment", PUSH.replace("<mutation>", "<!-- -- --><mutation>"), says="not well-formed"),
    row("CDATA that never ends", titled("<![CDATA[ De vuurtoren"), says="not well-formed"),
    row("an end of CDATA in a text", titled("]]>"), says="not well-formed"),
    row("CDATA between mutations", a_push(a_mutation() + "<![CDATA[x]]>", a_mutation(2)), says="text"),
    row("a lone ampersand", titled("Vis & brood"), says="not well-formed"),
    row("a lone less-than", titled("1 < 2"), says="not well-formed"),
    row("a reference to nothing", titled("&#0;"), says="not well-formed"),
    row("a reference to a surrogate", titled("&#xD800;&#xDC00;"), says="not well-formed"),
    row("a reference beyond Unicode", titled("&#x110000;"), says="not well-formed"),
    row("a reference without end", titled("&#xFFFFFFFFFFFFFFFFFFFFFFFF;"), says="not well-formed"),
    row("a reference to U+FFFE", titled("&#xFFFE;"), says="not well-formed"),
    row("a null byte in a title", titled("De\x00vuurtoren"), says="not well-formed"),
    row("a null byte at the end", PUSH + "\x00", says="Extra content"),
    row("U+FFFF in a title", titled("De\uffffvuurtoren"), says="not well-formed"),
    row("an escape character", titled("\x1b[31m"), says="not well-formed"),
    row("a name of 60,000 letters", PUSH.replace("<mutation>", f"<mutation><{'n' * 60_000}/>"), says="not well-formed"),
    row("a name of 49,000 letters", PUSH.replace("<mutation>", f"<mutation><{'n' * 49_000}/>"), says="not expected"),
    row("an attribute of 60,000 letters", PUSH.replace("<mutation>", f'<mutation {"n" * 60_000}="">'), says="not well"),
    row("a prefix of 60,000 letters", extended(f'<{"n" * 60_000}:y xmlns:{"n" * 60_000}="urn:x"/>'), says="not well"),
    row("an attribute's text of 3 MB", PUSH.replace("<mutation>", f'<mutation a="{"x" * 3_000_000}">'), says="'a'"),
    row("a title of 501", titled("x" * 501), says="501 characters"),
    row("a title of nothing", titled(""), says="at least one"),
    row("a depth of 300 in an extension", extended('<y xmlns="urn:x">' * 300 + "</y>" * 300), says="depth"),
    row("the prefix of the envelope redefined", PUSH.replace("<s:Body>", '<s:Body xmlns:s="urn:x">'), says="one Body"),
    row("a namespace taken away", PUSH.replace("<mutation>", '<mutation xmlns="">'), says="not expected"),
    row("a title of another namespace", PUSH.replace("<title>", '<title xmlns="urn:x">'), says="not expected"),
    row("the prefix xml redefined", PUSH.replace("<s:Body>", '<s:Body xmlns:xml="urn:x">'), says="not well-formed"),
    row("the prefix xmlns declared", PUSH.replace("<s:Body>", '<s:Body xmlns:xmlns="urn:x">'), says="not well-formed"),
    row("a prefix undeclared", PUSH.replace("<s:Body>", '<s:Body xmlns:s="">'), says="not well-formed"),
    row("an extension with a relative namespace", extended('<y xmlns="relative"/>'), says="canonical"),
    row("an extension with a prefix unknown", extended("<x:y/>"), says="not well-formed"),
    row("an extension without a namespace", extended('<y xmlns=""/>'), says="not expected"),
    row("a type that is another's", PUSH.replace("<title>", f'<title xmlns:i="{XSI}" i:type="i:int">'), says="type"),
    row("an abstract name as type", PUSH.replace("<mutation>", f'<mutation xmlns:i="{XSI}" i:type="">'), says="type"),
    row("nil with content", PUSH.replace("<title>", f'<title xmlns:i="{XSI}" i:nil="true">'), says="nil"),
    row("nil that is false", PUSH.replace("<title>", f'<title xmlns:i="{XSI}" i:nil="false">'), says="nil"),
    row("nil on a mutation", PUSH.replace("<mutation>", f'<mutation xmlns:i="{XSI}" i:nil="1">'), says="nil"),
    row("an XInclude in a title", titled(XINCLUDE), says="only text"),
    row("an XInclude as a mutation", a_push(XINCLUDE, header=a_header(1)), "control-totals"),
    row("an attachment in a title", titled(XOP), says="only text"),
    row("a reference of SOAP encoding", a_push('<mutation href="#m"/>', header=a_header(1)), says="'href'"),
    row("an id of SOAP encoding", PUSH.replace("<mutation>", '<mutation id="m">'), says="'id'"),
    row(
        "an array of SOAP encoding",
        PUSH.replace("<mutations>", f'<mutations xmlns:e="{ENC}" e:arrayType="mutation[1]">'),
        says="arrayType",
    ),
    row("multi-reference", envelope(a_submission('<mutation href="#m"/>') + '<multiRef id="m"/>'), says="2 elements"),
    row(
        "an encodingStyle on a title", PUSH.replace("<title>", f'<title s:encodingStyle="{ENC}">'), says="encodingStyle"
    ),
]
