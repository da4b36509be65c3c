"""Read lists that people make: CSV with semicolons or commas, UTF-8 or Windows-1252, or XML with the same names."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from gateway.errors import ConfigurationError

Row = dict[str, str]


class UnreadableList(ConfigurationError):
    """The file as a whole cannot be used; nothing of it was taken."""

    message = "{path} cannot be read: {reason}."
    hint = "Expected are the columns {columns}; see docs/installer.md."


def rows(path: Path, required: tuple[str, ...], known: tuple[str, ...]) -> Iterator[tuple[int, Row]]:
    """The rows of a list, each with its line in the file; names in any case, values without outer spaces.

    Raises:
        UnreadableList: the file is not there, is neither CSV nor XML, or misses a required column.
    """
    columns = ", ".join(known)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableList(path=path, reason=error.strerror or error, columns=columns) from error
    try:
        found = list(_xml(content) if content.lstrip().startswith(b"<") else _csv(content))
    except (etree.XMLSyntaxError, csv.Error) as error:
        raise UnreadableList(path=path, reason=error, columns=columns) from error
    names = {name for _, row in found for name in row}
    missing = [name for name in required if name not in names]
    if missing:
        raise UnreadableList(path=path, reason=f"there is no column {', '.join(missing)}", columns=columns)
    strange = sorted(names - set(known))
    if strange:
        raise UnreadableList(path=path, reason=f"the column {', '.join(strange)} is not known", columns=columns)
    yield from found


def _csv(content: bytes) -> Iterator[tuple[int, Row]]:
    text = _decoded(content)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    names: list[str] = []
    for values in reader:
        if not names:
            names = [_name(value) for value in values]
        elif any(value.strip() for value in values):
            padded = [*values, *[""] * (len(names) - len(values))]
            yield reader.line_num, {name: value.strip() for name, value in zip(names, padded, strict=False)}


def _xml(content: bytes) -> Iterator[tuple[int, Row]]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True)
    for record in etree.fromstring(content, parser):
        line: int = record.sourceline or 0  # type: ignore[assignment]
        yield line, {_name(etree.QName(each).localname): (each.text or "").strip() for each in record}


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


def _name(heading: str) -> str:
    return heading.strip().lower().replace(" ", "_").replace("-", "_")
