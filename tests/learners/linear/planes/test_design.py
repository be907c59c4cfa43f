"""Working coordinates: uncorrelated, complete, and without a copy of the table."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from qconf.learners.linear.planes.design import MatrixDesign, times, working_coordinates


@pytest.mark.parametrize("intercept", [True, False])
@pytest.mark.parametrize("dtype", [np.float64, np.float32, np.int32])
@pytest.mark.parametrize("order", ["C", "F"])
def test_a_table_does_what_its_rows_do(
    intercept: bool, dtype: Any, order: Any, rng: np.random.Generator
) -> None:
    """Values and sums are those of the rows written out, for all types and orders."""
    X = np.asarray(rng.normal(3, 5, size=(700, 4)), dtype=dtype, order=order)
    table, _ = working_coordinates(X, np.ones(700), np.arange(700), intercept=intercept)
    rows = MatrixDesign(table.take(slice(None)))
    plane, weight = rng.normal(size=(rows.matrix.shape[1],)), rng.normal(size=700)
    np.testing.assert_allclose(table.values(plane), rows.values(plane), atol=1e-9)
    np.testing.assert_allclose(table.sums(weight), rows.sums(weight), atol=1e-9)
    coef, constant = table.in_columns(plane)
    np.testing.assert_allclose(X @ coef + constant, rows.values(plane), atol=1e-9)


def test_coordinates_are_uncorrelated_and_of_unit_size(rng: np.random.Generator) -> None:
    """Their second moments are the identity, whatever the columns' units and the weights."""
    X = rng.normal(size=(500, 3)) @ rng.normal(size=(3, 3)) * [1e-9, 1.0, 1e9] + [0, 5, -1e9]
    weight = 10 ** rng.uniform(-9, 9, size=500)
    rows = working_coordinates(X, weight, np.arange(500), intercept=True)[0].take(slice(None))
    np.testing.assert_allclose(rows.T @ rows / 500, np.eye(4), atol=1e-6)


def test_weights_do_not_hide_a_direction(rng: np.random.Generator) -> None:
    """Around a row that outweighs all others a million times, columns still vary."""
    X = rng.normal(size=(20, 2))
    X = np.column_stack([X, 2 * X[:, 0] + 1])
    weight = np.where(np.arange(20) == 7, 1e6, 1.0)
    table, _ = working_coordinates(X, weight, np.arange(20), intercept=True)
    assert table.transform.shape == (3, 2)
    assert np.abs(table.transform).max() < 10


def test_rounding_is_judged_column_by_column(rng: np.random.Generator) -> None:
    """A column far from zero does not hide a small difference between two others."""
    a = rng.normal(size=200)
    X = np.column_stack([a, a + 1e-7 * rng.normal(size=200), 1e9 + rng.normal(size=200)])
    table, _ = working_coordinates(X, np.ones(200), np.arange(200), intercept=True)
    assert table.transform.shape == (3, 3)


@pytest.mark.parametrize("noise", [0.0, 1e-15])
def test_directions_without_variation_are_left_out(noise: float, rng: np.random.Generator) -> None:
    """Sums of columns, but for rounding, and constants have no coordinate of their own."""
    X = rng.normal(size=(300, 3))
    X = np.column_stack([X, X.sum(axis=1) * (1 + noise * rng.normal(size=300)), np.full(300, 0.1)])
    table, _ = working_coordinates(X, np.ones(300), np.arange(300), intercept=True)
    assert table.transform.shape == (5, 3)


def test_rows_that_the_sample_lacks_are_added(rng: np.random.Generator) -> None:
    """Levels that no sampled row has still get their coordinate."""
    levels = np.sort(rng.integers(0, 9, size=1000))
    X = np.eye(9)[levels]
    table, rows = working_coordinates(X, np.ones(1000), np.arange(200), intercept=False)
    assert table.transform.shape[1] == 9
    assert set(levels[rows]) == set(range(9))
    assert len(rows) < 1000


def test_huge_numbers_do_not_overflow(rng: np.random.Generator) -> None:
    """Nor do tiny ones vanish."""
    X = rng.normal(size=(50, 2)) * [1e200, 1e-200]
    table, _ = working_coordinates(X, np.ones(50), np.arange(50), intercept=True)
    assert np.isfinite(table.transform).all()
    assert table.transform.shape == (2, 2)


def test_no_whole_copy(rng: np.random.Generator) -> None:
    """A table of other numbers is converted in parts."""
    X = rng.integers(0, 9, size=(200_000, 20)).astype(np.float32)
    tracemalloc.start()
    product = times(X, np.ones((20, 2)))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 0.75 * X.nbytes
    np.testing.assert_allclose(product, np.stack([X.sum(axis=1)] * 2, axis=1))
