"""From where a request comes, and whether anybody on the way can read it."""

import pytest

from gateway.soap.fronts import Caller, Fronts


def asked(peer: str, forwarded_for: str = "", proto: str = "", scheme: str = "http") -> dict[str, str]:
    environ = {"REMOTE_ADDR": peer, "wsgi.url_scheme": scheme}
    if forwarded_for:
        environ["HTTP_X_FORWARDED_FOR"] = forwarded_for
    if proto:
        environ["HTTP_X_FORWARDED_PROTO"] = proto
    return environ


@pytest.mark.parametrize(
    ("environ", "found"),
    [
        (asked("127.0.0.1"), Caller("127.0.0.1", True)),
        (asked("::1"), Caller("::1", True)),
        (asked("192.0.2.1"), Caller("192.0.2.1", False)),
        (asked("192.0.2.1", scheme="https"), Caller("192.0.2.1", True)),
        (asked("127.0.0.1", "192.0.2.7"), Caller("127.0.0.1", False)),
        (asked("10.0.0.1", "192.0.2.7", "https"), Caller("192.0.2.7", True)),
        (asked("10.0.0.1", "192.0.2.7", "http"), Caller("192.0.2.7", False)),
        (asked("10.0.0.1", "192.0.2.7", "https, http"), Caller("192.0.2.7", False)),
        (asked("10.0.0.1", "203.0.113.1, 192.0.2.7, 10.0.0.9", "https"), Caller("192.0.2.7", True)),
        (asked("10.0.0.1", proto="https"), Caller("10.0.0.1", True)),
        (asked("192.0.2.1", "127.0.0.1", "https"), Caller("192.0.2.1", False)),
        (asked(""), Caller("", False)),
    ],
)
def test_only_trusted_fronts_are_believed(environ: dict[str, str], found: Caller):
    assert Fronts(("10.0.0.0/8",)).caller(environ) == found
