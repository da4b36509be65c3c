"""The hand-over sheet, the systemd unit and the list of systems, from an installed gateway."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.install.service_unit import NAME
from tests.installing import Installation


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.drop.mkdir()
    made.init("--public-address", "https://bieb.example", "--set", "I201.reports_folder=" + str(tmp_path / "wise"))
    return made


def secrets(place: Installation) -> list[str]:
    return (place.folder / "secrets" / "first-accounts.txt").read_text().split()[1::2]


def sheet(place: Installation, *flags: str) -> str:
    result = place.run("hand-over", *flags)
    assert result.exception is None, result.output
    return result.output


def test_the_sheet_names_what_library_and_supplier_need(place: Installation) -> None:
    text = sheet(place)

    for each in (
        "https://bieb.example/soap/orders?wsdl", "supplier-000002", "000002", "I201", "Bibliotheek Voorbeeld",
        "INA", str(place.home / "wise"), "staff", "curl --user 'supplier-000002' --header", "<ping xmlns=",
    ):  # fmt: skip
        assert each in text
    assert "voer de nieuwe code in de gateway in" in text


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_no_sheet_holds_a_secret(place: Installation, form: str, language: str) -> None:
    text = sheet(place, "--format", form, "--language", language)

    assert len(secrets(place)) == 2
    assert not [each for each in secrets(place) if each in text]


def test_the_dutch_sheet_has_no_english_sentence_left(place: Installation) -> None:
    dutch, english = (
        json.loads(place.run("hand-over", "--language", each, as_json=True).stdout) for each in ("nl", "en")
    )

    def sentences(part: object) -> set[str]:
        if isinstance(part, str):
            return {part}
        parts = part.values() if isinstance(part, dict) else part if isinstance(part, list) else ()
        return {sentence for each in parts for sentence in sentences(each)}

    same = {each for each in sentences(dutch) & sentences(english) if " " in each}
    assert {each for each in same if not each.startswith("curl")} == {"Bibliotheek Voorbeeld", "NBD Biblion"} & same


def test_the_page_escapes_what_people_wrote(place: Installation) -> None:
    text = place.config.read_text().replace("Bibliotheek Voorbeeld", "Bieb <script> & co")
    place.config.write_text(text.replace("NBD Biblion", "<b>Lev</b>"))

    page = sheet(place, "--format", "html")

    assert "Bieb &lt;script&gt; &amp; co" in page
    assert "<b>" not in page
    assert '<html lang="nl">' in page
    assert not re.search(r"(src|href)=", page)


def test_the_sheet_can_be_written_to_a_file(place: Installation) -> None:
    file = place.home / "sheet.html"

    result = place.run("hand-over", "--format", "html", "--to", str(file))

    assert file.read_text().startswith("<!doctype html>")
    assert result.stdout == ""
    assert "cannot be written" in str(place.run("hand-over", "--to", str(place.home / "none" / "x")).exception)


def unit(place: Installation, *flags: str) -> str:
    result = place.run("service-unit", "--user", "daemon", *flags)
    assert result.exception is None, result.output
    return result.stdout


def values(text: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in text.splitlines() if line.startswith(f"{key}=")]


def test_the_service_may_write_only_where_the_settings_say_it_works(place: Installation) -> None:
    key = place.home / "keys" / "wise.key"
    place.config.write_text(re.sub("#key_file = .*", f'key_file = "{key}"', place.config.read_text()))

    assert values(unit(place), "ReadWritePaths") == [f"{place.drop} {place.folder} {place.home / 'wise'}"]
    assert values(unit(place), "ProtectSystem") == ["strict"]
    assert values(unit(place), "User") == ["daemon"]


def test_only_a_low_port_gets_the_capability_for_it(place: Installation) -> None:
    assert values(unit(place), "AmbientCapabilities") == [""]
    place.config.write_text(place.config.read_text().replace(place.listen, "127.0.0.1:443"))
    assert values(unit(place), "AmbientCapabilities") == ["CAP_NET_BIND_SERVICE"]


def test_root_is_refused_as_the_user_of_the_service(place: Installation) -> None:
    assert "should not be root" in str(place.run("service-unit", "--user", "root").exception)
    assert "There is no user" in str(place.run("service-unit", "--user", "nobody-of-that-name").exception)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_finds_nothing_wrong_with_the_unit(place: Installation) -> None:
    file = place.home / NAME
    unit(place, "--to", str(file))

    verified = subprocess.run(["systemd-analyze", "verify", file], capture_output=True, text=True, check=False)
    about_us = [line for line in (verified.stdout + verified.stderr).splitlines() if NAME in line]
    assert (verified.returncode, about_us) == (0, [])


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here")
def test_systemd_calls_the_service_well_closed_in(place: Installation) -> None:
    file = place.home / NAME
    unit(place, "--to", str(file))

    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", "--threshold=20", file],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout.splitlines()[-2:]


def test_systems_tells_what_each_can_and_cannot_carry(place: Installation) -> None:
    text = place.run("systems").stdout
    facts = json.loads(place.run("systems", as_json=True).stdout)

    assert "budget  Budget, report AFO291, needs a budget code" in text
    assert "  SHIPPED   cannot be told" in text
    assert "  cannot carry: parcels" in text
    assert facts[0]["carries"]["ORDERED"] == "as a file"
    assert facts[0]["carries"]["SHIPPED"] is None


def test_version_names_product_and_contract(place: Installation) -> None:
    facts = json.loads(place.run("version", as_json=True).stdout)

    assert facts["contract"] == "urn:bestelsync:orders:1"
    assert re.fullmatch(r"\d+\.\d+\.\d+", facts["product"])
