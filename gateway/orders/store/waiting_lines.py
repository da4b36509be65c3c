"""The lines that wait, as a page lists them, and one of them with what became of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from gateway.orders.explanations import Finding
from gateway.orders.store import message_log
from gateway.orders.store.deliveries import HELD
from gateway.orders.store.progress import pack
from gateway.orders.store.verdicts import COLUMNS

_CAUSE = (
    "case when waiting.findings is not null then waiting.findings"
    """ when deliveries.state = 'uncertain' then '[["still-uncertain", {}]]'"""
    " when coalesce(deliveries.state, '') not in ('to deliver', 'offered') then '[]'"
    f""" when {HELD} then '[["behind-uncertain", {{}}]]'"""
    " when system_health.institution is not null then coalesce("
    """(select case when findings like '[["not-arranged"%' then findings end from outcomes where"""
    " outcomes.mutation_pk = mutations.pk and outcome = 'WAITING' order by run_pk desc limit 1),"
    """ '[["system-unavailable", {}]]')"""
    """ else '[["awaits-run", {}]]' end"""
)
"""The one reason why a line waits, as packed findings; of one that does not wait there are none."""
_FROM = (
    " from mutations join messages on messages.pk = mutations.message_pk"
    " left join waiting on waiting.mutation_pk = mutations.pk"
    " left join deliveries on deliveries.mutation_pk = mutations.pk"
    " left join system_health on system_health.institution = messages.institution"
)
_FACTS = (
    "mutations.pk, messages.institution, mutations.sender, mutations.mutation_id, mutations.kind,"
    " mutations.order_number, mutations.order_line, mutations.ean, mutations.title, mutations.author,"
    " mutations.quantity, mutations.net_price, mutations.budget_code, mutations.branch, messages.message_id,"
    " coalesce(waiting.since, messages.received_at) as since, waiting.findings, deliveries.state as delivery,"
    f" {_CAUSE} as cause, system_health.reason as system_said, system_health.next_try_at, {COLUMNS}"
    f"{_FROM} left join verdicts on verdicts.mutation_pk = mutations.pk"
)
_WAITING = (
    "mutations.pk in (select mutation_pk from waiting where institution in :institutions union"
    " select mutation_pk from deliveries where institution in :institutions and state in :states)"
)
_UNDELIVERED = ("to deliver", "offered")


@dataclass(frozen=True, slots=True)
class Sought:
    """Which lines are looked for: of a cause, and with a number exactly or words of their title."""

    institutions: Collection[str]
    cause: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Overdue:
    """A line that waits too long: for somebody or for the library system, as its cause says."""

    pk: int
    order: str
    kind: str
    since: str
    cause: str


def listing(connection: sa.Connection, sought: Sought, most: int | None = None) -> Sequence[sa.Row[Any]]:
    """What waits with its cause, longest first: for a decision with findings of its own, or for the library system."""
    if not sought.institutions:
        return ()
    facts: dict[str, Any] = {"institutions": list(sought.institutions), "states": _UNDELIVERED, "most": most}
    wanted = _WAITING
    if sought.cause:
        wanted += f" and {_CAUSE} like :cause"
        facts["cause"] = f'[["{sought.cause}"%'
    if sought.text:
        titled, words = message_log.titled(connection, sought.institutions, sought.text)
        wanted += f" and (:text in (mutations.order_number, mutations.ean, mutations.mutation_id) or {titled})"
        facts |= {"text": sought.text, **words}
    order = f" order by since, mutations.pk{'' if most is None else ' limit :most'}"
    return connection.execute(_asked(f"select {_FACTS} where {wanted}{order}"), facts).all()


def _asked(statement: str) -> sa.TextClause:
    lists: list[sa.BindParameter[Any]] = [sa.bindparam(name, expanding=True) for name in ("institutions", "states")]
    return sa.text(statement).bindparams(*lists)


def overdue(connection: sa.Connection, institution: str, since: str) -> list[Overdue]:
    """What waits, or is uncertain, from before a moment, and of which nobody was warned since then; oldest first."""
    statement = _asked(
        "select mutations.pk, mutations.order_number, mutations.order_line, mutations.kind,"
        f" coalesce(waiting.since, messages.received_at) as since, {_CAUSE} as cause"
        f"{_FROM} left join waiting_warnings on waiting_warnings.mutation_pk = mutations.pk"
        f" where {_WAITING} and coalesce(waiting.since, messages.received_at) <= :since"
        " and (warned_at is null or warned_at <= :since) order by since, mutations.pk"
    )
    facts = {"institutions": [institution], "states": (*_UNDELIVERED, "uncertain"), "since": since}
    rows = connection.execute(statement, facts)
    return [Overdue(pk, f"{number}/{line}", kind, at, cause) for pk, number, line, kind, at, cause in rows]


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
