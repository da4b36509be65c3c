"""The fronts of docs/fronts, as real programs before a real gateway: what they pass on, and what they do not."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
import requests

from gateway.accounts import suppliers
from gateway.supplier.message import envelope_xml
from tests.builders import a_mutation
from tests.certificates import Pair, a_certificate
from tests.fronts import LIMIT, PROGRAMS, Front, a_front
from tests.serving import a_stage_to_serve, log_of, serving, until
from tests.soap_messages import a_ping
from tests.stage import SOAP11, Answer, Stage

HEADER = "X-Client-Certificate"
PING = a_ping().encode()


@dataclass
class Site:
    """A gateway behind a front, with a supplier that has a secret and a certificate."""

    stage: Stage
    front: Front
    pair: Pair

    def post(self, content: bytes = PING, *, source: str = "127.0.0.1", shown: Pair | None = None,
             secret: str | None = None, **headers: str) -> Answer:  # fmt: skip
        """What a supplier gets from that address, showing a certificate or a secret or neither."""
        files = shown.write(self.stage.folder, "shown") if shown else None
        sent = {"Content-Type": "text/xml; charset=utf-8", **{n.replace("__", "-"): v for n, v in headers.items()}}
        with self.front.session(source, files) as session:
            auth = ("supplier", secret) if secret else None
            answer = session.post(self.front.address, data=content, headers=sent, auth=auth, timeout=60)
        return Answer(answer.status_code, answer.content, answer.headers)


@pytest.fixture(scope="module", params=[pytest.param(each, marks=pytest.mark.program(each)) for each in PROGRAMS])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    environment = {
        "GATEWAY_TRUSTED_FRONTS": json.dumps(["127.0.0.1"]),
        "GATEWAY_CLIENT_CERTIFICATE_HEADER": HEADER,
        "GATEWAY_LIMITS__MESSAGE_MEGABYTES": "1",
    }
    with a_stage_to_serve(tmp_path_factory.mktemp(request.param)) as stage:
        pair = a_certificate("supplier.example")
        suppliers.bind_certificate(stage.gateway.database, "supplier", pair.pem)
        with serving(stage, environment), a_front(request.param, stage.settings.listen) as front:
            yield Site(stage, front, pair)


def test_a_push_comes_through_over_tls(site: Site) -> None:
    message = b"".join(envelope_xml(site.stage.day(a_mutation()), SOAP11))
    answer = site.post(message, secret=site.stage.secret)
    assert (answer.status, answer.text("mutationCount")) == (200, "1")
    packed = site.post(gzip.compress(message), secret=site.stage.secret, Content__Encoding="gzip")
    assert packed.receipt == answer.receipt


def test_a_client_certificate_comes_in_without_a_secret(site: Site) -> None:
    assert site.post(shown=site.pair).status == 200


def test_a_certificate_of_nobody_is_told_its_fingerprint(site: Site) -> None:
    stranger = a_certificate()
    answer = site.post(shown=stranger)
    assert (answer.status, answer.text("code")) == (401, "authentication")
    assert stranger.fingerprint in (answer.text("message") or "")


def test_whoever_shows_nothing_is_asked_for_a_credential(site: Site) -> None:
    answer = site.post()
    assert (answer.status, answer.text("message")) == (401, "The request carries no credential.")
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


@pytest.mark.parametrize("name", ["X__Client__Certificate", "X_Client_Certificate", "x__client__certificate"])
def test_a_certificate_that_a_client_writes_itself_is_not_believed(site: Site, name: str) -> None:
    forged: dict[str, str] = {name: site.pair.fingerprint}
    assert site.post(**forged).text("message") == "The request carries no credential."
    stranger = a_certificate()
    answer = site.post(shown=stranger, **forged)
    assert answer.status == 401 and stranger.fingerprint in (answer.text("message") or "")
    # Nor does it harm one that is real.
    assert site.post(shown=site.pair, **{name: "nonsense"}).status == 200


def test_without_the_front_nothing_of_it_is_believed(site: Site) -> None:
    with requests.Session() as session:
        session.mount("http://", site.front.session("127.0.0.9").get_adapter("https://"))
        headers = {"Content-Type": "text/xml", HEADER: site.pair.fingerprint, "X-Forwarded-Proto": "https"}
        answer = session.post(
            f"http://{site.stage.settings.listen}/soap/orders", data=PING, headers=headers, timeout=60
        )
    assert answer.status_code == 401
    assert "no credential" in answer.text


def test_what_is_a_little_too_large_gets_the_gateways_own_fault(site: Site) -> None:
    content = PING.replace(b"<ping", b"<!--" + b"x" * int(1.2 * 2**20) + b"--><ping")
    ours = site.post(content, secret=site.stage.secret)
    assert (ours.status, ours.text("code")) == (413, "too-large")


def test_what_is_far_too_large_is_refused_by_whoever_hears_of_it_first(site: Site) -> None:
    try:
        answer = site.post(b" " * (LIMIT + 1000), secret=site.stage.secret)
    except requests.ConnectionError:
        return  # HAProxy and Caddy hang up on whoever goes on sending
    # Caddy passes the head on while the body comes in, so the gateway may be the one that says it.
    assert answer.status == 413


def test_the_clients_own_address_is_slowed_down_and_logged_and_no_other(site: Site) -> None:
    for number in range(5):
        forged = f"198.51.100.{number}"
        assert site.post(source="127.0.0.5", secret="wrong", X__Forwarded__For=forged).status == 401
    slowed = site.post(source="127.0.0.5", secret="wrong", X__Forwarded__For="198.51.100.9")
    assert slowed.status == 401 and int(slowed.headers["Retry-After"]) > 0
    assert "Retry-After" not in site.post(source="127.0.0.6", secret="wrong").headers
    assert site.post(source="127.0.0.6", secret=site.stage.secret).status == 200
    until(lambda: '"127.0.0.6"' in log_of(site.stage))
    refused = [json.loads(line) for line in log_of(site.stage).splitlines() if "accounts.refused" in line]
    assert {"127.0.0.5", "127.0.0.6"} <= {each["address"] for each in refused}
    assert "198.51.100" not in log_of(site.stage)
