"""The distribution of standardised residuals, in worlds that are known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, t

from qconf import fit_error_distribution
from qconf._types import FloatArray
from qconf.errors import OptionError, TableError
from qconf.probability.choosing import best_settings
from qconf.probability.summing_up import Rows, Settings, summed_up

RNG = np.random.default_rng


def drawn(n_rows: int, seed: int = 0) -> tuple[FloatArray, FloatArray]:
    """Draw expected errors, and Student's t residuals with that standard deviation."""
    rng = RNG(seed)
    expected = np.exp(rng.normal(np.log(0.08), 0.5, n_rows))
    return expected, expected * rng.standard_t(5, n_rows) / np.sqrt(5 / 3)


@pytest.mark.parametrize("bins", [1, 5])
def test_the_truth_of_a_simulated_world(bins: int) -> None:
    """P(within 10 %) is that of the t distribution that made the residuals, within sampling."""
    expected, residual = drawn(40_000)
    known = fit_error_distribution(residual, expected, error="log", bins=bins)
    asked = np.quantile(expected, [0.05, 0.25, 0.5, 0.75, 0.95])
    unit = asked / np.sqrt(5 / 3)
    truth = t.cdf(np.log(1.1) / unit, 5) - t.cdf(np.log(0.9) / unit, 5)
    np.testing.assert_allclose(known.probability_within(asked, 0.1), truth, atol=0.02)
    low, high = known.interval(np.ones(5), asked, 0.8)
    np.testing.assert_allclose(-np.log(low) / unit, t.ppf(0.9, 5), rtol=0.05)
    np.testing.assert_allclose(-np.log(high) / unit, t.ppf(0.1, 5), rtol=0.05)


def test_intervals_hold_the_truth_of_new_rows() -> None:
    """Eighty per cent of new rows, at every size of expected error; relative errors, biased."""
    rng = RNG(1)
    expected = rng.uniform(0.02, 0.3, 24_000)
    truth = np.exp(rng.normal(12, 1, 24_000))
    prediction = truth * np.exp(expected * (0.4 + rng.normal(size=24_000)))
    residual = (prediction - truth) / truth
    known = fit_error_distribution(residual[:12_000], expected[:12_000])
    low, high = known.interval(prediction[12_000:], expected[12_000:], 0.8)
    held = (low <= truth[12_000:]) & (truth[12_000:] <= high)
    decile = pd.qcut(expected[12_000:], 5, labels=False)
    np.testing.assert_allclose(pd.Series(held).groupby(decile).mean(), 0.8, atol=0.03)
    below = (truth[12_000:] < low).mean()
    assert below == pytest.approx(0.1, abs=0.012)


def test_bias_moves_probabilities() -> None:
    """Values 20 % too high on average are within 10 % less often than their spread says."""
    expected = np.full(5000, 0.1)
    residual = RNG(2).normal(0.2, 0.1, 5000)
    known = fit_error_distribution(residual, expected, error="log")
    truth = norm.cdf(np.log(1.1), 0.2, 0.1) - norm.cdf(np.log(0.9), 0.2, 0.1)
    assert known.probability_within([0.1], 0.1)[0] == pytest.approx(truth, abs=0.015)


def test_a_shape_that_hangs_on_the_expected_error_is_found() -> None:
    """Safe rows are nearly uniform, others have heavy tails: five bins score better, and are."""
    rng = RNG(3)
    expected = rng.uniform(0.02, 0.2, 6000)
    flat, heavy = rng.uniform(-1.7, 1.7, 6000), rng.standard_t(2, 6000)
    residual = expected * np.where(expected < 0.1, flat, heavy)
    known = fit_error_distribution(residual, expected, error="log", slope=1.0)
    assert known.n_bins == 5
    inside = known.probability_outlier([0.03, 0.19], 1e-9)
    assert (inside > 0.9).all()
    beyond = [known.probability_outlier([one], 2 * one)[0] for one in (0.03, 0.19)]
    assert beyond[0] < 0.01
    assert beyond[1] > 0.1


def test_one_shape_stays_in_one_bin() -> None:
    """Where residuals have one shape, nothing is split and no slope is changed."""
    expected, residual = drawn(6000, seed=5)
    known = fit_error_distribution(residual, expected, error="log")
    assert (known.n_bins, known.slope, known.half_life) == (1, 1.0, None)


