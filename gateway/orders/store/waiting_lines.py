"""The lines that wait, as a page lists them, and one of them with what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.orders.explanations import Finding
from gateway.orders.store.progress import pack
from gateway.orders.store.verdicts import COLUMNS

_FACTS = (
    "mutations.pk, messages.institution, mutations.sender, mutations.mutation_id, mutations.kind,"
    " mutations.order_number, mutations.order_line, mutations.ean, mutations.title, mutations.author,"
    " mutations.quantity, mutations.net_price, mutations.budget_code, mutations.branch, messages.message_id,"
    f" waiting.since, waiting.findings, messages.received_at, deliveries.state as delivery, {COLUMNS}"
    " from mutations join messages on messages.pk = mutations.message_pk"
    " left join waiting on waiting.mutation_pk = mutations.pk"
    " left join deliveries on deliveries.mutation_pk = mutations.pk"
    " left join verdicts on verdicts.mutation_pk = mutations.pk"
)
_WAITING = (
    "mutations.pk in (select mutation_pk from waiting where institution in :institutions union"
    " select mutation_pk from deliveries where institution in :institutions and state in ('to deliver', 'offered'))"
)


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are looked for: of a cause, and with a number exactly or words of their title."""

    institutions: Collection[str]
    cause: str = ""
    text: str = ""


def listing(connection: sa.Connection, sought: Sought, most: int) -> Sequence[sa.Row[Any]]:
    """What waits, longest first: for a decision with its findings, or without any for the library system."""
    if not sought.institutions:
        return ()
    facts: dict[str, Any] = {"institutions": list(sought.institutions), "most": most}
    wanted = _WAITING
    if sought.cause:
        wanted += " and waiting.findings like :cause"
        facts["cause"] = f'[["{sought.cause}"%'
    if sought.text:
        title = " and ".join(
            f"lower(mutations.title) like :word{place} escape '!'" for place, _ in enumerate(sought.text.split())
        )
        wanted += f" and (:text in (mutations.order_number, mutations.ean, mutations.mutation_id) or {title})"
        facts |= {"text": sought.text}
        facts |= {f"word{place}": f"%{_escaped(word.lower())}%" for place, word in enumerate(sought.text.split())}
    statement = sa.text(
        f"select {_FACTS} where {wanted}"
        " order by coalesce(waiting.since, messages.received_at), mutations.pk limit :most"
    ).bindparams(sa.bindparam("institutions", expanding=True))
    return connection.execute(statement, facts).all()


def _escaped(text: str) -> str:
    return "".join(f"!{sign}" if sign in "!%_" else sign for sign in text)


def one(connection: sa.Connection, institution: str, pk: int) -> sa.Row[Any] | None:
    """One mutation of a library, whether it waits or not."""
    statement = sa.text(f"select {_FACTS} where mutations.pk = :pk and messages.institution = :institution")
    return connection.execute(statement, {"pk": pk, "institution": institution}).first()


def report_of(connection: sa.Connection, pk: int) -> str | None:
    """The newest report that tells of a mutation."""
    statement = sa.text(
        "select report from outcomes join runs on runs.pk = run_pk where mutation_pk = :pk and report is not null"
        " order by runs.pk desc limit 1"
    )
    return connection.execute(statement, {"pk": pk}).scalar()


def alike(connection: sa.Connection, institution: str, finding: Finding) -> int:
    """How many lines wait in a library for the same code of the supplier's."""
    told = pack([Finding(finding.code, dict(list(finding.facts.items())[:1]))]).removesuffix("}]]")
    statement = sa.text(
        "select count(*) from waiting where institution = :institution and findings like :told escape '!'"
    )
    facts = {"institution": institution, "told": f"{_escaped(told)}%"}
    return int(connection.execute(statement, facts).scalar_one())
