"""A summary of a column counts its cells, and how wrong the rows near them were."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from qconf.model.column_summary import ColumnSummary


def summed(cells: object, error: object = None, n_levels: int | None = None) -> ColumnSummary:
    column = np.asarray(cells, dtype=np.float64)
    wrong = np.zeros(len(column)) if error is None else np.asarray(error, dtype=np.float64)
    return ColumnSummary.of("a", column, wrong, n_levels=n_levels)


def test_few_numbers_are_counted_each() -> None:
    """How often each was there; how many rows lack one."""
    found = summed([3, 3, 1, np.nan, 3, 2])
    assert found.exact
    assert (found.n_rows, found.n_missing) == (6, 1)
    assert found.rows_alike(3.0) == (3, "equal")
    assert found.rows_alike(1.5) is None
    assert found.beside(2.0) == [1.0, 3.0]
    assert found.beside(3.0) == [2.0]
    assert found.has(3.0)
    assert not found.has(3.5)


def test_many_numbers_are_counted_at_their_ends() -> None:
    """The rows as far out as a cell, exactly, where they are rare; the ends of the range."""
    cells = np.random.default_rng(0).normal(size=5000)
    found = summed(cells)
    ordered = np.sort(cells)
    assert not found.exact
    for k in range(1, 10):
        assert found.rows_alike(ordered[-k]) == (k, "high")
        assert found.rows_alike(ordered[k - 1]) == (k, "low")
    assert found.has(ordered[0])
    assert found.has(ordered[-1])
    assert not found.has(ordered[-1] + 1e-9)
    assert not found.has(ordered[0] - 1e-9)
    assert found.distance_from_middle(ordered[[2499, 0]]) == pytest.approx([0, 1], abs=0.03)
    assert found.middle_half == pytest.approx(np.quantile(cells, [0.25, 0.75]), abs=0.03)
    low, high = found.beside(0.0)
    assert -0.3 < low < 0.0 < high < 0.3


def test_levels_are_counted_and_the_most_frequent_is_in_the_middle() -> None:
    """A level that the fit did not have has no rows; a gap is as near as gaps are frequent."""
    found = summed([0, 0, 2, np.nan], n_levels=4)
    assert found.counts.tolist() == [2, 0, 1, 0]
    cells = np.array([0.0, 1.0, 2.0, np.nan])
    assert found.distance_from_middle(cells).tolist() == [0.0, 1.0, 0.5, 0.75]
    assert not found.has(1.0)
    assert found.beside(0.0) == []
    assert found.middle_half is None


def test_errors_near_a_cell_are_those_of_its_neighbours() -> None:
    """The median absolute residual of the rows nearest in rank, or of the level."""
    cells = np.random.default_rng(0).permutation(np.arange(2000.0))
    error = np.where(cells < 1000, 0.1, 0.3)
    found = summed(cells, error)
    for cell, expected in ((100.0, 0.1), (1900.0, 0.3)):
        near = found.neighbourhood(cell)
        assert near is not None
        assert near.error == expected
        assert near.low <= cell <= near.high
        assert near.n_rows >= 50
        assert near.n_rows == near.high - near.low + 1
    level = summed(np.repeat([0.0, 1.0, 2.0], [40, 20, 9]), np.repeat([1.0, 2.0, 9.0], [40, 20, 9]),
                   n_levels=3)  # fmt: skip
    assert [one and one.error for one in map(level.neighbourhood, (0.0, 1.0, 2.0))] == [1, 2, None]
    assert level.neighbourhood(np.nan) is None


def test_rows_without_a_residual_tell_nothing() -> None:
    """The first rows in time have none."""
    error = np.where(np.arange(200) < 100, np.nan, 0.2)
    assert summed(np.zeros(200), error).neighbourhood(0.0).error == 0.2  # type: ignore[union-attr]
    assert summed(np.zeros(50), np.full(50, np.nan)).neighbourhood(0.0) is None


def test_a_column_of_gaps_says_nothing() -> None:
    """And a gap is in its middle."""
    found = summed(np.full(30, np.nan))
    assert found.distance_from_middle(np.array([np.nan])) == [0.0]
    assert not found.has(0.0)
    assert found.neighbourhood(0.0) is None
    found.check_restored()


@settings(deadline=None, max_examples=60)
@given(hnp.arrays(np.float64, st.integers(1, 300), elements=st.one_of(
    st.integers(0, 50).map(float), st.floats(-1e38, 1e38), st.just(np.nan))))  # fmt: skip
def test_counts_add_up_whatever_the_column(cells: np.ndarray) -> None:
    """Every row with a value is counted once, and every such value is one that was there."""
    found = summed(cells)
    known = cells[~np.isnan(cells)]
    assert found.counts.sum() == len(known)
    assert found.n_missing == len(cells) - len(known)
    assert all(found.has(cell) for cell in known)
    assert set(found.points) <= set(known)
    found.check_restored()
