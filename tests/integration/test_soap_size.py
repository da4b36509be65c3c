"""Size costs no memory: a hundred thousand mutations in one message, and ten thousand flaws in one."""

import re
import subprocess
import sys
from pathlib import Path

from lxml import etree

from gateway.soap.desk import Limits
from tests.soap_desk import Memory, serving
from tests.soap_messages import a_header, a_large_push, a_mutation, a_push, post

ROOT = Path(__file__).parents[2]

MEASURE = """
import resource
from tests.soap_desk import Memory
from tests.soap_messages import BASIC, a_large_push
from gateway.soap.desk import Limits
from gateway.soap.fronts import Caller
from gateway.soap.versions import SOAP11
from gateway.soap.visit import Visit

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

def pieces(chunks):
    rest = b""
    for chunk in chunks:
        rest += chunk
        while len(rest) >= 65536:
            yield rest[:65536]
            rest = rest[65536:]
    yield rest

def take(count):
    memory = Memory(keep_rows=False)
    visit = Visit(memory.desk(), Limits(), SOAP11, Caller("127.0.0.1", True))
    visit.identify(BASIC)
    visit.bring(pieces(a_large_push(count)), charset=None, action="")
    visit.read()
    return visit.delivery.count

take(5_000)
before = peak()
assert take(100_000) == 100_000
print((peak() - before) // 1024)
"""


def test_a_hundred_thousand_mutations_take_no_more_memory_than_a_few_thousand():
    measured = subprocess.run([sys.executable, "-c", MEASURE], cwd=ROOT, capture_output=True, text=True, check=False)
    assert measured.returncode == 0, measured.stderr
    assert int(measured.stdout) <= 8, f"{measured.stdout.strip()} MB more"


def test_of_ten_thousand_errors_the_first_twenty_are_told_and_their_number():
    memory = Memory()
    with serving(memory) as address:
        answer = post(address, a_large_push(10_005, bad=range(6, 10_006)))
    message = etree.fromstring(answer.content).findtext(".//{urn:bestelsync:orders:1}message") or ""
    first, *places = message.splitlines()
    assert first == "The message breaks the contract in 10000 places; the first 20:"
    found = [
        re.findall(r"line (\d+), mutation M-(\d+), ean: found '97890', expected 13 digits", each) for each in places
    ]
    assert found == [[(str(number + 1), str(number))] for number in range(6, 26)]
    assert memory.kept == {} and memory.discarded == memory.begun


def test_nothing_more_is_handed_over_after_the_first_flaw():
    memory = Memory()
    with serving(memory) as address:
        assert post(address, a_large_push(6000, bad=[1])).status_code == 500
    assert memory.handed_rows == 0
    assert memory.handed_bytes <= 2 * 65_536


def test_lines_are_right_beyond_the_65535th():
    memory = Memory()
    with serving(memory) as address:
        answer = post(address, a_push("\n" * 69_999 + a_mutation(7, ean="97"), header=a_header(1)))
    assert "line 70000, mutation M-7, ean" in answer.text


def test_one_message_may_not_hold_more_mutations_than_the_limit():
    memory = Memory()
    with serving(memory, limits=Limits(mutations=1000)) as address:
        assert post(address, a_large_push(1000)).status_code == 200
        assert post(address, a_large_push(1001)).status_code == 413
