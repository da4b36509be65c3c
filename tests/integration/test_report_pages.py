"""The HTML report in a real browser: on a phone, for a screen reader, without scripts."""

from collections.abc import Iterator
from pathlib import Path
from shutil import which

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from gateway.reports import afo291, ina
from gateway.reports.formats import write
from gateway.reports.model import Audience, Format, Layout
from tests.builders_reports import a_report

LAYOUTS = {Layout.INA: ina, Layout.AFO291: afo291}

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not which("chromium"), reason="there is no chromium here")]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def opened(browser: Browser, folder: Path, layout: Layout, width: int) -> Page:
    path = folder / "report.html"
    with path.open("wb") as file:
        write(LAYOUTS[layout].document(a_report(layout), Audience.STAFF), {Format.HTML: file})
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("layout", Layout)
def test_report_has_no_barriers_that_axe_finds(browser: Browser, tmp_path: Path, layout: Layout, width: int) -> None:
    found = Axe().run(opened(browser, tmp_path, layout, width))
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("layout", Layout)
def test_report_needs_no_scrolling_sideways_on_a_phone(browser: Browser, tmp_path: Path, layout: Layout) -> None:
    page = opened(browser, tmp_path, layout, 320)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_report_keeps_its_style_under_its_own_policy(browser: Browser, tmp_path: Path) -> None:
    page = opened(browser, tmp_path, Layout.INA, 1280)
    assert page.locator("h1").evaluate("each => getComputedStyle(each).color") == "rgb(11, 85, 99)"
    assert page.locator("#detail td.n").first.evaluate("each => getComputedStyle(each).textAlign") == "right"
