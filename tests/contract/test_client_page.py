"""What suppliers' programmers copy from our page is what ran."""

import re
from pathlib import Path

from tests.interop import document
from tests.interop.clients import CLIENTS
from tests.interop.tries import CLIENTS_FOLDER

PAGE = (Path(__file__).parents[2] / "docs" / "clients.md").read_text(encoding="utf-8")


def test_the_snippets_for_suppliers_are_those_of_the_programs_that_run() -> None:
    assert document.with_snippets(PAGE) == PAGE


def test_every_program_that_runs_has_its_snippet_for_suppliers() -> None:
    programs = {
        str(path.relative_to(CLIENTS_FOLDER))
        for path in CLIENTS_FOLDER.rglob("*.*")
        if "snippet: connect" in path.read_text(encoding="utf-8")
    }
    assert set(re.findall(r"<!-- snippet: (\S+) connect", PAGE)) == programs
    assert len(programs) == 9


def test_the_table_names_every_client_in_each_version_that_it_speaks_and_all_went_well() -> None:
    rows = [line.strip("| \n").split(" | ") for line in re.findall(r"^\| .*", PAGE, re.MULTILINE)][2:]
    assert [(cells[0], cells[2]) for cells in rows] == [(each.name, soap) for each in CLIENTS for soap in each.versions]
    assert {cell for cells in rows for cell in cells[3:]} == {"yes"}
