"""From an expected error to probabilities and intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from qconf import fit_error_distribution
from qconf._types import ErrorScaleName, FloatArray
from qconf.core.error_scale import ERROR_SCALES, error_scale
from qconf.errors import OptionError, TableError
from qconf.probability.error_distribution import ErrorDistribution

SCALES = st.sampled_from(sorted(ERROR_SCALES))
BINS = st.sampled_from([1, 4])
N = 800


def world(name: str, n_bins: int = 1, slope: float = 1.0) -> ErrorDistribution:
    """Fit on skewed residuals, so that signs matter."""
    rng = np.random.default_rng(1)
    expected = rng.uniform(0.02, 0.3, N)
    log_residual = expected * (rng.gamma(4, 0.5, N) - 1.8)
    prediction = np.exp(rng.normal(size=N))
    residual = error_scale(name).residual(prediction, prediction * np.exp(-log_residual))
    return fit_error_distribution(
        residual,
        expected,
        error=name,  # type: ignore[arg-type]
        bins=n_bins,
        slope=slope,
    )


EXPECTED = np.array([0.0, 1e-6, 0.01, 0.05, 0.1, 0.3, 1.0, 50.0])


@settings(deadline=None)
@given(name=SCALES, n_bins=BINS, x=st.floats(0.001, 0.9), more=st.floats(0.0, 0.09))
def test_wider_is_likelier(name: str, n_bins: int, x: float, more: float) -> None:
    """P(within x) rises with x and lies strictly between 0 and 1, whatever is expected."""
    known = world(name, n_bins)
    narrow, wide = (known.probability_within(EXPECTED, one) for one in (x, x + more))
    assert (narrow <= wide).all()
    assert (narrow > 0).all()
    assert (wide < 1).all()


def test_the_limits_of_a_distance() -> None:
    """Next to nothing lies within nothing, nearly all within all."""
    known = world("absolute")
    n = N + 1
    np.testing.assert_allclose(known.probability_within([0.1], 1e-12), 0.5 / n, atol=2 / n)
    np.testing.assert_allclose(known.probability_within([0.1], 1e12), (N + 0.5) / n)


def test_a_larger_expected_error_is_a_smaller_chance() -> None:
    """In one bin P(within x) falls as the expected error rises."""
    told = world("log").probability_within(EXPECTED, 0.1)
    assert (np.diff(told) <= 0).all()
    assert told[0] > 0.99
    assert told[-1] < 0.02


@settings(deadline=None)
@given(name=SCALES, n_bins=BINS, level=st.floats(0.05, 0.97), slope=st.sampled_from([1.0, 0.6]))
def test_the_ends_of_an_interval_are_quantiles(
    name: str, n_bins: int, level: float, slope: float
) -> None:
    """What is left lies below and above in equal parts, and a higher level holds a lower one."""
    known = world(name, n_bins, slope)
    prediction = np.full(len(EXPECTED), 100.0)
    low, high = known.interval(prediction, EXPECTED, level)
    both = known.quantiles(prediction, EXPECTED, [(1 - level) / 2, (1 + level) / 2])
    np.testing.assert_array_equal(both, np.column_stack([low, high]))
    assert (low <= high).all()
    inner_low, inner_high = known.interval(prediction, EXPECTED, level * 0.9)
    assert (low <= inner_low).all()
    assert (inner_high <= high).all()
    if name != "absolute":
        assert (low > 0).all()


@settings(deadline=None)
@given(level=st.floats(0.05, 0.95), n_bins=st.sampled_from([1, 4]))
def test_an_interval_holds_what_it_promises(level: float, n_bins: int) -> None:
    """Of the rows it was fitted on at least the level, and by no more than the mixing of bins."""
    rng = np.random.default_rng(1)
    expected, came = rng.uniform(0.02, 0.3, N), rng.gamma(4, 0.5, N) - 1.8
    known = fit_error_distribution(
        expected * came, expected, error="absolute", bins=n_bins, slope=1.0
    )
    low, high = known.interval(np.zeros(N), expected, level)
    held = ((low <= -expected * came) & (-expected * came <= high)).mean()
    slack = 0.0 if n_bins == 1 else 0.03
    assert level - slack <= held <= level + slack + 4 / N * n_bins


@settings(deadline=None)
@given(factor=st.floats(1e-3, 1e6), n_bins=BINS)
def test_units_of_the_target_do_not_matter(factor: float, n_bins: int) -> None:
    """Money in thousands gives the same probabilities, and intervals in thousands."""
    rng = np.random.default_rng(2)
    expected = rng.uniform(1, 9, 300)
    residual = rng.normal(scale=expected)
    one, other = (
        fit_error_distribution(
            residual * by, expected * by, error="absolute", bins=n_bins, slope=0.8
        )
        for by in (1.0, factor)
    )
    np.testing.assert_allclose(
        one.probability_within(expected, 3.0),
        other.probability_within(expected * factor, 3.0 * factor * (1 + 1e-12)),
        atol=2 / 300 * n_bins,
    )
    prediction = rng.uniform(50, 90, 300)
    for mine, theirs in zip(
        one.interval(prediction, expected, 0.8),
        other.interval(prediction * factor, expected * factor, 0.8),
        strict=True,
    ):
        np.testing.assert_allclose(mine * factor, theirs, rtol=1e-6)


@pytest.mark.parametrize("name", ["relative", "log"])
def test_intervals_of_ratios_scale_with_the_prediction(name: ErrorScaleName) -> None:
    """Twice the prediction, twice both ends; a prediction of nothing has no interval."""
    known = world(name)
    one, two = (np.array(known.interval([value], [0.1], 0.8)).ravel() for value in (100.0, 200.0))
    np.testing.assert_allclose(two, 2 * one)
    low, high = known.interval([0.0, -3.0, 5.0], [0.1, 0.1, 0.1], 0.8)
    assert np.isnan([*low[:2], *high[:2]]).all()
    assert np.isfinite([low[2], high[2]]).all()


@settings(deadline=None)
@given(name=SCALES, threshold=st.floats(0.01, 0.9), n_bins=BINS)
def test_an_outlier_is_over_or_under(name: str, threshold: float, n_bins: int) -> None:
    """Both sides add up to any outlier, up to the half row that each is given."""
    known = world(name, n_bins)
    both, over, under = (
        known.probability_outlier(EXPECTED, threshold, side=side)
        for side in ("both", "over", "under")
    )
    np.testing.assert_allclose(over + under, both, atol=1 / known.standardised.n_effective.min())
    assert (both < 1).all()
    assert (both > 0).all()


def test_sides() -> None:
    """A residual above 0 is an over-valuation: its truth is below the prediction."""
    residual = np.concatenate([np.full(90, 0.3), np.full(10, -0.3)])
    known = fit_error_distribution(residual, np.full(100, 0.3), error="relative")
    over, under = (
        known.probability_outlier([0.3], 0.2, side=side)[0] for side in ("over", "under")
    )
    assert over == pytest.approx(90.5 / 101)
    assert under == pytest.approx(10.5 / 101)
    low, high = known.interval([130.0], [0.3], 0.5)
    np.testing.assert_allclose([low[0], high[0]], 100.0)


@pytest.mark.parametrize("name", ["relative", "absolute"])
def test_not_being_an_outlier_is_being_within(name: ErrorScaleName) -> None:
    """Where the threshold is a distance from the truth, the two probabilities add up to 1."""
    known = world(name)
    sum_ = known.probability_within(EXPECTED, 0.15) + known.probability_outlier(EXPECTED, 0.15)
    np.testing.assert_allclose(sum_, 1.0)


def test_rows_of_which_no_error_is_expected() -> None:
    """An expected error of 0 counts as a thousandth of the typical residual, in and out of fit."""
    rng = np.random.default_rng(3)
    expected = np.concatenate([np.zeros(20), np.full(980, 0.1)])
    residual = 0.1 * rng.normal(size=1000)
    known = fit_error_distribution(residual, expected, error="log", bins=1, slope=1.0)
    assert known.floor == pytest.approx(1e-4, rel=0.1)
    largest = np.abs(known.standardised.support).max()
    assert largest <= np.abs(residual[:20]).max() / known.floor * (1 + 1e-9)
    np.testing.assert_array_equal(
        known.probability_within([0.0], 0.1), known.probability_within([known.floor], 0.1)
    )
    # 20 rows were said to be without error and are not: two per cent are far off.
    assert known.probability_within([0.0], 0.01)[0] == pytest.approx(0.98, abs=0.005)


@pytest.mark.parametrize("slope", [1.0, 0.5])
def test_the_slope_is_the_power_of_the_expected_error(slope: float) -> None:
    """Residuals, and later distances, are divided by typical · (expected / typical) ** slope."""
    rng = np.random.default_rng(5)
    expected = rng.uniform(0.05, 0.4, 99)
    residual = rng.normal(scale=0.2, size=99)
    known = fit_error_distribution(residual, expected, error="absolute", bins=1, slope=slope)
    middle = np.median(expected)
    unit = middle * (expected / middle) ** slope
    for one, by in zip(expected[:9], unit[:9], strict=True):
        count = (np.abs(residual / unit) <= 0.1 / by).sum()
        told = known.probability_within([one], 0.1)
        np.testing.assert_allclose(told, (count + 0.5) / 100)


def test_no_errors_at_all() -> None:
    """Where all residuals are 0, new rows are as good as certain, and nothing breaks."""
    known = fit_error_distribution(np.zeros(99), np.zeros(99))
    np.testing.assert_allclose(known.probability_within([0.0, 0.1], 0.1), 99.5 / 100)
    low, high = known.interval([5.0], [0.0], 0.8)
    assert low[0] == high[0] == 5.0


def test_too_few_residuals_for_the_level() -> None:
    """It is refused with how many there are, how many it takes, and what could be had."""
    known = fit_error_distribution(np.linspace(-1, 1, 9), np.ones(9), error="absolute")
    low, high = known.interval([0.0], [1.0], 0.8)
    assert (low[0], high[0]) == (-1.0, 1.0)
    with pytest.raises(OptionError, match=r"at least 11 residuals"):
        known.interval([0.0], [1.0], 0.82)
    with pytest.raises(OptionError, match=r"at least 19 residuals, and there are 9: .*most 80 %"):
        known.interval([0.0], [1.0], 0.9)


@pytest.mark.parametrize("level", [0, 1, -1, np.nan, "0.8", None, True, 80])
def test_a_level_lies_between_0_and_1(level: Any) -> None:
    """Anything else is refused."""
    with pytest.raises(OptionError, match="must lie strictly between 0 and 1"):
        world("log").interval([1.0], [0.1], level)
    with pytest.raises(OptionError, match="must lie strictly between 0 and 1"):
        world("log").quantiles([1.0], [0.1], [level])


def test_columns_are_checked() -> None:
    """Negative or missing expected errors, other lengths and unknown sides are refused."""
    known = world("log")
    with pytest.raises(TableError, match=r"must be >= 0, and 1 of 2 are negative"):
        known.probability_within([0.1, -0.1], 0.1)
    with pytest.raises(TableError, match=r"must be finite; 1 of 1 values"):
        known.probability_within([np.nan], 0.1)
    with pytest.raises(TableError, match=r"expected error must have shape \(2,\)"):
        known.interval([1.0, 2.0], [0.1])
    with pytest.raises(TableError, match="prediction must be finite"):
        known.interval([np.inf], [0.1])
    with pytest.raises(OptionError, match="side must be one of both, over, under, got 'up'"):
        known.probability_outlier([0.1], 0.1, side="up")  # type: ignore[arg-type]


def crps_of_normal(z: FloatArray) -> FloatArray:
    """Give the closed form (Gneiting & Raftery 2007)."""
    told: FloatArray = z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi)
    return told


def test_the_score_of_a_normal_world() -> None:
    """CRPS is that of the true Normal, in units of the expected error."""
    rng = np.random.default_rng(4)
    expected = rng.uniform(0.05, 0.3, 20_000)
    z = rng.normal(size=20_000)
    known = fit_error_distribution(expected * z, expected, error="log", bins=1, slope=1.0)
    told = known.crps(expected[:500], (expected * z)[:500])
    np.testing.assert_allclose(told, expected[:500] * crps_of_normal(z[:500]), atol=0.01)
    assert told.mean() == pytest.approx((expected[:500] * crps_of_normal(z[:500])).mean(), rel=0.01)