def test_expected_errors_too_far_apart_are_drawn_together() -> None:
    """Scores whose logarithms are spread half as much again as the errors get a lower slope."""
    truth, residual = drawn(8000, seed=6)
    told = 0.08 * (truth / 0.08) ** (1 / 0.7)
    known = fit_error_distribution(residual, told, error="log", bins=1)
    assert known.slope == 0.7
    right = fit_error_distribution(residual, truth, error="log", bins=1, slope=1.0)
    asked = np.quantile(told, [0.1, 0.5, 0.9])
    np.testing.assert_allclose(
        known.probability_within(asked, 0.1),
        right.probability_within(0.08 * (asked / 0.08) ** 0.7, 0.1),
        atol=0.01,
    )


def test_the_newest_weigh_more_where_errors_grow() -> None:
    """Residuals grow with time: the newest rows tell more of the next, if that is asked for."""
    rng = RNG(7)
    days = np.sort(rng.integers(0, 1000, 5000))
    expected = np.full(5000, 0.1)
    residual = expected * rng.normal(size=5000) * np.exp(days / 500)
    dates = np.datetime64("2020-01-01") + days.astype("timedelta64[D]")
    plain, weighted = (
        fit_error_distribution(residual, expected, error="log", time=dates, half_life=one)
        for one in (None, "auto")
    )
    assert weighted.half_life == pytest.approx(0.5 * (days.max() - days.min()))
    next_day = norm.cdf(np.log(1.1) / (0.1 * np.exp(2))) - norm.cdf(np.log(0.9) / (0.1 * np.exp(2)))
    off = [abs(one.probability_within([0.1], 0.1)[0] - next_day) for one in (plain, weighted)]
    assert off[1] < 0.8 * off[0]
    assert weighted.standardised.n_effective[0] < 4500


def test_a_half_life_halves_the_weight() -> None:
    """Rows of one half-life ago count half, in days of a date or in units of a number."""
    residual, expected = np.array([0.1, 3.0]), np.ones(2)
    for time in ([0, 30], pd.to_datetime(["2020-01-01", "2020-01-31"])):
        known = fit_error_distribution(
            residual, expected, error="absolute", time=time, half_life=30.0
        )
        np.testing.assert_allclose(known.standardised.cumulative, [[1 / 3, 1.0]])
        assert known.standardised.n_effective[0] == pytest.approx(1.8)


def test_half_lives_in_the_far_past_are_no_weight() -> None:
    """Ages of ten thousand half-lives neither overflow nor make sums that are no numbers."""
    known = fit_error_distribution(
        np.arange(50.0), np.ones(50), error="absolute", time=np.arange(50) * 1e4, half_life=1.0
    )
    assert np.isfinite(known.standardised.cumulative).all()
    assert known.standardised.n_effective[0] == pytest.approx(1.0)


def test_without_a_difference_in_time_there_is_nothing_to_weigh() -> None:
    """All rows of one moment count alike, and are not judged forward."""
    expected, residual = drawn(1000)
    known = fit_error_distribution(
        residual, expected, error="log", time=np.zeros(1000), half_life="auto"
    )
    assert known.half_life is None
    assert known.n_bins == 1


def test_choices_are_judged_forward_in_time() -> None:
    """What held in the past and not since is not chosen; rows may come in any order."""
    rng = RNG(8)
    time = np.arange(6000)
    expected = rng.uniform(0.02, 0.2, 6000)
    wild = expected * np.where(
        expected < 0.1, rng.uniform(-1.7, 1.7, 6000), rng.standard_t(2, 6000)
    )
    calm = expected * rng.normal(size=6000)
    residual = np.where(time < 2400, wild, calm)
    order = rng.permutation(6000)
    known, shuffled = (
        fit_error_distribution(residual[rows], expected[rows], error="log", time=time[rows])
        for rows in (time, order)
    )
    assert known.n_bins == shuffled.n_bins == 1
    np.testing.assert_allclose(known.standardised.support, shuffled.standardised.support)


