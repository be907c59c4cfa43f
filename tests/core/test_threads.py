"""Threads are as many as the rows keep busy."""

from __future__ import annotations

from threading import Lock
from time import sleep
from typing import Any

import numpy as np
import pytest

from qconf.core.threads import rows_side_by_side, side_by_side, threads_for


@pytest.mark.parametrize(
    ("n_rows", "n_jobs", "asked", "threads"),
    [
        (100, None, "4", 1),
        (60_000, None, "4", 2),
        (10**7, None, "4", 4),
        (10**7, None, "4,2", 4),
        (10**7, None, " 4 ", 4),
        (100, 3, "4", 3),
    ],
)
def test_threads_grow_with_the_rows(
    n_rows: int,
    n_jobs: int | None,
    asked: str,
    threads: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Small tables get one, large ones as many as are allowed, and a wish is obeyed."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads_for(n_rows, n_jobs) == threads


@pytest.mark.parametrize("asked", ["", "many", "0", "-1", "²", "4²", "4.5", ",2", "٣"])
def test_without_a_limit_the_cores_are_it(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no number does not count."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads_for(10**9) >= 1


@pytest.mark.parametrize("cores", ["many", "0", "²"])
def test_a_number_of_cores_that_is_none_does_not_count(
    cores: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """joblib trips over LOKY_MAX_CPU_COUNT; then the machine's cores are counted."""
    monkeypatch.delenv("OMP_NUM_THREADS")
    monkeypatch.setenv("LOKY_MAX_CPU_COUNT", cores)
    assert threads_for(10**9) >= 1


@pytest.mark.parametrize(
    ("n_rows", "ours", "at_once"),
    [(100, True, 4), (60_000, True, 2), (10**7, True, 1), (100, False, 1)],
)
def test_small_fits_run_side_by_side(
    n_rows: int, ours: bool, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As many as have threads left; others' models one after another. The order stays."""
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    running, most = [0], [0]
    lock = Lock()

    def work(item: int) -> int:
        with lock:
            running[0] += 1
            most[0] = max(most[0], running[0])
        sleep(0.02)
        with lock:
            running[0] -= 1
        return -item

    assert list(side_by_side(work, range(8), n_rows, ours=ours)) == [-item for item in range(8)]
    assert most[0] == at_once


def test_each_row_is_in_one_stretch(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many threads there are, and none where rows are few."""
    for asked, n_rows, n_parts in [("4", 10_000, 4), ("4", 1100, 2), ("4", 600, 1), ("1", 9000, 1)]:
        monkeypatch.setenv("OMP_NUM_THREADS", asked)
        times = np.zeros(n_rows, dtype=int)
        parts: list[slice] = []

        def count(part: slice, times: Any = times, parts: Any = parts) -> None:
            times[part] += 1
            parts.append(part)

        rows_side_by_side(count, n_rows)
        assert (times == 1).all()
        assert len(parts) == n_parts

    def fail(_: slice) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rows_side_by_side(fail, 10_000)


def test_threads_of_threads_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a thread does to its rows it does alone; afterwards there are threads again."""
    monkeypatch.setenv("OMP_NUM_THREADS", "2")
    inner: list[slice] = []
    rows_side_by_side(lambda _: rows_side_by_side(inner.append, 5000), 5000)
    assert inner == [slice(0, 5000)] * 2
    rows_side_by_side(inner.append, 5000)
    assert len(inner) == 4
