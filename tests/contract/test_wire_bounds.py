"""Every odd request at a gateway process of its own: its fault, its bounds, and nothing of it in any table or file.

The wire promises two seconds and fifty megabytes. The seconds are those of the processor, so that a machine that is
busy with something else is no reason to fail.
"""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from select import select

import pytest
from lxml import etree

from tests.contract.hostile_http import HEAD, RAW_ROWS, Raw
from tests.contract.hostile_requests import Row
from tests.contract.odd_requests import RIGHT_ROWS, Right
from tests.contract.test_wire_hostile import ALL_ROWS, assert_fault
from tests.raw_http import connected, exchange, request
from tests.soap_messages import NS, a_mutation, a_ping, a_push, a_username_token, post
from tests.watched import Watched, watched

MOST_SECONDS = 2
MOST_BYTES = 50_000_000
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    with watched(tmp_path_factory.mktemp("watched"), environment={"GATEWAY_LIMITS__MESSAGE_MEGABYTES": "8"}) as gateway:
        # Everything is loaded once something was refused, and the accounts have been used today.
        assert post(gateway.address, a_push()).status_code == 500
        assert post(gateway.address, a_ping(a_username_token(user="other")), authorization=None).status_code == 200
        yield gateway


@contextmanager
def within_bounds(gateway: Watched) -> Iterator[None]:
    """What is asked inside takes little, and nothing is stored."""
    stored, held, worked = gateway.stored(), gateway.begin_measuring(), gateway.processor_seconds()
    yield
    assert gateway.processor_seconds() - worked < MOST_SECONDS
    assert gateway.peak() - held < MOST_BYTES
    assert gateway.stored() == stored


@pytest.mark.parametrize("row", ALL_ROWS, ids=lambda row: row.name)
def test_an_odd_request_takes_little_and_stores_nothing(row: Row, gateway: Watched) -> None:
    with within_bounds(gateway):
        assert_fault(post(gateway.address, row.content, **row.headers), row)


@pytest.mark.parametrize("row", RIGHT_ROWS, ids=lambda row: row.name)
def test_an_odd_request_that_is_right_takes_little_too(row: Right, gateway: Watched) -> None:
    """They are only tried, so nothing of them is stored either."""
    with within_bounds(gateway):
        answer = post(gateway.address, row.content, **row.headers)
        assert answer.status_code == 200, answer.text


@pytest.mark.parametrize("row", RAW_ROWS, ids=lambda row: row.name)
def test_what_is_odd_as_http_takes_little_and_stores_nothing(row: Raw, gateway: Watched) -> None:
    with within_bounds(gateway):
        answer = exchange(gateway.address, row.sent, leave=row.leave, seconds=PATIENCE_SECONDS)
        if answer is None:
            assert row.leave
            return
        assert answer.status == row.status, answer
        if row.code:
            envelope = etree.fromstring(answer.body)
            assert envelope.tag == f"{{{row.soap}}}Envelope"
            assert envelope.findtext(f".//{{{NS}}}code") == row.code, answer


def test_nothing_is_fetched_whatever_address_a_message_names(gateway: Watched) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        place = f"http://127.0.0.1:{listening.getsockname()[1]}/x"
        xsi, xinclude = "http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/2001/XInclude"
        for doctype, inside in (
            (f'<!DOCTYPE a SYSTEM "{place}">', ""),
            (f'<!DOCTYPE a [<!ENTITY x SYSTEM "{place}">]>', "&x;"),
            (f'<!DOCTYPE a [<!ENTITY % x SYSTEM "{place}"> %x;]>', ""),
            (
                f'<?xml-stylesheet href="{place}"?>',
                f'<y xmlns="urn:x" xmlns:i="{xsi}" i:schemaLocation="urn:x {place}"/>',
            ),
            ("", f'<i:include xmlns:i="{xinclude}" href="{place}"/>'),
            ("", f'<y xmlns="{place}" xml:base="{place}"/>'),
        ):
            pushed = a_push(a_mutation().replace("</mutation>", f"{inside}</mutation>"))
            assert b"Fault" in post(gateway.address, doctype + pushed).content
        assert select([listening], [], [], 0)[0] == []


def test_sixty_four_slow_heads_and_as_many_slow_bodies_leave_others_served(gateway: Watched) -> None:
    """None of them comes to its end, so whoever is served meanwhile did not wait for them."""
    head = request(b"", HEAD)[:-2]
    with ExitStack() as opened:
        slow = [opened.enter_context(connected(gateway.address, PATIENCE_SECONDS)) for _ in range(128)]
        for place, each in enumerate(slow):
            each.sendall(head if place % 2 else head + b"Content-Length: 100000\r\n\r\n<")
        worked = gateway.processor_seconds()
        for _ in range(5):
            for place, each in enumerate(slow):
                each.sendall(b"X: y\r\n" if place % 2 else b"a")
            assert post(gateway.address, a_ping()).status_code == 200
        assert gateway.processor_seconds() - worked < 5


def test_the_gateway_still_works_after_all_of_that(gateway: Watched) -> None:
    assert exchange(gateway.address, b"GET /soap/orders?wsdl HTTP/1.1\r\nHost: x\r\n\r\n").status == 200  # type: ignore[union-attr]
