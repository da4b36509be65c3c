"""The staff pages over a whole gateway, with people of both libraries."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from gateway import serving
from gateway.accounts import people
from gateway.accounts.model import Role
from gateway.web.application import application
from tests.staff_stage import KEY, PASSWORD
from tests.stage import Stage, a_stage

PEOPLE = (
    ("anna", ["I202"], Role.STAFF),
    ("dina", ["I202"], Role.BUDGETS),
    ("bram", ["I201"], Role.BUDGETS),
    ("chris", [], Role.ADMIN),
)


@contextmanager
def a_counter(folder: Path) -> Iterator[tuple[Stage, Flask]]:
    """Anna reads and Dina decides at I202, Bram decides at I201, Chris looks after both."""
    with a_stage(folder) as stage:
        for name, institutions, role in PEOPLE:
            people.add_person(
                stage.gateway.database,
                name=name,
                display_name=f"{name.title()} Proef",
                password=PASSWORD,
                institutions=institutions,
                role=role,
            )
        desk = serving.staff_desk(stage.gateway)
        yield stage, application(desk, secret_key=KEY, public_address="http://127.0.0.1")
