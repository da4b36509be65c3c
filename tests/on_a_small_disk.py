"""Run by a test in a mount namespace of its own: a gateway whose only disk really fills up, and gets room again."""

import subprocess
import sys
from pathlib import Path

from gateway.money import Cents
from tests.builders import a_mutation
from tests.serving import a_stage_to_serve, finished, log_of, pushed, pushed_in_spite_of_all, sent, serving, until

QUICK = {"GATEWAY_RETRY__FIRST_SECONDS": "1"}


def main(folder: Path) -> None:
    """Mount a small disk in the folder, fill it under the gateway, and free it."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], check=True)
    with a_stage_to_serve(folder / "stage") as stage, serving(stage, QUICK):
        pushed(stage, "DAY-1", a_mutation(mutation_id="M-1"))
        ballast = folder / "ballast"
        _fill(ballast)
        mutations = [
            a_mutation(mutation_id=f"N-{line}", order_number="B2", order_line=str(line), net_price=Cents(1))
            for line in range(500)
        ]
        answer = sent(stage, *mutations, message_id="DAY-2")
        assert (answer.status, answer.text("code")) == (503, "busy"), answer.body
        assert stage.rows("select count(*) from messages")[0][0] == 1
        ballast.unlink()
        assert pushed_in_spite_of_all(stage, "DAY-2", *mutations).new_count == 500
        until(finished(stage, 2))
        assert len(stage.outcomes()) == 501 and len(stage.reports("I202")) == 2
        assert "full" in log_of(stage) and "Traceback" not in log_of(stage)


def _fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]))
