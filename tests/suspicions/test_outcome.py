"""Residuals that a few rows rule."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.suspicions.outcome import dominated

RNG = np.random.default_rng(0)


def test_ten_rows_that_rule_the_squares_are_told() -> None:
    """Their share, their places in the table, and what is not moved by them."""
    residual = RNG.normal(scale=0.1, size=1000)
    residual[[7, 70]] = -1e300, 1e299
    line = dominated(residual, np.arange(1000) * 2)
    assert line is not None
    assert "rows 14, 140," in line
    assert "--estimators quantile,count" in line


@pytest.mark.parametrize(
    "residual",
    [
        RNG.normal(size=1000),
        RNG.standard_t(3, size=5000),
        np.r_[RNG.normal(size=150), 1e9],
        np.zeros(1000),
        np.full(1000, np.nan),
    ],
)
def test_others_are_not(residual: np.ndarray[tuple[int], np.dtype[np.float64]]) -> None:
    """Normal errors, heavy tails, few rows, no errors at all."""
    assert dominated(residual) is None
