"""What only the whole message and what is known can tell: doubles, references, two loans of one item, what is gone."""

from typing import Any

import sqlalchemy as sa

from gateway.circulation.message import Finding, Header
from gateway.circulation.records import BY_NAME, Record

_TAKEN = "refused is null and not gone"


def judge(connection: sa.Connection, header: Header, records: list[str]) -> None:
    """Refuse in the spool what contradicts the rest, in the order of references, and find what is gone."""
    for name in records:
        record = BY_NAME[name]
        _doubles(connection, record)
        if name in ("loan", "charge"):
            _after_bailiff(connection, header, record)
        for column, target in record.references:
            _reference(connection, header, record, column, target, covered=target in records)
        if name == "loan":
            _two_loans(connection, header)
        _gone(connection, header, record)


def counts_gone(connection: sa.Connection, header: Header, records: list[str]) -> dict[str, tuple[int, int]]:
    """For each kind of record how many are gone, and of how many."""
    run = sa.text("select record, count(*) from spool_gone group by record")
    gone = {record: number for record, number in connection.execute(run)}
    return {name: (gone[name], _known(connection, header, BY_NAME[name])) for name in records if name in gone}


def counts_refused(connection: sa.Connection, records: list[str]) -> dict[str, int]:
    """For each kind of record how many were refused here."""
    statement = "select count(*) from spool_{} where code like 'judged:%'"
    counted = {name: connection.execute(sa.text(statement.format(name))).scalar_one() for name in records}
    return {name: int(number) for name, number in counted.items() if number}


def refused(connection: sa.Connection, records: list[str], most: int) -> list[Finding]:
    """What was refused here, the first ones."""
    found: list[Finding] = []
    for name in records:
        patron = "id" if name == "patron" else "coalesce(patron, '')" if _has_patron(name) else "''"
        statement = sa.text(
            f"select id, line, code, refused, {patron} from spool_{name}"
            " where code like 'judged:%' order by position limit :most"
        )
        for id_, line, code, sentence, of in connection.execute(statement, {"most": most - len(found)}):
            found.append(Finding(name, id_, line, True, code.removeprefix("judged:"), sentence, of))
    return found


def _has_patron(name: str) -> bool:
    return "patron" in BY_NAME[name].columns


def _known(connection: sa.Connection, header: Header, record: Record) -> int:
    statement = sa.text(f"select count(*) from {record.table} where library = :library")
    return int(connection.execute(statement, {"library": header.institution}).scalar_one())


def _run(connection: sa.Connection, statement: str, **values: Any) -> None:
    connection.execute(sa.text(statement), values)


def _doubles(connection: sa.Connection, record: Record) -> None:
    """Of the same record told twice one is taken when both say the same, and none when they do not."""
    spool = f"spool_{record.name}"
    # What was refused by itself has no content; then nobody knows which of the two holds.
    _run(
        connection,
        f"update {spool} set code = 'judged:double', refused = 'It stands in the message more than once, differently.'"
        f" where refused is null and id in (select id from {spool} group by id having count(*) > 1"
        " and (count(distinct content) > 1 or count(content) <> count(*)"
        " or min(cast(gone as integer)) <> max(cast(gone as integer))))",
    )
    _run(connection, f"delete from {spool} where position not in (select min(position) from {spool} group by id)")


def _after_bailiff(connection: sa.Connection, header: Header, record: Record) -> None:
    """What is with the bailiff is neither paid nor returned any more; staff must settle what was done all the same."""
    same = "spool.content = known.content" if record.name == "charge" else "spool.returned_at is null"
    _run(
        connection,
        f"update spool_{record.name} as spool set code = 'judged:with-bailiff', refused ="
        " 'It was handed to the bailiff: what the library system says of it now must be settled by hand.'"
        f" where {_TAKEN} and exists (select 1 from circulation_bailiff_lines line join {record.table} known"
        f" on known.library = line.library and known.id = line.{record.name} where line.library = :library"
        f" and line.{record.name} = spool.id and line.processed_at is not null and not {same})",
        library=header.institution,
    )


def _reference(
    connection: sa.Connection, header: Header, record: Record, column: str, target: str, *, covered: bool
) -> None:
    """Refuse what names something that will not be there."""
    known = f"select 1 from {BY_NAME[target].table} known where known.library = :library and known.id = spool.{column}"
    if not covered:
        there = f"exists ({known})"
    else:
        told = f"select 1 from spool_{target} told where told.id = spool.{column}"
        # What was refused keeps what is known of it; of what a snapshot leaves out nothing is kept.
        kept = f"exists ({told} and not told.gone)" if header.is_snapshot else f"not exists ({told} and told.gone)"
        there = f"(exists ({told} and told.refused is null and not told.gone) or (exists ({known}) and {kept}))"
    _run(
        connection,
        f"update spool_{record.name} as spool set code = 'judged:unknown-{target}',"
        f" refused = 'There is no {target} ' || spool.{column} || '.'"
        f" where {_TAKEN} and spool.{column} is not null and not {there}",
        library=header.institution,
    )


def _two_loans(connection: sa.Connection, header: Header) -> None:
    """Of two open loans of one item only the newest may be true; when none is the newest, none is taken."""
    _run(
        connection,
        "update spool_loan as spool set code = 'judged:two-open-loans',"
        " refused = 'Item ' || spool.item || ' is also on loan in another open loan, which is newer or as new.'"
        f" where {_TAKEN} and returned_at is null and cancelled_at is null and item in (select item from spool_loan"
        f" where {_TAKEN} and returned_at is null and cancelled_at is null group by item having count(*) > 1)"
        " and exists (select 1 from spool_loan other where other.item = spool.item and other.id <> spool.id"
        # Of two of the same day the second must not be taken because the first was just refused.
        " and coalesce(other.code, 'judged:two-open-loans') = 'judged:two-open-loans' and not other.gone"
        " and other.returned_at is null and other.cancelled_at is null and other.loaned_on >= spool.loaned_on)",
    )
    if header.is_snapshot:
        return
    _run(
        connection,
        "update spool_loan as spool set code = 'judged:two-open-loans',"
        " refused = 'Item ' || spool.item || ' is on loan in another open loan, which is newer.'"
        f" where {_TAKEN} and returned_at is null and cancelled_at is null and exists (select 1 from"
        " circulation_loans known where known.library = :library and known.item = spool.item and known.id <> spool.id"
        " and known.returned_at is null and known.cancelled_at is null and known.loaned_on > spool.loaned_on"
        " and not exists (select 1 from spool_loan told where told.id = known.id))",
        library=header.institution,
    )


def _gone(connection: sa.Connection, header: Header, record: Record) -> None:
    """Note what is known and no longer there; what is with the bailiff stays."""
    told = f"select 1 from spool_{record.name} told where told.id = known.id"
    which = f"not exists ({told})" if header.is_snapshot else f"exists ({told} and told.gone and told.refused is null)"
    bailiff = ""
    if record.name in ("loan", "charge"):
        bailiff = (
            " and not exists (select 1 from circulation_bailiff_lines line where line.library = known.library"
            f" and line.{record.name} = known.id and line.processed_at is not null)"
        )
    _run(
        connection,
        f"insert into spool_gone (record, id) select '{record.name}', known.id from {record.table} known"
        f" where known.library = :library and {which}{bailiff}",
        library=header.institution,
    )
