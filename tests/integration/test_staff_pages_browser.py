"""The staff pages in a real browser, on a real server over a real SQLite file."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.staff_stage import PASSWORD, Stage, build, now, serving, some_days

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip("there is no Chromium on this machine")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = build(tmp_path_factory.mktemp("gateway"))
    stage.shelf.archived = list(some_days(now()))
    yield stage
    stage.database.dispose()


@pytest.fixture(scope="module")
def address(stage: Stage) -> Iterator[str]:
    with serving(stage.app) as address:
        yield address


@pytest.fixture(scope="module")
def chris(browser: Browser, address: str) -> Iterator[BrowserContext]:
    """A browser in which the admin has logged in."""
    context = browser.new_context()
    _log_in(context.new_page(), address, "chris")
    yield context
    context.close()


def _log_in(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}/log-in")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url(f"{address}/reports")


def _path(stage: Stage, place: int) -> str:
    report = stage.shelf.archived[place]
    return f"/reports/{report.institution}/{report.name}"


def _pages(stage: Stage) -> list[str]:
    return ["/reports", "/reports?day=2001-01-01", _path(stage, 0), _path(stage, 1), "/password", "/nowhere"]


def _faults(page: Page) -> str:
    found = Axe().run(page, options=RULES)
    return found.generate_report() if found.violations_count else ""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_page_is_free_of_faults_that_axe_can_find(
    stage: Stage, address: str, chris: BrowserContext, language: str, scheme: str
) -> None:
    chris.add_cookies([{"name": "language", "value": language, "url": address}])
    page = chris.new_page()
    page.emulate_media(color_scheme=scheme)
    for path in _pages(stage):
        page.goto(address + path)
        assert page.locator("html").get_attribute("lang") == language
        assert _faults(page) == "", path
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_log_in_page_is_free_of_faults_also_when_something_is_wrong(
    browser: Browser, address: str, scheme: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/log-in")
    assert _faults(page) == ""
    page.fill("#name", "nobody")
    page.fill("#password", "wrong")
    page.click("main button")
    expect(page.get_by_role("alert")).to_contain_text("klopt niet")
    expect(page.locator("#password")).to_be_focused()
    assert _faults(page) == ""
    context.close()


def test_log_in_read_and_download_go_by_keyboard_alone(browser: Browser, stage: Stage, address: str) -> None:
    context = browser.new_context(accept_downloads=True)
    page = context.new_page()
    page.goto(address)
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("anna")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/reports")
    report = stage.shelf.archived[1]
    _tab_to(page, report.name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{_path(stage, 1)}")
    _tab_to(page, "XLSX")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == f"{report.name}.xlsx"
    assert Path(download.value.path()).read_text() == f"{report.name} as XLSX"
    _tab_to(page, "Uitloggen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("uitgelogd")
    context.close()


def _tab_to(page: Page, words: str) -> None:
    """Press Tab until what has the focus says these words; what has it must be visible as such."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        said = page.evaluate("document.activeElement.innerText")
        assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none", said
        if words in said:
            return
    raise AssertionError(f"{words} cannot be reached by Tab")


def test_the_first_tab_skips_to_the_content(chris: BrowserContext, address: str) -> None:
    page = chris.new_page()
    page.goto(f"{address}/reports")
    page.keyboard.press("Tab")
    skip = page.locator(".skip")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.close()


def test_nothing_is_wider_than_a_narrow_phone(chris: BrowserContext, stage: Stage, address: str) -> None:
    page = chris.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    for path in _pages(stage):
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path
    page.close()


def test_letters_twice_as_large_push_nothing_out_of_the_page(chris: BrowserContext, stage: Stage, address: str) -> None:
    page = chris.new_page()
    page.set_viewport_size({"width": 640, "height": 800})
    for path in _pages(stage):
        page.goto(address + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 640, path
    page.close()


def test_what_can_be_pressed_is_large_enough_to_hit(chris: BrowserContext, stage: Stage, address: str) -> None:
    page = chris.new_page()
    page.set_viewport_size({"width": 320, "height": 640})
    for path in _pages(stage):
        page.goto(address + path)
        for control in page.locator("header a, button, summary, .downloads a, select, input:not([type=hidden])").all():
            box = control.bounding_box()
            if box and control.is_visible() and "hidden" not in (control.get_attribute("class") or ""):
                assert box["height"] >= 24, (path, control.inner_text())
    page.close()


def test_everything_works_without_javascript(browser: Browser, stage: Stage, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    _log_in(page, address, "chris")
    page.select_option("#library", "I201")
    page.check("#attention")
    page.get_by_role("button", name="Tonen").click()
    expect(page.locator("table.list tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Alles tonen").click()
    expect(page.locator("table.list tbody tr")).to_have_count(len(stage.shelf.archived))
    page.locator("summary").first.click()
    with page.expect_download() as download:
        page.locator("details[open] a", has_text="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    page.get_by_role("button", name="English").click()
    expect(page.locator("h1")).to_have_text("Processing reports")
    page.get_by_role("button", name="Log out").click()
    expect(page.locator("h1")).to_have_text("Log in")
    context.close()


def test_the_report_of_another_library_does_not_exist(browser: Browser, stage: Stage, address: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    _log_in(page, address, "anna")
    assert stage.shelf.archived[4].institution == "I202"
    answer = page.goto(address + _path(stage, 4))
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Deze pagina bestaat niet")
    context.close()


def test_no_page_asks_for_what_its_own_policy_forbids(chris: BrowserContext, stage: Stage, address: str) -> None:
    page = chris.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for path in _pages(stage)[:-1]:
        page.goto(address + path)
        assert page.locator("header.top").evaluate("getComputedStyle(document.body).marginTop") == "0px"
    assert complaints == []
    page.close()


def test_an_archived_file_shows_its_own_styles_and_runs_nothing(
    chris: BrowserContext, stage: Stage, address: str
) -> None:
    page = chris.new_page()
    ran: list[str] = []
    page.on("dialog", lambda dialog: (ran.append(dialog.message), dialog.dismiss()))
    page.goto(f"{address}{_path(stage, 0)}/whole")
    assert page.locator(".n").first.evaluate("each => getComputedStyle(each).textAlign") == "right"
    page.locator("text=Zeven winters").click()
    assert ran == []
    page.close()


def test_on_paper_there_is_the_report_and_nothing_to_press(chris: BrowserContext, stage: Stage, address: str) -> None:
    page = chris.new_page()
    page.goto(address + _path(stage, 1))
    page.emulate_media(media="print")
    for pressed in page.locator("header.top, .downloads, .skip, button").all():
        expect(pressed).to_be_hidden()
    expect(page.locator(".report table").first).to_be_visible()
    page.close()
