"""The report as one page that needs nothing else: no scripts, no fonts, no network; on a phone and on paper too."""

import base64
from collections.abc import Callable, Sequence
from hashlib import sha256
from html import escape
from importlib import resources
from typing import Any, BinaryIO

from gateway.reports.document import Document, Group, Section, Total
from gateway.reports.formats.writing import Record, Remembered, clean, fact_text, picker, shown_total, stacked
from gateway.wording import say

_NARROW = 100
"""A table of fewer characters than this does not need the whole width of a screen."""


class HtmlWriter:
    """Keeps `Writer`."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def begin(self, document: Document) -> None:
        self._document = document
        style = _style(document)
        policy = f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'"
        title = escape(f"{document.title}: {clean(document.subtitle)}")
        self._put(
            f'<!doctype html>\n<html lang="{document.language}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
            f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
            f"<style>{style}</style>\n</head>\n<body>\n<header>\n<h1>{escape(document.title)}</h1>\n"
            f"<p>{escape(clean(document.subtitle))}</p>\n</header>\n<main>\n"
        )
        self._put_head(document)

    def _put_head(self, document: Document) -> None:
        if document.remarks:
            items = "".join(f"<li>{escape(clean(remark))}</li>\n" for remark in document.remarks)
            self._put(f'<ul class="remarks">\n{items}</ul>\n')
        first, *facts = document.head
        self._put(f'<p class="short">{escape(fact_text(first))}</p>\n<dl>\n')
        for fact in facts:
            self._put(f"<div><dt>{escape(fact.title)}</dt><dd>{escape(fact_text(fact))}</dd></div>\n")
        links = "".join(f'<li><a href="#{each.key}">{escape(each.title)}</a></li>\n' for each in document.sections)
        contents = escape(say("Contents", document.language))
        self._put(f'</dl>\n<nav aria-label="{contents}">\n<ul>\n{links}</ul>\n</nav>\n')

    def section(self, section: Section, filled: bool) -> None:
        self._section = section
        self._filled = filled
        heading = f'<section id="{section.key}">\n<h2 id="{section.key}-title">{escape(section.title)}</h2>\n'
        if not filled:
            self._put(f'{heading}<p class="empty">{escape(section.empty)}</p>\n')
            return
        self._stacks = section.page_columns
        intro = f"<p>{escape(section.intro)}</p>\n" if section.intro else ""
        heads = "".join(
            f'<th scope="col"{_side(section, stack)}>'
            + "<br>".join(escape(section.columns[place].title) for place in stack)
            + "</th>"
            for stack in self._stacks
        )
        self._put(
            f'{heading}{intro}<div class="table" role="region" tabindex="0" aria-labelledby="{section.key}-title">\n'
            f"<table>\n<caption>{escape(section.title)}</caption>\n"
            f"<colgroup>{'<col>' * len(self._stacks)}</colgroup>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n"
        )
        self._patterns = Remembered(self._pattern)
        self._starts = [f"<td{_side(section, stack)}>" for stack in self._stacks]

    def group(self, group: Group) -> None:
        title = escape(clean(group.title))
        span = len(self._stacks)
        self._put(f'</tbody>\n<tbody>\n<tr class="group"><th scope="rowgroup" colspan="{span}">{title}</th></tr>\n')

    def row(self, record: Record) -> None:
        pattern, take = self._patterns[record.filled]
        self._file.write((pattern % take(record.marked)).encode())

    def _pattern(self, filled: tuple[bool, ...]) -> tuple[str, Callable[[Sequence[str]], Any]]:
        """How a row is written in which these cells are filled, and what takes those cells."""
        marks = ["%s" if is_filled else "" for is_filled in filled]
        texts = ("<br>".join(stacked(marks, stack)) for stack in self._stacks)
        cells = "".join(start + text for start, text in zip(self._starts, texts, strict=True))
        return f"<tr>{cells}</tr>\n", picker([place for stack in self._stacks for place in stack if filled[place]])

    def total(self, total: Total) -> None:
        shown = shown_total(total, self._section.columns)
        values = ["<br>".join(shown[place] for place in stack if shown[place]) for stack in self._stacks]
        span = next(place for place, value in enumerate(values) if value)
        cells = "".join(f"{start}{value}" for start, value in zip(self._starts[span:], values[span:], strict=True))
        name = "total grand" if total.grand else "total"
        label = f'<th scope="row" colspan="{span}">{escape(total.label)}</th>'
        self._put(f'<tr class="{name}">{label}{cells}</tr>\n')

    def end_section(self) -> None:
        self._put("</tbody>\n</table>\n</div>\n</section>\n" if self._filled else "</section>\n")

    def end(self) -> None:
        self._put(f"</main>\n<footer><p>{escape(self._document.footer)}</p></footer>\n</body>\n</html>\n")

    def _put(self, text: str) -> None:
        self._file.write(text.encode())


def _side(section: Section, stack: tuple[int, ...]) -> str:
    return " class=n" if section.columns[stack[0]].is_right_aligned else ""


def _digest(style: str) -> str:
    return base64.b64encode(sha256(style.encode()).digest()).decode()


def _style(document: Document) -> str:
    """The shipped stylesheet and, per section, widths and the titles that stand beside cells on a narrow screen."""
    shipped = resources.files("gateway.reports.formats").joinpath("report.css").read_text(encoding="utf-8")
    return "\n" + shipped + "".join(map(_section_style, document.sections))


def _section_style(section: Section) -> str:
    rules = []
    columns = [section.columns[stack[0]] for stack in section.page_columns]
    for place, (stack, column) in enumerate(zip(section.page_columns, columns, strict=True), start=1):
        titles = " / ".join(section.columns[part].title for part in stack)
        quoted = titles.replace("\\", "\\\\").replace('"', '\\"').replace("<", "")
        rules.append(f'#{section.key} td:nth-child({place})::before{{content:"{quoted}"}}\n')
        if not column.is_flexible:
            rules.append(f"#{section.key} col:nth-child({place}){{width:calc({max(column.width, 4)}ch + .8rem)}}\n")
    width = sum(column.width + 2 for column in columns)
    if width <= _NARROW:
        rules.append(f"#{section.key} table{{max-width:{width}ch}}\n")
    return "".join(rules)
