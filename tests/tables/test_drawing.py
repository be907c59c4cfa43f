"""Rows are drawn at random, whole groups, evenly in time, and by nothing else."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.tables.drawing import Drawn, draw_rows

numbers = st.integers(1, 60)


@given(n_rows=numbers, share=st.floats(0.05, 1), seed=st.integers(0, 99))
@settings(deadline=None)
def test_as_many_as_wanted_from_as_many_stretches(n_rows: int, share: float, seed: int) -> None:
    """Exactly so many, none twice; up to any moment the share of it, give or take two."""
    wanted = max(1, round(share * n_rows))
    time = np.random.default_rng(seed).permutation(n_rows)
    rows = draw_rows(n_rows, wanted, seed, time=time)
    assert len(set(rows)) == wanted
    assert (np.diff(rows) > 0).all()
    until = np.cumsum(np.isin(np.argsort(time), rows))
    np.testing.assert_array_less(np.abs(until - wanted / n_rows * np.arange(1, n_rows + 1)), 2.001)


@given(codes=st.lists(st.integers(0, 8), min_size=1, max_size=60), seed=st.integers(0, 99))
@settings(deadline=None)
def test_groups_are_drawn_whole(codes: list[int], seed: int) -> None:
    """A group is there with all its rows, or not at all."""
    groups = np.unique(codes, return_inverse=True)[1]
    rows = draw_rows(len(codes), max(1, len(codes) // 2), seed, groups=groups)
    there = np.isin(groups, groups[rows])
    np.testing.assert_array_equal(np.flatnonzero(there), rows)
    assert len(rows)


def test_groups_are_drawn_evenly_in_time() -> None:
    """Of short groups, each stretch of time gives as many rows, whatever order they stand in."""
    rng = np.random.default_rng(0)
    time = rng.permutation(6000)
    rows = draw_rows(6000, 1500, 3, time=time, groups=time // 3)
    count, _ = np.histogram(time[rows], 20)
    assert count.min() >= 72
    assert count.max() <= 78


def test_every_row_is_as_likely() -> None:
    """Over many seeds, rows come up equally often."""
    drawn = np.bincount(
        np.concatenate([draw_rows(10, 4, seed) for seed in range(2000)]), minlength=10
    )
    # Four standard deviations of a share of 0.4.
    np.testing.assert_allclose(drawn / 2000, 0.4, atol=4 * np.sqrt(0.4 * 0.6 / 2000))


def test_what_was_drawn_is_said() -> None:
    """How many of how many, how, and why."""
    told = Drawn(np.arange(3), 12_000, 4_000_000_000, "x", {}, by_group=True, in_time=True)
    assert told.in_words == (
        "3 of 12,000 rows drawn at random (whole groups, evenly in time), for all do not fit in "
        "4 GB"
    )
    plain = Drawn(np.arange(3), 12_000, 4_000_000_000, "x", {}, by_group=False, in_time=False)
    assert "at random, for all" in plain.in_words
