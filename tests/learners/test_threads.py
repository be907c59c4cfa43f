"""Threads are as many as the rows keep busy."""

from __future__ import annotations

import pytest

from qconf.learners.threads import threads_for


@pytest.mark.parametrize(
    ("n_rows", "n_jobs", "asked", "threads"),
    [
        (100, None, "4", 1),
        (60_000, None, "4", 2),
        (10**7, None, "4", 4),
        (10**7, None, "4,2", 4),
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


@pytest.mark.parametrize("asked", ["", "many", "0"])
def test_without_a_limit_the_cores_are_it(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is no number does not count."""
    monkeypatch.setenv("OMP_NUM_THREADS", asked)
    assert threads_for(10**9) >= 1
