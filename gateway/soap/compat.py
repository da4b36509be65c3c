"""Makes Spyne 2.14 importable without warnings, also on Python 3.12 and later; the only module that imports it.

Spyne carries a copy of six whose import hook has only the methods that Python 3.11 still falls back on. The missing
ones are added before any other module of Spyne is loaded. Python 3.13 has no `cgi` module: the distribution
`legacy-cgi` brings it back.
"""

import importlib.util
import logging
import sys
import warnings
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

__all__ = [
    "Application",
    "ComplexModel",
    "Fault",
    "ServiceBase",
    "Soap11",
    "Soap12",
    "Unicode",
    "WsgiApplication",
    "rpc",
]

_NAME = "spyne.util.six"


def _complete_import_hook() -> None:
    if _NAME in sys.modules:
        return
    package = importlib.util.find_spec("spyne")
    if package is None or not package.submodule_search_locations:
        raise ModuleNotFoundError("spyne is not installed", name="spyne")
    path = Path(package.submodule_search_locations[0]) / "util" / "six.py"
    spec = importlib.util.spec_from_file_location(_NAME, path)
    if spec is None or spec.loader is None:
        raise ModuleNotFoundError(f"spyne has no {path}", name=_NAME)
    six = importlib.util.module_from_spec(spec)
    sys.modules[_NAME] = six
    spec.loader.exec_module(six)
    _add_finder(type(six._importer))


def _add_finder(importer: Any) -> None:
    if hasattr(importer, "find_spec"):
        return

    def find_spec(self: Any, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(name, self) if name in self.known_modules else None

    def create_module(self: Any, spec: ModuleSpec) -> ModuleType:
        module: ModuleType = self.load_module(spec.name)
        return module

    importer.find_spec = find_spec
    importer.create_module = create_module
    importer.exec_module = lambda self, module: None


with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    _complete_import_hook()
    from spyne import Application, ComplexModel, Fault, ServiceBase, Unicode, const, rpc
    from spyne.protocol.soap import Soap11, Soap12
    from spyne.server.wsgi import WsgiApplication

# Spyne would stop everything once a second to collect what Python collects by itself.
const.MIN_GC_INTERVAL = float("inf")
# Spyne logs requests and every refusal with a stack trace; `faults` logs what is worth it.
logging.getLogger("spyne").addHandler(logging.NullHandler())
logging.getLogger("spyne").propagate = False
