"""Resamples are drawn right, and the intervals made from them hold the truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from qconf.estimate import Estimate
from qconf.resampling import (
    difference_of_rates,
    percentile_estimate,
    rate_estimate,
    resample_counts,
    resamples_for,
)


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
    some = percentile_estimate(0.5, np.array([0.0, np.nan, 1.0]), 0.5)
    assert some.interval == (0.25, 0.75)
    assert np.isnan(percentile_estimate(np.nan, np.array([np.nan]), 0.95).interval).all()


def test_rate_estimate_of_independent_rows_is_jeffreys() -> None:
    """With the variance of independent rows the interval is the Jeffreys interval itself."""
    replicates = np.random.default_rng(0).binomial(200, 0.1, 100_000) / 200
    low, high = rate_estimate(0.1, 200, replicates, 0.95).interval
    expected = beta.ppf([0.025, 0.975], 20.5, 180.5)
    np.testing.assert_allclose([low, high], expected, atol=2e-3)


def test_rate_estimate_widens_with_clusters() -> None:
    """Four times the variance is a quarter of the rows: twice as wide."""
    rng = np.random.default_rng(0)
    independent = rate_estimate(0.2, 1000, rng.normal(0.2, np.sqrt(0.16 / 1000), 9999), 0.95)
    clustered = rate_estimate(0.2, 1000, rng.normal(0.2, np.sqrt(0.16 / 250), 9999), 0.95)
    ratio = np.diff(clustered.interval) / np.diff(independent.interval)
    assert ratio == pytest.approx(2, rel=0.05)


@given(st.integers(1, 500), st.sampled_from([0.0, 1.0]))
def test_rates_without_events_still_have_an_interval(n_rows: int, rate: float) -> None:
    """Nothing seen is not nothing there: the interval starts at the rate and has a width."""
    estimate = rate_estimate(rate, n_rows, np.full(10, rate), 0.95)
    assert rate in estimate
    assert estimate.interval[1] > estimate.interval[0]


@given(st.integers(2, 300), st.integers(0, 300), st.floats(0, 0.1))
def test_rate_intervals_hold_their_rate(n_rows: int, events: int, spread: float) -> None:
    """The interval holds the rate and stays in [0, 1]."""
    rate = min(events, n_rows) / n_rows
    replicates = np.clip(np.random.default_rng(0).normal(rate, spread, 50), 0, 1)
    low, high = rate_estimate(rate, n_rows, replicates, 0.95).interval
    assert 0 <= low <= rate + 1e-12
    assert rate - 1e-12 <= high <= 1


def test_difference_of_independent_rates_joins_the_limits_at_right_angles() -> None:
    """Without correlation the reach is the root of the sum of squares (Newcombe's method 10)."""
    rng = np.random.default_rng(0)
    one, other = Estimate(0.3, (0.2, 0.45)), Estimate(0.1, (0.05, 0.2))
    difference = difference_of_rates(one, other, rng.random(10**6), rng.random(10**6))
    np.testing.assert_allclose(difference.value, 0.2)
    np.testing.assert_allclose(
        difference.interval, (0.2 - np.hypot(0.1, 0.1), 0.2 + np.hypot(0.15, 0.05)), atol=1e-3
    )


def test_difference_of_a_rate_with_itself_is_nothing() -> None:
    """Perfectly correlated rates of equal interval have a sharp difference."""
    replicates = np.random.default_rng(0).random(1000)
    same = Estimate(0.3, (0.2, 0.4))
    difference = difference_of_rates(same, same, replicates, replicates)
    np.testing.assert_allclose(difference.interval, (0, 0), atol=1e-8)
