"""What staff read in a report of a real push: no amounts that nobody told, no names that only programs know."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from gateway.orders.model import Kind
from tests.builders import a_mutation
from tests.stage import Stage, a_stage

SPACE = {"r": "urn:bestelsync:report:1"}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


def amounts(stage: Stage, institution: str) -> dict[str, tuple[str | None, str | None]]:
    """Per mutation of the newest report its net price and amount."""
    report = etree.fromstring(stage.reports(institution, "xml")[-1].encode())
    return {
        line.findtext("r:mutationId", namespaces=SPACE): (
            line.findtext("r:netPrice", namespaces=SPACE),
            line.findtext("r:amount", namespaces=SPACE),
        )
        for line in report.iterfind(".//r:detail/r:line", namespaces=SPACE)
    }


@pytest.mark.parametrize("institution", ["I201", "I202"])
def test_price_that_nobody_told_is_absent_and_one_the_order_told_is_not(stage: Stage, institution: str) -> None:
    stage.push(
        a_mutation(mutation_id="M-1"),
        a_mutation(Kind.CANCELLED, hour=1, mutation_id="M-2", quantity=1),
        a_mutation(Kind.DELAYED, hour=2, mutation_id="M-3", order_number="NOBODY-KNOWS"),
        institution=institution,
    )
    stage.process()
    assert amounts(stage, institution) == {"M-1": ("15.99", "31.98"), "M-2": (None, "15.99"), "M-3": (None, None)}


def test_free_copy_is_told_as_free(stage: Stage) -> None:
    stage.push(a_mutation(mutation_id="M-1", net_price=0))
    stage.process()
    assert amounts(stage, "I202") == {"M-1": ("0.00", "0.00")}


def test_what_the_library_system_cannot_be_told_is_named_in_words_of_the_trade(stage: Stage) -> None:
    stage.push(a_mutation(offer_form="THEME", processing="SHELF_READY"), institution="I202")
    stage.process()
    told = " ".join(stage.reports("I202")[-1].split())
    assert "Het bibliotheeksysteem kan dit niet overnemen: aanbiedingsvorm (1)" in told
    assert "plankklaar of niet (1)" in told
    assert "offerForm" not in told
