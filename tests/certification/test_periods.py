"""The promise of a whole period."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from qconf import certify
from qconf.certification.cut_offs import CutOffs
from qconf.certification.periods import PeriodPromise, Periods, promise_of_periods
from qconf.errors import TableError


def promised(n_outliers: list[int], *, rate: float = 0.2, size: int = 100) -> PeriodPromise:
    """One cut-off, and so many outliers in each period of 100 rows."""
    outlier = np.concatenate([np.arange(size) < n for n in n_outliers])
    codes = np.repeat(np.arange(len(n_outliers)), size)
    periods = Periods(codes, tuple(f"p{i}" for i in range(len(n_outliers))))
    ones = np.ones(len(outlier))
    return promise_of_periods(
        CutOffs.of(ones, 5), ones, outlier, periods, start=0, outlier_rate=rate,
        confidence_level=0.95,
    )  # fmt: skip


def test_the_bound_is_a_prediction_limit() -> None:
    """Mean and spread of arcsines of the roots, with Student's t for one more period."""
    promise = promised([4, 6, 5, 7, 3, 5])
    angle = np.arcsin(np.sqrt(np.array([4, 6, 5, 7, 3, 5]) / 100))
    limit = angle.mean() + t.ppf(0.95, 5) * np.sqrt(7 / 6) * angle.std(ddof=1)
    assert promise.bound == pytest.approx(np.sin(limit) ** 2)
    assert promise.certified
    assert promise.rates["p3"] == 0.07
    assert promise.coverage == 1.0


def test_periods_that_differ_promise_less() -> None:
    """The same mean rate, but one period in three is bad."""
    assert promised([5] * 6).bound == pytest.approx(0.05)
    assert promised([1, 1, 13] * 2).bound != promised([5] * 6).bound
    uneven = promised([1, 1, 13] * 2, rate=0.1)
    assert not uneven.certified
    assert uneven.cut_off == -np.inf
    assert uneven.reason.startswith("with the rates of 6 periods, 1.0 to 13.0 % where the tests")
    assert "one more may have 22.3 %; a higher outlier rate helps" in uneven.reason


def test_five_periods_are_too_few() -> None:
    """A spread of five is hardly known."""
    promise = promised([1] * 5)
    assert promise.reason == "it takes 6 periods, and there are 5"
    assert promise.to_dict()["cut_off"] is None


def test_a_period_without_accepted_rows_proves_nothing() -> None:
    """Its rate is not zero, but unknown."""
    scores = np.concatenate([np.ones(500), np.full(100, 2.0)])
    periods = Periods(np.repeat(np.arange(6), 100), tuple("abcdef"))
    outlier = np.zeros(600, dtype=bool)
    numbers: dict[str, Any] = {"start": 0, "outlier_rate": 0.2, "confidence_level": 0.95}
    promise = promise_of_periods(CutOffs.of(scores, 5), scores, outlier, periods, **numbers)
    assert not promise.certified
    assert promise.reason == (
        "it cannot be said, for 1 of 6 periods have no row where the tests start; more "
        "calibration rows help, or longer periods"
    )


def test_a_bound_that_says_nothing_is_not_told_as_a_figure() -> None:
    """Half of the periods have only outliers, half none: one more may have anything."""
    promise = promised([0, 100] * 3, rate=0.5)
    assert not promise.certified
    assert promise.reason == (
        "it cannot be said, for the rates of 6 periods, 0.0 to 100.0 % where the tests start, "
        "differ too much to bound that of one more; more periods help, or more rows in each"
    )


def test_dates_become_calendar_periods() -> None:
    """The longest that makes six: months of half a year, years of a decade."""
    days = pd.date_range("2020-01-01", "2020-06-30", freq="D")
    assert Periods.of(days, len(days)).names == tuple(f"2020-0{i}" for i in range(1, 7))
    years = pd.date_range("2010-01-01", "2019-12-31", freq="ME")
    assert Periods.of(years, len(years)).names[0] == "2010"
    labels = Periods.of(["b", "a", "b"], 3)
    assert labels.names == ("a", "b")
    assert labels.codes.tolist() == [1, 0, 1]
    assert Periods.of(pd.Categorical(["x", "w"]), 2).names == ("w", "x")
    few = Periods.of(pd.to_datetime(["2020-01-01", "2020-01-02"]), 2)
    assert few.names == ("2020-01-01", "2020-01-02")


def test_pieces_of_periods_join_whole_ones() -> None:
    """The first days of a table join the week after, the last ones the week before."""
    days = pd.date_range("2024-01-07", "2024-02-28", freq="D")  # a Sunday to a Wednesday
    weeks = Periods.of(days[:-1], len(days) - 1)  # the last piece has two days
    assert len(weeks.names) == 7
    assert weeks.names[0] == "2024-01-01/2024-01-07 to 2024-01-08/2024-01-14"
    assert weeks.names[1] == "2024-01-15/2024-01-21"
    assert weeks.names[-1] == "2024-02-19/2024-02-25 to 2024-02-26/2024-03-03"
    assert np.bincount(weeks.codes).tolist() == [8, 7, 7, 7, 7, 7, 9]
    labels = Periods.of(["a", "b", "b", "b", "b", "b"], 6)
    assert labels.names == ("a", "b")


def test_a_missing_period_is_refused() -> None:
    """Nobody knows when that row was."""
    with pytest.raises(TableError, match="missing in 1 of 2 rows; leave those rows out"):
        Periods.of([1.0, np.nan], 2)


def test_the_two_promises_are_told_apart() -> None:
    """In words, and in plain numbers by their names."""
    rng = np.random.default_rng(0)
    sigma = rng.uniform(0.02, 0.2, 6000)
    one = certify(
        sigma, rng.normal(scale=sigma), threshold=0.15, periods=np.repeat(np.arange(12), 500)
    )
    told = one.to_dict()
    assert told["promise"] == "rows like the calibration rows"
    assert told["period"]["promise"] == "a period like the last ones"
    assert 0 < told["period"]["cut_off"] < told["cut_off"]
    assert "For a whole period like the last 12: act up to" in str(one)
    assert len(told["period"]["outlier_rates"]) == 12


@pytest.mark.slow
@pytest.mark.parametrize("shock", [0.0, 0.1, 0.2])
def test_one_more_period_keeps_the_promise(shock: float) -> None:
    """It is broken in at most 5 % of 600 tables of twelve periods, and two standard errors."""
    rng = np.random.default_rng(int(100 * shock))
    broken = 0
    for _ in range(600):
        size = np.exp(shock * rng.normal(size=13))
        score = np.exp(rng.normal(np.log(0.08), 0.5, (13, 300)))
        residual = score * size[:, None] * rng.standard_t(5, (13, 300)) * np.sqrt(0.6)
        one = certify(
            score[:12].ravel(), residual[:12].ravel(), threshold=0.15, outlier_rate=0.1,
            periods=np.repeat(np.arange(12), 300), cut_offs=100,
        )  # fmt: skip
        assert one.period is not None
        accepted = score[12] <= one.period.cut_off
        broken += bool(accepted.any()) and np.mean(np.abs(residual[12][accepted]) > 0.15) > 0.1
    assert broken / 600 <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 600)
