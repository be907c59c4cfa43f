"""Rows, groups and history: what else might have come."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from qconf.core.estimate import Estimate
from qconf.errors import TableError
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.sampling import Sampling, row_codes


def sampling(n_rows: int = 40, groups: Any = None, time: Any = None) -> Sampling:
    return Sampling.of(Outcome.of(np.arange(float(n_rows)), 1.0), groups, time)


def test_weights_are_resamples_and_then_waves() -> None:
    """Whole numbers first, then two of each wave; without a time no waves."""
    rng = np.random.default_rng(0)
    told = list(sampling(time=np.arange(40)).weights(3, rng))
    assert len(told) == 3 + 2 * 6
    assert all(np.issubdtype(one.dtype, np.integer) for one in told[:3])
    assert len(list(sampling().weights(3, rng))) == 3


def test_draws_are_sorted_out() -> None:
    """Values in resamples stay as they are; waves become half of up minus down over the step."""
    one = sampling(groups=np.arange(40) // 4, time=np.arange(40))
    statistics = np.arange(30.0).reshape(15, 2)
    first, second = one.draws(statistics)
    assert first.resamples.tolist() == [0.0, 2.0, 4.0]
    assert first.n_groups == 10
    assert one.waves is not None
    np.testing.assert_allclose(second.waves, -2.0 * np.sqrt(one.waves.inflation))


def test_groups_of_one_row_are_no_groups() -> None:
    """If every row has a group of its own, or none, rows are drawn one by one."""
    assert sampling(groups=np.arange(40)).n_groups is None
    assert sampling(groups=[None] * 40).n_groups is None
    assert sampling(groups=np.arange(40) // 2).n_groups == 20
    assert sampling(groups=[0] * 10 + list(range(1, 31))).largest_share == 0.25


def test_design_effect_of_copies_is_that_of_all_rows() -> None:
    """Copies stand together in the decile too, while of a period the decile has a tenth."""
    overall = Estimate(0.2, (0.1, 0.3), n_effective=100.0)
    copies = sampling(400, groups=np.arange(400) // 4)
    head = (np.arange(400) < 40).astype(float)
    assert copies.design_effect(overall, 400, head) == pytest.approx(4.0)
    spread = (np.arange(400) % 10 == 0).astype(float)
    periods = sampling(400, groups=np.arange(400) // 40)
    assert periods.design_effect(overall, 400, spread) == pytest.approx(1 + 3 * 3 / 39)
    assert sampling(400).design_effect(overall, 400, head) == 1.0
    timed = sampling(400, time=np.arange(400))
    assert timed.design_effect(overall, 400, spread) == pytest.approx(1 + 3 * 3 / 39)


def test_skewness_is_that_of_few_units() -> None:
    """One group of ten with all outliers: by the formula; many groups have none to tell."""
    group = np.arange(400) // 40
    outlier = group == 9
    rate = np.where(np.arange(10) == 9, 0.9, -0.1)
    expected = (rate**3).sum() / (rate**2).sum() ** 1.5 * np.sqrt(90) / 8 * 1.5
    everything = np.ones(400)
    assert sampling(400, groups=group).skewness(outlier, everything) == pytest.approx(expected)
    assert sampling(400, time=np.arange(400)).skewness(outlier, everything) == pytest.approx(
        expected
    )
    assert sampling(400, groups=np.arange(400) // 4).skewness(outlier, everything) == 0.0
    assert sampling(400).skewness(outlier, everything) == 0.0


@pytest.mark.parametrize(
    "time",
    [
        pd.Series(pd.date_range("2024-01-01", periods=40)),
        pd.date_range("2024-01-01", periods=40),
        [f"2024-03-{1 + i % 31:02}" for i in range(40)],
        list(pd.date_range("2024-01-01", periods=40)),
        np.arange(40, dtype=np.float32),
        list(range(40)),
        pd.Series(range(40), index=range(40, 0, -1)),
    ],
)
def test_a_time_may_be_written_in_many_ways(time: Any) -> None:
    """Dates, numbers, strings; lists, arrays and columns."""
    assert sampling(time=time).waves is not None


def test_a_column_must_fit_the_rows() -> None:
    """One value a row, in one dimension."""
    with pytest.raises(TableError, match="The group has 2 values, the table 3 rows"):
        row_codes("group", [1, 2], 3)
    with pytest.raises(
        TableError, match=r"block must be one column, one value a row; got shape \(\)"
    ):
        row_codes("block", "abc", 3)
    with pytest.raises(TableError, match="time is missing in 2 of 3 rows"):
        sampling(3, time=[None, "2024-01-01", pd.NaT])
