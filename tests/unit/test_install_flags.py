"""What flags of `gateway init` mean, and how a wrong one is refused."""

import tomllib
from dataclasses import replace
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from gateway.config import CirculationSettings, LibrarySettings, Limits, MailSettings, Retry, Settings
from gateway.errors import ConfigurationError
from gateway.install import config_file
from gateway.install.answers import Answers, settings_text
from gateway.install.plan import file_from_flag, library_from_flag, sender_from_flag
from tests.installing import FolderSystem, fittings

CONFIG = Path("/etc/bestelsync/gateway.toml")
ANSWERS = Answers(libraries=("I201:Voorbeeld:folder",), set=("I201.folder=/drop",))


def written(answers: Answers) -> dict[str, Any]:
    return tomllib.loads(settings_text(answers, CONFIG, fittings()))


def test_a_library_flag_may_have_colons_in_its_name() -> None:
    assert library_from_flag("I201:Bieb: de Hoek:wise", ["wise"]).name == "Bieb: de Hoek"


@pytest.mark.parametrize(
    ("flag", "reason"),
    [
        ("I201", "needs an institution code, a name and a library system"),
        ("I201:Naam", "needs an institution code, a name and a library system"),
        ("I201:Naam:wize", "no such library system"),
    ],
)
def test_a_library_flag_that_lacks_something_is_refused_with_an_example(flag: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as refused:
        library_from_flag(flag, ["wise"])
    assert "wise" in refused.value.advice


@pytest.mark.parametrize("flag", ["2", "00002:NBD", "abcdef"])
def test_a_sender_code_has_six_digits(flag: str) -> None:
    with pytest.raises(ConfigurationError, match="six digits"):
        sender_from_flag(flag)


def test_a_file_flag_may_leave_out_the_only_library(tmp_path: Path) -> None:
    file = tmp_path / "branches.csv"
    file.touch()

    assert file_from_flag("branches", str(file), ["I201"]).institution == "I201"
    with pytest.raises(ConfigurationError, match="does not say for which"):
        file_from_flag("branches", str(file), ["I201", "I202"])
    with pytest.raises(ConfigurationError, match="for no library here"):
        file_from_flag("branches", f"I999={file}", ["I201"])


def test_a_file_flag_names_a_file_that_exists(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no such file"):
        file_from_flag("branches", str(tmp_path / "none.csv"), ["I201"])


def test_a_setting_lands_with_the_library_or_its_system_by_its_name() -> None:
    library = written(replace(ANSWERS, set=(*ANSWERS.set, "I201.start_date=2026-03-01", "I201.key_file=/k")))["library"]

    assert library[0]["start_date"].isoformat() == "2026-03-01"
    assert library[0]["folder"] == {"folder": "/drop", "key_file": "/k"}


@pytest.mark.parametrize(
    ("set_", "reason"),
    [
        ("I201.colour=red", "folder has no such setting"),
        ("I999.folder=/x", "none of the libraries named"),
        ("folder=/x", "needs an institution code, a key and a value"),
        ("I201.start_date=soon", "start_date"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(set_: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason):
        written(replace(ANSWERS, set=(*ANSWERS.set, set_)))


def test_a_key_the_library_system_cannot_do_without_is_asked_for_by_name() -> None:
    with pytest.raises(ConfigurationError, match=r"Folder of I201 needs folder \(folder that the library") as refused:
        written(replace(ANSWERS, set=()))
    assert "--set I201.folder=" in refused.value.advice


def test_a_gateway_without_libraries_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="No library was named"):
        written(Answers())


def test_text_that_looks_like_a_number_stays_text() -> None:
    library = written(replace(ANSWERS, set=(*ANSWERS.set, "I201.fall_back_budget=01")))["library"]

    assert library[0]["fall_back_budget"] == "01"


@pytest.mark.parametrize("text", ['Bieb "de Hoek"', "back\\slash", "e\u0301 and €", "tab\tand\nline", "del\x7f"])
def test_any_name_survives_the_file(text: str) -> None:
    assert tomllib.loads(f"name = {config_file.toml(text)}")["name"] == text


def keys_of(model: type[BaseModel]) -> set[str]:
    return set(model.model_fields)


def test_the_example_names_every_key_of_every_model() -> None:
    sample = config_file.sample(fittings().sections)
    keys = (
        keys_of(Settings)
        | keys_of(Limits)
        | keys_of(Retry)
        | keys_of(MailSettings)
        | keys_of(CirculationSettings)
        | keys_of(LibrarySettings)
        | keys_of(FolderSystem.Settings)
    )

    lines = sample.splitlines()
    missing = [key for key in keys - {"settings", "library", "limits", "retry", "mail", "circulation", "tokens"}
               if not any(line.startswith((f"{key} =", f"#{key} =")) for line in lines)]  # fmt: skip
    assert missing == []
    assert {
        "#[limits]",
        "#[retry]",
        "#[circulation]",
        "[library.folder]",
        "[library.budget]",
        "#[library.folder.tokens]",
    } <= set(lines)


def test_the_example_is_toml_also_with_every_default_switched_on() -> None:
    sample = config_file.sample(fittings().sections)
    switched_on = [line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
                   for line in sample.splitlines()]  # fmt: skip

    content = tomllib.loads("\n".join(switched_on))

    assert tomllib.loads(sample)["library"][0]["folder"] == {"folder": "/path/to/folder"}
    assert content["limits"] == Limits().model_dump()
    assert (content["library"][0]["nightly_at"], content["library"][0]["start_date"]) == (
        time(2, 30),
        date(2026, 12, 1),
    )
    assert content["library"][0]["folder"]["tokens"] == {"shipped": "SH"}
