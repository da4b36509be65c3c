"""The page for suppliers' programmers: what stands in it between marks is made from what ran.

`<!-- table -->` to `<!-- end -->` holds the outcomes; `<!-- snippet: perl/with_soap_lite.pl push -->` to `<!-- end -->`
holds the parts of that program which are marked `snippet: push` there.
"""

import re
import textwrap
from collections.abc import Sequence

from tests.interop.tries import CLIENTS_FOLDER

_OLD = r"(?:(?!<!-- (?:table|snippet)).)*?(?=<!-- end -->)"
_TABLE = re.compile(rf"(?<=<!-- table -->\n){_OLD}", re.DOTALL)
_SNIPPET = re.compile(rf"(<!-- snippet: (\S+) ([\w ]+) -->\n){_OLD}", re.DOTALL)
_PART = re.compile(r"^ *(?:#|//) snippet: (\w+)\n(.*?)^ *(?:#|//) end$", re.DOTALL | re.MULTILINE)
_LANGUAGES = {"py": "python", "js": "js", "php": "php", "pl": "perl", "cpp": "cpp", "java": "java"}


def with_table(page: str, rows: Sequence[Sequence[str]]) -> str:
    """The page with these rows, of which the first is the head."""
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    made = "".join(f"| {' | '.join(cells)} |\n" for cells in lines)
    return _TABLE.sub(lambda _: f"\n{made}\n", page)


def with_snippets(page: str) -> str:
    """The page with the snippets as they are in the programs now."""
    return _SNIPPET.sub(lambda found: found[1] + _block(found[2], found[3].split()), page)


def _block(program: str, names: Sequence[str]) -> str:
    source = (CLIENTS_FOLDER / program).read_text(encoding="utf-8")
    parts = [(name, textwrap.dedent(part).strip("\n") + "\n") for name, part in _PART.findall(source)]
    missing = set(names) - {name for name, _ in parts}
    assert not missing, f"{program} has no snippet {', '.join(missing)}"
    code = "\n".join(part for wanted in names for name, part in parts if name == wanted)
    return f"```{_LANGUAGES[program.rpartition('.')[2]]}\n{code}```\n"
