"""Makes the picture what a judged message says, in the open transaction: only what changed is written."""

import sqlalchemy as sa

from gateway.circulation.message import Header
from gateway.circulation.records import BY_NAME, Record
from gateway.circulation.store.tables import columns


def apply(connection: sa.Connection, header: Header, records: list[str], imported_at: str) -> dict[str, int]:
    """Write what was taken, put in doubt what was refused or lost what it names, and forget what is gone.

    Returns:
        For each kind of record how many were written, new or changed.
    """
    changed = {name: _write(connection, header, BY_NAME[name]) for name in records}
    for name in records:
        _doubt_refused(connection, header, BY_NAME[name])
    if "loan" in records:
        _doubt_lent_again(connection, header)
    for record in BY_NAME.values():
        for column, target in record.references:
            if target in records:
                _doubt_bereft(connection, header, record, column, target)
    for name in records:
        _settle_findings(connection, header, name)
        _forget(connection, header, BY_NAME[name])
        _keep_age(connection, header, name, imported_at)
    return changed


def _run(connection: sa.Connection, statement: str, header: Header) -> int:
    return connection.execute(sa.text(statement), {"library": header.institution}).rowcount


def _write(connection: sa.Connection, header: Header, record: Record) -> int:
    own = columns(record)
    into = ", ".join(own)
    set_ = ", ".join(f"{column} = excluded.{column}" for column in own)
    return _run(
        connection,
        f"insert into {record.table} (library, id, {into}) select :library, id, {into} from spool_{record.name}"
        f" where refused is null and not gone order by id on conflict (library, id) do update set {set_}"
        f" where {record.table}.content <> excluded.content or {record.table}.doubt <> excluded.doubt",
        header,
    )


def _doubt_refused(connection: sa.Connection, header: Header, record: Record) -> None:
    """The library system says something else now, only we do not know what."""
    _run(
        connection,
        f"update {record.table} as known set doubt = (select told.refused from spool_{record.name} told"
        " where told.id = known.id) where library = :library"
        f" and id in (select id from spool_{record.name} where refused is not null)",
        header,
    )


def _doubt_lent_again(connection: sa.Connection, header: Header) -> None:
    """An open loan whose item was lent again has ended, though the library system did not say so yet."""
    _run(
        connection,
        "update circulation_loans as known set doubt = 'Item ' || item || ' was lent to somebody else since.'"
        " where library = :library and returned_at is null and cancelled_at is null"
        " and item in (select item from spool_loan where refused is null and not gone)"
        " and exists (select 1 from spool_loan told where told.item = known.item and told.id <> known.id"
        " and told.refused is null and not told.gone and told.returned_at is null and told.cancelled_at is null"
        " and told.loaned_on >= known.loaned_on)"
        " and not exists (select 1 from spool_loan told where told.id = known.id and told.refused is null)",
        header,
    )


def _doubt_bereft(connection: sa.Connection, header: Header, record: Record, column: str, target: str) -> None:
    _run(
        connection,
        f"update {record.table} set doubt = 'Its {target} ' || {column} || ' is gone from the library system.'"
        f" where library = :library and {column} in (select id from spool_gone where record = '{target}')",
        header,
    )


def _settle_findings(connection: sa.Connection, header: Header, name: str) -> None:
    """What was wrong with a record before is past once it is told again; of a patron who is gone nothing stays."""
    again = "" if header.is_snapshot else f" and id in (select id from spool_{name})"
    _run(
        connection,
        f"delete from circulation_findings where library = :library and record = '{name}'{again}",
        header,
    )
    if name == "patron":
        gone = "select id from spool_gone where record = 'patron'"
        _run(
            connection,
            f"delete from circulation_findings where library = :library and (patron in ({gone})"
            f" or record = 'gone' and id in ({gone}))",
            header,
        )


def _forget(connection: sa.Connection, header: Header, record: Record) -> None:
    _run(
        connection,
        f"delete from {record.table} where library = :library"
        f" and id in (select id from spool_gone where record = '{record.name}')",
        header,
    )


def _keep_age(connection: sa.Connection, header: Header, name: str, imported_at: str) -> None:
    connection.execute(
        sa.text(
            "insert into circulation_ages (library, record, as_of, imported_at) values (:library, :record, :as_of, :at)"
            " on conflict (library, record) do update set as_of = excluded.as_of, imported_at = excluded.imported_at"
        ),
        {"library": header.institution, "record": name, "as_of": header.as_of.isoformat(), "at": imported_at},
    )
