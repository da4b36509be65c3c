"""What several commands about budget codes ask for."""

from typing import Annotated

import typer

Library = Annotated[str, typer.Option("--library", "-l", help="The institution, as I201.")]
Preview = Annotated[bool, typer.Option("--preview", help="Show what it would do, and save nothing.")]
Days = Annotated[int, typer.Option(min=1, max=400, help="How many days to look back.")]
