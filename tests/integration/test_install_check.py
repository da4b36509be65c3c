"""`gateway check` against a real server and a real disk: every failure is named, with its remedy."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway import clock, db
from gateway.accounts import suppliers
from gateway.accounts.sealing import seal_of
from gateway.install.checks import machine
from gateway.install.checks.doctor import examine
from gateway.install.checks.finding import Finding, Health
from tests.installing import WSDL, Installation, free_port, serving


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.drop.mkdir()
    return made


def found(place: Installation, port: int | None = None, *more: str) -> dict[str, list[Finding]]:
    """What the doctor finds, by subject, after an init on this port."""
    if port is not None:
        place.init("--listen", f"127.0.0.1:{port}", *more)
    subjects: dict[str, list[Finding]] = {}
    for each in examine(place.config, place.given).findings:
        subjects.setdefault(each.subject, []).append(each)
    return subjects


def wrongs(findings: dict[str, list[Finding]]) -> list[Finding]:
    return [each for several in findings.values() for each in several if each.health is Health.WRONG]


def test_a_gateway_that_runs_well_gets_nothing_but_good(place: Installation) -> None:
    with serving() as port:
        findings = found(place, port)
        result = place.run("check")

    assert {each.health for several in findings.values() for each in several} == {Health.GOOD}
    assert {"settings", "database", "accounts", "disk", "folders", "secrets", "time zones", "hours", "port",
            "public address", "clock", "library I201"} == set(findings)  # fmt: skip
    assert result.exit_code == 0


def test_hour_that_the_clocks_skip_or_show_twice_is_told_with_its_days(place: Installation) -> None:
    place.init()
    settings = place.config.read_text().replace('system = "', 'nightly_at = 02:30:00\nsystem = "', 1)
    place.config.write_text(settings)

    with clock.pretending(datetime(2026, 3, 1, tzinfo=UTC)):
        hours = found(place)["hours"]

    assert {each.health for each in hours} == {Health.DOUBTFUL}
    assert [each.sentence for each in hours] == [
        "nightly_at = 02:30 of I201: on 2026-03-29 there is no 02:30; it comes an hour later.",
        "nightly_at = 02:30 of I201: on 2026-10-25 it is 02:30 twice; the first counts.",
    ]


def test_every_wrong_thing_is_found_in_one_run_each_with_a_remedy(place: Installation) -> None:
    place.init("--listen", f"127.0.0.1:{free_port()}")
    place.drop.rmdir()
    place.config.chmod(0o644)
    (place.folder / "reports").chmod(0o777)
    (place.folder / "gateway.db").unlink()

    result = place.run("check", as_json=True)

    findings = json.loads(result.stdout)["findings"]
    wrong = {each["subject"] for each in findings if each["health"] == "wrong"}
    assert wrong == {"database", "secrets", f"folder {place.folder / 'reports'}", "public address", "library I201"}
    assert all(each["remedy"] for each in findings if each["health"] != "good")
    assert result.exit_code == 1


def test_unreadable_settings_end_with_status_2_and_every_mistake(place: Installation) -> None:
    place.init()
    place.config.write_text(place.config.read_text().replace('institution = "I201"', 'institution = "201"'))

    result = place.run("check")

    assert result.exit_code == 2
    assert "institution" in result.output
    assert "Traceback" not in result.output


def test_a_contract_that_sends_suppliers_elsewhere_is_wrong(place: Installation) -> None:
    with serving(WSDL.replace("{address}", "http://old.example")) as port:
        sentence = found(place, port)["public address"][0].sentence

    assert "sends suppliers to http://old.example/soap/orders" in sentence


@pytest.mark.parametrize("answer", ["<html>Welkom</html>", "not xml at all", WSDL.replace("urn:bestelsync", "urn:x")])
def test_another_program_at_our_address_is_wrong(place: Installation, answer: str) -> None:
    with serving(answer) as port:
        findings = found(place, port)

    assert "is not our contract" in findings["public address"][0].sentence
    assert "Another program answers" in findings["port"][0].sentence


def test_a_front_that_answers_404_is_told_what_to_pass_on(place: Installation) -> None:
    with serving(status=404) as port:
        finding = found(place, port)["public address"][0]

    assert "HTTP status 404" in finding.sentence
    assert "pass /soap/orders on" in finding.remedy


def test_a_gateway_that_is_not_started_is_told_to_start(place: Installation) -> None:
    findings = found(place, free_port())

    assert findings["port"][0].health is Health.DOUBTFUL
    assert "refuses the connection" in findings["public address"][0].sentence
    assert "Start the gateway" in findings["public address"][0].remedy


def test_a_public_name_nobody_knows_is_told(place: Installation) -> None:
    finding = found(place, free_port(), "--public-address", "http://gateway.invalid")["public address"][0]

    assert "name that is not known" in finding.sentence


def test_plain_http_behind_an_https_address_is_told(place: Installation) -> None:
    with serving() as port:
        finding = found(place, port, "--public-address", f"https://127.0.0.1:{port}")["public address"][0]

    assert "does not speak TLS" in finding.sentence


def test_an_address_of_another_machine_cannot_be_listened_on(place: Installation) -> None:
    place.init("--listen", "192.0.2.1:8080", "--public-address", f"http://127.0.0.1:{free_port()}")

    finding = found(place)["port"][0]

    assert finding.health is Health.WRONG
    assert "address of this machine" in finding.remedy


def test_clocks_that_differ_are_told_in_seconds(place: Installation) -> None:
    with serving() as port, clock.pretending(clock.now() + timedelta(seconds=300)):
        finding = found(place, port)["clock"][0]

    assert finding.health is Health.WRONG
    assert "differ by 300 seconds" in finding.sentence or "differ by 299 seconds" in finding.sentence


def test_a_full_disk_is_wrong_and_a_filling_one_doubtful(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    place.init()
    free = os.statvfs(place.folder).f_bavail * os.statvfs(place.folder).f_frsize

    monkeypatch.setattr(machine, "TOO_LITTLE", 2 * free)
    assert found(place)["disk"][0].health is Health.WRONG
    monkeypatch.setattr(machine, "TOO_LITTLE", 0)
    monkeypatch.setattr(machine, "LITTLE", 2 * free)
    assert found(place)["disk"][0].health is Health.DOUBTFUL


def test_a_database_that_cannot_be_written_is_wrong_and_nothing_is_left_in_one_that_can(place: Installation) -> None:
    place.init()
    engine = db.engine(place.settings().database)
    with db.reading(engine) as connection:
        before = list(connection.exec_driver_sql("select name from sqlite_master"))
    found(place)
    with db.reading(engine) as connection:
        assert list(connection.exec_driver_sql("select name from sqlite_master")) == before
    engine.dispose()

    file = place.folder / "gateway.db"
    read_only = f'sqlite:///file:{file}?mode=ro&uri=true"'
    place.config.write_text(place.config.read_text().replace(f'sqlite:///{file}"', read_only))
    place.folder.parent.joinpath("marker").touch()
    assert [each.subject for each in wrongs(found(place)) if each.subject == "database"] == ["database"]


def test_a_secret_file_that_others_can_read_gets_the_command_that_closes_it(place: Installation) -> None:
    key = place.home / "wise.key"
    key.write_text("geheim")
    key.chmod(0o644)
    place.init("--set", f"I201.key_file={key}")

    finding = found(place)["secrets"][0]

    assert finding.health is Health.WRONG
    assert f"chmod 640 {key}" in finding.remedy


def test_a_library_nobody_may_push_for_is_doubtful(place: Installation) -> None:
    place.init()
    with place.config.open("a") as file:
        file.write(f'\n[[library]]\ninstitution = "I202"\nname = "Tweede"\nsystem = "budget"\n'
                   f'[library.budget]\nfolder = "{place.drop}"\n')  # fmt: skip

    sentences = [each.sentence for each in found(place)["accounts"]]

    assert sentences == ["No supplier may push for I202.", "Nobody can read reports of I202."]


def test_a_digest_whose_key_is_missing_or_another_is_told(place: Installation, monkeypatch: pytest.MonkeyPatch) -> None:
    place.init()
    engine = db.engine(place.settings().database)
    suppliers.turn_digest_on(engine, b"k" * 32, "supplier-000002", seal_of("ab" * 32))
    engine.dispose()

    missing = found(place)["accounts"]
    monkeypatch.setenv("GATEWAY_DIGEST_KEY", "cd" * 32)
    another = found(place)["accounts"]
    monkeypatch.setenv("GATEWAY_DIGEST_KEY", "ab" * 32)
    right = found(place)["accounts"]

    assert [each.health for each in missing] == [Health.DOUBTFUL, Health.GOOD]
    assert "none is set" in missing[0].sentence
    assert [each.health for each in another] == [Health.WRONG, Health.GOOD]
    assert "does not open that of supplier-000002" in another[0].sentence
    assert [each.health for each in right] == [Health.GOOD]


def test_a_check_that_breaks_is_a_finding_and_no_stack_trace(place: Installation) -> None:
    place.init()
    (place.folder / "gateway.db").write_bytes(b"not a database at all" * 100)

    result = place.run("check")

    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert "good      disk" in result.output


def test_checking_leaves_the_disk_as_it_was(place: Installation) -> None:
    place.init()
    before = place.paths()

    place.run("check")

    assert place.paths() == before


def test_a_folder_of_another_user_is_told_with_the_command_that_mends_it(place: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    place.init()
    os.chown(place.folder / "reports", 1, 1)

    finding = found(place)[f"folder {place.folder / 'reports'}"][0]

    assert "another user" in finding.sentence
    assert "chown" in finding.remedy


def test_root_looks_with_the_eyes_of_the_service(place: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can look as another user")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        theirs = Installation(Path(home))
        theirs.drop.mkdir(mode=0o700)
        theirs.init("--user", "daemon")

        findings = found(theirs)

        assert "cannot be written to" in findings["library I201"][0].sentence
        assert findings["folders"][0].health is Health.GOOD
        assert os.geteuid() == 0


def test_settings_the_service_cannot_read_are_wrong(place: Installation) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can look as another user")
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o755)
        theirs = Installation(Path(home))
        theirs.init("--user", "daemon")
        os.chown(theirs.config, 0, 0)

        assert "The service cannot read" in found(theirs)["settings"][1].sentence


def test_the_bundle_refuses_a_folder_that_is_no_checkout(tmp_path: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "gateway.install.bundle", tmp_path, tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.returncode == 2
    assert "holds no requirements.lock" in answer.stderr
