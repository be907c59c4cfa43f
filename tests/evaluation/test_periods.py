"""Errors period by period, and whether they have a trend."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.evaluation.periods import by_period, trend_lines


def days(n: int, every: int = 1) -> np.ndarray:
    return np.datetime64("2018-01-01") + every * np.arange(n).astype("m8[D]")


@pytest.mark.parametrize(
    ("n", "first", "periods"),
    [(6 * 365, "2018", 6), (2 * 365, "2018Q1", 8), (150, "2018-01", 5), (8, "2018-01-01", 8)],
)
def test_dates_make_calendar_periods(n: int, first: str, periods: int) -> None:
    """The longest of year, quarter, month, week and day of which there are four to twelve."""
    told = by_period(days(n), np.zeros(n), 0.1)
    assert (told[0].name, len(told)) == (first, periods)
    assert sum(one.n for one in told) == n


def test_other_times_make_stretches_of_equal_counts() -> None:
    """Numbers, and dates that span too many years: twelve stretches from one time to another."""
    told = by_period(np.arange(1200.0), np.zeros(1200), 0.1)
    assert [one.n for one in told] == [100] * 12
    assert told[0].name == "0 to 99"
    decades = by_period(days(1200, every=30), np.zeros(1200), 0.1)
    assert decades[0].name.startswith("2018-01-01 to ")
    assert len(decades) == 12


def test_each_period_has_its_own_numbers() -> None:
    """Whatever the order of the rows: bias with its sign, rate with an interval, median error."""
    time = np.repeat([1.0, 2.0, 3.0, 4.0], 4)
    residual = np.array([0.1, -0.1, 0.3, 0.1, *[0.0] * 8, -0.4, -0.4, 0.0, 0.4])
    order = np.random.default_rng(0).permutation(16)
    first, *_, last = by_period(time[order], residual[order], 0.2)
    assert (first.bias, last.bias) == pytest.approx((0.1, -0.1))
    assert (first.outlier_rate.value, last.outlier_rate.value) == (0.25, 0.75)
    assert first.outlier_rate.interval[0] < 0.25 < first.outlier_rate.interval[1]
    assert last.median_absolute_residual == pytest.approx(0.4)
    assert set(last.to_dict()) == {
        "period", "n", "bias", "outlier_rate", "interval", "median_absolute_residual",
    }  # fmt: skip


def test_a_trend_is_told_with_both_ends() -> None:
    """A model that ages: bias and outlier rate, from the earliest quarter to the latest."""
    n = 6 * 365
    late = np.arange(n) / n
    residual = 0.04 - 0.18 * late + np.random.default_rng(0).normal(scale=0.1, size=n)
    rate, bias = trend_lines(days(n), residual, 0.15)
    assert rate.startswith("The outlier rate rose from 13.5 % (earliest quarter")
    assert "to 41.8 % (latest quarter)" in rate
    assert "from +1.6 % (earliest quarter of the rows) to -12.6 %" in bias
    (fell, _) = trend_lines(days(n), residual[::-1], 0.15)
    assert "The outlier rate fell from 41.9 %" in fell
    assert "+0.01" in trend_lines(days(n), residual, 0.15, percent=False)[1]


def test_errors_that_wander_have_no_trend() -> None:
    """Shocks that last for periods, or none: few of a hundred histories tell a trend."""
    told = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        shock = np.repeat(rng.normal(size=20), 3)
        time = np.repeat(np.arange(60.0), 20)
        residual = rng.normal(scale=0.1, size=1200) + 0.05 * shock[time.astype(int)]
        told += bool(trend_lines(time, residual, 0.15))
    assert told <= 12


def test_few_times_have_no_trend() -> None:
    """Of three moments nothing can be said."""
    time = np.repeat([1.0, 2.0, 3.0], 100)
    assert trend_lines(time, np.repeat([0.0, 0.5, 1.0], 100), 0.1) == ()


def test_twelve_years_are_told_and_an_error_at_the_threshold_is_no_outlier() -> None:
    """Twelve periods are not too many; as everywhere, an outlier is beyond the threshold."""
    told = by_period(days(4380), np.tile([0.25, -0.25, 0.5, 0.0], 1095), 0.25)
    assert [one.name for one in told] == [str(year) for year in range(2018, 2030)]
    assert sum(one.outlier_rate.value * one.n for one in told) == pytest.approx(1095)
