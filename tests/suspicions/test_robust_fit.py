"""Least absolute deviations find what most rows follow."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.suspicions.robust_fit import least_absolute, trust_in


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 0.15))
def test_a_tenth_of_wrong_rows_does_not_matter(seed: int, wrong: float) -> None:
    """Coefficients are those of the other rows."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(200), rng.normal(size=(200, 5))])
    beta = rng.normal(size=6) * 100
    t = X @ beta
    t[: int(200 * wrong)] *= rng.uniform(-30, 30, int(200 * wrong))
    assert least_absolute(X, t) == pytest.approx(beta, abs=0.5)


def test_columns_that_repeat_each_other_are_no_error() -> None:
    """Area above ground and below add up to the whole."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 100))
    X = np.column_stack([np.ones(100), a, b, a + b, np.zeros(100)])
    assert X @ least_absolute(X, 3 * a) == pytest.approx(3 * a, abs=1e-3)


def test_haste_gives_up_on_noise_but_not_on_a_formula() -> None:
    """The first look and the patient one agree where a formula is there."""
    rng = np.random.default_rng(0)
    X = np.column_stack([np.ones(300), rng.normal(size=(300, 4))])
    t = 100 * X @ np.arange(1.0, 6.0)
    t[:30] = rng.normal(size=30) * 10_000
    hasty = least_absolute(X, t, hasty=True)
    assert np.mean(np.abs(t - X @ hasty) <= 1) == pytest.approx(0.9, abs=0.01)


def test_cells_with_a_digit_too_many_are_not_trusted() -> None:
    """One row in twenty is ten times too large in a column: without trust it wins."""
    rng = np.random.default_rng(0)
    x = rng.lognormal(3, 0.3, (200, 2))
    t = 100 * x.sum(axis=1)
    x[::20, 0] *= 10
    far = np.abs(x - np.median(x, axis=0)).max(axis=1) / np.ptp(np.quantile(x, [0.25, 0.75]))
    X = np.column_stack([np.ones(200), x])
    assert least_absolute(X, t, trust_in(far))[1:] == pytest.approx([100, 100], abs=1)
    assert least_absolute(X, t)[1] < 90
