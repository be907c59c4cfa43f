"""A computed value is the target within 1 %, and within its spread."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from qconf._types import FloatArray
from qconf.suspicions.agreement import MATCHING_SHARE, agreement, tolerance


@pytest.fixture
def prices() -> FloatArray:
    return np.random.default_rng(0).lognormal(12, 0.5, 1000)


def test_one_per_cent_counts_and_two_do_not(prices: FloatArray) -> None:
    """Where targets are spread out, the share of the target decides."""
    allowed = tolerance(prices)
    assert agreement(prices * 1.009, prices, allowed) > 0.95
    assert agreement(prices * 1.02, prices, allowed) < 0.2


@pytest.mark.parametrize(("middle", "spread"), [(13.1, 0.1), (2000.0, 5.0), (100.0, 1.0)])
def test_targets_that_are_all_alike_are_no_match(middle: float, spread: float) -> None:
    """All are within 1 % of their mean: being so close is no feat, R² = 0.99 neither."""
    rng = np.random.default_rng(1)
    y = middle + spread * rng.normal(size=1000)
    allowed = tolerance(y)
    assert agreement(np.full(1000, middle), y, allowed) < 0.1
    assert agreement(y + 0.1 * spread * rng.normal(size=1000), y, allowed) < 0.5
    assert agreement(y + 0.001 * spread, y, allowed) == 1.0


@given(st.floats(1e-6, 1e6))
def test_units_do_not_matter(factor: float) -> None:
    """In any currency the same rows match."""
    y = np.random.default_rng(0).lognormal(3, 0.5, 100)
    near = y * np.random.default_rng(1).normal(1, 0.01, 100)
    same = agreement(near * factor, y * factor, tolerance(y * factor))
    assert same == pytest.approx(agreement(near, y, tolerance(y)), abs=0.021)


def test_zeros_alone_are_no_match() -> None:
    """Nine tenths of the claims are zero: a column of zeros computes nothing."""
    y = np.zeros(1000)
    y[:80] = np.random.default_rng(0).lognormal(5, 1, 80)
    assert agreement(np.zeros(1000), y, tolerance(y)) < MATCHING_SHARE
    assert agreement(y, y, tolerance(y)) == 1.0


def test_rows_without_a_value_do_not_count_but_half_must_have_one(prices: FloatArray) -> None:
    """Gaps in a column do not hide a formula."""
    some = np.where(np.arange(1000) < 600, prices, np.nan)
    few = np.where(np.arange(1000) < 400, prices, np.nan)
    allowed = tolerance(prices)
    assert agreement(some, prices, allowed) == 1.0
    assert agreement(few, prices, allowed) == 0.0


def test_rounded_targets_match_within_half_a_unit() -> None:
    """An age in whole years is computed from two dates."""
    exact = np.random.default_rng(0).uniform(1, 100, 1000)
    assert agreement(exact, exact.round(), tolerance(exact.round())) > 0.95
