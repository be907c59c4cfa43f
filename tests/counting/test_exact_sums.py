"""Sums of doubles that hang on no order: those of `math.fsum`, of any split."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qconf.counting.exact_sums import add_values, carried, no_sums, rounded, sum_exactly

FINITE = st.floats(allow_nan=False, allow_infinity=False, min_value=-1e300, max_value=1e300)


@settings(deadline=None)
@given(values=st.lists(FINITE, max_size=50))
def test_a_sum_is_the_nearest_double(values: list[float]) -> None:
    """As `math.fsum` has it, which adds without rounding too, from 2^-1074 to 1e300."""
    assert rounded(sum_exactly(np.array(values, dtype=float))) == math.fsum(values)


@settings(deadline=None)
@given(values=st.lists(FINITE, min_size=1, max_size=50), data=st.data())
def test_digits_are_the_same_in_any_split(values: list[float], data: st.DataObject) -> None:
    """Not only the rounded sum: what is kept and merged is equal, digit by digit."""
    whole = sum_exactly(np.array(values))
    order = data.draw(st.permutations(values))
    at = data.draw(st.integers(0, len(values)))
    parts = sum_exactly(np.array(order[:at])) + sum_exactly(np.array(order[at:]))
    assert np.array_equal(carried(parts), whole)


def test_cells_and_columns_do_not_mix() -> None:
    """Each value is added to the sum of its own cell and column."""
    digits = no_sums(2, 2)
    cells = np.array([0, 1, 1], dtype=np.int32)
    add_values(digits, cells, [np.array([1.0, 2.0, 4.0]), np.array([0.5, -0.25, -0.25])])
    assert [[rounded(one) for one in cell] for cell in digits] == [[1.0, 0.5], [6.0, -0.5]]


def test_many_equal_values_carry() -> None:
    """A million times a tenth is a million times that double, and not its rounded sum."""
    values = np.full(2**20, 0.1)
    assert rounded(sum_exactly(values)) == 0.1 * 2**20
    assert rounded(sum_exactly(np.full(10, 0.1))) == pytest.approx(math.fsum([0.1] * 10), rel=0)
