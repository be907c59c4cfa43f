"""Expected errors are held against root mean squared residuals, bin by bin."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf.evaluation.calibration import by_decile
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
