"""How XML that somebody sent is parsed as it streams in: no entities, no network, no end of memory."""

from collections.abc import Sequence

from lxml import etree


def pull_parser(tags: Sequence[str]) -> etree.XMLPullParser:
    """A parser that tells where these elements begin and end, and reads nothing beside what it is fed.

    It is given no schema: lxml then accepts documents that break off. A document type is for its user to refuse.
    """
    return etree.XMLPullParser(
        ("start", "end"),
        tag=tags,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
