"""Rows that go down a tree together: at each split those of one side are put before the others.

Numbers of a column lie side by side, and the split is loaded once for all rows: in deep trees a
step takes a tenth of the time that it takes where rows go one after another.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import exactly_compiled
from qconf.learners.trees.flat_arrays import MISSING_LEFT
from qconf.learners.trees.flat_trees_loops import Walked, goes_left

__all__ = ["TogetherRoom", "add_values_together", "put_left_first", "together_room"]

#: So few rows are sooner sent on one by one.
_FEW = 4


class TogetherRoom(NamedTuple):
    """Room for rows that go down together.

    Attributes
    ----------
    rows, spare_rows : ndarray of shape (n_rows,), dtype uint32
    left : ndarray of shape (n_rows,), dtype uint8
    stack : ndarray of shape (n_rows + 1, 3), dtype int64
        First row, end, and the split or the complement of the leaf, of parts that are to go on.
    """

    rows: NDArray[np.uint32]
    spare_rows: NDArray[np.uint32]
    left: NDArray[np.uint8]
    stack: NDArray[np.int64]


def together_room(n_rows: int) -> TogetherRoom:
    """Make room for so many rows."""
    return TogetherRoom(
        np.empty(n_rows, dtype=np.uint32),
        np.empty(n_rows, dtype=np.uint32),
        np.empty(n_rows, dtype=np.uint8),
        np.empty((n_rows + 1, 3), dtype=np.int64),
    )


@exactly_compiled
def add_values_together(
    trees: Walked,
    columns: FloatArray,
    asked: NDArray[np.uint8],
    room: TogetherRoom,
    total: FloatArray,
) -> None:
    """Add what each tree says of each row, one tree after another.

    Parameters
    ----------
    trees : Walked
    columns : ndarray of shape (n_features, n_rows)
    asked : ndarray of shape (n_trees, n_rows) or (1, n_rows), dtype uint8
        Which rows a tree is asked about, or all of them are.
    room : TogetherRoom
    total : ndarray of shape (n_rows, n_outputs)
        Is added to.
    """
    for tree in range(len(trees.roots)):
        is_asked = asked[tree if len(asked) > 1 else 0]
        n_rows = np.uint64(0)
        for row in range(len(is_asked)):
            room.rows[n_rows] = row
            n_rows += np.uint64(is_asked[row])
        room.stack[0, 0], room.stack[0, 1], room.stack[0, 2] = 0, n_rows, trees.roots[tree]
        n_parts = np.int64(n_rows > 0)
        while n_parts > 0:
            n_parts -= 1
            first, end, split = room.stack[n_parts]
            rows = room.rows[first:end]
            if split < 0:
                _add(trees.values[~split], rows, total)
                continue
            if end - first <= _FEW:
                _add_one_by_one(trees, split, columns, rows, total)
                continue
            node = trees.nodes[split]
            n_left = _choose_sides(trees, node, columns[node.feature], rows, room.left)
            put_left_first(rows, room.left, n_left, room.spare_rows)
            for side in range(2):
                begin = first + n_left if side else first
                stop = end if side else first + n_left
                if begin < stop:
                    room.stack[n_parts, 0], room.stack[n_parts, 1] = begin, stop
                    room.stack[n_parts, 2] = node.right if side else node.left
                    n_parts += 1


@exactly_compiled
def _add_one_by_one(trees: Any, split: Any, columns: Any, rows: Any, total: Any) -> None:
    for row in range(len(rows)):
        at = split
        while at >= 0:
            node = trees.nodes[at]
            number = columns[node.feature, rows[row]]
            at = np.int64(node.left) if goes_left(trees, node, number) else np.int64(node.right)
        for output in range(total.shape[1]):
            total[rows[row], output] += trees.values[~at, output]


@exactly_compiled
def _add(values: Any, rows: Any, total: Any) -> None:
    for row in range(len(rows)):
        for output in range(len(values)):
            total[rows[row], output] += values[output]


@exactly_compiled
def _choose_sides(trees: Any, node: Any, column: Any, rows: Any, sides: Any) -> int:
    """Mark the rows that go left; return how many."""
    n_left = 0
    if node.rule > MISSING_LEFT:
        for row in range(len(rows)):
            left = goes_left(trees, node, column[rows[row]])
            sides[row] = left
            n_left += left
        return n_left
    missing_left = node.rule == MISSING_LEFT
    for row in range(len(rows)):
        number = column[rows[row]]
        left = (number <= node.threshold) | (np.isnan(number) & missing_left)
        sides[row] = left
        n_left += left
    return n_left


@exactly_compiled
def put_left_first(numbers: Any, left: Any, n_left: int, spare: Any) -> None:
    """Put numbers of rows that go left before the others; both keep their order.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows,)
    left : ndarray of shape (n_rows,) or longer, dtype uint8
        1 or 0.
    n_left : int
    spare : ndarray of shape (n_rows,) or longer
        Of the type of the numbers; is written to.
    """
    # Written to both sides, counted on one: what is guessed wrong costs more than what is stored.
    to_left, to_right = np.uint64(0), np.uint64(0)
    for row in range(len(numbers)):
        number, is_left = numbers[row], np.uint64(left[row])
        spare[to_right] = number
        numbers[to_left] = number
        to_left += is_left
        to_right += np.uint64(1) - is_left
    for row in range(len(numbers) - n_left):
        numbers[n_left + row] = spare[row]
