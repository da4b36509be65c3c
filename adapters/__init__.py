"""The library systems that the gateway speaks to: the listing of this folder is the list.

To add one: a file `<name>.py` with a class `System` that keeps `gateway.orders.system.OrderSystem`,
then a golden report and a line in the changelog; see CONTRIBUTING.
"""

import pkgutil
from importlib import import_module
from typing import cast

from gateway.orders.system import OrderSystem


def names() -> list[str]:
    """The names by which settings call them."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__))


def system(name: str) -> type[OrderSystem]:
    """The class of one library system; raises ModuleNotFoundError for a name that is not in `names()`."""
    return cast(type[OrderSystem], import_module(f"adapters.{name}").System)
