"""The picture of a library: days, addresses, what is owed, and what was said already."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from gateway.circulation.model import (
    AddressState,
    DayState,
    MailAddress,
    Mark,
    NoOpeningDay,
    Picture,
    SpecialDay,
    Subscription,
    never_open,
)
from gateway.money import Cents
from tests.builders_circulation import HOURS, KERKSTRAAT, a_calendar, a_charge, a_hold, a_late_loan, a_patron

TUESDAY = date(2026, 3, 10)
DUE = date(2026, 3, 3)


def test_deadline_on_a_closed_day_moves_to_the_next_opening_day() -> None:
    assert a_calendar().opening_day_from(TUESDAY) == TUESDAY
    assert a_calendar().opening_day_from(date(2026, 3, 8)) == TUESDAY
    assert a_calendar().opening_day_from(date(2026, 4, 5)) == date(2026, 4, 8)


def test_special_day_wins_from_its_weekday() -> None:
    sunday, tuesday = date(2026, 3, 8), date(2026, 3, 17)
    days = {sunday: SpecialDay(DayState.FINE_FREE, "13:00-17:00"), tuesday: SpecialDay(DayState.VACATION)}
    calendar = a_calendar(days=days)
    assert calendar.hours(sunday) == "13:00-17:00"
    assert not calendar.is_open(tuesday)
    assert calendar.hours(tuesday) == ""
    assert calendar.hours(TUESDAY) == HOURS


def test_opening_days_are_counted_after_the_first_day_through_the_last() -> None:
    assert a_calendar().opening_days(DUE, TUESDAY) == 5
    assert a_calendar().opening_days(DUE, DUE) == 0


def test_calendar_that_never_opens_is_told_from_a_long_closure() -> None:
    closed = a_calendar(week=("",) * 7, days={})
    assert never_open(closed)
    assert not never_open(a_calendar(week=("",) * 7, days={TUESDAY: SpecialDay(DayState.OPEN, HOURS)}))
    with pytest.raises(NoOpeningDay):
        closed.opening_day_from(TUESDAY)


def test_unusable_address_is_no_address() -> None:
    addresses = (
        MailAddress("anna.example.be", AddressState.UNUSABLE),
        MailAddress("anna@example.be", AddressState.SUSPECT, bounces=1),
        MailAddress("oud@example.be", AddressState.BOUNCED),
    )
    assert [each.address for each in a_patron(mail_addresses=addresses).usable_mail] == ["anna@example.be"]


def test_letter_goes_to_the_first_complete_address_of_the_day() -> None:
    broken = replace(KERKSTRAAT, unusable="it has a line break in it")
    holiday = replace(KERKSTRAAT, street="Zeedijk", valid_from=TUESDAY, valid_until=TUESDAY)
    patron = a_patron(postal_addresses=(broken, replace(KERKSTRAAT, city=""), holiday, KERKSTRAAT))
    assert patron.postal_address(TUESDAY) == holiday
    assert patron.postal_address(TUESDAY + timedelta(days=1)) == KERKSTRAAT


def test_minor_comes_of_age_on_the_birthday() -> None:
    patron = a_patron(birth_on=date(2008, 2, 29))
    assert patron.age(date(2026, 2, 28)) == 17
    assert patron.age(date(2026, 3, 1)) == 18
    assert a_patron().age(TUESDAY) is None


def test_renewed_loan_begins_its_ladder_again() -> None:
    mark = Mark("HR1", DUE, TUESDAY, effective_on=TUESDAY)
    assert a_late_loan(mark).said("HR1")
    assert a_late_loan(mark).said_on("HR1") == TUESDAY
    assert not a_late_loan(mark, due_on=date(2026, 4, 2)).said("HR1")


def test_unprinted_letter_was_said_but_took_no_effect() -> None:
    loan = a_late_loan(Mark("HR1", DUE, TUESDAY))
    assert loan.said("HR1")
    assert loan.said_on("HR1") is None


def test_loan_is_late_in_calendar_days() -> None:
    assert a_late_loan().days_late(TUESDAY) == 7
    assert a_late_loan().is_open
    assert not a_late_loan(cancelled_at=datetime(2026, 3, 10, 5, 30, tzinfo=UTC)).is_open


def test_hold_that_became_ready_again_is_told_again() -> None:
    hold = a_hold(marks=(Mark("RSO", TUESDAY, TUESDAY, effective_on=TUESDAY),))
    assert hold.said("RSO", TUESDAY)
    assert hold.said_on("RSO", TUESDAY) == TUESDAY
    assert not hold.said("RSO", date(2026, 3, 12))


def test_charge_owes_what_was_not_paid_waived_or_written_off() -> None:
    assert a_charge(paid=Cents(100), waived=Cents(150), written_off=Cents(50)).open == Cents(200)
    assert a_charge().age_in_days(date(2026, 2, 2)) == 1


def test_missing_issue_is_claimed_from_whom_late_deliveries_are_left_to() -> None:
    assert Subscription("I201", "S1", "De Schakel", "X").claimed_from == "X"
    assert Subscription("I201", "S1", "De Schakel", "X", late_supplier="Y").claimed_from == "Y"


def test_picture_from_a_clock_that_runs_ahead_is_new() -> None:
    now = datetime(2026, 3, 10, 6, 0, tzinfo=UTC)
    hours = timedelta(hours=4)
    assert Picture("I201", now + timedelta(minutes=5)).age(now) == timedelta(0)
    assert Picture("I201", now - hours).is_fresh(now, hours)
    assert not Picture("I201", now - hours - timedelta(seconds=1)).is_fresh(now, hours)
    assert not Picture("I201", None).is_fresh(now, hours)
