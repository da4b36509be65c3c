"""The rules of the staff pages, over a real SQLite file and without a browser."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO

import pytest
from flask import abort
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock
from gateway.accounts import people, sessions
from gateway.errors import Busy
from gateway.reports.model import Format, Layout
from gateway.web import viewing, worklist
from tests.staff_stage import PASSWORD, Archived, Stage, build

MORNING = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
OURS = Archived(MORNING, run=7)
THEIRS = Archived(MORNING, run=3, institution="I202", layout=Layout.AFO291)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = build(tmp_path)
    stage.shelf.archived = [OURS, THEIRS]
    yield stage
    assert all(file.closed for file in stage.shelf.opened)
    stage.database.dispose()


@pytest.fixture
def guest(stage: Stage) -> FlaskClient:
    return stage.app.test_client()


@pytest.fixture
def anna(stage: Stage, guest: FlaskClient) -> FlaskClient:
    return _as_somebody(stage, guest, "anna")


def _as_somebody(stage: Stage, client: FlaskClient, name: str) -> FlaskClient:
    """Give the browser a session without the second that a password costs."""
    somebody = next(each.person for each in people.listing(stage.database) if each.person.name == name)
    with client.session_transaction() as session:
        session["_user_id"] = sessions.begin(stage.database, somebody, "127.0.0.1")
    return client


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def _send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    token = _token(client.get("/log-in", follow_redirects=True).text)
    return client.post(address, data={"csrf_token": token, **fields})


def _log_in(client: FlaskClient, name: str = "anna", password: str = PASSWORD, **more: str) -> TestResponse:
    return _send(client, "/log-in", name=name, password=password, **more)


def _addresses(report: Archived) -> list[str]:
    page = f"/reports/{report.institution}/{report.name}"
    return [page, f"{page}/whole", *(f"{page}{each.extension}" for each in Format)]


@pytest.mark.parametrize("address", ["/", "/reports", "/password", *_addresses(OURS), "/nowhere", "/reports/x/y.exe"])
def test_whoever_has_not_logged_in_is_asked_to_whatever_they_ask_for(guest: FlaskClient, address: str) -> None:
    answer = guest.get(address)
    assert (answer.status_code, answer.location.partition("?")[0]) == (302, "/log-in")


def test_after_logging_in_one_comes_where_one_was_going(guest: FlaskClient) -> None:
    asked = guest.get("/reports?day=2026-11-20&library=I201")
    form = guest.get(asked.location).text
    assert 'name="next" value="/reports?day=2026-11-20&amp;library=I201"' in form
    assert _log_in(guest, next="/reports?day=2026-11-20").location == "/reports?day=2026-11-20"


ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "\n//evil.example",
    "javascript:alert(1)",
    "evil.example",
    "",
)


@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_a_form_never_sends_one_to_another_site(guest: FlaskClient, anna: FlaskClient, elsewhere: str) -> None:
    assert anna.get("/log-in", query_string={"next": elsewhere}).location == "/reports"
    assert _send(guest, "/language", language="en", next=elsewhere).location == "/reports"


def test_logging_in_never_sends_one_to_another_site(guest: FlaskClient) -> None:
    assert 'name="next" value="/reports"' in guest.get("/log-in?next=//evil.example").text
    assert _log_in(guest, next="//evil.example").location == "/reports"


@pytest.mark.parametrize(("name", "password"), [("anna", "wrong"), ("nobody", PASSWORD), ("", ""), ("a\0", "b\0")])
def test_every_wrong_log_in_gets_the_same_sentence(guest: FlaskClient, name: str, password: str) -> None:
    answer = _log_in(guest, name, password)
    assert answer.status_code == 400
    assert "De naam of het wachtwoord klopt niet." in answer.text
    assert guest.get("/reports").status_code == 302


def test_after_five_wrong_log_ins_the_page_says_how_long_to_wait(guest: FlaskClient) -> None:
    with clock.pretending(MORNING):
        for _ in range(people.NAME_AND_ADDRESS.free):
            _log_in(guest, password="wrong")
        answer = _log_in(guest)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 30
    assert re.search(r"Wacht \d+ seconden? en probeer het dan opnieuw", answer.text)
    with clock.pretending(MORNING + timedelta(minutes=2)):
        assert _log_in(guest).status_code == 302


@pytest.mark.parametrize("address", ["/log-in", "/log-out", "/password", "/language"])
def test_a_form_without_our_token_does_nothing(anna: FlaskClient, address: str) -> None:
    answer = anna.post(address, data={"name": "anna", "password": PASSWORD, "language": "en"})
    assert answer.status_code == 400
    assert "Dit formulier kan niet meer worden verstuurd" in answer.text
    assert "language=" not in answer.headers.get("Set-Cookie", "")
    assert anna.get("/reports").status_code == 200


def test_a_token_of_another_session_does_nothing(stage: Stage, guest: FlaskClient) -> None:
    planted = _token(stage.app.test_client().get("/log-in").text)
    guest.get("/log-in")
    answer = guest.post("/log-in", data={"csrf_token": planted, "name": "anna", "password": PASSWORD})
    assert answer.status_code == 400


def test_logging_out_ends_the_session_on_the_server_too(stage: Stage, anna: FlaskClient) -> None:
    copied = anna.get_cookie("session")
    assert copied
    assert _send(anna, "/log-out").location == "/log-in?left=yes"
    assert anna.get("/reports").status_code == 302
    thief = stage.app.test_client()
    thief.set_cookie("session", copied.value)
    assert thief.get("/reports").status_code == 302


def test_disabled_person_sees_nothing_from_the_next_page_on(stage: Stage, anna: FlaskClient) -> None:
    people.disable(stage.database, "anna")
    assert anna.get("/reports").status_code == 302


def test_staff_see_the_reports_of_their_own_library_only(anna: FlaskClient) -> None:
    page = anna.get("/reports").text
    assert OURS.name in page
    assert THEIRS.name not in page
    assert "Havenstad" not in page


@pytest.mark.parametrize("address", [*_addresses(THEIRS), "/reports?library=I202"])
def test_what_is_of_another_library_does_not_exist(anna: FlaskClient, address: str) -> None:
    answer = anna.get(address)
    assert answer.status_code == 404
    assert "Deze pagina bestaat niet" in answer.text
    assert anna.get(address.replace("I202", "I909")).text == answer.text.replace("I202", "I909")


def test_an_admin_sees_every_library(stage: Stage, guest: FlaskClient) -> None:
    _as_somebody(stage, guest, "chris")
    page = guest.get("/reports").text
    assert OURS.name in page
    assert THEIRS.name in page
    assert THEIRS.name not in guest.get("/reports?library=I201").text


@pytest.mark.parametrize("form", list(Format))
def test_every_format_is_downloaded_as_a_file_with_its_name(anna: FlaskClient, form: Format) -> None:
    answer = anna.get(f"/reports/I201/{OURS.name}{form.extension}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f"attachment; filename={OURS.name}{form.extension}"
    assert answer.headers["Content-Type"].startswith(form.media_type.partition(";")[0])
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.data
    answer.close()


def test_a_format_that_was_not_written_does_not_exist(stage: Stage, anna: FlaskClient) -> None:
    stage.shelf.archived = [replace(OURS, formats=(Format.CSV,))]
    page = f"/reports/I201/{OURS.name}"
    assert [anna.get(f"{page}{end}").status_code for end in (".pdf", "/whole", ".exe", "")] == [404, 404, 404, 200]
    assert f"{OURS.name}.pdf" not in anna.get(page).text


def test_the_list_says_in_words_what_needs_attention(stage: Stage, anna: FlaskClient) -> None:
    stage.shelf.archived = [
        replace(OURS, waiting_count=3, refused_count=1, cancelled_count=2, warning_count=1234),
        replace(OURS, run=8, sender="000003", waiting_count=1),
        replace(OURS, run=9, sender="000004"),
    ]
    words = re.sub(r"<[^>]+>|\s+", " ", anna.get("/reports").text)
    for sentence in ("3 regels wachten", "1 geweigerd", "2 titels afgemeld", "1.234 waarschuwingen", "1 regel wacht "):
        assert sentence in words
    assert words.count("Alles verwerkt") == 1


def test_within_a_day_what_needs_a_hand_comes_first(stage: Stage, anna: FlaskClient) -> None:
    later = timedelta(hours=1)
    stage.shelf.archived = [
        replace(OURS, run=1, refused_count=1),
        replace(OURS, run=2, written_at=MORNING + later, cancelled_count=5),
        replace(OURS, run=3, written_at=MORNING + 25 * later),
    ]
    shown = re.findall(r">INA-I201-000002-[0-9-]+-(\d)</a>", anna.get("/reports").text)
    assert shown == ["3", "1", "2"]


def test_only_the_newest_report_of_a_supplier_tells_what_still_waits(stage: Stage, anna: FlaskClient) -> None:
    later = replace(OURS, run=8, written_at=MORNING + timedelta(hours=1), waiting_count=1)
    stage.shelf.archived = [replace(OURS, waiting_count=3), later]
    page = anna.get("/reports").text
    assert page.index("1 regel wacht") < page.index("3 regels wachtten toen")
    assert page.count('<tr role="row" class="hand">') == 1
    older = anna.get(f"/reports/I201/{OURS.name}").text
    assert f'<a href="/reports/I201/{later.name}">' in older
    assert OURS.name not in anna.get("/reports?attention=yes").text


def test_only_what_needs_a_hand_leaves_the_rest_out(stage: Stage, anna: FlaskClient) -> None:
    waiting = replace(OURS, run=1, waiting_count=1)
    stage.shelf.archived = [waiting, replace(OURS, run=2, cancelled_count=5)]
    page = anna.get("/reports?attention=yes").text
    assert waiting.name in page
    assert stage.shelf.archived[1].name not in page


def test_a_day_is_a_day_of_the_library(stage: Stage, anna: FlaskClient) -> None:
    just_after_midnight = replace(OURS, written_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC))
    stage.shelf.archived = [just_after_midnight]
    assert just_after_midnight.name in anna.get("/reports?day=2026-11-20").text
    assert just_after_midnight.name not in anna.get("/reports?day=2026-11-19").text
    assert "Vrijdag 20 november 2026" in anna.get("/reports").text


def test_the_list_goes_on_on_older_pages_without_losing_or_doubling_any(stage: Stage, anna: FlaskClient) -> None:
    total = worklist.PAGE_SIZE * 2 + 7
    stage.shelf.archived = [
        replace(OURS, run=run, written_at=MORNING - timedelta(hours=run), refused_count=run % 3)
        for run in range(1, total + 1)
    ]
    for start, expected in (("/reports", total), ("/reports?attention=yes", total - total // 3)):
        shown: list[str] = []
        address: str | None = start
        while address:
            page = anna.get(address).text
            shown += re.findall(r">(INA-I201-[0-9-]+)</a>", page)
            found = re.search(r'rel="next" href="([^"]+)"', page)
            address = found[1].replace("&amp;", "&") if found else None
        assert len(shown) == len(set(shown)) == expected


@pytest.mark.parametrize("query", ["day=yesterday", "before=x", "before=2026-11-20T06:00:00", "day=0001-99-99"])
def test_a_query_that_makes_no_sense_is_said_so(anna: FlaskClient, query: str) -> None:
    answer = anna.get(f"/reports?{query}")
    assert answer.status_code == 400
    assert "Deze aanvraag is niet begrepen" in answer.text


@pytest.mark.parametrize("query", ["day=0001-01-01", "day=9999-12-31"])
def test_the_first_and_last_day_there_are_show_nothing(anna: FlaskClient, query: str) -> None:
    assert "Geen verslagen gevonden" in anna.get(f"/reports?{query}").text


def test_an_empty_list_says_what_will_appear_and_when(stage: Stage, guest: FlaskClient) -> None:
    stage.shelf.archived = []
    _as_somebody(stage, guest, "chris")
    page = guest.get("/reports").text
    assert "Nog geen verslagen" in page
    assert "Bibliotheek De Linde: elke nacht om 02:00 uur" in page
    assert "Bibliotheek Havenstad: zodra de leverancier mutaties heeft gestuurd" in page
    assert "Op een dag zonder mutaties komt er geen verslag" in guest.get("/reports?day=2026-01-01").text


def test_english_is_kept_on_this_browser(anna: FlaskClient) -> None:
    answer = _send(anna, "/language", language="en", next="/reports?day=2026-11-20")
    assert answer.location == "/reports?day=2026-11-20"
    page = anna.get("/reports").text
    assert '<html lang="en">' in page
    assert "Processing reports" in page
    assert "Friday 20 November 2026" in page
    assert _send(anna, "/language", language="xx").headers.get("Set-Cookie") is None


def test_somebodys_own_language_is_used_until_they_choose(stage: Stage, guest: FlaskClient) -> None:
    people.add_person(
        stage.database, name="dana", display_name="Dana", password=PASSWORD, institutions=["I201"], language="en"
    )
    assert '<html lang="nl">' in guest.get("/log-in").text
    _as_somebody(stage, guest, "dana")
    assert '<html lang="en">' in guest.get("/reports").text


def test_changing_the_password_goes_on_here_and_ends_elsewhere(stage: Stage, anna: FlaskClient) -> None:
    elsewhere = _as_somebody(stage, stage.app.test_client(), "anna")
    new = "lamp-gracht-zeven"
    wrong = _send(anna, "/password", present="wrong", new=new, again=new)
    assert "Het huidige wachtwoord klopt niet" in wrong.text
    assert "niet gelijk" in _send(anna, "/password", present=PASSWORD, new=new, again="x").text
    assert "korter dan 12 tekens" in _send(anna, "/password", present=PASSWORD, new="kort", again="kort").text
    assert elsewhere.get("/reports").status_code == 200
    done = _send(anna, "/password", present=PASSWORD, new=new, again=new)
    assert "Je wachtwoord is gewijzigd" in anna.get(done.location).text
    assert elsewhere.get("/reports").status_code == 302
    assert _log_in(elsewhere, password=new).status_code == 302


def test_what_a_supplier_wrote_cannot_run_in_our_page(anna: FlaskClient) -> None:
    page = anna.get(f"/reports/I201/{OURS.name}").text
    assert "De tuin achter het caf\u00e9 &lt;heruitgave&gt;" in page
    for trick in ("<script", "onclick", "onerror", "javascript:", "<img", "<style"):
        assert trick not in page
    assert '<a href="#cancelled">' in page


def test_a_report_that_is_too_long_is_opened_by_itself(stage: Stage, anna: FlaskClient) -> None:
    stage.shelf.html += " " * viewing.LONGEST_BYTES
    page = anna.get(f"/reports/I201/{OURS.name}").text
    assert "te lang om hier te tonen" in page
    assert "De tuin achter" not in page
    whole = anna.get(f"/reports/I201/{OURS.name}/whole")
    assert whole.data == stage.shelf.html.encode()
    assert whole.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'; style-src 'sha256-")
    whole.close()


@pytest.mark.parametrize("address", ["/log-in", "/reports", f"/reports/I201/{OURS.name}", "/password", "/nowhere"])
def test_every_page_carries_the_headers_that_keep_it_ours(anna: FlaskClient, address: str) -> None:
    headers = anna.get(address).headers
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"


def test_over_tls_the_cookies_belong_to_this_host_alone(tmp_path: Path) -> None:
    stage = build(tmp_path, public_address="https://bestellen.example.org")
    cookies = stage.app.test_client().get("/log-in").headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    name, _, rest = cookies[0].partition("=")
    assert name == "__Host-session"
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {each.strip() for each in rest.split(";")}
    assert "Domain" not in rest
    stage.database.dispose()


def test_the_host_header_is_never_repeated(anna: FlaskClient) -> None:
    for address in ("/", "/reports", "/nowhere", "/password"):
        answer = anna.get(address, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers)


def test_a_failure_shows_a_number_and_no_trace(
    stage: Stage, anna: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> str:
        raise RuntimeError("secret inner detail")

    stage.app.view_functions["reports"] = fail
    answer = anna.get("/reports")
    number = re.search(r'class="number">([0-9a-f]{8})<', answer.text)
    assert answer.status_code == 500
    assert number
    assert "secret inner detail" not in answer.text
    written = capsys.readouterr()
    assert number[1] in written.out + written.err


def test_a_busy_database_is_said_to_be_busy(stage: Stage, anna: FlaskClient) -> None:
    def fail() -> str:
        raise Busy()

    stage.app.view_functions["reports"] = fail
    answer = anna.get("/reports")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
    assert "Het is even druk" in answer.text


def test_other_refusals_have_a_page_of_their_own(stage: Stage, anna: FlaskClient) -> None:
    stage.app.view_functions["password"] = lambda: abort(403)
    assert "Je mag deze pagina niet zien" in anna.get("/password").text
    assert anna.post("/reports").status_code in (400, 405)
    too_much = anna.post("/password", data={"present": "x" * 100_000})
    assert too_much.status_code == 413
    assert "Dat was te veel om te versturen" in too_much.text


def test_a_file_that_is_gone_is_a_failure_with_a_number(stage: Stage, anna: FlaskClient) -> None:
    def gone(_report: Archived, _form: Format) -> IO[bytes]:
        raise FileNotFoundError("/var/lib/somewhere")

    object.__setattr__(stage.app.extensions["desk"], "open_file", gone)
    answer = anna.get(f"/reports/I201/{OURS.name}.csv")
    assert answer.status_code == 500
    assert "/var/lib" not in answer.text
