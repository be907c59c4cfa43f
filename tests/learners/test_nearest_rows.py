"""Nearest rows are found in tables of mixed columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from worlds import mixed_table

from qconf.learners.nearest_rows import NearestRows

RNG = np.random.RandomState


def test_a_row_is_nearest_to_itself() -> None:
    """At no distance, in every kind of column."""
    table = mixed_table(300).drop_duplicates()
    distance, position = NearestRows(table, 1, 1000, RNG(0))(table)
    np.testing.assert_array_equal(position[:, 0], np.arange(len(table)))
    np.testing.assert_allclose(distance, 0.0, atol=1e-3)


def test_the_same_level_is_nearer_than_half_the_range() -> None:
    """Levels count as much as the whole range of a number."""
    table = pd.DataFrame({"zone": ["a", "b", "a"], "area": [0.0, 0.1, 1.0]})
    asked = pd.DataFrame({"zone": ["a"], "area": [0.4]})
    _, position = NearestRows(table, 3, 10, RNG(0))(asked)
    np.testing.assert_array_equal(position, [[0, 2, 1]])


def test_units_do_not_matter() -> None:
    """Metres or millimetres, the neighbours are the same."""
    x = np.random.default_rng(0).random((500, 3))
    plain = NearestRows(x, 5, 1000, RNG(0))(x)[1]
    scaled = NearestRows(x * [1, 1000, 1e-3], 5, 1000, RNG(0))(x * [1, 1000, 1e-3])[1]
    assert np.mean(plain == scaled) > 0.99


def test_many_rows_are_thinned_out() -> None:
    """Only so many are searched, and positions are those in the whole table."""
    x = np.arange(1000.0)[:, None]
    nearest = NearestRows(x, 2, 100, RNG(0))
    assert len(nearest.kept) == 100
    distance, position = nearest(x[:10])
    assert np.isin(position, nearest.kept).all()
    assert distance.shape == (10, 2)


def test_fewer_rows_than_neighbours() -> None:
    """All there are."""
    assert NearestRows(np.zeros((3, 1)), 25, 100, RNG(0))(np.zeros((2, 1)))[1].shape == (2, 3)
