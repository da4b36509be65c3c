"""Wise over real HTTP: what each answer says of a file, the login, the key, and what the installer is told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import adapters
from adapters.wise import MOST_FILES
from adapters.wise.api import wise_key
from adapters.wise.settings import LoginRefused, NotWise, UploadNotAllowed, WiseSettings
from gateway import clock
from gateway.errors import ConfigurationError, SystemUnavailable
from gateway.orders.system import LineStatus, OrderSystem
from gateway.transport.credentials import MissingSecret
from tests.order_lines import a_line, a_workplace, offered_again, orders
from tests.simulators.wise import Behaviour, WiseSimulator


@pytest.fixture
def wise(monkeypatch: pytest.MonkeyPatch) -> Iterator[WiseSimulator]:
    """A Wise that runs, with its secrets where the settings say."""
    with WiseSimulator().running() as simulator:
        monkeypatch.setenv("WISE_PASSWORD", simulator.password)
        monkeypatch.setenv("WISE_API_KEY", simulator.api_key)
        yield simulator


def settings(wise: WiseSimulator, **about: Any) -> WiseSettings:
    given = {
        "address": wise.address,
        "user": wise.user,
        "password_env": "WISE_PASSWORD",
        "api_key_env": "WISE_API_KEY",
        "api_id": wise.api_id,
        "application_name": wise.application_name,
        "timeout_seconds": 5,
    }
    return WiseSettings.model_validate({**given, **about})


def system(wise: WiseSimulator, **about: Any) -> OrderSystem:
    return adapters.system("wise").from_settings(settings(wise, **about), a_workplace(Path("/nowhere")))


def statuses(system: OrderSystem, lines: Any) -> set[LineStatus]:
    return {result.status for result in system.apply(lines)}


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (Behaviour.NORMAL, LineStatus.HANDED_OVER),
        (Behaviour.SLOW, LineStatus.HANDED_OVER),
        (Behaviour.REFUSE, LineStatus.REFUSED),
        (Behaviour.FAIL, LineStatus.UNCERTAIN),
        (Behaviour.LOSE, LineStatus.UNCERTAIN),
        (Behaviour.NONSENSE, LineStatus.UNCERTAIN),
    ],
)
def test_each_answer_says_no_more_of_a_file_than_is_known(
    wise: WiseSimulator, behaviour: Behaviour, status: LineStatus
):
    wise.behaviour = behaviour
    results = system(wise).apply(orders(3))
    assert {result.status for result in results} == {status}
    assert all(result.reason for result in results) is (status is not LineStatus.HANDED_OVER)


def test_an_answer_after_the_time_limit_leaves_it_uncertain_and_is_not_sent_again(wise: WiseSimulator):
    wise.behaviour = Behaviour.LATE
    lines = orders(3)
    late = system(wise, timeout_seconds=0.3)
    assert statuses(late, lines) == {LineStatus.UNCERTAIN}
    wise.behaviour = Behaviour.NORMAL
    assert statuses(late, offered_again(lines)) == {LineStatus.UNCERTAIN}
    assert set(wise.copies.values()) == {1}


def test_a_line_that_may_have_arrived_is_left_to_a_person_and_new_ones_go_on(wise: WiseSimulator):
    doubtful, new = offered_again([a_line(order_line="OLD")])[0], a_line(order_line="NEW")
    results = system(wise).apply([doubtful, new])
    assert [result.status for result in results] == [LineStatus.UNCERTAIN, LineStatus.HANDED_OVER]
    assert list(wise.copies) == ["NEW ORDER"]


@pytest.mark.parametrize("behaviour", [Behaviour.BUSY, Behaviour.FORBID])
def test_an_answer_before_any_work_means_that_all_is_offered_again(wise: WiseSimulator, behaviour: Behaviour):
    wise.once.append(behaviour)
    ours = system(wise)
    with pytest.raises(SystemUnavailable):
        ours.apply(orders(3))
    assert wise.uploads == []
    assert statuses(ours, orders(3)) == {LineStatus.HANDED_OVER}


@pytest.mark.parametrize("status", [500, 503, 403, 404])
def test_a_login_that_fails_has_done_nothing(wise: WiseSimulator, status: int):
    wise.login_status = status
    with pytest.raises(SystemUnavailable):
        system(wise).apply(orders(3))
    assert wise.upload_calls == 0


def test_a_wrong_password_makes_lines_wait_and_tells_the_installer(wise: WiseSimulator):
    wise.password = "anders"
    with pytest.raises(SystemUnavailable) as told:
        system(wise).apply(orders(3))
    assert "refuses the login of leverancier" in str(told.value)
    with pytest.raises(LoginRefused) as check:
        system(wise).check()
    assert "API key" in check.value.advice and "geheim" not in str(check.value) + check.value.advice


def test_a_token_that_ran_out_is_renewed_once_and_the_file_arrives_once(wise: WiseSimulator):
    ours = system(wise)
    ours.apply(orders(2))
    wise.expire_tokens()
    assert statuses(ours, [a_line(order_line="LATER")]) == {LineStatus.HANDED_OVER}
    assert wise.logins == 2 and wise.copies["LATER ORDER"] == 2


def test_one_login_serves_the_day_of_the_library(wise: WiseSimulator):
    ours = system(wise)
    evening = datetime(2026, 3, 10, 22, 50, tzinfo=UTC)  # 23:50 in Amsterdam
    with clock.pretending(evening):
        ours.apply(orders(1))
        ours.apply(orders(1))
    assert wise.logins == 1
    with clock.pretending(evening + timedelta(minutes=15)):
        ours.apply(orders(1))
    assert wise.logins == 2


def test_the_key_of_the_day_is_made_as_the_manual_says():
    # Computed apart from our code with: printf '20522Orders' | openssl dgst -sha256 -hmac 'sleutel'
    noon = datetime(2026, 3, 10, 12, tzinfo=UTC)
    assert wise_key("id7", "sleutel", "Orders", noon) == (
        "id7:c0aa76afccf4f0c1db4c3582ef4dcd469e1567717a3ac27c4b08c16aeb112e9a"
    )
    assert wise_key("id7", "sleutel", "Orders", noon + timedelta(hours=12)) != wise_key(
        "id7", "sleutel", "Orders", noon
    )


def test_only_the_lines_to_blame_are_refused(wise: WiseSimulator):
    wise.refused_rows = {"L000007": "Unknown branch 9999", "L000333": "Unknown title"}
    results = system(wise).apply(orders(500))
    refused = {result.key.split(":")[2]: result.reason for result in results if result.status is LineStatus.REFUSED}
    assert refused == wise.refused_rows
    assert sum(wise.copies.values()) == 498 and set(wise.copies.values()) == {1}


def test_a_wise_that_refuses_everything_is_not_asked_for_ever(wise: WiseSimulator):
    wise.behaviour = Behaviour.REFUSE
    assert statuses(system(wise), orders(500)) == {LineStatus.REFUSED}
    assert wise.upload_calls <= MOST_FILES


def test_going_away_in_the_middle_of_looking_for_the_bad_line_loses_nothing(wise: WiseSimulator):
    wise.refused_rows = {"L000007": "Unknown branch 9999"}
    wise.once.extend([Behaviour.NORMAL, Behaviour.BUSY])  # the whole is refused for its content, then a half meets 503
    with pytest.raises(SystemUnavailable):
        system(wise).apply(orders(8))
    assert wise.uploads == []
    wise.once.extend([Behaviour.NORMAL, Behaviour.NORMAL, Behaviour.BUSY])  # now one half was taken before
    results = system(wise).apply(orders(8))
    assert [result.status for result in results] == [LineStatus.HANDED_OVER] * 4 + [LineStatus.UNCERTAIN] * 4


def test_a_supplier_code_in_the_settings_replaces_the_senders(wise: WiseSimulator):
    system(wise, supplier_code="700123").apply([a_line(sender="000002")])
    system(wise).apply([a_line(sender="000003", order_line="OWN")])
    assert [row.supplier for row in wise.rows] == ["700123", "000003"]


def test_check_tells_what_to_mend(wise: WiseSimulator, tmp_path: Path):
    wise.behaviour = Behaviour.FORBID
    with pytest.raises(UploadNotAllowed) as not_allowed:
        system(wise).check()
    assert "rol_supplier" in not_allowed.value.advice
    with pytest.raises(NotWise):
        system(wise, address=wise.address.replace("/restapi", "/elsewhere")).check()
    with pytest.raises(MissingSecret) as missing:
        system(wise, password_env=None, password_file=tmp_path / "none").check()
    assert str(tmp_path / "none") in str(missing.value)
    with pytest.raises(LoginRefused):
        system(wise, application_name="Verkeerd").check()


def test_a_secret_may_lie_in_a_file(wise: WiseSimulator, tmp_path: Path):
    (tmp_path / "password").write_text(wise.password + "\n")
    system(wise, password_env=None, password_file=tmp_path / "password").check()


def test_settings_name_every_mistake():
    with pytest.raises(ValidationError) as told:
        WiseSettings.model_validate({"address": "wise.example", "user": "", "password": "geheim"})
    text = str(told.value)
    assert all(key in text for key in ("address", "user", "application_name", "api_id", "password"))
    with pytest.raises(ValidationError, match="password_env or password_file"):
        WiseSettings(address="https://x/restapi", user="u", application_name="a", api_id="i", api_key_env="K")


def test_a_netrc_on_the_machine_does_not_replace_our_token(wise, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password else\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    assert statuses(system(wise), orders(1)) == {LineStatus.HANDED_OVER}


def test_an_address_that_cannot_be_called_is_the_installers(wise: WiseSimulator):
    with pytest.raises(ConfigurationError):
        system(wise, address="https://[::1").check()
