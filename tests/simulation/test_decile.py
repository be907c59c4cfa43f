"""The safest rows are the safest, and their rate has an honest interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.conventions import accepted_rows
from qconf.simulation.decile import describe, safest_rows
from qconf.simulation.world import World, draw_world


@given(
    st.lists(st.floats(0, 5).map(lambda x: round(x, 1)), min_size=1, max_size=200),
    st.floats(0.01, 1.0),
    st.integers(0, 100),
)
def test_no_row_left_out_is_safer(scores: list[float], fraction: float, seed: int) -> None:
    """As many as asked for, none twice, and none beyond the cut-off."""
    score = np.array(scores)
    rows = safest_rows(score, seed, fraction)
    assert len(rows) == accepted_rows(fraction, len(score))
    assert len(np.unique(rows)) == len(rows)
    others = np.setdiff1d(np.arange(len(score)), rows)
    if len(others):
        assert score[rows].max() <= score[others].min()


def test_the_sample_only_saves_time() -> None:
    """On many rows with many ties and infinities: exactly the lowest tenth."""
    rng = np.random.default_rng(0)
    score = np.append(rng.integers(50, size=300_000).astype(float), [np.inf] * 1000)
    rows = safest_rows(score, 0)
    np.testing.assert_array_equal(np.sort(score[rows]), np.sort(score)[:30_100])


def test_ties_are_broken_at_random_and_by_the_seed() -> None:
    """A constant score chooses any tenth, and the same one for one seed."""
    score = np.ones(10_000)
    one = safest_rows(score, 0)
    np.testing.assert_array_equal(one, safest_rows(score, 0))
    assert 4500 < one.mean() < 5500
    assert set(one) != set(safest_rows(score, 1))


def test_a_segment_counts_what_is_in_it() -> None:
    """Rate, mean error and kinds, of some rows and of all."""
    world = World(np.array([0, 1, 2, 3, 0], dtype=np.int32), np.zeros(5), 4, 0.5)
    residual = np.array([0.2, -0.1, 0.0, -0.3, 0.1])
    every = describe("overall", None, world, residual, 0.15)
    assert every.outlier_rate.value == pytest.approx(0.4)
    assert every.mae == pytest.approx(0.14)
    assert list(every.composition.values()) == pytest.approx([0.4, 0.2, 0.2, 0.2])
    some = describe("some", np.array([1, 2]), world, residual, 0.15)
    assert (some.rows, some.outlier_rate.value) == (2, 0.0)
    assert some.mae == pytest.approx(0.05)
    assert some.outlier_rate.interval[0] == 0.0
    assert some.outlier_rate.interval[1] > 0.5


def test_intervals_hold_the_truth_though_groups_fail_together() -> None:
    """Of 300 worlds of 20 groups' replicates, about 95 % of the intervals hold the true rate."""
    threshold = 0.15
    held = []
    truth = (2 * 0.0013499 + 0.1336144) / 2  # P(|N| > 3), and > 1.5, in equal shares
    for seed in range(300):
        world = draw_world(20, 0.5, seed)
        residual = np.random.default_rng(seed).normal(
            scale=np.where(world.archetype < 2, 0.05, 0.1)
        )
        # One draw a group, repeated, is the worst there can be.
        of_group = residual[np.unique(world.group, return_index=True)[1]][world.group]
        held.append(truth in describe("", None, world, of_group, threshold).outlier_rate)
    assert 0.88 < np.mean(held) < 0.99
