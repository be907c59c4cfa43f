"""Resamples are drawn right, and the intervals made from them hold the truth."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.evaluation.resampling import Draws, percentile_estimate, resample_counts, resamples_for


def test_counts_sum_to_the_rows(rng: np.random.Generator) -> None:
    """Each resample draws as many rows as there are."""
    assert [counts.sum() for counts in resample_counts(50, 4, rng)] == [50] * 4


def test_rows_of_a_group_are_drawn_together(rng: np.random.Generator) -> None:
    """Within a group all counts are equal."""
    groups = np.repeat(np.arange(10), 5)
    for counts in resample_counts(50, 5, rng, groups):
        assert (counts.reshape(10, 5) == counts[::5, None]).all()


def test_fewer_resamples_of_more_rows() -> None:
    """The number falls with the rows, and never below 200."""
    numbers = [resamples_for(n) for n in (10, 10**5, 10**6, 10**8)]
    assert numbers == [1000, 1000, 200, 200]


def test_percentile_estimate_leaves_out_what_is_not_defined() -> None:
    """Replicates that are not numbers do not count; with none left, neither does the interval."""
    some = percentile_estimate(0.5, Draws(np.array([0.0, np.nan, 1.0])), 0.2)
    assert some.interval == pytest.approx((0.2, 0.8))
    assert np.isnan(percentile_estimate(np.nan, Draws(np.array([np.nan])), 0.95).interval).all()


def test_the_ends_of_few_resamples_hold_as_many_as_they_say() -> None:
    """Between the 2.5th and 97.5th percentile of 199 draws lie 95 % of what is drawn from."""
    rng = np.random.default_rng(0)
    ends = [percentile_estimate(0.5, Draws(rng.random(199)), 0.95).interval for _ in range(1000)]
    assert np.mean(ends, axis=0) == pytest.approx([0.025, 0.975], abs=0.0015)


def test_few_groups_reach_as_far_as_students_t() -> None:
    """Ten groups: the variance is mended by 10/9, and t with 9 degrees of freedom takes over."""
    resamples = np.random.default_rng(0).normal(size=1000)
    many, few = Draws(resamples), Draws(resamples, n_groups=10)
    expected = np.sqrt(10 / 9) * 2.262157 / 1.959964
    assert few.spread(0.95) / many.spread(0.95) == pytest.approx(expected, rel=1e-6)
    low, high = percentile_estimate(0.0, few, 0.95).interval
    one, other = percentile_estimate(0.0, many, 0.95).interval
    np.testing.assert_allclose([low / one, high / other], expected, rtol=1e-6)


def test_slow_waves_count_where_they_tell_of_more() -> None:
    """The wider of the two: resamples of rows, or waves with t of as many degrees of freedom."""
    resamples = np.random.default_rng(0).normal(size=1000)
    calm = Draws(resamples, np.full(6, 0.1))
    slow = Draws(resamples, np.array([3.0, -3.0, 3.0, -3.0, 3.0, -3.0]))
    assert calm.spread(0.95) == pytest.approx(float(np.std(resamples)))
    assert slow.spread(0.95) == pytest.approx(3 * 2.446912 / 1.959964, rel=1e-6)
    assert slow.minus(slow).spread(0.95) == 0.0
