"""The hand-over sheet as text, Markdown or a page that prints well."""

import textwrap
from collections.abc import Callable, Iterator
from html import escape

from gateway.install.hand_over import Section, Sheet

WIDTH = 96
_STYLE = """
body { font: 11pt/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin-top: 2rem; border-top: 1px solid #999; padding-top: .8rem; }
dl { display: grid; grid-template-columns: minmax(10rem, max-content) 1fr; gap: .2rem 1.5rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; background: #f2f2f2; padding: .6rem; }
section { break-inside: avoid; }
@media (max-width: 30rem) { dl { display: block; } dd { margin-bottom: .5rem; } }
"""


def as_text(sheet: Sheet) -> str:
    """Plain text with aligned facts."""
    lines = [sheet.title, "=" * len(sheet.title)]
    for section in sheet.sections:
        lines += ["", section.heading, "-" * len(section.heading), *_text_facts(section)]
        for sentence in section.sentences:
            lines += textwrap.wrap(sentence, WIDTH)
        lines += [f"  {command}" for command in section.commands]
    return "\n".join(lines) + "\n"


def _text_facts(section: Section) -> Iterator[str]:
    width = max((len(label) for label, _ in section.facts), default=0)
    yield from (f"{label:<{width}}  {value}" for label, value in section.facts)


def as_markdown(sheet: Sheet) -> str:
    """Markdown, for a wiki or a ticket."""
    lines = [f"# {sheet.title}"]
    for section in sheet.sections:
        lines += ["", f"## {section.heading}", "", *(f"- **{label}:** {value}" for label, value in section.facts)]
        lines += [line for sentence in section.sentences for line in ("", sentence)]
        if section.commands:
            lines += ["", "```sh", *section.commands, "```"]
    return "\n".join(lines) + "\n"


def as_html(sheet: Sheet) -> str:
    """One page without anything from elsewhere."""
    body = "".join(_html_section(section) for section in sheet.sections)
    return (
        f'<!doctype html>\n<html lang="{sheet.language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width">\n<title>{escape(sheet.title)}</title>\n'
        f"<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n<h1>{escape(sheet.title)}</h1>\n{body}</main>\n</body>\n</html>\n"
    )


def _html_section(section: Section) -> str:
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>\n" for label, value in section.facts)
    sentences = "".join(f"<p>{escape(sentence)}</p>\n" for sentence in section.sentences)
    commands = "".join(f"<pre>{escape(command)}</pre>\n" for command in section.commands)
    listed = f"<dl>\n{facts}</dl>\n" if facts else ""
    return f"<section>\n<h2>{escape(section.heading)}</h2>\n{listed}{sentences}{commands}</section>\n"


FORMATS: dict[str, Callable[[Sheet], str]] = {"text": as_text, "markdown": as_markdown, "html": as_html}
