"""The pages about lines that wait: who sees them, who decides, and what comes of it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from gateway import clock, serving
from gateway.accounts import audit, people, sessions
from gateway.orders.model import Kind
from gateway.web.application import application
from tests.builders import a_mutation
from tests.simulators.wise import Behaviour
from tests.staff_counter import a_counter
from tests.staff_stage import KEY
from tests.stage import Stage

TITLE = "Varen bij nacht"


@pytest.fixture
def counter(tmp_path: Path) -> Iterator[tuple[Stage, Flask]]:
    with a_counter(tmp_path) as (stage, app):
        stage.push(
            a_mutation(mutation_id="ONE", order_number="B1", budget_code="JEUGDX", title=TITLE),
            a_mutation(mutation_id="TWO", order_number="B2", budget_code="JEUGDX", quantity=3),
            a_mutation(mutation_id="PLACE", order_number="B3", branch="09"),
        )
        stage.process()
        yield stage, app


@pytest.fixture
def stage(counter: tuple[Stage, Flask]) -> Stage:
    return counter[0]


def client_of(counter: tuple[Stage, Flask], name: str) -> FlaskClient:
    stage, app = counter
    client = app.test_client()
    somebody = next(each.person for each in people.listing(stage.gateway.database) if each.person.name == name)
    with client.session_transaction() as session:
        session["_user_id"] = sessions.begin(stage.gateway.database, somebody, "127.0.0.1")
    return client


@pytest.fixture
def dina(counter: tuple[Stage, Flask]) -> FlaskClient:
    return client_of(counter, "dina")


def page_of(stage: Stage, mutation: str) -> str:
    [(pk,)] = stage.rows(f"select pk from mutations where mutation_id = '{mutation}'")
    return f"/waiting/I202/{pk}"


def send(client: FlaskClient, address: str, **fields: str) -> TestResponse:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/waiting").text)
    assert found
    return client.post(address, data={"csrf_token": found[1], **fields})


def audited(stage: Stage) -> list[str]:
    entries = audit.entries(stage.gateway.database, datetime(2020, 1, 1, tzinfo=UTC), account="I202")
    return [f"{entry.what} {entry.by}: {entry.detail}" for entry in entries][::-1]


def test_list_says_of_each_line_why_it_waits(dina: FlaskClient) -> None:
    page = dina.get("/waiting").text
    assert "3 regels wachten" in page
    assert "Budgetcode JEUGDX is op 10-03-2026 niet bekend" in page
    assert "De vestiging 09 van de leverancier staat niet" in page


@pytest.mark.parametrize(
    ("asked", "orders"),
    [
        ("text=B2", {"B2"}),
        ("text=ONE", {"B1"}),
        ("text=nacht varen", {"B1"}),
        ("text=%25", set()),
        ("cause=unknown-branch", {"B3"}),
        ("cause=unknown-budget-code&text=B3", set()),
        ("library=I202", {"B1", "B2", "B3"}),
    ],
)
def test_list_is_searched_and_filtered(dina: FlaskClient, asked: str, orders: set[str]) -> None:
    page = dina.get(f"/waiting?{asked}").text
    assert set(re.findall(r">(B\d)/1</a>", page)) == orders


def test_line_that_waits_too_long_stands_first_and_says_so(counter: tuple[Stage, Flask]) -> None:
    stage = counter[0]
    with clock.pretending(clock.now() + timedelta(days=4)):
        dina = client_of(counter, "dina")
        stage.push(a_mutation(mutation_id="NEW", order_number="A0", budget_code="JEUGDX"))
        stage.process()
        page = dina.get("/waiting").text
        assert re.findall(r">([AB]\d)/1</a>", page) == ["B1", "B2", "B3", "A0"]
        assert page.count("te lang") == 3
        assert "Langer dan 3 dagen" in dina.get(page_of(stage, "ONE")).text


def test_line_tells_what_it_is_and_which_codes_look_like_its_own(stage: Stage, dina: FlaskClient) -> None:
    page = dina.get(page_of(stage, "ONE")).text
    assert TITLE in page and "MSG-1" in page and "31,98" in page
    assert re.search(r'<optgroup label="Lijkt op JEUGDX">\s*<option value="JF\|2026">', page)
    assert "Voor alle regels zoals deze: 2 die nu wachten" in page


def test_code_chosen_once_releases_that_line_only(stage: Stage, dina: FlaskClient) -> None:
    address = page_of(stage, "ONE")
    answer = send(dina, f"{address}/choose", budget="JF|2026", scope="once")
    assert answer.location.startswith(address)
    assert "dina koos JF 2026" in dina.get(answer.location).text
    stage.release()
    assert stage.outcomes()["ONE"] == "APPLIED"
    assert stage.outcomes()["TWO"] == "WAITING unknown-budget-code"
    page = dina.get(address).text
    assert "Deze regel wacht niet meer" in page
    [report] = re.findall(r'href="(/reports/I202/[^"]+)"', page)
    assert dina.get(report).status_code == 200
    assert audited(stage) == ["line-chosen dina: ONE (B1/1): on JF 2026"]


def test_code_chosen_for_all_releases_every_line_like_it(stage: Stage, dina: FlaskClient) -> None:
    send(dina, f"{page_of(stage, 'ONE')}/choose", budget="JF|2026", scope="all")
    stage.release()
    assert (stage.outcomes()["ONE"], stage.outcomes()["TWO"]) == ("APPLIED", "APPLIED")
    assert audited(stage) == ["budget-codes-changed dina: mapping JEUGDX added: library_code JF"]


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("choose", {"budget": "JF|2026", "scope": "once"}),
        ("choose", {"budget": "JF|2026", "scope": "all"}),
        ("refuse", {"reason": "dubbel besteld"}),
    ],
)
def test_form_sent_twice_does_a_thing_once(stage: Stage, dina: FlaskClient, path: str, fields: dict[str, str]) -> None:
    for _ in range(2):
        assert send(dina, f"{page_of(stage, 'ONE')}/{path}", **fields).status_code == 302
    assert len(audited(stage)) == 1


def test_refused_line_is_not_done_and_its_reason_is_told(stage: Stage, dina: FlaskClient) -> None:
    send(dina, f"{page_of(stage, 'TWO')}/refuse", reason="dubbel\r\n besteld")
    stage.release()
    assert stage.outcomes()["TWO"] == "REFUSED refused-by-hand"
    assert audited(stage) == ["line-refused dina: TWO (B2/1): dubbel besteld"]


@pytest.mark.parametrize(
    ("mutation", "path", "fields", "sentence"),
    [
        ("ONE", "choose", {"scope": "once"}, "Kies eerst een code"),
        ("ONE", "choose", {"budget": "JF|2026"}, "alleen voor deze regel geldt"),
        ("ONE", "choose", {"budget": "NIX|", "scope": "all"}, "staat niet meer in de lijst"),
        ("PLACE", "choose", {"branch": "9999", "scope": "once"}, "vestiging staat niet meer"),
        ("PLACE", "choose", {"budget": "JF|2026", "scope": "once"}, "Daarmee zou de regel blijven wachten: De vestig"),
        ("ONE", "refuse", {"reason": " \n"}, "Geef een reden"),
        ("ONE", "refuse", {"reason": "x" * 201}, "Geef een reden"),
    ],
)
def test_choice_that_does_not_help_is_told_and_keeps_nothing(
    stage: Stage, dina: FlaskClient, mutation: str, path: str, fields: dict[str, str], sentence: str
) -> None:
    answer = send(dina, f"{page_of(stage, mutation)}/{path}", **fields)
    assert answer.status_code in (400, 409)
    assert sentence in answer.text
    assert audited(stage) == []


def test_line_that_was_done_meanwhile_cannot_be_decided_any_more(stage: Stage, dina: FlaskClient) -> None:
    send(dina, f"{page_of(stage, 'ONE')}/choose", budget="JF|2026", scope="once")
    stage.release()
    answer = send(dina, f"{page_of(stage, 'ONE')}/refuse", reason="toch niet")
    assert answer.status_code == 409
    assert "wacht niet meer op een besluit" in answer.text


def test_whoever_only_reads_sees_the_line_and_decides_nothing(counter: tuple[Stage, Flask]) -> None:
    stage, anna = counter[0], client_of(counter, "anna")
    page = anna.get(page_of(stage, "ONE"))
    assert page.status_code == 200 and 'name="reason"' not in page.text
    assert send(anna, f"{page_of(stage, 'ONE')}/refuse", reason="nee").status_code == 403
    assert send(anna, f"{page_of(stage, 'ONE')}/choose", budget="JF|2026", scope="all").status_code == 403
    assert audited(stage) == []


def test_lines_of_another_library_do_not_exist(counter: tuple[Stage, Flask]) -> None:
    stage, bram = counter[0], client_of(counter, "bram")
    address = page_of(stage, "ONE")
    assert "B1/1" not in bram.get("/waiting").text
    for asked in ("/waiting?library=I202", address, address.replace("I202", "I201"), address.replace("I202", "I909")):
        assert bram.get(asked).status_code == 404
    assert send(bram, f"{address}/refuse", reason="nee").status_code == 404
    assert send(bram, f"{address.replace('I202', 'I201')}/refuse", reason="nee").status_code == 404
    assert audited(stage) == []


def test_form_without_our_token_decides_nothing(stage: Stage, dina: FlaskClient) -> None:
    assert dina.post(f"{page_of(stage, 'ONE')}/refuse", data={"reason": "nee"}).status_code == 400
    assert audited(stage) == []


def test_admin_decides_for_every_library(counter: tuple[Stage, Flask]) -> None:
    chris = client_of(counter, "chris")
    assert send(chris, f"{page_of(counter[0], 'ONE')}/refuse", reason="nee").status_code == 302


def orders_on(client: FlaskClient, asked: str) -> set[str]:
    return set(re.findall(r">(\w+)/1</a>", client.get(f"/waiting?{asked}").text))


@pytest.mark.parametrize(
    ("cause", "order"),
    [
        ("system-unavailable", "DOWN"),
        ("behind-uncertain", "HELD"),
        ("unknown-branch", "BRANCH"),
        ("not-arranged", "OFF"),
    ],
)
def test_each_cause_finds_the_lines_that_wait_for_it(counter: tuple[Stage, Flask], cause: str, order: str) -> None:
    stage = counter[0]
    stage.wise.once.append(Behaviour.LOSE)
    stage.push(a_mutation(mutation_id="O", order_number="HELD"), institution="I201")
    stage.process()
    stage.wise.down()
    stage.push(
        a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", order_number="HELD", quantity=2, packing_slip="P1"),
        a_mutation(mutation_id="D", order_number="DOWN"),
        a_mutation(mutation_id="B", order_number="BRANCH", branch="09"),
        institution="I201",
    )
    stage.process()
    stage.restart_with("I202", "brocade")
    stage.push(a_mutation(mutation_id="N", order_number="OFF"))
    stage.process()
    restarted = application(serving.staff_desk(stage.gateway), secret_key=KEY, public_address="http://127.0.0.1")
    chris = client_of((stage, restarted), "chris")
    only_new = {"DOWN", "HELD", "BRANCH", "OFF"}
    assert orders_on(chris, f"cause={cause}") & only_new == {order}
    assert only_new < orders_on(chris, "")
    stage.wise.up()


def test_line_held_behind_an_uncertain_one_says_so(counter: tuple[Stage, Flask]) -> None:
    stage = counter[0]
    stage.wise.once.append(Behaviour.LOSE)
    stage.push(a_mutation(mutation_id="O", order_number="HELD"), institution="I201")
    stage.process()
    stage.push(
        a_mutation(Kind.SHIPPED, hour=1, mutation_id="S", order_number="HELD", quantity=2, packing_slip="P1"),
        institution="I201",
    )
    stage.process()
    bram = client_of(counter, "bram")
    [(pk,)] = stage.rows("select pk from mutations where mutation_id = 'S'")
    for page in (bram.get("/waiting").text, bram.get(f"/waiting/I201/{pk}").text):
        assert "Van een eerdere mutatie van deze bestelregel weet nog niemand" in page
        assert "opnieuw geprobeerd" not in page and "niet bereikbaar" not in re.sub(r"(?s)<form.*?</form>", "", page)


@pytest.mark.parametrize("asked", ["één", "EEN boek", "boek één", "een"])
def test_title_is_found_without_its_capitals_and_accents(counter: tuple[Stage, Flask], asked: str) -> None:
    stage = counter[0]
    stage.push(a_mutation(mutation_id="E", order_number="E1", title="Één boek", budget_code="JEUGDX"))
    stage.process()
    for name in ("dina", "chris"):
        assert orders_on(client_of(counter, name), f"text={asked}") == {"E1"}
    assert orders_on(client_of(counter, "bram"), f"text={asked}") == set()


def test_line_that_was_decided_and_now_waits_for_the_system_promises_no_run_at_once(
    counter: tuple[Stage, Flask],
) -> None:
    stage = counter[0]
    stage.push(a_mutation(mutation_id="D", order_number="D1", branch="09"), institution="I201")
    stage.process()
    bram = client_of(counter, "bram")
    [(pk,)] = stage.rows("select pk from mutations where mutation_id = 'D'")
    send(bram, f"/waiting/I201/{pk}/choose", branch="2012", scope="once")
    at_once = ("Er is besloten", "de verwerking die meteen volgt")
    assert at_once[0] in bram.get("/waiting").text and at_once[1] in bram.get(f"/waiting/I201/{pk}").text
    stage.wise.down()
    stage.release("I201")
    assert at_once[0] not in bram.get("/waiting").text
    page = bram.get(f"/waiting/I201/{pk}").text
    assert at_once[1] not in page and "bram koos 2012" in page and "was niet bereikbaar" in page
    stage.wise.up()
