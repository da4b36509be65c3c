"""The bound of taking a message in: one program that does only what cannot be left out.

Libxml2's pull parser, the XSD on each mutation by itself, its texts into the gateway's own tables with their
indexes, the message as received beside them, one transaction, synced. No HTTP, no account, no control totals,
no receipt, no job, no search for doubles. The time is taken inside, so starting Python does not count.
"""

import json
import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lxml import etree

from gateway import db
from gateway.orders.model import WIRE_FIELDS
from gateway.orders.store import tables
from gateway.soap import contract
from gateway.supplier.message import NAMESPACE

BATCH = 2_000
PART_BYTES = 1 << 16
MUTATION = f"{{{NAMESPACE}}}mutation"
PLACES = {f"{{{NAMESPACE}}}{name}": place for place, name in enumerate(WIRE_FIELDS)}
COPIES = WIRE_FIELDS.index("copies")
OCCURRED_AT = WIRE_FIELDS.index("occurredAt")
COLUMNS = ("message_pk", "sender", "standing", "position", "line", "moment", "content", *tables.WIRE_COLUMNS)
INSERT_MUTATION = f"insert into mutations ({','.join(COLUMNS)}) values ({','.join('?' * len(COLUMNS))})"
"""As the peers insert."""


def main(message: Path, database: Path) -> dict[str, float]:
    """Take one message in; seconds per stage and their sum."""
    engine = db.engine(f"sqlite:///{database}")
    db.metadata.create_all(engine)
    schema = contract.schema()
    spent = {"read": 0.0, "keep": 0.0}
    began = time.perf_counter()
    with engine.begin() as connection:
        connection.execute(tables.messages.insert().values(**_head(message.name)))
        mark = time.perf_counter()
        for rows, part in _batches(message, schema):
            spent["read"] += time.perf_counter() - mark
            mark = time.perf_counter()
            db.insert_many(connection, "mutations", COLUMNS, rows)
            db.insert_many(connection, "message_chunks", ("message_pk", "position", "compressed"), part)
            spent["keep"] += time.perf_counter() - mark
            mark = time.perf_counter()
    spent["sync"] = time.perf_counter() - mark
    return {"seconds": time.perf_counter() - began, **spent}


def _batches(
    message: Path, schema: etree.XMLSchema
) -> Iterator[tuple[list[tuple[object, ...]], list[tuple[int, int, bytes]]]]:
    parser = etree.XMLPullParser(("end",), tag=MUTATION, resolve_entities=False, no_network=True, huge_tree=False)
    squeeze = zlib.compressobj(level=1)
    rows: list[tuple[object, ...]] = []
    kept, position = b"", 0
    with message.open("rb") as file:
        while part := file.read(PART_BYTES):
            parser.feed(part)
            kept += squeeze.compress(part)
            for _event, element in parser.read_events():
                mutation: Any = element
                assert schema.validate(mutation), schema.error_log
                position += 1
                rows.append(_row(mutation, position))
                _free(mutation)
            if len(rows) >= BATCH:
                yield rows, [(1, position, kept)]
                rows, kept = [], b""
    parser.close()
    yield rows, [(1, position + 1, kept + squeeze.flush())]


def _row(mutation: Any, position: int) -> tuple[object, ...]:
    texts: list[str | None] = [None] * len(WIRE_FIELDS)
    for child in mutation:
        place = PLACES[child.tag]
        texts[place] = json.dumps([[each.text for each in copy] for copy in child]) if place == COPIES else child.text
    return (1, "000002", "NEW", position, mutation.sourceline, texts[OCCURRED_AT], f"{position:032x}", *texts)


def _free(mutation: Any) -> None:
    parent = mutation.getparent()
    mutation.clear(keep_tail=True)
    while parent is not None and parent[0] is not mutation:
        del parent[0]


def _head(name: str) -> dict[str, object]:
    texts = ("customer_number", "created_at", "content", "received_at", "account", "address", "institution")
    numbers = ("declared_mutations", "declared_copies", "declared_cents", "mutation_count", "new_count", "known_count")
    return {
        "pk": 1, "sender": "000002", "message_id": name, "receipt": b"",
        **dict.fromkeys(texts, ""), **dict.fromkeys(numbers, 0),
    }  # fmt: skip


_GIVEN = {name: value for name, value in _head("").items() if name not in ("pk", "message_id", "receipt")}
_GIVEN_VALUES = ",".join(map(repr, _GIVEN.values()))
INSERT_MESSAGE = f"insert into messages (message_id,receipt,{','.join(_GIVEN)}) values (?,x'',{_GIVEN_VALUES})"
"""As the peers insert: its id is the one value that is not given."""


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2]))))