def test_few_rows_choose_nothing() -> None:
    """A choice from fewer than 250 rows would be chance: the plainest stays."""
    rows = Rows(np.ones(200), np.ones(200), None, "log")
    assert best_settings([Settings(), Settings(n_bins=5)], rows) == Settings()


def test_rows_of_one_expected_error_are_one_bin() -> None:
    """Ties cannot be cut, however many bins are asked for."""
    known = fit_error_distribution(RNG(0).normal(size=500), np.full(500, 0.2), bins=5, error="log")
    assert known.n_bins == 1


def test_one_row() -> None:
    """It gives probabilities that say how little one row says."""
    known = fit_error_distribution([0.02], [0.1])
    np.testing.assert_allclose(known.probability_within([0.1], 0.1), 0.75)
    with pytest.raises(OptionError, match="at least 9 residuals, and there are 1"):
        known.interval([1.0], [0.1])


def test_many_rows_are_kept_on_a_few_thousand_points() -> None:
    """A hundred thousand rows take as much room as five thousand, and it is told how exact."""
    expected, residual = drawn(100_000)
    known = fit_error_distribution(residual, expected, error="log", bins=1)
    assert len(known.standardised.support) <= 4096
    assert 0 < known.resolution < 5e-4
    z = residual / (known.typical * (expected / known.typical) ** known.slope)
    asked = expected[:200]
    unit = known.typical * (asked / known.typical) ** known.slope
    exact = np.array([((z >= np.log(0.9) / one) & (z <= np.log(1.1) / one)).mean() for one in unit])
    assert np.abs(known.probability_within(asked, 0.1) - exact).max() <= 2 * known.resolution


def test_order_of_rows_does_not_matter() -> None:
    """A table turned upside down gives the same distribution."""
    expected, residual = drawn(900)
    one = summed_up(Rows(residual, expected, None, "log"), Settings(n_bins=3))
    other = summed_up(Rows(residual[::-1], expected[::-1], None, "log"), Settings(n_bins=3))
    np.testing.assert_allclose(one.standardised.cumulative, other.standardised.cumulative)
    np.testing.assert_allclose(one.standardised.centres, other.standardised.centres)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"half_life": 0}, "half-life must be a finite number > 0"),
        ({"half_life": "long"}, "half-life must be a finite number > 0"),
        ({"half_life": 3.0}, "give the time of each row"),
        ({"slope": 0}, "slope must be a finite number > 0"),
        ({"slope": 1.5}, r"must lie in \(0, 1\], or be 'auto'; got 1.5"),
        ({"slope": "steep"}, "slope must be a finite number > 0"),
        ({"bins": 0}, r"from 1 to the number of rows \(3\), got 0"),
        ({"bins": 4}, r"from 1 to the number of rows \(3\), got 4"),
        ({"bins": True}, "got True"),
        ({"bins": "many"}, "got 'many'"),
        ({"error": "cubic"}, "error scale"),
    ],
)
def test_options_are_checked(options: dict[str, Any], said: str) -> None:
    """Each is refused in one line that says what was found."""
    with pytest.raises(OptionError, match=said):
        fit_error_distribution([0.1, 0.2, 0.3], [0.1, 0.1, 0.1], **options)


def test_columns_are_checked() -> None:
    """No rows, gaps, other lengths, negative expected errors and missing times are refused."""
    with pytest.raises(TableError, match="no residuals to fit a distribution of"):
        fit_error_distribution([], [])
    with pytest.raises(TableError, match="residual must be finite; 1 of 2"):
        fit_error_distribution([0.1, np.nan], [0.1, 0.1])
    with pytest.raises(TableError, match=r"expected error must have shape \(2,\)"):
        fit_error_distribution([0.1, 0.2], [0.1])
    with pytest.raises(TableError, match="1 of 2 are negative"):
        fit_error_distribution([0.1, 0.2], [0.1, -0.1])
    with pytest.raises(TableError, match="time is missing in 1 of 2 rows"):
        fit_error_distribution([0.1, 0.2], [0.1, 0.1], time=["2020-01-01", None])  # type: ignore[arg-type]
    with pytest.raises(TableError, match="time"):
        fit_error_distribution([0.1, 0.2], [0.1, 0.1], time=["2020-01-01"])
