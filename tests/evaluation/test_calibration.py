"""Expected errors are held against root mean squared residuals, bin by bin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf.evaluation.calibration import by_decile, calibration_ratio
from qconf.evaluation.ranking import Outcome
from qconf.evaluation.sampling import Sampling


def sampling(residual: Any, groups: Any = None, time: Any = None) -> Sampling:
    return Sampling.of(Outcome.of(residual, 1.0), groups, time)


def test_bins_are_tenths_and_roots_of_mean_squares() -> None:
    """By hand: twenty rows, two in a bin."""
    expected, residual = np.arange(1.0, 21.0), np.arange(20.0) * np.tile([1.0, -1.0], 10)
    told = by_decile(expected, residual, sampling(residual), 0.95)
    assert told["n"].tolist() == [2] * 10
    assert told["expected_error"].iloc[1] == pytest.approx(np.sqrt((9 + 16) / 2))
    assert told["residual"].iloc[1] == pytest.approx(np.sqrt((4 + 9) / 2))


def test_rows_of_equal_expected_error_share_a_bin() -> None:
    """Nothing tells them apart; a constant has one bin."""
    residual = np.random.default_rng(0).normal(size=200)
    told = by_decile(np.ones(200), residual, sampling(residual), 0.95)
    assert told["n"].tolist() == [200]
    two = by_decile(np.repeat([1.0, 2.0], 100), residual, sampling(residual), 0.95)
    assert two["n"].tolist() == [100, 100]


def test_a_bin_without_errors_has_no_interval() -> None:
    """No error came, and the logarithm of none is not a number."""
    residual = np.repeat([0.0, 1.0], 100)
    told = by_decile(np.arange(200.0), residual, sampling(residual), 0.95)
    assert told["residual"].iloc[0] == 0.0
    assert np.isnan(told["low"].iloc[0])


def test_intervals_allow_for_groups_and_time() -> None:
    """Four copies of each row are worth one; errors of calm and wild years are worth less."""
    rng = np.random.default_rng(0)
    expected, residual = rng.random(1000), rng.normal(size=1000)
    four = np.repeat(np.arange(1000), 4)
    once = by_decile(expected, residual, sampling(residual), 0.95)
    copies = by_decile(expected[four], residual[four], sampling(residual[four], four), 0.95)
    naive = by_decile(expected[four], residual[four], sampling(residual[four]), 0.95)

    def width(told: Any) -> float:
        return float(np.log(told["high"] / told["low"]).mean())

    assert width(copies) == pytest.approx(width(once), rel=0.02)
    assert width(naive) == pytest.approx(width(once) / 2, rel=0.02)
    wild = residual * np.repeat([0.5, 2.0], 500)
    timed = by_decile(expected, wild, sampling(wild, time=np.arange(1000)), 0.95)
    assert width(timed) > 2 * width(by_decile(expected, wild, sampling(wild), 0.95))


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """95 % intervals of ten bins in 60 tables of 2,000 rows: the root of 1 in nearly all."""
    held = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        residual = rng.normal(size=2000)
        told = by_decile(rng.random(2000), residual, sampling(residual), 0.95)
        held += int(((told["low"] <= 1) & (told["high"] >= 1)).sum())
    assert 0.92 <= held / 600 <= 0.98


@given(st.floats(0.01, 100.0))
def test_the_ratio_is_in_units_of_what_was_expected(factor: float) -> None:
    """Of expected errors that are all too small by a factor, the ratio is that factor."""
    rng = np.random.default_rng(0)
    expected = rng.uniform(0.05, 0.3, 500)
    residual = rng.normal(scale=expected)
    rows = sampling(residual)
    plain = calibration_ratio(expected, residual, rows, 0.95)
    other = calibration_ratio(expected / factor, residual, rows, 0.95)
    assert other.value == pytest.approx(factor * plain.value)
    assert other.interval == pytest.approx([factor * end for end in plain.interval])


def test_intervals_of_the_ratio_hold_the_truth() -> None:
    """95 % of tables whose errors are as large as expected have a ratio of 1 within; groups too."""
    held = []
    for seed in range(200):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(60), 10)
        expected = rng.uniform(0.05, 0.3, 600)
        common = rng.normal(size=60)[groups]
        residual = expected * (np.sqrt(0.5) * common + np.sqrt(0.5) * rng.normal(size=600))
        rows = sampling(residual, groups)
        held.append(1.0 in calibration_ratio(expected, residual, rows, 0.95))
    assert 0.9 < np.mean(held) <= 0.99


def test_a_ratio_of_nothing_is_no_number() -> None:
    """Expected errors of 0, or residuals."""
    rows = sampling(np.zeros(10))
    for pair in ((np.zeros(10), np.ones(10)), (np.ones(10), np.zeros(10))):
        assert np.isnan(calibration_ratio(*pair, rows, 0.95).value)
