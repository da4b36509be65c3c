"""The questions of `gateway init`, answered as a person would, mistakes included."""

from pathlib import Path

import pytest

from tests.installing import Installation


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.drop.mkdir()
    return made


def answered(place: Installation, *library: str, more: str = "n") -> str:
    """Enter for every suggestion but the folder, then the answers for the library."""
    first = [str(place.folder), "", "", "", "", ""]
    return "\n".join([*first, *library, more]) + "\n"


def the_library(place: Installation, institution: str = "I201") -> list[str]:
    return [institution, "Bibliotheek Voorbeeld", "folder", str(place.drop), "geheim", "", "", "", "", ""]


def test_enter_for_every_suggestion_makes_a_gateway(place: Installation) -> None:
    result = place.run("init", answers=answered(place, *the_library(place)))

    assert result.exception is None, result.output
    settings = place.settings()
    assert settings.listen == "127.0.0.1:8080"
    assert settings.database == f"sqlite:///{place.folder}/gateway.db"
    assert settings.sender_names == {"000002": "NBD Biblion"}


def test_a_bad_answer_is_asked_again_with_the_reason(place: Installation) -> None:
    library = ["201", *the_library(place)]
    library[3:3] = ["koha"]

    result = place.run("init", answers=answered(place, *library))

    assert result.exception is None, result.output
    assert "An institution code is an I and three digits" in result.output
    assert "Choose from folder, budget." in result.output


def test_a_value_of_the_wrong_form_is_explained_by_what_it_should_be(place: Installation) -> None:
    first = [str(place.folder), "nowhere", "", "", "", "", ""]

    result = place.run("init", answers="\n".join([*first, *the_library(place), "n"]) + "\n")

    assert result.exception is None, result.output
    assert "'nowhere' will not do: It should be where the server listens" in result.output


def test_several_libraries_are_asked_for_one_after_another(place: Installation) -> None:
    both = [*the_library(place), "y", "I201", *the_library(place, "I202")]

    result = place.run("init", answers=answered(place, *both))

    assert result.exception is None, result.output
    assert "I201 was given already." in result.output
    assert [each.institution for each in place.settings().library] == ["I201", "I202"]


def test_a_secret_that_is_typed_goes_into_a_file_of_its_own(place: Installation) -> None:
    result = place.run("init", answers=answered(place, *the_library(place)))

    kept = place.folder / "secrets" / "I201-key"
    assert kept.read_text() == "geheim\n"
    assert kept.stat().st_mode & 0o077 == 0
    assert place.settings().library[0].settings.key_file == kept
    assert "geheim" not in place.config.read_text() + result.output


def test_questions_broken_off_make_nothing(place: Installation) -> None:
    before = place.paths()

    refused = place.run("init", answers=f"{place.folder}\n")

    assert "broken off; nothing was made" in str(refused.exception)
    assert place.paths() == before


def test_what_a_flag_said_is_not_asked(place: Installation) -> None:
    flags = [each for each in place.flags if each != "--yes"]

    result = place.run(*flags, "--sender", "000003:Ander", answers="\n\n\n")

    assert result.exception is None, result.output
    assert "Institution code" not in result.output
    assert place.settings().sender_names == {"000003": "Ander"}


def test_a_file_that_does_not_exist_is_asked_for_again(place: Installation) -> None:
    library = the_library(place)
    library[5:5] = ["", "", str(place.home / "none.csv")]
    del library[8:10]

    result = place.run("init", answers=answered(place, *library))

    assert "There is no file" in result.output
