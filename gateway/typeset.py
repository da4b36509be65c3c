"""Paper: data and a template become a tagged PDF. The only user of typst.

Typst keeps what it used until its process ends (a table of 2,000 rows takes some 250 MB), so each
document is set in a process of its own, with the fonts that typst carries and without the network.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime

from gateway.errors import SystemUnavailable

TIME_LIMIT_SECONDS = 300


class TypesettingFailed(SystemUnavailable):
    """Typst could not make the document; the template or the machine is at fault, not the reader."""

    code = "typesetting-failed"
    message = "The PDF could not be made: {reason}"
    hint = "The other formats of the report are complete. Report this to whoever maintains the gateway."


def pdf(template: str, content: object, made_at: datetime) -> bytes:
    """Set a document as PDF/UA-1, the accessible form of PDF.

    Args:
        template: typst source; it reads the content with `json(bytes(sys.inputs.content))`.
        content: anything that JSON can hold.
        made_at: the moment that the document bears, so that setting it twice gives the same bytes.

    Raises:
        TypesettingFailed: typst refused it, or took longer than TIME_LIMIT_SECONDS.
    """
    order = {"template": template, "content": json.dumps(content), "made_at": int(made_at.timestamp())}
    try:
        done = subprocess.run(
            [sys.executable, "-m", "gateway.typeset"],
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=TIME_LIMIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise TypesettingFailed(reason=str(error)) from error
    if done.returncode:
        raise TypesettingFailed(reason=done.stderr.decode(errors="replace").strip().rpartition("\n")[2])
    return done.stdout


def _set(template: str, content: str, made_at: int) -> bytes:
    """Set one document in this process."""
    import typst

    inside = typst.Fonts(include_system_fonts=False)
    compiler = typst.Compiler(template.encode(), font_paths=inside, sys_inputs={"content": content})
    moment = datetime.fromtimestamp(made_at, UTC)
    try:
        return _one(compiler.compile(format="pdf", pdf_standards="ua-1", timestamp=moment))
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
    # A script that the fonts inside lack: the machine's fonts may have it, and a box is better than no report.
    compiler = typst.Compiler(template.encode(), sys_inputs={"content": content})
    return _one(compiler.compile(format="pdf", timestamp=moment))


def _one(made: bytes | list[bytes] | None) -> bytes:
    """The PDF itself: typst answers with a list for images and with nothing when it wrote a file."""
    if not isinstance(made, bytes):
        raise TypeError("typst gave no single document")
    return made


if __name__ == "__main__":
    sys.stdout.buffer.write(_set(**json.load(sys.stdin.buffer)))
