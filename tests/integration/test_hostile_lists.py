"""Lists that are no lists, or only half of one: refused with the file, the row and what to do, and nothing applied."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gateway.orders import imports
from gateway.orders.list_files import MOST_MEGABYTES
from gateway.orders.tables_in import UnreadableList
from tests.stage import Stage, a_stage

HEAD = "supplier_branch;branch;name\n"
Shape = Callable[[Path], Path]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with a_stage(tmp_path) as stage:
        yield stage


@pytest.fixture(autouse=True)
def _nothing_is_half_applied(stage: Stage) -> Iterator[None]:
    before = _branches(stage)
    yield
    assert _branches(stage) == before


def _branches(stage: Stage) -> list[tuple[str, str]]:
    rows = stage.rows("select supplier_branch, branch from branches where institution = 'I202' order by 1")
    return [tuple(row) for row in rows]


def _why(stage: Stage, path: Path) -> str:
    with pytest.raises(UnreadableList) as refused:
        imports.import_branches(stage.gateway.database, "I202", path)
    assert "docs/installer.md" in refused.value.advice
    return str(refused.value)


def _a_link(folder: Path) -> Path:
    (folder / "real.csv").write_text(f"{HEAD}01;9;\n")
    (folder / "link.csv").symlink_to(folder / "real.csv")
    return folder / "link.csv"


def _a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.csv")
    return folder / "pipe.csv"


def _a_huge_file(folder: Path) -> Path:
    # Sparse: it takes no room on the disk.
    with (folder / "huge.csv").open("wb") as file:
        file.truncate(2**30)
    return folder / "huge.csv"


@pytest.mark.parametrize(
    ("shape", "reason"),
    [
        (_a_link, "it is a link; name the file that it leads to"),
        (_a_pipe, "it is no plain file"),
        (lambda _: Path("/dev/zero"), "it is no plain file"),
        (lambda folder: folder, "it is no plain file"),
        (_a_huge_file, f"it holds 1024 MB and at most {MOST_MEGABYTES} are read"),
    ],
)
def test_what_is_no_plain_file_of_some_size_is_not_read(stage: Stage, shape: Shape, reason: str) -> None:
    path = shape(stage.folder)
    said = _why(stage, path)
    assert str(path) in said and reason in said


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{HEAD}01;9;\n03;2013".encode(), "its last row, on line 3, is cut short"),
        (f'{HEAD}01;9;\n03;2013;"Oost\n04;2014;\n'.encode(), "the row that begins on line 3 is not CSV"),
        (f"{HEAD}01;9;\n".encode("utf-16"), "it is no text in UTF-8 or Windows-1252"),
        (HEAD.encode() + b"01;9;\n03;2013;\x81\xff\n", "line 3 is neither UTF-8 nor Windows-1252"),
        (b"\xef\xbb\xbf" + HEAD.encode() + b"03;2013;Caf\xe9\n", "line 2 is not in UTF-8, as the file says it is"),
        (b"<a>\n<b><supplier_branch>01</supplier_branch><branch>9</branch></b>\n<b>", "line 3"),
    ],
)
def test_file_cut_short_or_in_another_encoding_is_refused_with_its_line(
    stage: Stage, content: bytes, reason: str
) -> None:
    (stage.folder / "list.csv").write_bytes(content)
    assert reason in _why(stage, stage.folder / "list.csv")


def test_name_of_a_file_with_line_ends_is_told_in_one_line(stage: Stage) -> None:
    path = stage.folder / "a\nb\x1b[31m.csv"
    path.write_text("colour\nred\n")
    said = _why(stage, path)
    assert said.isprintable() and r"a\nb\x1b[31m.csv" in said


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("01;=1+1;", "line 2: branch '=1+1' begins as a formula: write the value itself"),
        ("@SUM;9;", "line 2: supplier_branch '@SUM' begins as a formula: write the value itself"),
        ('01;"9\n9";', r"line 2: branch '9\n9' has a line end or another character that cannot be seen"),
        ("01;9;a\x1b[2J", r"line 2: name 'a\x1b[2J' has a line end or another character that cannot be seen"),
    ],
)
def test_row_that_hides_something_is_refused_with_its_line(stage: Stage, row: str, sentence: str) -> None:
    path = stage.folder / "list.csv"
    path.write_text(f"{HEAD}{row}\n")
    assert imports.import_branches(stage.gateway.database, "I202", path).refused == [sentence]


def test_title_may_begin_as_a_formula(stage: Stage) -> None:
    path = stage.folder / "list.csv"
    path.write_text("sender;order_number;order_line;branch;copies;title\n000002;B1;1;2011;1;=Hello\n")
    assert imports.import_open_orders(stage.gateway.database, "I202", path).taken == 1
