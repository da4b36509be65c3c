"""The foreign clients: what each needs, how it is made from the WSDL, how it runs."""

from dataclasses import dataclass

from tests.interop.machine import Need

BOTH = ("1.1", "1.2")


@dataclass(frozen=True)
class Workshop:
    """A folder under `clients/` with programs in one language, and what makes them."""

    folder: str
    needs: tuple[Need, ...]
    fetches: tuple[tuple[str, ...], ...] = ()
    """Commands that bring packages of PyPI or npm, in a copy of the folder."""
    makes: tuple[tuple[str, ...], ...] = ()
    """Commands that run in a copy of the folder, beside `orders.wsdl` as the gateway serves it."""


@dataclass(frozen=True)
class Client:
    """One foreign client."""

    name: str
    workshop: Workshop
    run: tuple[str, ...]
    """The command, in the workshop's copy."""
    tried: tuple[str, ...]
    """A command that tells the version of what was tried."""
    versions: tuple[str, ...] = BOTH
    """Of SOAP, that it can speak."""


_BIN = "venv/bin/python"
_PYTHON = Workshop(
    "python",
    (
        Need(
            "Python with venv",
            ("python3", "-c", "import ensurepip, sys, venv; print(sys.executable, sys.version)"),
            ("python3-venv",),
        ),
    ),
    (
        ("python3", "-m", "venv", "venv"),
        (_BIN, "-m", "pip", "install", "--quiet", "--require-hashes", "--requirement", "requirements.txt"),
    ),
    (
        # xsdata tidies what it made with the ruff beside it.
        ("sh", "-c", 'PATH="$PWD/venv/bin:$PATH" xsdata generate orders.wsdl --package orders'),
    ),
)
_NODE = Workshop(
    "node",
    (
        Need(
            "Node.js 20 or later",
            ("node", "-e", "console.log(process.version); process.exit(Number(parseInt(process.versions.node) < 20))"),
            ("nodejs",),
        ),
        Need("npm", ("npm", "--version"), ("npm",)),
    ),
    (("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"),),
)
_PHP = Workshop(
    "php", (Need("PHP with SOAP", ("php", "-r", "exit((int) !class_exists('SoapClient'));"), ("php-cli", "php-soap")),)
)
_PERL = Workshop("perl", (Need("SOAP::Lite", ("perl", "-MSOAP::Lite", "-e", "1"), ("libsoap-lite-perl",)),))

_COMPILED = ("client.cpp", "soapC.cpp", "soapOrderMutationsSoap11Proxy.cpp", "-lgsoap++", "-o", "client")


def _gsoap(folder: str, *version: str) -> tuple[tuple[str, ...], ...]:
    """What makes a gSOAP client in a folder of its own, with soapcpp2's option for the version of SOAP."""
    return (
        ("mkdir", "-p", folder),
        ("soapcpp2", *version, "-j", "-C", "-w", "-x", "-L", f"-d{folder}", "-I/usr/share/gsoap/import", "orders.h"),
        ("sh", "-c", 'cd "$0" && cp ../client.cpp . && g++ -std=c++17 -I. "$@"', folder, *_COMPILED),
    )


_GSOAP = Workshop(
    "gsoap",
    (
        Need("gSOAP", ("wsdl2h", "-V"), ("gsoap",)),
        Need("gSOAP's library", ("test", "-e", "/usr/include/stdsoap2.h"), ("libgsoap-dev",)),
        Need("a C++ compiler", ("g++", "--version"), ("g++",)),
    ),
    (),
    (("wsdl2h", "-o", "orders.h", "orders.wsdl"), *_gsoap("plain"), *_gsoap("soap11", "-1")),
)

_GSOAP_VERSION = ("sh", "-c", "echo gSOAP; wsdl2h -V 2>&1")

_JARS = "/usr/share/jaxws/lib/*"
_JAXWS_VERSION = ("sh", "-c", "wsimport -version | tr -d '\"'")
_JAVA = Workshop(
    "java",
    (
        Need("JAX-WS", ("wsimport", "-version"), ("jaxws",)),
        Need("a JDK", ("javac", "-version"), ("default-jdk-headless",)),
    ),
    (),
    (
        ("wsimport", "-extension", "-quiet", "-Xnocompile", "-p", "orders", "-s", ".", "orders.wsdl"),
        ("sh", "-c", 'javac -encoding UTF-8 -cp "$0" -d classes WithJaxWs.java orders/*.java', _JARS),
    ),
)


def _of_python(name: str, distribution: str, versions: tuple[str, ...] = BOTH) -> Client:
    version = f"import importlib.metadata as m; print('{distribution}', m.version('{distribution}'))"
    return Client(name, _PYTHON, (_BIN, f"with_{name}.py"), (_BIN, "-c", version), versions)


def _of_node(package: str) -> Client:
    version = (
        f"console.log('{package}', require('{package}/package.json').version, 'on Node.js', process.versions.node)"
    )
    return Client(package, _NODE, ("node", f"with_{package.replace('-', '_')}.js"), ("node", "-e", version))


CLIENTS = (
    _of_python("zeep", "zeep"),
    _of_python("suds", "suds-community", ("1.1",)),
    _of_python("xsdata", "xsdata", ("1.1",)),
    _of_node("soap"),
    _of_node("strong-soap"),
    Client("SoapClient", _PHP, ("php", "with_soapclient.php"), ("php", "-r", "echo 'PHP ', PHP_VERSION;")),
    Client(
        "SOAP::Lite",
        _PERL,
        ("perl", "with_soap_lite.pl"),
        ("perl", "-MSOAP::Lite", "-e", "printf 'SOAP::Lite %s on Perl %vd', SOAP::Lite->VERSION, $^V"),
    ),
    Client("gSOAP", _GSOAP, ("plain/client",), _GSOAP_VERSION, ("1.2",)),
    Client("gSOAP -1", _GSOAP, ("soap11/client",), _GSOAP_VERSION, ("1.1",)),
    Client("JAX-WS", _JAVA, ("java", "-cp", f"classes:.:{_JARS}", "WithJaxWs"), _JAXWS_VERSION),
)
