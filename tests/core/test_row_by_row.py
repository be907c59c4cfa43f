"""Products and means that do not hang on how many rows there are."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qconf.core.row_by_row import mean_of, product


def test_products_are_those_of_numpy(rng: np.random.Generator) -> None:
    """But for rounding; of other numbers and orders in memory, too."""
    matrix, other = rng.normal(size=(50, 7)), rng.normal(size=(7, 3))
    kinds: list[Any] = [matrix, np.asfortranarray(matrix), matrix.astype(np.float32)]
    for left in kinds:
        np.testing.assert_allclose(product(left, other), left @ other, rtol=1e-6, atol=1e-6)
        np.testing.assert_allclose(product(left, other[:, 1]), left @ other[:, 1], atol=1e-6)
    assert product(matrix[:0], other).shape == (0, 3)


@given(n_rows=st.integers(1, 40), n_columns=st.integers(1, 40), n_outputs=st.integers(1, 20))
def test_a_row_has_the_same_product_alone(n_rows: int, n_columns: int, n_outputs: int) -> None:
    """To the last bit; and so has a column."""
    rng = np.random.default_rng(0)
    matrix, other = rng.normal(size=(n_rows, n_columns)), rng.normal(size=(n_columns, n_outputs))
    whole = product(matrix, other)
    np.testing.assert_array_equal(product(matrix[-1:], other)[0], whole[-1])
    np.testing.assert_array_equal(product(matrix, other[:, 0]), whole[:, 0])


@given(n=st.integers(1, 30))
def test_a_mean_is_the_same_alone(n: int) -> None:
    """As many arrays as there are; NumPy adds those of one row up in pairs."""
    parts = list(np.random.default_rng(0).normal(size=(n, 4)))
    whole = mean_of(parts)
    np.testing.assert_allclose(whole, np.mean(parts, axis=0), rtol=1e-12)
    np.testing.assert_array_equal(mean_of([part[2:3] for part in parts]), whole[2:3])
