"""Trees grown on rows that are streamed are those of the same rows in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import sales_table

from qconf._types import FloatArray
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.learners.log_target import LogTargetRegressor
from qconf.learners.trees.boosted import BoostedTrees
from qconf.learners.trees.streamed_rows import StreamedRows, engine_rows


class InParts(StreamedRows):
    """A matrix in batches of some sizes, counted."""

    def __init__(self, matrix: FloatArray, size: int) -> None:
        self.matrix, self.size, self.passes = matrix, size, 0
        self.shape = matrix.shape[0], matrix.shape[1]

    def batches(self) -> Iterator[FloatArray]:
        self.passes += 1
        for begin in range(0, len(self.matrix), self.size):
            yield self.matrix[begin : begin + self.size]


@pytest.mark.parametrize("size", [7, 1000, 9000])
def test_the_same_trees(size: int) -> None:
    """Numbers, gaps and levels: predictions are equal to the last bit, in two passes at most."""
    table = sales_table(3000)
    X, y = table.drop(columns=["price", "parcel"]), table["price"].to_numpy()
    encoder = TableEncoder().fit(X)
    encoded: Any = Encoded.of(X, encoder)
    model = LogTargetRegressor(BoostedTrees(n_estimators=30, max_rows=None, random_state=0))
    parts = InParts(encoded.matrix, size)
    numbers: Any = parts
    streamed: Any = Encoded(numbers, encoder)
    here = model.fit(encoded, y).predict(encoded)
    there = model.fit(streamed, y).predict(encoded)
    np.testing.assert_array_equal(there, here)
    assert parts.passes <= 2


@given(
    size=st.integers(1, 12),
    asked=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 30)), max_size=8),
)
@settings(deadline=None)
def test_rows_are_those_of_the_matrix(size: int, asked: list[tuple[int, int]]) -> None:
    """Single rows and stretches, forwards and backwards, across batches."""
    matrix = np.arange(60.0).reshape(30, 2)
    rows = engine_rows(InParts(matrix, size))
    assert len(rows) == 30
    for one, end in asked:
        np.testing.assert_array_equal(rows[one], matrix[one])
        np.testing.assert_array_equal(rows[one:end], matrix[one:end])


def test_a_matrix_is_left_as_it_is() -> None:
    """What is in memory needs no sequence."""
    matrix = np.zeros((3, 2))
    assert engine_rows(matrix) is matrix


def test_trees_that_look_at_parts_do_not_take_streams() -> None:
    """Parts are drawn at random, and rows held out: both need all rows at once."""
    assert BoostedTrees(max_rows=None).takes_streams
    assert not BoostedTrees().takes_streams
    assert not BoostedTrees(max_rows=None, early_stopping=True).takes_streams
    assert not LogTargetRegressor(BoostedTrees()).takes_streams
