"""Parts of adjustments add up to the money, whatever they are."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.explanation.comparables_adjusting import (
    adjusted_prices,
    log_mean,
    on_scale,
    split_adjustments,
)

EXACT = np.array([True, True, True, False])


@settings(deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    scale=st.sampled_from([0.0, 1e-12, 1e-6, 0.1, 2.0]),
    on_ratios=st.booleans(),
)
def test_parts_add_up_to_the_adjustment(seed: int, scale: float, on_ratios: bool) -> None:
    """To a billionth of the money that is moved, also where large parts cancel."""
    rng = np.random.default_rng(seed)
    price = np.exp(rng.normal(12, 1, 40))
    parts = rng.normal(scale=scale, size=(40, 4))
    total = parts.sum(axis=1)
    adjusted = price * np.exp(total) if on_ratios else price + total
    money = split_adjustments(parts, price, adjusted, on_ratios=on_ratios, exact=EXACT)
    moved = np.abs(money).sum(axis=1)
    assert (np.abs(money.sum(axis=1) - (adjusted - price)) <= 1e-9 * moved).all()
    if on_ratios and scale >= 1e-6:
        # Each has the sign and the share of its logarithm.
        np.testing.assert_allclose(money, parts * log_mean(price, adjusted)[:, None], rtol=1e-3)


def test_only_own_parts_take_up_what_rounding_leaves() -> None:
    """A part that was measured otherwise stays as it was measured."""
    parts = np.array([[0.1, 0.2, 0.0, 5.0]])
    price, adjusted = np.array([100.0]), np.array([100.0 + 5.4])
    money = split_adjustments(parts, price, adjusted, on_ratios=False, exact=EXACT)
    assert money[0].tolist() == pytest.approx([0.1, 0.3, 0.0, 5.0])


def test_adjusted_prices_are_values_less_residuals() -> None:
    """As factors on ratios, as differences else."""
    value, residual = np.array([100.0, 100.0]), np.array([np.log(2.0), 0.0])
    assert adjusted_prices(value, residual, on_ratios=True).tolist() == pytest.approx([50, 100])
    assert adjusted_prices(value, np.array([20.0, -5]), on_ratios=False).tolist() == [80, 105]


@given(a=st.floats(1e-6, 1e12), ratio=st.floats(1e-3, 1e3))
def test_the_logarithmic_mean_lies_between(a: float, ratio: float) -> None:
    """And is the difference in units of logarithms."""
    b = a * ratio
    mean = float(log_mean(np.array([a]), np.array([b]))[0])
    assert min(a, b) * (1 - 1e-9) <= mean <= max(a, b) * (1 + 1e-9)
    assert mean * np.log(b / a) == pytest.approx(b - a, rel=1e-6, abs=1e-9 * a)


@pytest.mark.parametrize("logs", [True, False])
@pytest.mark.parametrize("on_ratios", [True, False])
def test_parts_are_turned_to_the_scale(logs: bool, on_ratios: bool) -> None:
    """So that they add up to the log ratio, or the difference, of what both are worth."""
    row, sale = np.array([120.0]), np.array([80.0])
    ratio, difference = np.log(row / sale), row - sale
    whole = ratio if logs else difference
    parts = np.array([[0.25, 0.75]]) * whole[:, None]
    turned = on_scale(parts, row, sale, logs=logs, on_ratios=on_ratios)
    assert turned.sum() == pytest.approx((ratio if on_ratios else difference)[0])
    assert turned[0, 0] / turned[0, 1] == pytest.approx(1 / 3)
