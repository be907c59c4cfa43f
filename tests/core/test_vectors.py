"""Arithmetic on vectors, in compiled code."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from qconf.core.compiled import exactly_compiled
from qconf.core.vectors import LANES, add, multiply, squared_distances, subtract_times


@exactly_compiled
def _added(target: Any, other: Any) -> None:
    add(target, 1, other, 2)


@exactly_compiled
def _multiplied(target: Any, other: Any) -> None:
    multiply(target, 1, other, 2)


@exactly_compiled
def _less_product(target: Any, other: Any) -> None:
    subtract_times(target, 1, other, 2, other, 0)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (_added, lambda target, other: target[1] + other[2]),
        (_multiplied, lambda target, other: target[1] * other[2]),
        (_less_product, lambda target, other: target[1] - other[2] * other[0]),
    ],
)
def test_one_row_is_changed(change: Any, expected: Any, rng: np.random.Generator) -> None:
    """As NumPy would, to the last bit; the others stay as they are."""
    target, other = rng.normal(size=(2, 3, LANES)).astype(np.float32)
    before = target.copy()
    change(target, other)
    np.testing.assert_array_equal(target[1], expected(before, other))
    np.testing.assert_array_equal(target[[0, 2]], before[[0, 2]])


@exactly_compiled
def _measured(target: Any, vectors: Any, points: Any) -> None:
    squared_distances(target, vectors, 4, points, 2)


@pytest.mark.parametrize("n_columns", [0, 1, 5])
def test_squared_distances_to_two_vectors(n_columns: int, rng: np.random.Generator) -> None:
    """Summed in the order of the columns, to the last bit; none are zero."""
    vectors = rng.normal(size=(4 + 2 * n_columns, LANES)).astype(np.float32)
    points = rng.normal(size=(n_columns, 3)).astype(np.float32)
    target = np.full((2, LANES), 7.0, dtype=np.float32)
    _measured(target, vectors, points)
    expected = np.zeros((2, LANES), dtype=np.float32)
    for j in range(n_columns):
        expected += (vectors[4 + 2 * j : 6 + 2 * j] - points[j, 2]) ** 2
    np.testing.assert_array_equal(target, expected)
