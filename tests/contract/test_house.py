"""The house keeps its own rules: each import contract breaks when somebody breaks it."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLANTED = {
    "Imports only go down the floors of the house": ("gateway/orders/model.py", "import gateway.web.desk"),
    "Every module of the gateway has a floor": ("gateway/attic.py", ""),
    "Inside the order room imports follow the flow": ("gateway/orders/budgets.py", "import gateway.orders.intake"),
    "Inside the report room imports follow the flow": ("gateway/reports/document.py", "import gateway.reports.archive"),
    "Inside the circulation room imports follow the flow": (
        "gateway/circulation/model/loans.py",
        "import gateway.circulation.commands",
    ),
    "Inside the supplier's room imports follow the flow": ("gateway/supplier/books.py", "import gateway.supplier.push"),
    "Rules are pure: no database, no network, no files, no clock": ("gateway/orders/checks.py", "import time"),
    "A library system knows no other library system": ("adapters/wise/__init__.py", "import adapters.vsmart"),
    "An adapter sees models, contracts and transport; no store, no run, no settings file": (
        "adapters/vsmart/__init__.py",
        "import gateway.orders.store.lines",
    ),
    "spyne stays in gateway.soap": ("gateway/web/pages.py", "import spyne"),
    "zeep stays in gateway.transport": ("gateway/supplier/push.py", "import zeep"),
    "apscheduler stays in gateway.timetable": ("gateway/app.py", "import apscheduler"),
    "typst stays in gateway.typeset": ("gateway/reports/ina.py", "import typst"),
    "dbos stays in gateway.work": ("gateway/orders/processing.py", "import dbos"),
    "SQL stays in the stores": ("gateway/orders/intake.py", "import sqlalchemy"),
}


def linted(folder: Path) -> str:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env={"PYTHONPATH": str(folder)})
    return " ".join((done.stdout + done.stderr).split())


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter says of a copy of the house in which every rule is broken once."""
    house = tmp_path_factory.mktemp("house")
    for part in ("gateway", "adapters", "schemas"):
        shutil.copytree(ROOT / part, house / part, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    for path, line in PLANTED.values():
        with (house / path).open("a") as file:
            file.write(f"\n{line}\n")
    return linted(house)


def test_house_keeps_its_import_rules() -> None:
    assert "0 broken" in linted(ROOT)


@pytest.mark.parametrize("contract", list(PLANTED))
def test_planted_violation_breaks_its_contract(broken: str, contract: str) -> None:
    assert f"{contract} BROKEN" in broken


def test_every_contract_of_the_house_has_a_planted_violation() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    assert {contract["name"] for contract in contracts} - set(PLANTED) == set()


def test_no_file_is_longer_than_the_house_allows() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for part, most in (("gateway", 300), ("adapters", 300), ("schemas", 300), ("tests", 500))
        for path in (ROOT / part).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > most
    }
    assert long == {}
