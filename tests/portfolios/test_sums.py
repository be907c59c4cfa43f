"""Errors that go together do not cancel in a sum."""

from __future__ import annotations

import numpy as np
import pytest

from qconf.core.error_scale import error_scale
from qconf.portfolios.sums import Level, error_correlation, sum_std


def test_a_sum_lies_between_independent_errors_and_errors_that_are_one() -> None:
    """The root of the sum of squares, the sum itself, and in between by the correlation."""
    spread, codes = np.array([3.0, 4.0, 5.0]), np.array([0, 0, 1])
    assert sum_std(spread, codes, 2, 0.0) == pytest.approx([5.0, 5.0])
    assert sum_std(spread, codes, 2, 1.0) == pytest.approx([7.0, 5.0])
    assert sum_std(spread, codes, 2, 0.5) == pytest.approx([np.sqrt(25 + 0.5 * 24), 5.0])
    assert np.isnan(sum_std(spread, codes, 2, float("nan"))).all()


@pytest.mark.parametrize("correlation", [0.0, 0.1, 0.5])
def test_the_correlation_is_found(correlation: float) -> None:
    """Of errors that have a part in common within their portfolio, or with everybody."""
    rng = np.random.default_rng(1)
    codes = rng.integers(0, 500, 6000)
    common = rng.normal(size=500)[codes]
    z = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.normal(size=6000)
    assert error_correlation(z, codes) == pytest.approx(correlation, abs=0.05)
    # What is too high everywhere does not cancel either.
    assert error_correlation(z + 1.0, codes) == pytest.approx((correlation + 1) / 2, abs=0.05)


def test_one_absurd_row_does_not_decide() -> None:
    """It counts as five standard deviations."""
    rng = np.random.default_rng(2)
    z, codes = rng.normal(size=1000), np.repeat(np.arange(50), 20)
    z[3] = 1e6
    assert error_correlation(z, codes) < 0.05


def test_few_portfolios_tell_no_correlation() -> None:
    """Nor do portfolios of one row each."""
    assert np.isnan(error_correlation(np.ones(40), np.repeat(np.arange(4), 10)))
    assert np.isnan(error_correlation(np.ones(40), np.arange(40)))


def test_levels_bring_sums_to_the_truth() -> None:
    """By a ratio where errors are shares, by a difference where they are absolute."""
    rng = np.random.default_rng(0)
    truth = np.exp(rng.normal(12, 0.5, 5000))
    medians = truth * np.exp(rng.normal(scale=0.5, size=5000))
    for name in ("log", "relative", "absolute"):
        level = Level.of(medians, truth, error_scale(name))
        assert level(medians).sum() == pytest.approx(truth.sum())
        assert (level.shift != 0) == (name == "absolute")
    np.testing.assert_array_equal(Level()(medians), medians)
