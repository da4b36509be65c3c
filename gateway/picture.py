"""How libraries come by their picture of circulation: what a message needs, from command or folder."""

from collections.abc import Iterator
from functools import partial

from gateway import app
from gateway.app import Gateway
from gateway.circulation.intake import Arrival, Receipt, Reception
from gateway.circulation.watched import Folder
from gateway.config import LibrarySettings


def reception(gateway: Gateway) -> Reception:
    """What circulation messages on their way in need."""
    return Reception(
        database=gateway.database,
        libraries=gateway.libraries,
        share_percent=gateway.settings.circulation.hold_percent,
        alone=partial(app.alone, gateway),
    )


def folder(gateway: Gateway, library: LibrarySettings) -> Folder | None:
    """The folder in which a library system leaves messages; each may speak of its own library only."""
    if library.circulation_folder is None:
        return None

    def take(name: str, chunks: Iterator[bytes]) -> Receipt:
        return Arrival(reception(gateway), name, [library.institution]).take(chunks)

    return Folder(library.circulation_folder, take, most_bytes(gateway), gateway.circulation_failed)


def most_bytes(gateway: Gateway) -> int:
    """How large a message may be, after unpacking."""
    return gateway.settings.circulation.message_megabytes * 2**20
