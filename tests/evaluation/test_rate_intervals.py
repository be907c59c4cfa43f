"""Intervals of rates hold them, also where there are few events, or none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from qconf.core.estimate import Estimate
from qconf.evaluation.rate_intervals import (
    difference_of_rates,
    rate_estimate,
    weighted_rate_estimate,
)
from qconf.evaluation.resampling import Draws, percentile_estimate


def test_rate_estimate_of_independent_rows_is_jeffreys() -> None:
    """With the variance of independent rows the interval is the Jeffreys interval itself."""
    replicates = np.random.default_rng(0).binomial(200, 0.1, 100_000) / 200
    low, high = rate_estimate(0.1, 200, Draws(replicates), 0.95).interval
    expected = beta.ppf([0.025, 0.975], 20.5, 180.5)
    np.testing.assert_allclose([low, high], expected, atol=2e-3)


def test_rate_estimate_widens_with_clusters() -> None:
    """Four times the variance is a quarter of the rows: twice as wide."""
    rng = np.random.default_rng(0)
    single = Draws(rng.normal(0.2, np.sqrt(0.16 / 1000), 9999))
    fourfold = Draws(rng.normal(0.2, np.sqrt(0.16 / 250), 9999))
    independent = rate_estimate(0.2, 1000, single, 0.95)
    clustered = rate_estimate(0.2, 1000, fourfold, 0.95)
    assert clustered.n_effective == pytest.approx(250, rel=0.05)
    ratio = np.diff(clustered.interval) / np.diff(independent.interval)
    assert ratio == pytest.approx(2, rel=0.05)


@given(st.integers(1, 500), st.sampled_from([0.0, 1.0]))
def test_rates_without_events_still_have_an_interval(n_rows: int, rate: float) -> None:
    """Nothing seen is not nothing there: the interval starts at the rate and has a width."""
    estimate = rate_estimate(rate, n_rows, Draws(np.full(10, rate)), 0.95)
    assert rate in estimate
    assert estimate.interval[1] > estimate.interval[0]


@given(st.integers(2, 300), st.integers(0, 300), st.floats(0, 0.1))
def test_rate_intervals_hold_their_rate(n_rows: int, events: int, spread: float) -> None:
    """The interval holds the rate and stays in [0, 1]."""
    rate = min(events, n_rows) / n_rows
    replicates = np.clip(np.random.default_rng(0).normal(rate, spread, 50), 0, 1)
    low, high = rate_estimate(rate, n_rows, Draws(replicates), 0.95).interval
    assert 0 <= low <= rate + 1e-12
    assert rate - 1e-12 <= high <= 1


def test_difference_of_independent_rates_joins_the_limits_at_right_angles() -> None:
    """Without correlation the reach is the root of the sum of squares (Newcombe's method 10)."""
    rng = np.random.default_rng(0)
    one, other = Estimate(0.3, (0.2, 0.45)), Estimate(0.1, (0.05, 0.2))
    difference = difference_of_rates(
        one, other, Draws(rng.random(10**6)), Draws(rng.random(10**6)), 0.95
    )
    np.testing.assert_allclose(difference.value, 0.2)
    np.testing.assert_allclose(
        difference.interval, (0.2 - np.hypot(0.1, 0.1), 0.2 + np.hypot(0.15, 0.05)), atol=1e-3
    )


def test_difference_of_a_rate_with_itself_is_nothing() -> None:
    """Perfectly correlated rates of equal interval have a sharp difference."""
    draws = Draws(np.random.default_rng(0).random(1000))
    same = Estimate(0.3, (0.2, 0.4))
    difference = difference_of_rates(same, same, draws, draws, 0.95)
    np.testing.assert_allclose(difference.interval, (0, 0), atol=1e-8)


def test_limits_stay_within_what_there_can_be() -> None:
    """A share neither falls below nothing nor rises beyond all."""
    draws = Draws(np.array([0.1, 0.5, 0.9]), n_groups=3)
    assert percentile_estimate(0.5, draws, 0.95, (0.0, 1.0)).interval == (0.0, 1.0)


def test_a_rate_is_never_worth_more_than_its_design_effect_allows() -> None:
    """Few events may look independent by luck; the rows around them tell better."""
    lucky = Draws(np.random.default_rng(0).binomial(100, 0.03, 1000) / 100)
    told = rate_estimate(0.03, 100, lucky, 0.95, design_effect=4.0)
    assert told.n_effective == pytest.approx(25)


def test_skewness_moves_one_limit_only() -> None:
    """Large units that have not come up lie beyond the upper limit, and only there."""
    draws = Draws(np.random.default_rng(0).normal(0.2, 0.1, 1000), n_groups=10)
    plain = rate_estimate(0.2, 1000, draws, 0.95)
    skewed = rate_estimate(0.2, 1000, draws, 0.95, skewness=0.5)
    other = rate_estimate(0.2, 1000, draws, 0.95, skewness=-0.5)
    assert skewed.interval[0] == plain.interval[0]
    assert skewed.interval[1] > plain.interval[1] + 0.05
    assert other.interval[1] == plain.interval[1]
    assert other.interval[0] < plain.interval[0]


def test_single_rows_are_as_skewed_as_jeffreys_knows() -> None:
    """Where every row is a unit, the skewness of a few events is in the interval already."""
    draws = Draws(np.random.default_rng(0).binomial(200, 0.05, 2000) / 200)
    of_rows = (1 - 2 * 0.05) / np.sqrt(0.05 * 0.95 * 200)
    plain = rate_estimate(0.05, 200, draws, 0.95)
    told = rate_estimate(0.05, 200, draws, 0.95, skewness=of_rows)
    np.testing.assert_allclose(told.interval, plain.interval, rtol=0.03)


def test_no_design_effect_makes_more_of_the_rows() -> None:
    """Below one it counts as one: a hundred rows are never worth two hundred."""
    worth = rate_estimate(0.0, 100, Draws(np.zeros(10)), 0.95, design_effect=0.5).n_effective
    assert worth == 100


def test_a_weighted_rate_of_rows_alone_has_the_middle_resamples() -> None:
    """Skewness or not: percentiles know how skewed independent rows are."""
    draws = Draws(np.random.default_rng(0).gamma(9, 0.01, 500))
    expected = percentile_estimate(0.09, draws, 0.95, (0.0, 1.0))
    assert weighted_rate_estimate(0.09, draws, 0.95, 0.5) == expected


@pytest.mark.parametrize("units", [{"n_groups": 12}, {"waves": np.array([0.02, -0.03, 0.04])}])
@pytest.mark.parametrize("skewness", [-0.4, 0.0, 0.4])
def test_a_weighted_rate_of_what_hangs_together_is_a_rate(units: Any, skewness: float) -> None:
    """It has the interval of a rate of so many rows that only its variance counts."""
    draws = Draws(np.random.default_rng(0).normal(0.1, 0.02, 500), **units)
    expected = rate_estimate(0.1, 10**9, draws, 0.95, skewness=skewness).interval
    told = weighted_rate_estimate(0.1, draws, 0.95, skewness)
    assert told.interval == pytest.approx(expected, rel=1e-5)
    assert told.interval[1] > percentile_estimate(0.1, draws, 0.95, (0.0, 1.0)).interval[1]


@pytest.mark.parametrize("rate", [0.0, 1.0])
def test_a_weighted_rate_without_events_stays_a_point(rate: float) -> None:
    """Resamples without an outlier have no variance to tell of."""
    draws = Draws(np.full(10, rate), n_groups=5)
    assert weighted_rate_estimate(rate, draws, 0.95).interval == (rate, rate)
