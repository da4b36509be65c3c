"""By which words of its title a mutation is found: a table for full text, of each database's own kind."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_AT_ONCE = 1000


def upgrade() -> None:
    """Add the table, with the titles of what can be found by its keys already."""
    is_postgresql = op.get_bind().dialect.name == "postgresql"
    if is_postgresql:
        op.execute(
            "create table log_titles (mutation_pk integer primary key references mutations, words text[] not null)"
        )
        op.execute("create index log_titles_by_word on log_titles using gin (words)")
    else:
        # Which words a title has is enough: neither where in it they stand, nor how many there are.
        op.execute("create virtual table log_titles using fts5(words, tokenize='ascii', detail=none, columnsize=0)")
    key = "mutation_pk" if is_postgresql else "rowid"
    into = sa.text(f"insert into log_titles ({key}, words) values (:pk, :words)")  # noqa: S608
    connection, last = op.get_bind(), 0
    while titles := connection.execute(_TITLES, {"last": last, "most": _AT_ONCE}).all():
        keys = [(pk, _keys(institution, title)) for pk, institution, title in titles]
        rows = [{"pk": pk, "words": words if is_postgresql else " ".join(words)} for pk, words in keys]
        connection.execute(into, rows)
        last = titles[-1].mutation_pk


_TITLES = sa.text(
    "select mutation_pk, institution, title from log_entries join mutations on mutations.pk = mutation_pk"
    " where mutation_pk > :last and title is not null order by mutation_pk limit :most"
)


def _keys(institution: str, title: str) -> list[str]:
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", title) if not unicodedata.combining(sign))
    words = dict.fromkeys(word[:60] for word in re.findall(r"[^\W_]+", plain.casefold()))
    return [institution.casefold() + word for word in words]
