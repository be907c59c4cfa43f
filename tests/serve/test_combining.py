"""Work of several, done in one go."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from qconf.serve.combining import Combiner


def test_everybody_gets_its_own_and_work_is_put_together() -> None:
    """While the first is worked on, others wait, and are then done at once."""
    batches: list[int] = []
    first, go_on = Event(), Event()

    def work(items: Sequence[int]) -> list[int]:
        batches.append(len(items))
        first.set()
        go_on.wait(5)
        return [10 * one for one in items]

    combined: Combiner[int, int] = Combiner(work, most=100)
    with ThreadPoolExecutor(9) as pool:
        waiting = [pool.submit(combined, [0])]
        first.wait(5)
        waiting += [pool.submit(combined, [i, -i]) for i in range(1, 9)]
        while len(combined._waiting) < 8:
            pass
        go_on.set()
        told = [one.result() for one in waiting]
    assert told == [[0], *([10 * i, -10 * i] for i in range(1, 9))]
    assert batches == [1, 16]


def test_what_one_brings_wrongly_is_told_to_nobody_else() -> None:
    """All together fail, and each alone is done or told."""

    def work(items: Sequence[int]) -> list[float]:
        return [1 / one for one in items]

    combined: Combiner[int, float] = Combiner(work, most=100)
    with ThreadPoolExecutor(12) as pool:
        asked = [pool.submit(combined, [i % 3]) for i in range(60)]
        for i, one in enumerate(asked):
            if i % 3 == 0:
                with pytest.raises(ZeroDivisionError):
                    one.result()
            else:
                assert one.result() == [1 / (i % 3)]


def test_no_more_than_the_most_are_done_at_once() -> None:
    """Unless one alone brings more."""
    sizes: list[int] = []

    def work(items: Sequence[int]) -> Sequence[int]:
        sizes.append(len(items))
        return items

    combined: Combiner[int, int] = Combiner(work, most=10)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(combined, [[0] * 4] * 50))
    combined([0] * 25)
    assert max(sizes[:-1]) <= 10
    assert sizes[-1] == 25
