"""The peers there are: what each needs, how it is made from our WSDL, how it is started."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gateway.soap import contract

HERE = Path(__file__).parent
BUILT = HERE.parents[1] / "build" / "peers"
WSDL, XSD = BUILT / "contract" / "orders.wsdl", BUILT / "contract" / "orders.xsd"
ADDRESS = "http://127.0.0.1:8080/soap/orders"
_JAVA_LIBRARIES = "/usr/share/java/jaxws-rt.jar:/usr/share/java/sqlite-jdbc.jar"
_JAVA_NATIVE = ":".join(map(str, Path("/usr/lib").glob("*/jni")))

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Peer:
    """One peer. Its folder under `build/peers` holds what was made for it."""

    name: str
    label: str
    checks: str
    """What it checks of a message, for the reader of the table."""
    packages: str
    """Debian packages that it needs."""
    proof: Command
    """Succeeds when they are there."""
    start: Callable[[Path, Mapping[str, str]], Command]
    """From its folder and its settings, which it finds in its environment too."""
    build: Callable[[Path], Sequence[Command]] = lambda _folder: ()
    product: str = ""
    """The file that is there once it was built."""

    @property
    def folder(self) -> Path:
        """Where it is built."""
        return BUILT / self.name

    def missing(self) -> str:
        """What is missing on this machine, and how to get it; nothing when it can run."""
        if not _succeeds(self.proof):
            return f"needs `apt-get install {self.packages}`, or `make bench-peers` as root"
        if not WSDL.exists() or (self.product and not (self.folder / self.product).exists()):
            return "is not built yet: `make bench-peers`"
        return ""

    def make(self) -> None:
        """Build it from the contract; raises CalledProcessError with what the tool said."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for command in self.build(self.folder):
            subprocess.run(command, cwd=self.folder, check=True, capture_output=True, text=True)


def write_contract() -> None:
    """Put the contract where the peers' tools read it, the XSD inside the WSDL as we serve it."""
    WSDL.parent.mkdir(parents=True, exist_ok=True)
    WSDL.write_bytes(contract.wsdl(ADDRESS))
    XSD.write_bytes(contract.xsd())


def _succeeds(command: Command) -> bool:
    if shutil.which(str(command[0])) is None:
        return False
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def _php(_folder: Path, to: Mapping[str, str]) -> Command:
    settings = ("memory_limit=-1", "post_max_size=0", "max_execution_time=0", f"soap.wsdl_cache_dir={BUILT}")
    chosen = [word for each in settings for word in ("-d", each)]
    return ("php", *chosen, "-S", f"127.0.0.1:{to['PEER_PORT']}", HERE / "php" / "server.php")


def _build_node(folder: Path) -> Sequence[Command]:
    for name in ("package.json", "server.js"):
        shutil.copy(HERE / "node" / name, folder / name)
    # The headers that came with node; without them the compiler would look for them on the network.
    headers = Path(shutil.which("node") or "/usr/bin/node").resolve().parents[1]
    return [
        ("env", f"npm_config_nodedir={headers}", "npm", "install", "--no-fund", "--no-audit", "--build-from-source"),
        ("node", "-e", "require('better-sqlite3')"),
    ]


def _build_jaxws(folder: Path) -> Sequence[Command]:
    classes = folder / "classes"
    classes.mkdir(exist_ok=True)
    return [
        ("wsimport", "-quiet", "-d", classes, WSDL),
        ("javac", "-nowarn", "-cp", f"{classes}:{_JAVA_LIBRARIES}", "-d", classes, HERE / "jaxws" / "Server.java"),
    ]


def _jaxws(folder: Path, _to: Mapping[str, str]) -> Command:
    classes = f"{folder / 'classes'}:{_JAVA_LIBRARIES}"
    return ("java", f"-Djava.library.path={_JAVA_NATIVE}", "-cp", classes, "Server")


def _build_gsoap(folder: Path) -> Sequence[Command]:
    sources = (HERE / "gsoap" / "server.cpp", "soapC.cpp", "soapServer.cpp")
    shared = Path("/usr/share/gsoap")
    return [
        ("wsdl2h", "-O2", "-I", shared / "import", "-t", shared / "WS" / "typemap.dat", "-o", "orders.h", WSDL),
        ("soapcpp2", "-S", "-L", "-x", "-c++", "-I", shared / "import", "orders.h"),
        ("g++", "-std=c++17", "-O2", "-I.", "-o", "server", *sources, "-lgsoap++", "-lsqlite3"),
    ]


def _build_spyne(folder: Path) -> Sequence[Command]:
    python = folder / "venv" / "bin" / "python"
    return [
        (sys.executable, "-m", "venv", folder / "venv"),
        (python, "-m", "pip", "install", "--quiet", "-r", HERE / "spyne" / "requirements.txt"),
        (python, "-c", "import spyne.server.wsgi, lxml, waitress"),
    ]


PEERS = (
    Peer(
        name="php",
        label="PHP SoapServer",
        checks="form and types of the WSDL, no facets",
        packages="php-cli php-soap php-sqlite3",
        proof=("php", "-r", "exit(class_exists('SoapServer') && extension_loaded('pdo_sqlite') ? 0 : 1);"),
        start=_php,
    ),
    Peer(
        name="node",
        label="node soap",
        checks="names only",
        packages="nodejs npm g++ make python3",
        proof=("npm", "--version"),
        start=lambda folder, _to: ("node", folder / "server.js"),
        build=_build_node,
        product="node_modules/better-sqlite3/build/Release/better_sqlite3.node",
    ),
    Peer(
        name="jaxws",
        label="JAX-WS RI",
        checks="types, no facets, no order",
        packages="default-jdk-headless jaxws libjaxws-java libxerial-sqlite-jdbc-java",
        proof=("sh", "-c", "command -v wsimport javac && test -e /usr/share/java/sqlite-jdbc.jar"),
        start=_jaxws,
        build=_build_jaxws,
        product="classes/Server.class",
    ),
    Peer(
        name="gsoap",
        label="gSOAP (C++)",
        checks="form and types, no facets",
        packages="gsoap libgsoap-dev libsqlite3-dev g++",
        proof=("sh", "-c", "command -v wsdl2h soapcpp2 g++ && test -e /usr/include/sqlite3.h"),
        start=lambda folder, _to: (folder / "server",),
        build=_build_gsoap,
        product="server",
    ),
    Peer(
        name="spyne",
        label="stock Spyne",
        checks="form and types by lxml, no facets",
        packages="python3-venv",
        proof=(sys.executable, "-c", "import ensurepip, sys; sys.exit(sys.version_info >= (3, 12))"),
        start=lambda folder, _to: (folder / "venv" / "bin" / "python", HERE / "spyne" / "server.py"),
        build=_build_spyne,
        product="venv/bin/python",
    ),
)
