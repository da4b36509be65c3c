"""From where a request comes: what a trusted front says is believed, and nobody else."""

from base64 import b64encode
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.soap.fronts import Caller, Fronts, fingerprint
from gateway.soap.refusals import BadCredential
from tests.certificates import a_certificate

HEADER = "X-Client-Certificate"
FRONTS = Fronts(("10.0.0.0/8", "2001:db8::/64"), HEADER)
ADDRESSES = st.ip_addresses().map(str)
ANYTHING = st.text(st.characters(codec="latin-1"), max_size=60)
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        "HTTP_X_FORWARDED_FOR": st.one_of(ANYTHING, ADDRESSES, st.lists(ADDRESSES, max_size=4).map(", ".join)),
        "HTTP_X_FORWARDED_PROTO": st.one_of(ANYTHING, st.sampled_from(["https", "http", "http, https"])),
        "HTTP_X_CLIENT_CERTIFICATE": st.one_of(ANYTHING, st.just("a" * 64)),
    },
)


def is_front(address: str) -> bool:
    known = ip_address(address)
    known = getattr(known, "ipv4_mapped", None) or known
    return str(known).startswith("10.") if known.version == 4 else known.exploded.startswith("2001:0db8:0000:0000:")


def is_loopback(peer: str) -> bool:
    known = ip_address(peer)
    return (getattr(known, "ipv4_mapped", None) or known).is_loopback


@given(peer=st.one_of(ADDRESSES, ANYTHING), claims=CLAIMS)
def test_nothing_that_a_stranger_claims_is_believed(peer: str, claims: dict[str, str]):
    try:
        stranger = not is_front(peer)
    except ValueError:
        stranger = True
    found = FRONTS.caller({"REMOTE_ADDR": peer, "wsgi.url_scheme": "http", **claims})
    if stranger:
        assert (found.address, found.certificate) == (peer, "")
        assert not found.secure or is_loopback(peer)


@given(forged=st.lists(ADDRESSES, max_size=4), real=ADDRESSES.filter(lambda each: not is_front(each)))
def test_what_a_client_forges_never_stands_before_what_the_front_saw(forged: list[str], real: str):
    found = FRONTS.caller({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": ", ".join([*forged, real, "10.0.0.2"])})
    assert ip_address(found.address) == (getattr(ip_address(real), "ipv4_mapped", None) or ip_address(real))


@given(claims=CLAIMS)
def test_a_front_that_writes_nonsense_is_taken_for_the_caller(claims: dict[str, str]):
    found = FRONTS.caller({"REMOTE_ADDR": "10.0.0.1", "wsgi.url_scheme": "http", **claims})
    ip_address(found.address)
    assert found.secure == (claims.get("HTTP_X_FORWARDED_PROTO", "").split(",")[-1].strip().lower() == "https")
    assert found.secure or not found.certificate


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("192.0.2.7:51234", "192.0.2.7"),
        ("[2001:db8:1::7]:443", "2001:db8:1::7"),
        ("[2001:db8:1::7]", "2001:db8:1::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("192.0.2.7, ::ffff:10.0.0.9", "192.0.2.7"),
        ("192.0.2.7, unknown", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_an_address_counts_however_a_front_writes_it(forwarded: str, address: str):
    assert FRONTS.caller({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": forwarded}).address == address


def test_this_machine_is_known_by_either_kind_of_address():
    for peer in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
        assert FRONTS.caller({"REMOTE_ADDR": peer}) == Caller(peer, True)


def test_a_certificate_is_believed_from_a_front_over_tls_only():
    claims = {"HTTP_X_CLIENT_CERTIFICATE": "a" * 64, "HTTP_X_FORWARDED_FOR": "192.0.2.7"}
    tls = {**claims, "HTTP_X_FORWARDED_PROTO": "https"}
    assert FRONTS.caller({"REMOTE_ADDR": "10.0.0.1", **tls}) == Caller("192.0.2.7", True, "a" * 64)
    assert FRONTS.caller({"REMOTE_ADDR": "10.0.0.1", **claims}).certificate == ""
    assert FRONTS.caller({"REMOTE_ADDR": "127.0.0.1", **tls}).certificate == ""
    assert Fronts(["10.0.0.1"]).caller({"REMOTE_ADDR": "10.0.0.1", **tls}).certificate == ""


def test_a_certificate_has_one_fingerprint_however_a_front_passes_it_on():
    pair = a_certificate()
    plain = b64encode(pair.der).decode()
    colons = ":".join(pair.fingerprint[place : place + 2] for place in range(0, 64, 2)).upper()
    ways = [pair.fingerprint, colons, quote(pair.pem.decode()), quote(pair.pem.decode(), safe=""), plain, f":{plain}:"]
    assert {fingerprint(each) for each in ways} == {pair.fingerprint}


@pytest.mark.parametrize(
    "given_",
    [
        "-", "(null)", "{http.request.tls.client.fingerprint}", "a" * 40, "a" * 63, "MIIB", "%%%", "MAA=",
        "a" * 64 + ", " + "b" * 64, b64encode(b"\x30\x82\x4e\x20" + b"x" * 19_999).decode(),
    ],
)  # fmt: skip
def test_what_is_no_certificate_is_refused(given_: str):
    with pytest.raises(BadCredential):
        fingerprint(given_)


@given(ANYTHING)
def test_no_header_makes_it_fail_in_another_way(given_: str):
    with suppress(BadCredential):
        assert len(fingerprint(given_)) == 64


def test_two_certificates_in_one_header_are_refused():
    both = quote((a_certificate().pem + a_certificate().pem).decode())
    with pytest.raises(BadCredential):
        fingerprint(both)
