"""Names, bindings, passwords and who sees what."""

import pytest

from gateway.accounts import bindings, passwords
from gateway.accounts.model import BadBinding, BadName, Person, Role, WeakPassword


def _person(role: Role, *institutions: str) -> Person:
    return Person("anna", "Anna", role, frozenset(institutions), "nl")


def test_staff_see_their_own_institutions_only() -> None:
    assert _person(Role.STAFF, "I201").sees("I201")
    assert not _person(Role.STAFF, "I201").sees("I202")


def test_an_admin_sees_every_library() -> None:
    assert _person(Role.ADMIN).sees("I999")


@pytest.mark.parametrize("name", ["", "a", "Anna", "an na", "-anna", "a" * 41, "anna\0", "ännä", "anna\n"])
def test_a_name_that_cannot_be_typed_without_doubt_is_refused(name: str) -> None:
    with pytest.raises(BadName):
        bindings.check_name(name)


def test_a_name_is_read_without_capitals_and_spaces() -> None:
    assert bindings.as_typed("  Anna.Vos@bieb ") == "anna.vos@bieb"
    assert bindings.as_typed("Mijn Wachtwoord Is Zon!") == bindings.NOBODY


def test_a_sender_and_an_institution_have_their_form() -> None:
    assert bindings.check_sender("000002") == "000002"
    with pytest.raises(BadBinding, match="six digits"):
        bindings.check_sender("2")
    with pytest.raises(BadBinding, match="I and three digits"):
        bindings.check_institutions(["I201", "201"])


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("kort-woord1", "shorter than 12"),
        ("x1" * 101, "longer than 200"),
        ("abababababab", "different characters"),
        ("zonANNAbloem7", "contains the name"),
    ],
)
def test_a_password_that_is_easy_to_guess_is_refused(password: str, why: str) -> None:
    with pytest.raises(WeakPassword, match=why):
        passwords.check(password, "anna")


def test_a_password_of_twelve_characters_will_do() -> None:
    passwords.check("kantoor-zon7", "anna")


def test_an_accent_may_be_typed_as_one_character_or_two() -> None:
    assert passwords.is_right("cafe\u0301 op de hoek", passwords.hashed("caf\u00e9 op de hoek"))


def test_no_password_fits_nobody() -> None:
    assert not passwords.is_right("kantoor-zon7", None)
