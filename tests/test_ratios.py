"""Ratios of two contenders, and their mean over tables: symmetric, and honest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.ratios import HALF_A_POINT, geometric_mean, ratio_of_means, ratio_of_rates
from qconf.core.estimate import Estimate

RATES = st.floats(0.0, 0.5)


@given(RATES, RATES, st.integers(20, 5000), st.integers(0, 2**32 - 1))
def test_a_ratio_turned_round_is_its_inverse(
    own: float, other: float, n_rows: int, seed: int
) -> None:
    """Value and limits alike; and the limits hold the value."""
    rng = np.random.default_rng(seed)
    first, second = (rng.binomial(n_rows, rate, 50) / n_rows for rate in (own, other))
    ratio = ratio_of_rates((own, other), (first, second), n_rows)
    inverse = ratio_of_rates((other, own), (second, first), n_rows)
    assert ratio.interval[0] <= ratio.value <= ratio.interval[1]
    found = [ratio.value, *ratio.interval]
    expected = [1 / inverse.value, 1 / inverse.interval[1], 1 / inverse.interval[0]]
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_half_a_point_is_added_to_each_rate() -> None:
    """None against half a per cent is a ratio of two, and not of infinity."""
    zeros = np.zeros(10)
    ratio = ratio_of_rates((0.0, 0.005), (zeros, zeros + 0.005), 1000)
    assert ratio.value == pytest.approx(0.5)
    assert 0 < ratio.interval[0] < ratio.value < ratio.interval[1]
    assert HALF_A_POINT == 0.005


def test_a_ratio_to_oneself_is_one() -> None:
    """With the same replicates hardly anything is uncertain: limits of few events are lopsided."""
    drawn = np.random.default_rng(0).binomial(500, 0.1, 200) / 500
    ratio = ratio_of_rates((0.1, 0.1), (drawn, drawn), 500)
    assert ratio.value == pytest.approx(1.0)
    assert ratio.interval == pytest.approx((1.0, 1.0), abs=0.03)
    other = np.random.default_rng(1).permutation(drawn)
    low, high = ratio_of_rates((0.1, 0.1), (drawn, other), 500).interval
    assert low < 0.8
    assert high > 1.2


def test_intervals_of_ratios_hold_the_truth() -> None:
    """In 95 % of simulated tables, give or take, also with few events."""
    rng = np.random.default_rng(0)
    truth = (0.02 + HALF_A_POINT) / (0.04 + HALF_A_POINT)
    held = 0
    for _ in range(200):
        own, other = rng.binomial(300, 0.02) / 300, rng.binomial(300, 0.04) / 300
        drawn = [rng.binomial(300, rate, 200) / 300 for rate in (own, other)]
        low, high = ratio_of_rates((own, other), (drawn[0], drawn[1]), 300).interval
        held += low <= truth <= high
    assert held >= 182


def test_a_ratio_of_means_is_paired() -> None:
    """What moves both does not move their ratio."""
    drawn = np.random.default_rng(0).normal(1.0, 0.1, 500)
    ratio = ratio_of_means((0.8, 1.0), (0.8 * drawn, drawn))
    assert ratio.value == pytest.approx(0.8)
    assert ratio.interval == pytest.approx((0.8, 0.8))


def test_one_table_keeps_its_interval() -> None:
    """There are no other tables to tell how tables differ."""
    one = Estimate(0.8, (0.6, 1.2))
    mean = geometric_mean([one])
    assert mean.value == pytest.approx(0.8)
    assert mean.interval == pytest.approx(one.interval, rel=0.02)


def test_equal_tables_have_the_mean_of_rows_alone() -> None:
    """Of sixteen the interval is a quarter as long, on the log scale."""
    one = Estimate(0.8, (0.8 / 1.5, 0.8 * 1.5))
    low, high = np.log(np.array(geometric_mean([one] * 16).interval) / 0.8)
    assert (low, high) == pytest.approx((-np.log(1.5) / 4, np.log(1.5) / 4), rel=0.05)


def test_tables_that_differ_make_the_interval_longer() -> None:
    """What was seen on some tables holds of others only as far as tables are alike."""
    alike = geometric_mean([Estimate(0.8, (0.79, 0.81))] * 10)
    ratios = [Estimate(v, (v - 0.01, v + 0.01)) for v in np.exp(np.linspace(-0.6, 0.15, 10))]
    unlike = geometric_mean(ratios)
    assert unlike.value == pytest.approx(np.exp(np.linspace(-0.6, 0.15, 10).mean()))
    assert np.ptp(unlike.interval) > 10 * np.ptp(alike.interval)


@pytest.mark.slow
def test_intervals_over_tables_hold_the_truth() -> None:
    """In at least 95 % of simulated collections of tables, give or take."""
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        truths = rng.normal(-0.2, 0.15, 16)
        seen = truths + rng.normal(0, 0.1, 16)
        reach = 1.96 * 0.1
        ratios = [Estimate(np.exp(v), (np.exp(v - reach), np.exp(v + reach))) for v in seen]
        low, high = geometric_mean(ratios).interval
        held += low <= np.exp(-0.2) <= high
    assert held >= 186
