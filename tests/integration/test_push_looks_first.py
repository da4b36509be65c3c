"""A file is looked over before it is pushed: what the gateway would refuse is named here, in the same words."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import schemas
from gateway.supplier import inspection, message, sample, upload
from gateway.supplier.inspection import BreaksContract
from gateway.transport.soap_client import ENVELOPES, SoapVersion
from tests.integration.test_push_command import pushed
from tests.simulators.soap_door import SoapDoor, soap_door
from tests.stage import Stage, a_stage

ON = date(2026, 3, 10)


@pytest.fixture
def door() -> Iterator[SoapDoor]:
    with soap_door() as opened:
        yield opened


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path / "stage") as stage:
        yield stage


def a_day(n: int = 3) -> message.Day:
    return sample.day(n, 1, institution="I202", sender="000002", branches=["2021"], budget_codes=["JEUGD"], on=ON)


def request(n: int = 3) -> str:
    return b"".join(message.request_xml(a_day(n))).decode()


def a_file(folder: Path, content: str) -> Path:
    path = folder / "message.xml"
    path.write_text(content, encoding="utf-8")
    return path


def flaws(folder: Path, content: str) -> str:
    with pytest.raises(BreaksContract) as refused:
        inspection.inspect(upload.message(a_file(folder, content)))
    return str(refused.value)


def with_quantity(content: str, quantity: str) -> str:
    before, _, after = content.partition("<quantity>")
    return f"{before}<quantity>{quantity}<{after.partition('<')[2]}"


def test_flaw_is_told_with_line_mutation_element_and_what_was_expected(door: SoapDoor, tmp_path: Path) -> None:
    path = a_file(tmp_path, with_quantity(request(), "many"))
    result = pushed(door, path)
    assert result.exit_code == 1
    line = 1 + next(number for number, text in enumerate(path.read_text().splitlines()) if "many" in text)
    assert f"line {line}, mutation " in result.stderr
    assert "quantity: found 'many', expected a whole number from 1 to 9999" in result.stderr
    assert f"line {line}, mutationId " in result.stderr and "element quantity" in result.stderr
    assert "--unchecked" in result.stderr and "next       mend" in result.stderr
    assert not door.asked


def test_same_file_pushed_unchecked_hears_the_same_from_the_gateway_itself(stage: Stage, tmp_path: Path) -> None:
    path = a_file(tmp_path, with_quantity(request(), "many"))
    ours = flaws(tmp_path, path.read_text()).partition(" at ")[2]
    theirs = stage.post(upload.message(path).open().read()).text("message") or ""
    assert theirs == f"The message breaks the contract at {ours}"


@pytest.mark.parametrize("version", SoapVersion)
def test_line_of_a_flaw_is_that_of_the_file_with_or_without_an_envelope(tmp_path: Path, version: SoapVersion) -> None:
    bare = with_quantity(request(), "many")
    whole = f'<e:Envelope xmlns:e="{ENVELOPES[version]}"><e:Body>{bare}</e:Body></e:Envelope>'
    assert flaws(tmp_path, bare) == flaws(tmp_path, whole)


@pytest.mark.parametrize(
    ("total", "says"),
    [
        ("mutationCount", "control/mutationCount: found 9999, but the mutations come to 3"),
        ("copyCount", "control/copyCount: found 9999, but the mutations come to "),
        ("totalAmount", "control/totalAmount: found 9999, but the mutations come to "),
    ],
)
def test_control_totals_are_counted_again(tmp_path: Path, total: str, says: str) -> None:
    before, _, after = request().partition(f"<{total}>")
    assert says in flaws(tmp_path, f"{before}<{total}>9999<{after.partition('<')[2]}")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text[: len(text) // 2], "is not well-formed XML"),
        (lambda text: text.replace("</mutations>", ""), "is not well-formed XML"),
        (lambda text: f"<!DOCTYPE x [<!ENTITY e 'x'>]>{text}", "has a DOCTYPE"),
        (lambda text: text.replace("<mutationCount>", "<colour/><mutationCount>"), "colour: is not expected here"),
        (lambda text: text.replace("<senderCode>000002", "<senderCode>2"), "senderCode: found '2', expected 6 digits"),
        (lambda text: text.replace("</mutations>", "</mutations><more/>"), "more: is not expected here"),
    ],
)
def test_what_is_wrong_around_the_mutations_is_told_too(tmp_path: Path, change: object, says: str) -> None:
    assert says in flaws(tmp_path, change(request()))


def test_of_many_flaws_the_first_twenty_and_their_number_are_told(tmp_path: Path) -> None:
    told = flaws(tmp_path, request(50).replace("<quantity>", "<quantity>x")).splitlines()
    assert "in 50 places; the first 20" in told[0]
    assert len(told) == 21


@pytest.mark.parametrize("name", [name for name in schemas.names("orders/v1") if "example-" in name])
def test_examples_of_the_contract_pass(name: str, tmp_path: Path) -> None:
    path = tmp_path / "example.xml"
    path.write_bytes(schemas.read(name))
    found = upload.message(path) if "receipt" not in name and "fault" not in name else None
    if found:
        inspection.inspect(found)


def test_looking_a_large_day_over_takes_no_memory_for_it(tmp_path: Path) -> None:
    """In a process of its own: 30,000 mutations beside 600."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom gateway.supplier import inspection, upload\n"
        "inspection.inspect(upload.message(Path(sys.argv[1])))\n"
        "print(Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])"
    )
    peaks = []
    for count in (600, 30_000):
        path = a_file(tmp_path, request(count))
        done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, check=True)
        peaks.append(int(done.stdout))
    assert peaks[1] - peaks[0] < 10_000  # kilobytes, of a file of 26,000
