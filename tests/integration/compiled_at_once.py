"""Compile a schema in many threads at once, each time in a new process; a program of its own, for a test.

Writes how many processes failed. Forks, so that one start is enough; only the first schemas of a process can fail.
"""

import os
import sys
from threading import Barrier, Thread

import schemas

PROCESSES, THREADS = 80, 8


def _compile_at_once() -> None:
    together = Barrier(THREADS)
    made: list[object] = []

    def compile_one() -> None:
        together.wait()
        made.append(schemas.validator_of_parts("orders/v1/orders.xsd", {}))

    threads = [Thread(target=compile_one) for _ in range(THREADS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    os._exit(THREADS - len(made))


def main() -> None:
    """Try often, as it goes wrong seldom."""
    sys.setswitchinterval(1e-5)
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    failed = 0
    for _ in range(PROCESSES):
        child = os.fork()
        if child == 0:
            _compile_at_once()
        failed += os.waitpid(child, 0)[1] != 0
    print(failed)


if __name__ == "__main__":
    main()
