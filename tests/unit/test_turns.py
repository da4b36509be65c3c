"""Who writes next."""

from threading import Thread

from gateway.turns import Turns
from tests.serving import until


def test_turns_come_in_the_order_of_asking() -> None:
    turns, came = Turns(), []
    assert turns.take(0)

    def write(name: int) -> None:
        assert turns.take(30)
        came.append(name)
        turns.end()

    writers = [Thread(target=write, args=(name,)) for name in range(5)]
    for number, writer in enumerate(writers, start=1):
        writer.start()
        until(lambda number=number: turns.waiting() == number)  # type: ignore[misc]
    turns.end()
    for writer in writers:
        writer.join()
    assert came == [0, 1, 2, 3, 4]


def test_whoever_waited_too_long_leaves_the_line_and_holds_up_nobody() -> None:
    turns = Turns()
    assert turns.take(0)
    assert not turns.take(0.01)
    assert turns.waiting() == 0
    turns.end()
    assert turns.take(0)
