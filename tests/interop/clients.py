"""The foreign clients: what each needs, how it is made from the WSDL, how it runs."""

from dataclasses import dataclass

from tests.interop.machine import Need

BOTH = ("1.1", "1.2")
PYTHON = Need("Python with venv", ("python3", "-c", "import venv, ensurepip"), ("python3-venv",))


@dataclass(frozen=True)
class Workshop:
    """A folder under `clients/` with programs in one language, and what makes them."""

    folder: str
    needs: tuple[Need, ...]
    makes: tuple[tuple[str, ...], ...]
    """Commands that run in a copy of the folder; `$WSDL` in them is the address of the WSDL."""


@dataclass(frozen=True)
class Client:
    """One foreign client."""

    name: str
    workshop: Workshop
    run: tuple[str, ...]
    """The command, in the workshop's copy."""
    tried: tuple[str, ...]
    """A command whose output holds the version of what was tried."""
    versions: tuple[str, ...] = BOTH
    """Of SOAP, that it can speak."""


_BIN = "venv/bin/python"
_OWN_PYTHON = Workshop(
    "python",
    (PYTHON,),
    (
        ("python3", "-m", "venv", "venv"),
        (_BIN, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
         "--requirement", "requirements.txt"),
    ),
)  # fmt: skip


def _of_python(name: str, distribution: str, versions: tuple[str, ...] = BOTH) -> Client:
    version = f"import importlib.metadata as m; print('{distribution}', m.version('{distribution}'))"
    return Client(name, _OWN_PYTHON, (_BIN, f"with_{name}.py"), (_BIN, "-c", version), versions)


CLIENTS = (_of_python("zeep", "zeep"),)
