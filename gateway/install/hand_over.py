"""The hand-over sheet: what library and supplier must know to begin. It names accounts, never their secrets."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol

from gateway.accounts.model import PersonListing, SupplierListing
from gateway.config import LibrarySettings, Settings
from gateway.orders.system import needs_budget_code
from gateway.wording import say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gateway.orders.system import OrderSystem

SOAP_PATH = "/soap/orders"
SOAP11 = "http://schemas.xmlsoap.org/soap/envelope/"
NAMESPACE = "urn:bestelsync:orders:1"
TO_FILL_IN = "." * 40


class Words(Protocol):
    """Says one sentence in the language of the sheet."""

    def __call__(self, msgid: str, /, **facts: object) -> str:
        """The sentence, with its facts filled in."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading with facts, sentences and commands under it."""

    heading: str
    facts: tuple[tuple[str, str], ...] = ()
    sentences: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """The whole sheet, in one language."""

    title: str
    language: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the sheet is made from."""

    settings: Settings
    systems: "Mapping[str, type[OrderSystem]]"
    suppliers: Sequence[SupplierListing]
    people: Sequence[PersonListing]


def sheet(facts: Facts, language: str) -> Sheet:
    """Put the sheet together."""
    words: Words = partial(_say, language)
    sections = [
        _address(facts, words),
        *(_supplier(each, facts, words) for each in facts.suppliers if not each.disabled_at),
        _first_push(facts, words),
        *(_library(each, facts, words) for each in facts.settings.library),
        _budget_codes(facts, words),
    ]
    return Sheet(words("Order synchronisation: hand-over sheet"), language, tuple(sections))


def _say(language: str, msgid: str, /, **facts: object) -> str:
    return say(msgid, language, **facts)


def _endpoint(facts: Facts) -> str:
    return facts.settings.public_address.rstrip("/") + SOAP_PATH


def _address(facts: Facts, words: Words) -> Section:
    address = _endpoint(facts)
    return Section(
        words("For the supplier: the webservice"),
        (
            (words("Address"), address),
            (words("WSDL"), f"{address}?wsdl"),
            (words("XSD"), f"{address}?xsd=orders.xsd"),
            (words("Protocol"), words("SOAP 1.1 or 1.2, document/literal, HTTP Basic or WS-Security UsernameToken")),
        ),
        (
            words("The receipt says that the message is kept; the processing report says what became of it."),
            words("Send a message again under the same messageId when no receipt came: it is never processed twice."),
        ),
    )


def _supplier(listed: SupplierListing, facts: Facts, words: Words) -> Section:
    account = listed.account
    name = facts.settings.sender_names.get(account.sender, "")
    return Section(
        words("For the supplier: account {name}", name=account.name),
        (
            (words("Supplier"), name or account.sender),
            (words("Account name"), account.name),
            (words("Secret"), words("handed over separately, never by e-mail beside this sheet")),
            (words("Sender code"), account.sender),
            (words("May push for"), ", ".join(sorted(account.institutions))),
        ),
    )


def _first_push(facts: Facts, words: Words) -> Section:
    """What a supplier can type with nothing but curl; curl asks for the secret, so that it stays off the screen."""
    account = next((each.account for each in facts.suppliers if not each.disabled_at), None)
    if account is None:
        return Section(words("For the supplier: a first test"), sentences=(words("There is no account yet."),))
    ping = (
        f"curl --user '{account.name}' --header 'Content-Type: text/xml; charset=utf-8' '{_endpoint(facts)}'"
        f' --data \'<soap:Envelope xmlns:soap="{SOAP11}"><soap:Body><ping xmlns="{NAMESPACE}"/></soap:Body>'
        "</soap:Envelope>'"
    )
    return Section(
        words("For the supplier: a first test"),
        sentences=(
            words(
                "The contract with its examples needs no account. The second command asks for the secret; when the"
                " answer holds a pingResponse, address and account are right."
            ),
            words("Then push a first message with `test` true: it is planned and answered, and nothing of it is kept."),
        ),
        commands=(f"curl --output orders-v1.zip '{_endpoint(facts)}?zip'", ping),
    )


def _library(library: LibrarySettings, facts: Facts, words: Words) -> Section:
    system = facts.systems[library.system]
    people = [each.person for each in facts.people if not each.disabled_at]
    readers = [each.name for each in people if each.sees(library.institution)]
    lines = [
        (words("Institution code"), library.institution),
        (words("The library system"), system.label),
        (words("Processing report"), system.layout.value),
        (words("Reports on the web"), facts.settings.public_address.rstrip("/") + "/"),
        (words("Sign in as"), ", ".join(readers) or words("there is no staff account yet")),
    ]
    if library.reports_folder:
        lines.append((words("Reports in the folder"), str(library.reports_folder)))
    lines.append((words("When it is processed"), _when(library, words)))
    if library.start_date:
        before = words("orders from before {day} stand in the library system", day=library.start_date.isoformat())
        lines.append((words("Start date"), before))
    return Section(
        words("For the library: {name}", name=library.name), tuple(lines), (_budget_need(system, library, words),)
    )


def _when(library: LibrarySettings, words: Words) -> str:
    if library.nightly_at is None:
        return words("at once, each time a message comes in")
    return words("every night at {time}", time=f"{library.nightly_at:%H:%M}")


def _budget_need(system: "type[OrderSystem]", library: LibrarySettings, words: Words) -> str:
    if needs_budget_code(system, library.settings):
        return words("Every order needs a budget code that is known here; a line without one waits until it is.")
    return words("An order whose budget code is not known here is entered on the sub-budget that the library chose.")


def _budget_codes(facts: Facts, words: Words) -> Section:
    """Source: bestelsynchronisatie, "Mutaties ophalen in V-Smart systemen"."""
    suppliers = sorted(facts.settings.sender_names.values())
    names = ", ".join(suppliers) or words("the supplier")
    return Section(
        words("Changed budget codes"),
        tuple((words("Contact at {name}", name=each), TO_FILL_IN) for each in suppliers),
        (
            words(
                "Tell {names} at once, and enter the new code in the gateway, when a budget code is added, renamed or "
                "closed; otherwise orders land on the wrong budget.",
                names=names,
            ),
            words("Only codes matter: a change of amounts need not be told."),
        ),
    )
