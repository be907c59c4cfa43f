"""An encoded table becomes points between 0 and 1, and levels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from qconf.encoding.encoder import TableEncoder
from qconf.encoding.unit_cube import UnitCube

NAN = np.nan


def test_numbers_go_from_0_to_1() -> None:
    """Beyond what was seen they stay there; a column that never changes is 0."""
    cube = UnitCube(np.array([[10.0, 7.0], [20.0, 7.0], [14.0, 7.0]]), np.zeros(2, dtype=bool))
    numbers, levels = cube(np.array([[15.0, 7.0], [99.0, 7.5], [-5.0, 6.0]]))
    np.testing.assert_allclose(numbers, [[0.5, 1.0, 0.0], [0.0, 0.5, 0.0]])
    assert levels.shape == (0, 3)


def test_a_missing_number_is_the_median_and_said_to_be_missing() -> None:
    """In a column of its own, if there was one in the table of the scales."""
    cube = UnitCube(np.array([[0.0, 1.0], [NAN, 3.0], [4.0, 5.0]]), np.zeros(2, dtype=bool))
    numbers, _ = cube(np.array([[NAN, NAN], [1.0, 2.0]]))
    np.testing.assert_allclose(numbers, [[0.5, 0.25], [0.5, 0.25], [1.0, 0.0]])


def test_a_column_without_any_number_is_none() -> None:
    """It tells rows neither near nor far."""
    cube = UnitCube(np.array([[NAN, 1.0], [NAN, 2.0]]), np.zeros(2, dtype=bool))
    assert cube(np.array([[3.0, 1.0]])).numbers.shape == (1, 1)


def test_levels_have_numbers_and_a_gap_is_a_level() -> None:
    """One that was not there is like no other."""
    cube = UnitCube(np.array([[0.0], [2.0], [NAN]]), np.ones(1, dtype=bool))
    (levels,) = cube(np.array([[2.0], [0.0], [NAN], [1.0], [5.0]])).levels
    assert len(set(levels[:3].tolist())) == 3
    assert levels[3:].tolist() == [-1, -1]


@pytest.mark.parametrize("names", [["zone", "rooms"], ["rooms", "zone"], ["rooms", "area"]])
def test_levels_are_looked_up_in_columns_of_levels(names: list[str]) -> None:
    """A number of another table would be taken for the place of a level."""
    table = pd.DataFrame(
        {"rooms": [3.0, NAN, 5.0], "zone": ["a", "b", "a"], "area": [9.0, 8.0, 7.0]}
    )
    encoder = TableEncoder().fit(table[["rooms", "zone"]])
    cube = UnitCube(encoder.transform(table[["rooms", "zone"]]), encoder.is_categorical_)
    other = TableEncoder().fit(table[names])
    if names == ["rooms", "zone"]:
        cube.check_columns(other)
        return
    with pytest.raises(ValueError, match="of other columns"):
        cube.check_columns(other)
