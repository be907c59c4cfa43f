"""Residuals that a few rows rule, or that are too small to be true."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.suspicions.outcome import dominated, too_good

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


def test_errors_beside_the_spread_of_targets() -> None:
    """R² = 0.99 is a good model, errors of a hundredth of the spread are a leak."""
    y = np.exp(12 + 0.5 * RNG.normal(size=1000))
    good = y * (1 + 0.03 * RNG.normal(size=1000))
    leak = y * (1 + 0.003 * RNG.normal(size=1000))
    assert too_good(good / y - 1, y, good) is None
    line = too_good(leak / y - 1, y, leak)
    assert line is not None
    assert "implausibly good" in line
    assert too_good(np.full(1000, np.nan), y, leak) is None
