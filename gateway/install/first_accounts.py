"""The accounts a gateway begins with: one for each supplier that pushes, and one for staff."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gateway.accounts import people, suppliers
from gateway.accounts.model import NoSuchAccount
from gateway.install.files import read_key
from gateway.install.fittings import Fittings
from gateway.install.journal import Journal, Made, MadeKind
from gateway.install.plan import Plan, Sender
from gateway.install.registers import opened

if TYPE_CHECKING:
    from sqlalchemy import Engine

PASSWORD_BYTES = 15
SUPPLIER, PERSON = "supplier", "person"


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not there yet: suppliers without an account, libraries no supplier may push for, nobody who signs in."""

    senders: tuple[Sender, ...]
    unserved: frozenset[str]
    staff: str

    def __str__(self) -> str:
        parts = [f"made {each.account}" for each in self.senders]
        parts += [f"suppliers may now push for {', '.join(sorted(self.unserved))}"] if self.unserved else []
        parts += [f"made {self.staff}"] if self.staff else []
        return "; ".join(parts)


@dataclass(frozen=True, slots=True)
class AccountsStep:
    """First accounts only: an account that an operator has narrowed, closed or removed since is left alone."""

    plan: Plan
    fittings: Fittings
    tell_secret: Callable[[str, str], None]

    @property
    def name(self) -> str:
        """What it is about."""
        return "accounts"

    def check(self) -> str:
        """What is not right."""
        with opened(self.plan.settings.database, self.fittings) as database:
            return str(self._missing(database))

    def _missing(self, database: "Engine") -> Missing:
        accounts = [each.account for each in suppliers.listing(database)]
        served = frozenset(institution for each in accounts for institution in each.institutions)
        senders = {each.sender for each in accounts}
        return Missing(
            senders=tuple(each for each in self.plan.senders if each.code not in senders),
            unserved=frozenset(self.plan.institutions) - served if accounts else frozenset(),
            staff="" if people.listing(database) else self.plan.staff,
        )

    def apply(self, journal: Journal) -> str:
        """Make what is missing, telling each secret the moment it exists."""
        with opened(self.plan.settings.database, self.fittings) as database:
            missing = self._missing(database)
            self._bind(database, missing.unserved)
            for sender in missing.senders:
                self._add_supplier(database, sender, journal)
            if missing.staff:
                self._add_person(database, missing.staff, journal)
        return str(missing)

    def _bind(self, database: "Engine", unserved: frozenset[str]) -> None:
        ours = {each.code for each in self.plan.senders}
        for listed in suppliers.listing(database) if unserved else ():
            if listed.account.sender in ours:
                suppliers.bind(database, listed.account.name, listed.account.institutions | unserved)

    def _add_supplier(self, database: "Engine", sender: Sender, journal: Journal) -> None:
        key = read_key(self.plan.settings.data_folder)
        journal.note(Made(MadeKind.ACCOUNT, sender.account, SUPPLIER))
        secret = suppliers.add(database, key, sender.account, sender.code, self.plan.institutions)
        self.tell_secret(sender.account, secret)

    def _add_person(self, database: "Engine", name: str, journal: Journal) -> None:
        password = secrets.token_urlsafe(PASSWORD_BYTES)
        journal.note(Made(MadeKind.ACCOUNT, name, PERSON))
        people.add_person(
            database, name=name, display_name=name, password=password, institutions=self.plan.institutions
        )
        self.tell_secret(name, password)


def take_back(database: "Engine", made: Made) -> str:
    """Remove an account that `init` made in a database that was there before."""
    try:
        (suppliers if made.note == SUPPLIER else people).remove(database, made.name)
    except NoSuchAccount:
        return f"account {made.name} was gone already"
    return f"removed account {made.name}"
