"""Every acceptance test runs on SQLite and on PostgreSQL, but for what only one of them can suffer."""

from collections.abc import Iterator

import pytest

from tests import databases


@pytest.fixture(scope="module", params=databases.KINDS, autouse=True)
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The kind of database that the stages of a test are on."""
    with databases.stages_on(request.param):
        yield request.param


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what is marked as being of one kind of database only, on the other kind."""
    items[:] = [item for item in items if not _is_of_another_kind(item)]


def _is_of_another_kind(item: pytest.Item) -> bool:
    kind = getattr(getattr(item, "callspec", None), "params", {}).get("database")
    return any(item.get_closest_marker(f"{other}_only") for other in databases.KINDS if kind and other != kind)
