"""Hostile requests that would take long or much memory, a row each; each did, or was meant to."""

from tests.contract.hostile_requests import PUSH, TOO_LARGE, WRONG_TYPE, extended, row, titled
from tests.soap_messages import (
    a_header,
    a_mutation,
    a_ping,
    a_push,
)

COSTLY = [
    row(
        "100,000 attributes",
        PUSH.replace("<mutation>", "<mutation " + " ".join(f'a{n}=""' for n in range(100_000)) + ">"),
        **TOO_LARGE,
    ),
    row(
        "19,000 attributes",
        PUSH.replace("<mutation>", "<mutation " + " ".join(f'a{n}=""' for n in range(19_000)) + ">"),
        says="19000 places",
    ),
    row(
        "100,000 namespaces",
        extended("<y " + " ".join(f'xmlns:a{n}="u:{n}"' for n in range(100_000)) + "/>"),
        **TOO_LARGE,
    ),
    row(
        "100,000 attributes of a header block",
        a_ping('<x:x xmlns:x="urn:x" ' + " ".join(f'a{n}=""' for n in range(20_000)) + "/>"),
        **TOO_LARGE,
    ),
    row(
        "50,000 strangers before a mutation",
        a_push("<a/>" * 50_000 + a_mutation(), header=a_header(1)),
        says="50000 places",
    ),
    row(
        "200,000 strangers before a mutation", a_push("<a/>" * 200_000 + a_mutation(), header=a_header(1)), **TOO_LARGE
    ),
    row("a million strangers in an extension", extended('<y xmlns="urn:x">' + "<a/>" * 900_000 + "</y>"), **TOO_LARGE),
    row(
        "a mutation id of 3 MB",
        a_push(a_mutation(mutationId="x" * 3_000_000, ean="1", kind="K", quantity="x", netPrice="x")),
        says="xxx…",
    ),
    row("a million braces", a_push(a_mutation(kind="{" * 1_000_000)), says="kind"),
    row("60,000 braces in each of 40 values", a_push(a_mutation(kind="{" * 60_000) * 40), says="40 places"),
    row("a million braces in another value", a_push(a_mutation(quantity="{" * 1_000_000)), says="quantity"),
    row(
        "words of the schema in a value",
        a_push(a_mutation(kind="' is not accepted by the pattern '" * 30_000)),
        says="kind",
    ),
    row(
        "other words of the schema in a value",
        a_push(a_mutation(channel="' is less than the minimum value allowed ('" * 24_000)),
        says="channel",
    ),
    row(
        "set words of the schema in a value",
        a_push(a_mutation(currency="' is not an element of the set {" * 24_000)),
        says="currency",
    ),
    row("60,000 line breaks in a value", a_push(a_mutation(kind="\n" * 60_000 + "x")), says="kind"),
    row("5 MB of line breaks", a_push(a_mutation() + "\n" * 5_000_000), **TOO_LARGE),
    row("5 MB of white space inside a mutation", PUSH.replace("<kind>", " " * 5_000_000 + "<kind>"), **TOO_LARGE),
    row("7 MB of one title", titled("x" * 7_000_000), **TOO_LARGE),
    row("3 MB of one title", titled("x" * 3_000_000), says="3000000 characters"),
    row("3 MB of references", titled("&#65;" * 600_000), says="characters"),
    row("3 MB of entities", titled("&amp;" * 600_000), says="characters"),
    row("2 MB of comments in a title", titled("<!--x-->" * 140_000 + "x" * 501), says="501 characters"),
    row("30,000 empty mutations", a_push("<mutation></mutation>" * 30_000), says="30000 places"),
    row("30,000 mutations of one emoji", a_push("<mutation>😀</mutation>" * 30_000), says="places"),
    row("50,000 mutations of one tag", a_push("<mutation/>" * 50_000), says="50000 places"),
    row(
        "10,000 mutations with seven flaws",
        a_push(
            a_mutation(ean="1", kind="K", quantity="x", netPrice="x", currency="x", orderDate="x", channel="x") * 10_000
        ),
        says="70000 places",
    ),
    row(
        "100,000 copies of nothing",
        a_push(a_mutation().replace("<branch>", f"<copies>{'<copy/>' * 100_000}</copies><branch>")),
        says="copies",
        **TOO_LARGE,
    ),
    row(
        "10,000 copies plainly written",
        a_push(a_mutation().replace("<branch>", f"<copies>{'<copy></copy>' * 10_000}</copies><branch>")),
        says="copies",
        **TOO_LARGE,
    ),
    row(
        "100,000 copies with content",
        a_push(
            a_mutation().replace("<branch>", f"<copies>{'<copy><copyId>1</copyId></copy>' * 100_000}</copies><branch>")
        ),
        **TOO_LARGE,
    ),
    row(
        "20 mutations that turn bad at their end",
        a_push(
            a_mutation(route="x").replace(
                "<branch>", f"<copies>{'<copy><copyId>1</copyId></copy>' * 8_000}</copies><branch>"
            )
            * 20
        ),
        says="20 places",
    ),
    row(
        "20,000 extensions of a prefix unknown", a_push("<mutation><x:y/></mutation>" * 20_000), says="not well-formed"
    ),
    row(
        "60 names of 49,000 letters",
        a_push("".join(f"<{'n' * 49_000}/>" for _ in range(60)) + a_mutation()),
        says="60 places",
    ),
    row("crossed tags of 49,000 letters", PUSH.replace("<kind>", f"<{'n' * 49_000}>"), says="mismatch"),
    row(
        "a form of 3 MB",
        "a=" + "b" * 3_000_000,
        headers={"Content_Type": "application/x-www-form-urlencoded"},
        **WRONG_TYPE,
    ),
]
