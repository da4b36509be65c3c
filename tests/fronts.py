"""Real fronts with the configurations of docs/fronts, moved to this machine: other ports, other files, small limits."""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter

from tests.certificates import a_certificate
from tests.serving import free_port, until

EXAMPLES = Path(__file__).parent.parent / "docs" / "fronts"
NAME = "bestel.example.org"
LIMIT = 2 * 2**20
"""The front's limit in bytes."""
NGINX = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr;
events {{ }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {site};
}}
"""


@dataclass(frozen=True)
class Front:
    """A front that listens: its address, and the file with the certificate to trust it by."""

    address: str
    trusted: Path

    def session(self, source: str = "127.0.0.1", certificate: tuple[Path, Path] | None = None) -> requests.Session:
        """Somebody who speaks with it, from an address of this machine and perhaps with a client certificate."""
        session = requests.Session()
        session.mount("https://", _From(source))
        session.verify = str(self.trusted)
        session.trust_env = False
        if certificate:
            session.cert = (str(certificate[0]), str(certificate[1]))
        return session


class _From(HTTPAdapter):
    def __init__(self, source: str) -> None:
        self._source = source
        super().__init__()

    def init_poolmanager(self, *sizes: int, **options: object) -> None:
        super().init_poolmanager(*sizes, **options, source_address=(self._source, 0))


def _nginx(folder: Path, moved: Callable[[str, Mapping[str, str]], Path], port: int) -> list[str]:
    site = moved(
        "nginx.conf", {NAME: "localhost", "listen 443 ssl": f"listen 127.0.0.1:{port} ssl", "256m": f"{LIMIT}"}
    )
    main = folder / "main.conf"
    main.write_text(NGINX.format(folder=folder, site=site))
    return ["nginx", "-p", str(folder), "-e", "stderr", "-c", str(main)]


def _haproxy(folder: Path, moved: Callable[[str, Mapping[str, str]], Path], port: int) -> list[str]:
    (folder / "both.pem").write_bytes((folder / "front.pem").read_bytes() + (folder / "front.key").read_bytes())
    changes = {
        "bind :443": f"bind 127.0.0.1:{port}",
        "/dev/log local0": "stdout format raw local0",
        "268435456": str(LIMIT),
        f"{folder}/front.pem alpn": f"{folder}/both.pem alpn",
    }
    return ["haproxy", "-db", "-f", str(moved("haproxy.cfg", changes))]


def _caddy(folder: Path, moved: Callable[[str, Mapping[str, str]], Path], port: int) -> list[str]:
    changes = {
        "auto_https disable_redirects": "auto_https disable_redirects\n\tadmin off\n\tdefault_bind 127.0.0.1",
        NAME: f"localhost:{port}",
        "256MiB": str(LIMIT),
    }
    return ["caddy", "run", "--adapter", "caddyfile", "--config", str(moved("Caddyfile", changes))]


_STARTS = {"nginx": _nginx, "haproxy": _haproxy, "caddy": _caddy}
PROGRAMS = tuple(_STARTS)


@contextmanager
def a_front(program: str, gateway: str) -> Iterator[Front]:
    """That front with the example of its configuration, before a gateway that listens there."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="front-") as made:
        folder = Path(made)
        trusted, _ = a_certificate("localhost").write(folder, "front")

        def moved(example: str, changes: Mapping[str, str]) -> Path:
            text = (EXAMPLES / example).read_text()
            places = {"127.0.0.1:8080": gateway, "/etc/ssl/bestelsync": str(folder)}
            for there, instead in (places | changes).items():
                assert there in text, f"{example} has no {there}"
                text = text.replace(there, instead)
            (folder / example).write_text(text)
            return folder / example

        with _running(_STARTS[program](folder, moved, port), folder):
            front = Front(f"https://localhost:{port}/soap/orders", trusted)
            with front.session() as session:
                until(lambda: _answers(session, front))
            yield front


@contextmanager
def _running(command: list[str], folder: Path) -> Iterator[None]:
    environment = {**os.environ, "HOME": str(folder), "PATH": os.environ["PATH"] + ":/usr/sbin"}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
        try:
            yield
        except BaseException:
            print((folder / "log").read_text(errors="replace"))
            raise
        finally:
            process.terminate()
            process.wait(20)


def _answers(session: requests.Session, front: Front) -> bool:
    try:
        return session.get(f"{front.address}?wsdl", timeout=5).status_code == 200
    except requests.ConnectionError:
        return False
