"""Read lists that people make: CSV with semicolons or commas, UTF-8 or Windows-1252, or XML with the same names."""

import csv
import io
from collections import Counter
from pathlib import Path

from lxml import etree

from gateway.errors import ConfigurationError
from gateway.orders.cells import Row
from gateway.orders.list_files import NotTaken, content_of, shown, text_of

_UTF8_MARK = b"\xef\xbb\xbf"


class UnreadableList(ConfigurationError):
    """The file as a whole cannot be used; nothing of it was taken."""

    message = "{path} cannot be read: {reason}."
    hint = "Expected are the columns {columns}; see docs/installer.md."


def rows(path: Path, required: tuple[str, ...], known: tuple[str, ...]) -> list[Row]:
    """The rows of a list, each with its line in the file; names in any case, values without outer spaces.

    Raises:
        UnreadableList: the file is not there, no plain file, too large, cut short, neither CSV nor XML, has no rows,
            misses a required column, or has one that is not known or stands there twice.
    """
    columns = ", ".join(known)
    try:
        content = content_of(path)
        bare = content.removeprefix(_UTF8_MARK).lstrip()
        names, found = _xml(content.removeprefix(_UTF8_MARK)) if bare.startswith(b"<") else _csv(content)
    except OSError as error:
        raise UnreadableList(path=shown(path), reason=error.strerror or error, columns=columns) from error
    except (etree.XMLSyntaxError, NotTaken) as error:
        raise UnreadableList(path=shown(path), reason=error, columns=columns) from error
    if reason := _flaw(names, found, required, known):
        raise UnreadableList(path=shown(path), reason=reason, columns=columns)
    return found


def _flaw(names: list[str], found: list[Row], required: tuple[str, ...], known: tuple[str, ...]) -> str:
    """Why a list as a whole cannot be used; empty when it can."""
    missing = [name for name in required if name not in names]
    strange = sorted(set(names) - {*known, ""})
    double = [name for name, times in Counter(names).items() if name and times > 1]
    if names and missing:
        return f"there is no column {', '.join(missing)}"
    if strange:
        return f"the column {', '.join(strange)} is not known"
    if double:
        return f"the column {', '.join(double)} stands there twice"
    return "" if found else "there are no rows in it"


def _csv(content: bytes) -> tuple[list[str], list[Row]]:
    text = text_of(content)
    first = text.split("\n", 1)[0]
    delimiter = ";" if first.count(";") >= first.count(",") else ","
    # Strict, as otherwise a quote that is never closed swallows the rows after it.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] = []
    found: list[Row] = []
    line, values = 1, [""]
    try:
        for values in reader:
            cells = [value.strip() for value in values]
            if not names:
                names = [_name(cell) for cell in cells]
            elif any(cells):
                found.append(_row(line, names, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise NotTaken(f"the row that begins on line {line} is not CSV: {error}") from error
    if found and not text.endswith(("\n", "\r")) and len(values) < len(names):
        raise NotTaken(f"its last row, on line {found[-1].line}, is cut short; save or send the file again")
    return names, found


def _row(line: int, names: list[str], cells: list[str]) -> Row:
    """One row; the names may be followed by columns without a name, as long as those are empty."""
    named = {name: cell for name, cell in zip(names, cells, strict=False) if name}
    surplus = [cell for place, cell in enumerate(cells) if cell and (place >= len(names) or not names[place])]
    return Row(line, named, " ".join(surplus))


def _xml(content: bytes) -> tuple[list[str], list[Row]]:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    root = etree.fromstring(content, parser)
    if root.getroottree().docinfo.internalDTD is not None:
        raise NotTaken("it has a DOCTYPE, which is not taken")
    found = [_record(record) for record in root]
    return list(dict.fromkeys(name for row in found for name in row.cells)), found


def _record(record: etree._Element) -> Row:
    cells: dict[str, str] = {}
    surplus: list[str] = []
    for each in record:
        name, text = _name(etree.QName(each).localname), "".join(map(str, each.itertext())).strip()
        if cells.setdefault(name, text) != text:
            surplus.append(text)
    line: int = record.sourceline or 0  # type: ignore[assignment]
    return Row(line, cells, " ".join(surplus))


def _name(heading: str) -> str:
    return heading.strip().lower().replace(" ", "_").replace("-", "_")
