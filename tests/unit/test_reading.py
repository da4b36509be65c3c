"""The stamp of a moment is the same whether it is worked out at once or by way of its hour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway import moments
from gateway.orders import reading

DAYS = ("2026-03-10", "2000-02-29", "2099-12-31", "1999-12-31", "9999-12-31", "0001-01-01", "20260-03-10")
CLOCKS = (
    "00:00:00",
    "00:00:01",
    "23:59:59",
    "24:00:00",
    "10:07:31",
    "10:07:31.5",
    "10:07:31.123456",
    "10:60:00",
    "10:00:60",
)
ZONES = ("Z", "+00:00", "-00:00", "+01:00", "-05:00", "+05:30", "+14:00", "-14:00", "")


@given(st.sampled_from(DAYS), st.sampled_from(CLOCKS), st.sampled_from(ZONES))
def test_a_stamp_by_way_of_its_hour_is_the_stamp_of_the_moment(day: str, clock: str, zone: str) -> None:
    text = f"{day}T{clock}{zone}"
    try:
        said = reading.stamp(moments.moment(text))
    except ValueError:
        # What no clock shows is refused by the schema, before anybody asks for its stamp.
        if "60" not in clock:
            with pytest.raises(ValueError, match=r"."):
                reading.stamp_of(text)
        return
    assert reading.stamp_of(text) == said


def test_a_summer_evening_is_stamped_in_utc() -> None:
    assert reading.stamp_of("2026-07-01T00:30:09+02:00") == "2026-06-30T22:30:09.000000Z"


def test_the_end_of_the_last_day_is_no_moment_we_can_tell() -> None:
    with pytest.raises(ValueError, match="9999-12-31"):
        moments.moment("9999-12-31T24:00:00Z")
