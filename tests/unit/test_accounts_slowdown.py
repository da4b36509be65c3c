"""How long a wrong try makes one wait."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.accounts.slowdown import Memory, Pace, Tries, place

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PACE = Pace(free=3, first_seconds=10, longest_seconds=60)


@pytest.mark.parametrize(("wrong", "seconds"), [(0, 0), (2, 0), (3, 10), (4, 20), (5, 40), (6, 60), (5000, 60)])
def test_a_wait_doubles_after_the_free_tries_up_to_the_longest(wrong: int, seconds: int) -> None:
    assert PACE.wait_seconds(wrong) == seconds


def test_seconds_left_run_down_to_nothing() -> None:
    tries = Tries(3, NOON)
    assert tries.seconds_left(PACE, NOON) == 10
    assert tries.seconds_left(PACE, NOON + timedelta(seconds=9, milliseconds=1)) == 1
    assert tries.seconds_left(PACE, NOON + timedelta(seconds=10)) == 0


def test_free_tries_at_the_same_moment_never_wait_for_each_other() -> None:
    assert Tries(2, NOON).seconds_left(PACE, NOON - timedelta(milliseconds=5)) == 0


def test_tries_of_yesterday_no_longer_count() -> None:
    tries = Tries(40, NOON)
    assert tries.one_more(PACE, NOON + timedelta(hours=23)).wrong == 41
    assert tries.one_more(PACE, NOON + timedelta(hours=24)).wrong == 1


def test_wrong_tries_slow_down_name_and_address_together() -> None:
    memory = Memory(PACE)
    for _ in range(3):
        memory.wrong("vlinder", "192.0.2.1", NOON)
    assert memory.seconds_left("vlinder", "192.0.2.1", NOON) == 10
    assert memory.seconds_left("vlinder", "192.0.2.2", NOON) == 0
    assert memory.seconds_left("merel", "192.0.2.1", NOON) == 0


def test_memory_forgets_the_longest_unseen_above_its_capacity() -> None:
    memory = Memory(Pace(free=1, first_seconds=10, longest_seconds=10), capacity=2)
    for name in ("a", "b", "a", "c"):
        memory.wrong(name, "192.0.2.1", NOON)
    assert [memory.seconds_left(name, "192.0.2.1", NOON) for name in "abc"] == [10, 0, 10]


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:bbbb::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_a_place_is_an_ipv4_address_or_an_ipv6_network(address: str, counted: str) -> None:
    assert place(address) == counted
