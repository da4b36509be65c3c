"""What a library system tells of its circulation: taken once and whole, what cannot be true refused, the rest kept."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

import schemas
from gateway import db
from gateway.circulation.intake import Arrival, Reception, State
from gateway.circulation.model import AddressState, ChargeKind, Mark, Subject
from gateway.circulation.refusals import (
    FromTheFuture,
    MessageConflict,
    NotAMessage,
    OlderThanKnown,
    OtherCurrency,
    TooMuch,
    UnknownLibrary,
)
from gateway.circulation.store import lookups, messages, said
from gateway.circulation.store.lookups import PatronPicture
from gateway.money import Cents
from tests import databases
from tests.circulation_messages import (
    BRANCH,
    CHARGE,
    EVERYTHING,
    HOLD,
    L1,
    LIBRARIES,
    LIBRARY,
    LOAN,
    TITLE,
    TYPE,
    Intake,
    item,
    loan,
    message,
    patron,
)

DUE = date(2026, 3, 3)
TEN = date(2026, 3, 10)


@pytest.fixture(params=databases.KINDS)
def intake(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Intake]:
    with databases.an_engine(request.param, tmp_path) as engine:
        yield Intake(engine)


def anna(intake: Intake, number: str = "2901") -> PatronPicture:
    with db.reading(intake.database) as connection:
        found = lookups.patron_picture(connection, L1, number)
    assert found is not None
    return found


def doubt(intake: Intake, record: str, id_: str) -> object:
    return intake.rows(f"select doubt from circulation_{record}s where id = '{id_}'")[0][0]


def test_example_of_the_contract_becomes_the_picture_it_describes(intake: Intake) -> None:
    receipt = intake.take(schemas.read("circulation/v1/example-snapshot.xml"))
    assert (receipt.state, receipt.findings) == (State.APPLIED, ())
    assert all(count.received == count.changed for count in receipt.counts.values())
    found = anna(intake, "2900001")
    assert found.patron.mail_addresses[0].address == "anna@example.be"
    assert found.patron.postal_address(TEN) is not None
    assert found.loans[0].due_on == DUE
    assert found.loans[0].said_on("IV1") == date(2026, 2, 28)
    assert found.loans[0].running_fine == 50
    assert [(each.kind, each.open) for each in found.charges] == [(ChargeKind.FINE, Cents(300))]
    receipt = intake.take(schemas.read("circulation/v1/example-changes.xml"))
    assert (receipt.state, receipt.findings) == (State.APPLIED, ())
    found = anna(intake, "2900001")
    assert (found.loans[0].due_on, found.loans[0].earlier_due) == (date(2026, 4, 2), (DUE,))
    assert found.charges[0].open == 0
    assert anna(intake, "2900002").charges == ()


def test_same_message_again_changes_nothing_and_is_answered_as_before(intake: Intake) -> None:
    content = message(*EVERYTHING, loan(2, patron="P9"))
    first = intake.take(content)
    again = intake.take(content)
    assert again.state is State.KNOWN
    assert (again.counts, again.findings, again.received_at) == (first.counts, first.findings, first.received_at)


def test_same_picture_in_a_new_message_writes_nothing(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    again = intake.tell(*EVERYTHING)
    assert [count.changed for count in again.counts.values() if count.received] == [0] * 9


def test_message_id_of_another_message_is_refused(intake: Intake) -> None:
    intake.tell(*EVERYTHING, message_id="M")
    with pytest.raises(MessageConflict):
        intake.tell(*EVERYTHING[:-1], message_id="M")


HEADERS = {
    "moment": {"as_of": "2026-03-10T05:00:01+01:00"},
    "kind": {"kind": "CHANGES"},
    "records": {"more": ' covers="library branch patron membershipType title item loan hold charge"'},
    "currency": {"more": ' currency="USD"'},
}


@pytest.mark.parametrize("different", list(HEADERS))
def test_message_id_under_another_header_is_refused(intake: Intake, different: str) -> None:
    intake.take(message(*EVERYTHING, message_id="M"))
    with pytest.raises(MessageConflict):
        intake.take(message(*EVERYTHING, message_id="M", **HEADERS[different]))


def test_same_message_is_known_in_another_zone_of_the_library_and_of_its_moment(intake: Intake) -> None:
    ready = HOLD.replace('PLACED"', 'READY" readyAt="2026-03-09T22:30:00Z"')
    intake.take(message(*EVERYTHING, ready.replace("H1", "H2"), message_id="M"))
    elsewhere = {L1: replace(LIBRARIES[L1], time_zone="Asia/Tokyo")}
    again = message(*EVERYTHING, ready.replace("H1", "H2"), message_id="M", as_of="2026-03-10T04:00:00Z")
    assert Arrival(Reception(intake.database, elsewhere), "a test").take([again]).state is State.KNOWN


def test_message_older_than_what_is_known_is_refused(intake: Intake) -> None:
    intake.tell(*EVERYTHING, as_of="2026-03-10T09:00:00+01:00")
    with pytest.raises(OlderThanKnown):
        intake.changes(LOAN, as_of="2026-03-10T08:59:59+01:00")
    with pytest.raises(FromTheFuture):
        intake.changes(LOAN, as_of="2999-03-10T08:59:59+01:00")


def test_what_a_snapshot_leaves_out_is_gone_and_what_changes_leave_out_stays(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    intake.changes(patron(2))
    assert len(anna(intake).loans) == 1
    receipt = intake.tell(*EVERYTHING[:-3], HOLD, CHARGE)
    assert receipt.counts["loan"].gone == receipt.counts["patron"].gone == 1
    assert anna(intake).loans == ()


def test_snapshot_of_some_records_leaves_the_others_alone(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    receipt = intake.tell(HOLD, CHARGE, more=' covers="loan hold"')
    assert [(each.record, each.code) for each in receipt.findings] == [("charge", "not-covered")]
    found = anna(intake)
    assert (len(found.loans), len(found.holds), len(found.charges)) == (0, 1, 1)


def test_snapshot_that_would_delete_more_than_its_share_is_held_until_it_is_confirmed(intake: Intake) -> None:
    many = [item(number) for number in range(2, 102)], [loan(number) for number in range(2, 102)]
    intake.tell(*EVERYTHING, *many[0], *many[1])
    few = message(*EVERYTHING, *many[0], *many[1][30:], as_of="2026-03-11T05:00:00+01:00")
    held = intake.take(few)
    assert held.state is State.HELD
    assert held.would_go == {"loan": (30, 101)}
    assert len(anna(intake).loans) == 101
    assert intake.take(few).state is State.HELD
    assert intake.take(few, confirmed=True).state is State.APPLIED
    assert len(anna(intake).loans) == 71
    assert intake.take(few).state is State.KNOWN
    fewer = message(*EVERYTHING, *many[0], *many[1][44:], as_of="2026-03-12T05:00:00+01:00")
    assert intake.take(fewer).state is State.APPLIED


def test_what_the_engine_said_survives_every_import(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    mark = Mark("HR1", DUE, TEN, effective_on=TEN)
    with db.writing(intake.database) as connection:
        said.keep(connection, L1, [said.Said(Subject.LOAN, "A1", mark)])
    intake.tell(*EVERYTHING)
    intake.changes('<gone record="loan" id="A1"/>')
    intake.changes(LOAN)
    assert anna(intake).loans[0].marks == (mark,)
    assert anna(intake).loans[0].said_on("HR1") == TEN


def test_mark_that_took_no_effect_can_be_taken_back_and_one_that_did_cannot(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    staged = said.Said(Subject.LOAN, "A1", Mark("HR1", DUE, TEN))
    printed = said.Said(Subject.LOAN, "A1", Mark("HR1", DUE, TEN, effective_on=TEN))
    with db.writing(intake.database) as connection:
        said.keep(connection, L1, [staged])
        said.take_back(connection, L1, [staged])
    assert anna(intake).loans[0].marks == ()
    with db.writing(intake.database) as connection:
        said.keep(connection, L1, [staged])
        said.keep(connection, L1, [printed])
        said.take_back(connection, L1, [printed])
    assert anna(intake).loans[0].said_on("HR1") == TEN


BAD = {
    "due-before-loan": loan(2, dueOn="2026-02-09"),
    "returned-before-loan": loan(2, returnedAt="2026-02-09T10:00:00+01:00"),
    "loan-to-come": loan(2, loanedOn="2027-02-10", dueOn="2027-03-10"),
    "unknown-patron": loan(2, patron="P9"),
    "unknown-item": loan(9),
    "unknown-branch": loan(2, branch="B9"),
    "fine-above-maximum": loan(2, runningFine="6.00", maximumFine="5.00"),
    "unknown-membershipType": '<membership id="M2" patron="P1" type="WEG" startedOn="2026-01-01"/>',
    "ends-before-start": '<membership id="M2" patron="P1" type="VOLW" startedOn="2026-01-02" endsOn="2026-01-01"/>',
    "currency": '<charge id="C2" patron="P1" kind="FINE" amount="5.00" bookedOn="2026-02-01" currency="USD"/>',
    "more-than-owed": '<charge id="C2" patron="P1" kind="FINE" amount="5.00" paid="4" waived="2" bookedOn="2026-02-01"/>',  # noqa: E501
    "payments-differ": '<charge id="C2" patron="P1" kind="FINE" amount="5.00" paid="4.00" bookedOn="2026-02-01">'
    '<payment on="2026-02-02" amount="3.00"/></charge>',
    "schema": '<item id="X9" title="T1" barcode="3109" price="-5.00"/>',
    "ready-without-day": HOLD.replace("PLACED", "READY").replace("H1", "H2"),
    "expires-before-placed": HOLD.replace("H1", "H2").replace("/>", ' expiresOn="2026-02-19"/>'),
    "archived-without-reason": HOLD.replace("PLACED", "ARCHIVED").replace("H1", "H2"),
    "impossible": HOLD.replace("PLACED", "READY")
    .replace("H1", "H2")
    .replace("/>", ' readyAt="9999-12-31T23:30:00Z"/>'),
    "gone-in-snapshot": '<gone record="loan" id="A1"/>',
}


@pytest.mark.parametrize("code", list(BAD))
def test_record_that_cannot_be_true_is_refused_with_its_place_and_the_rest_is_kept(intake: Intake, code: str) -> None:
    receipt = intake.tell(*EVERYTHING, item(2), BAD[code])
    assert [(each.refused, each.code, each.line) for each in receipt.findings] == [(True, code, 13)]
    assert receipt.findings[0].sentence.endswith(".")
    assert len(anna(intake).loans) == len(anna(intake).charges) == len(anna(intake).holds) == 1


def test_what_is_known_of_a_refused_record_stays_in_doubt_until_a_version_can_be_taken(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    intake.tell(*EVERYTHING[:-3], loan(dueOn="2026-02-01"), HOLD, CHARGE)
    late = anna(intake).loans[0]
    assert (late.due_on, late.doubt) == (DUE, "Due before it was lent: 2026-02-01 is before 2026-02-10.")
    intake.tell(*EVERYTHING)
    assert anna(intake).loans[0].doubt == ""


def test_of_two_open_loans_of_an_item_only_the_newest_is_taken(intake: Intake) -> None:
    newest = loan(1, id="A2", loanedOn="2026-02-20")
    receipt = intake.tell(*EVERYTHING, newest)
    assert [(each.id, each.code) for each in receipt.findings] == [("A1", "two-open-loans")]
    assert [each.id for each in anna(intake).loans] == ["A2"]


def test_two_open_loans_of_an_item_of_the_same_day_are_both_refused(intake: Intake) -> None:
    receipt = intake.tell(*EVERYTHING, loan(1, id="A2"))
    assert sorted(each.id for each in receipt.findings) == ["A1", "A2"]
    assert anna(intake).loans == ()


def test_open_loan_of_an_item_that_was_lent_again_is_in_doubt(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    intake.changes(patron(2), loan(1, id="A2", patron="P2", loanedOn="2026-03-10", dueOn="2026-03-31"))
    assert doubt(intake, "loan", "A1") == "Item X1 was lent to somebody else since."
    assert doubt(intake, "loan", "A2") == ""
    older = intake.changes(loan(1, id="A3", loanedOn="2026-01-10"))
    assert [(each.id, each.code) for each in older.findings] == [("A3", "two-open-loans")]


def test_ended_loan_of_an_item_is_no_second_loan_of_it(intake: Intake) -> None:
    receipt = intake.tell(*EVERYTHING, loan(1, id="A2", returnedAt="2026-02-28T10:00:00+01:00"))
    assert receipt.findings == ()


def test_record_told_twice_is_taken_when_both_say_the_same_and_refused_when_not(intake: Intake) -> None:
    receipt = intake.tell(*EVERYTHING, LOAN, CHARGE.replace("5.00", "6.00"))
    assert [(each.record, each.code) for each in receipt.findings] == [("charge", "double")]
    assert len(anna(intake).loans) == 1
    assert anna(intake).charges == ()


def test_refused_patron_takes_what_was_never_known_with_it(intake: Intake) -> None:
    receipt = intake.tell(LIBRARY, BRANCH, TYPE, patron(sort="CAT"), TITLE, item(), LOAN)
    assert [(each.record, each.code) for each in receipt.findings] == [("patron", "schema"), ("loan", "unknown-patron")]
    intake.tell(*EVERYTHING)
    receipt = intake.tell(LIBRARY, BRANCH, TYPE, patron(sort="CAT"), TITLE, item(), LOAN)
    assert [each.record for each in receipt.findings] == ["patron"]
    assert len(anna(intake).loans) == 1
    assert anna(intake).patron.doubt


def test_loan_of_a_patron_that_is_gone_is_in_doubt(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    intake.changes('<gone record="patron" id="P1"/>')
    assert doubt(intake, "loan", "A1") == "Its patron P1 is gone from the library system."


def test_dead_patron_is_kept_so_that_all_can_be_withdrawn(intake: Intake) -> None:
    receipt = intake.tell(*EVERYTHING[:3], patron(deceasedOn="2026-03-09"), *EVERYTHING[4:])
    assert receipt.findings == ()
    assert anna(intake).patron.is_gone
    assert len(anna(intake).loans) == 1


@pytest.mark.parametrize(
    "mail",
    ["anna.example.be", "anna@", "@example.be", "anna@example", "a b@example.be", "a@b..be",
     "a@example.be&#10;Bcc: x@y.be", "a@example.be, b@example.be", "a&lt;b&gt;@example.be", f"{'a' * 250}@example.be"],
)  # fmt: skip
def test_mail_address_that_is_none_is_told_and_counts_as_none(intake: Intake, mail: str) -> None:
    receipt = intake.tell(*EVERYTHING[:3], patron(inside=f"<mail>{mail}</mail><mail>anna@example.be</mail>"))
    assert [(each.refused, each.code, each.patron) for each in receipt.findings] == [(False, "no-address", "P1")]
    assert receipt.findings[0].sentence.startswith("Mail address 1 counts as none: it ")
    assert not {mail, "a@", "example.be"} & set(receipt.findings[0].sentence.replace("'", " ").split())
    who = anna(intake).patron
    assert [each.state for each in who.mail_addresses] == [AddressState.UNUSABLE, AddressState.GOOD]
    assert (who.doubt, [each.address for each in who.usable_mail]) == ("", ["anna@example.be"])


@pytest.mark.parametrize("flaw", ["Kerk\nstraat", "Kerk&#10;straat", "Kerk&#x2028;straat", ""])
def test_postal_address_that_cannot_stand_on_an_envelope_counts_as_none(intake: Intake, flaw: str) -> None:
    address = f'<address postalCode="9000"><street>{flaw}</street><city>Gent</city></address>'
    receipt = intake.tell(*EVERYTHING[:3], patron(inside=address))
    assert [(each.refused, each.code) for each in receipt.findings] == [(False, "no-address")]
    assert anna(intake).patron.postal_address(TEN) is None


TOLD_OF = {
    "a day that is none": ("1990-02-31", {"birthOn": "1990-02-31"}),
    "a day that is no day": ("of-old", {"birthOn": "of-old"}),
    "a death before birth": ("1990", {"birthOn": "1990-02-03", "deceasedOn": "1989-02-03"}),
    "a sort that is none": ("JANSSENS", {"sort": "JANSSENS"}),
}


@pytest.mark.parametrize("case", list(TOLD_OF))
def test_sentence_about_a_patron_does_not_hold_what_was_told(intake: Intake, case: str) -> None:
    secret, attributes = TOLD_OF[case]
    receipt = intake.tell(*EVERYTHING[:3], patron(**attributes))
    assert [each.refused for each in receipt.findings] == [True]
    assert secret not in receipt.findings[0].sentence


def codes_kept(intake: Intake) -> list[object]:
    return [row[0] for row in intake.rows("select code from circulation_findings order by import_pk, position")]


def test_what_was_wrong_is_forgotten_once_a_newer_message_tells_of_it(intake: Intake) -> None:
    wrong = patron(inside="<mail>anna</mail>"), loan(2, dueOn="2026-02-09")
    intake.tell(*EVERYTHING[:3], wrong[0], *EVERYTHING[4:], item(2), wrong[1])
    assert codes_kept(intake) == ["no-address", "due-before-loan"]
    intake.changes(patron(2))
    assert [each.code for each in anna(intake).findings] == ["no-address", "due-before-loan"]
    intake.changes(patron())
    assert [each.code for each in anna(intake).findings] == ["due-before-loan"]
    intake.changes(loan(2))
    assert codes_kept(intake) == []


@pytest.mark.parametrize("removed", ["by a message", "by a snapshot"])
def test_of_a_patron_who_is_removed_no_finding_stays(intake: Intake, removed: str) -> None:
    intake.tell(
        *EVERYTHING[:3], patron(inside="<mail>anna</mail>"), *EVERYTHING[4:], item(2), loan(2, dueOn="2026-02-09")
    )
    if removed == "by a message":
        intake.changes('<gone record="patron" id="P1"/>')
    else:
        intake.tell(patron(2), more=' covers="patron"')
    assert codes_kept(intake) == []


def test_patron_born_in_the_future_is_in_doubt(intake: Intake) -> None:
    receipt = intake.tell(*EVERYTHING[:3], patron(birthOn="2099-01-01"), *EVERYTHING[4:])
    assert [(each.refused, each.code) for each in receipt.findings] == [(False, "birth-to-come")]
    assert anna(intake).patron.doubt == "The day of birth is still to come."
    assert [each.code for each in anna(intake).findings] == ["birth-to-come"]


def test_branch_without_a_calendar_is_told(intake: Intake) -> None:
    receipt = intake.tell(LIBRARY, '<branch id="B1"><name>Centrum</name></branch>')
    assert [(each.refused, each.code) for each in receipt.findings] == [(False, "no-calendar")]


def test_message_in_another_currency_is_refused(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    with pytest.raises(OtherCurrency):
        intake.tell(*EVERYTHING, more=' currency="USD"')


def test_payment_of_what_is_with_the_bailiff_is_not_applied_but_told(intake: Intake) -> None:
    intake.tell(*EVERYTHING)
    with db.writing(intake.database) as connection:
        connection.exec_driver_sql(
            "insert into circulation_bailiff_lines (library, charge, patron, bill, amount, loan, selected_at,"
            " selected_by, processed_at) values ('I201', 'C1', 'P1', 'N1', 500, 'A1', '2026-03-10T06:00:00+00:00',"
            " 'eva', '2026-03-10T06:05:00+00:00')"
        )
    receipt = intake.changes(
        CHARGE.replace("/>", ' paid="5.00"/>'), LOAN.replace("/>", ' returnedAt="2026-03-10T07:00:00+01:00"/>')
    )
    assert [(each.code, each.patron) for each in receipt.findings] == [("with-bailiff", "P1")] * 2
    found = anna(intake)
    assert (found.charges[0].open, found.loans[0].is_open, found.with_bailiff) == (500, True, {"C1"})
    gone = intake.tell(*EVERYTHING[:-3], HOLD)
    assert gone.counts["loan"].gone == gone.counts["charge"].gone == 0


def test_hold_knows_the_day_it_became_ready_where_the_library_is(intake: Intake) -> None:
    ready = HOLD.replace('"PLACED"', '"READY" readyAt="2026-03-09T23:30:00Z"')
    intake.tell(*EVERYTHING[:-2], ready, CHARGE)
    assert (anna(intake).holds[0].ready_on, anna(intake).holds[0].ready_at) == (
        TEN,
        datetime(2026, 3, 9, 23, 30, tzinfo=UTC),
    )


def test_picture_is_as_old_as_the_oldest_of_what_decides(intake: Intake) -> None:
    with db.reading(intake.database) as connection:
        assert messages.picture(connection, L1).as_of is None
    intake.tell(*EVERYTHING, as_of="2026-03-10T05:00:00Z")
    intake.changes(LOAN, as_of="2026-03-10T09:00:00Z", more=' covers="loan"')
    with db.reading(intake.database) as connection:
        assert messages.picture(connection, L1).as_of == datetime(2026, 3, 10, 5, tzinfo=UTC)
    intake.changes(as_of="2026-03-10T10:00:00Z")
    with db.reading(intake.database) as connection:
        assert messages.picture(connection, L1).as_of == datetime(2026, 3, 10, 10, tzinfo=UTC)


@pytest.mark.parametrize("as_of", ["9999-12-31T12:00:00Z", "9999-12-31T00:00:00Z", "2126-01-01T00:00:00Z"])
@pytest.mark.parametrize("size", [100, 100_000])
def test_message_of_a_moment_to_come_is_refused_before_its_records_are_judged(
    intake: Intake, as_of: str, size: int
) -> None:
    intake.piece = size
    with pytest.raises((FromTheFuture, NotAMessage)) as refused:
        intake.tell(*EVERYTHING, as_of=as_of)
    assert as_of[:10] in str(refused.value)


def test_message_of_a_library_that_is_not_served_is_refused(intake: Intake) -> None:
    with pytest.raises(UnknownLibrary):
        intake.take(message(*EVERYTHING).replace(b"I201", b"I999"))


WHOLE = message(*EVERYTHING)
BROKEN = {
    "cut off": WHOLE[: len(WHOLE) // 2],
    "cut off between records": WHOLE[: WHOLE.index(b"<loan")],
    "nothing": b"",
    "no xml": b"loans;2026",
    "a doctype": b"<!DOCTYPE circulation [<!ENTITY a 'b'>]>" + WHOLE,
    "another root": b"<loans/>",
    "another namespace": WHOLE.replace(b"circulation:1", b"circulation:2"),
    "a message inside something else": b"<loans>" + WHOLE + b"</loans>",
    "an envelope": b"<Envelope xmlns='urn:soap'><Body>" + WHOLE + b"</Body></Envelope>",
    "a record inside something else": f"<loans xmlns='urn:bestelsync:circulation:1'>{LOAN}</loans>".encode(),
    "another message behind it": WHOLE + WHOLE,
    "two messages in something else": b"<loans>" + WHOLE + WHOLE + b"</loans>",
    "another message inside it": WHOLE.replace(b"<library>", WHOLE + b"<library>"),
    "another message inside a record": WHOLE.replace(b"</library>", b"<x xmlns='urn:x'>" + WHOLE + b"</x></library>"),
    "no header": WHOLE.replace(b"<header", b"<branch"),
    "two headers": WHOLE.replace(
        b"<library>", WHOLE[WHOLE.index(b"<header") : WHOLE.index(b"<library>")] + b"<library>"
    ),
    "a header that breaks the schema": WHOLE.replace(b'asOf="', b'asOf="x'),
    "an unknown element": WHOLE.replace(b"<library>", b"<loans/><library>"),
    "text between records": WHOLE.replace(b"<library>", b"hello<library>"),
    "text at the end": WHOLE.replace(b"</circulation>", b"hello</circulation>"),
    "an unknown entity": WHOLE.replace(b"Centrum", b"&centrum;"),
}


@pytest.mark.parametrize("case", list(BROKEN))
@pytest.mark.parametrize("size", [7, 100_000])
def test_message_that_cannot_be_read_to_its_end_leaves_no_trace(case: str, size: int, tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as engine:
        intake = Intake(engine, piece=size)
        with pytest.raises(NotAMessage):
            intake.take(BROKEN[case])
        assert intake.rows("select count(*) from circulation_loans") == [(0,)]
        assert intake.rows("select count(*) from circulation_imports") == [(0,)]


@pytest.mark.parametrize("case", ["another message inside it", "another message inside a record"])
def test_second_message_in_a_document_is_told_of(case: str, tmp_path: Path) -> None:
    with databases.an_engine("sqlite", tmp_path) as engine, pytest.raises(NotAMessage, match="a second circulation"):
        Intake(engine).take(BROKEN[case])


def test_record_without_an_end_is_given_up(tmp_path: Path) -> None:
    endless = WHOLE[: WHOLE.index(b"<loan")] + b"<!--" + b"x" * 5_000_000
    with databases.an_engine("sqlite", tmp_path) as engine, pytest.raises(TooMuch):
        Intake(engine, piece=65_536).take(endless)
