"""The schemas, as many threads need them."""

import subprocess
import sys


def test_first_messages_of_a_process_may_come_at_once() -> None:
    asked = [sys.executable, "-m", "tests.integration.compiled_at_once"]
    done = subprocess.run(asked, capture_output=True, text=True, timeout=120, check=True)
    assert done.stdout.split() == ["0"]
