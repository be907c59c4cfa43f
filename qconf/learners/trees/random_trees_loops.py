"""The compiled loops of `qconf.learners.trees.random_trees`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import compiled, inlined
from qconf.learners.trees.flat_arrays import MISSING_LEFT
from qconf.learners.trees.flat_trees_together import put_left_first

__all__ = ["GrownTree", "Room", "grow", "room", "tree_with_room"]

#: Steps of SplitMix64 (Steele, Lea & Flood 2014), a generator of one word of state.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_TO_UNIT, _HALF = 2.0**-53, 0.5
#: Columns of a node on the stack: first row, end, known constants, whose child it is, which side.
_FIRST, _END, _CONSTANTS, _PARENT, _IS_RIGHT = range(5)
_NO_PARENT = -1


class GrownTree(NamedTuple):
    """A tree that is being grown, with room for as many splits as there can be.

    Attributes
    ----------
    feature, left, right : ndarray of shape (n_most,), dtype int32
    threshold : ndarray of shape (n_most,), dtype float32
    rule : ndarray of shape (n_most,), dtype uint8
    values : ndarray of shape (n_most + 1, n_outputs), dtype float64
        Means of the leaves.
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    rule: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    values: FloatArray


def tree_with_room(n_most: int, n_outputs: int) -> GrownTree:
    """Make a tree with room for so many splits."""
    n_most = max(1, n_most)
    return GrownTree(
        feature=np.empty(n_most, dtype=np.int32),
        left=np.empty(n_most, dtype=np.int32),
        right=np.empty(n_most, dtype=np.int32),
        threshold=np.empty(n_most, dtype=np.float32),
        rule=np.empty(n_most, dtype=np.uint8),
        values=np.empty((n_most + 1, n_outputs)),
    )


class Room(NamedTuple):
    """Room to grow trees in: what is read most lies together.

    Attributes
    ----------
    rows, spare_rows : ndarray of shape (n_rows,), dtype uint32
        Of the table, node by node. Unsigned: the compiler has no negative positions to think of.
    shapes : ndarray of shape (n_deciding, n_rows), dtype float32
        Of these rows.
    spare_shape, column : ndarray of shape (n_rows,), dtype float32
    goes_left : ndarray of shape (n_rows,), dtype uint8
    features : ndarray of shape (n_features,), dtype uint32
        Those that are constant in a node come first.
    stack : ndarray of shape (n_rows + 1, 5), dtype int64
    sums : ndarray of shape (n_deciding,), dtype float64
    """

    rows: NDArray[np.uint32]
    spare_rows: NDArray[np.uint32]
    shapes: NDArray[np.float32]
    spare_shape: NDArray[np.float32]
    column: NDArray[np.float32]
    goes_left: NDArray[np.uint8]
    features: NDArray[np.uint32]
    stack: NDArray[np.int64]
    sums: FloatArray


def room(rows: Any, shapes: FloatArray, n_features: int) -> Room:
    """Put the rows of a tree, (n_rows,), and what decides its splits, (n_rows, n_deciding), in."""
    n_rows, n_deciding = shapes.shape
    return Room(
        np.array(rows, dtype=np.uint32),
        np.empty(n_rows, dtype=np.uint32),
        np.ascontiguousarray(shapes.T, dtype=np.float32),
        np.empty(n_rows, dtype=np.float32),
        np.empty(n_rows, dtype=np.float32),
        np.empty(n_rows, dtype=np.uint8),
        np.arange(n_features, dtype=np.uint32),
        np.empty((n_rows + 1, 5), dtype=np.int64),
        np.empty(n_deciding),
    )


@inlined
def _drawn(state: NDArray[np.uint64]) -> float:
    """Draw a number from 0 to 1, without 1."""
    state[0] += _STEP
    word = state[0]
    word = (word ^ (word >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    word = word ^ (word >> np.uint64(31))
    return np.float64(word >> np.uint64(11)) * _TO_UNIT


@compiled
def grow(
    columns: NDArray[np.float32],
    has_gaps: NDArray[np.uint8],
    values: FloatArray,
    room: Room,
    n_tried: int,
    least: int,
    state: NDArray[np.uint64],
    tree: GrownTree,
) -> int:
    """Grow an extremely randomised tree; return the number of its splits.

    Parameters
    ----------
    columns : ndarray of shape (n_features, n_table_rows), dtype float32
        Infinity is missing.
    has_gaps : ndarray of shape (n_features,), dtype uint8
        Whether any number of a column is missing.
    values : ndarray of shape (n_table_rows, n_outputs)
        Leaves say the means of these.
    room : Room
    n_tried : int
        Features that a split may choose from; more, while none of them can be split.
    least : int
        Rows of a leaf.
    state : ndarray of shape (1,), dtype uint64
        Of the generator.
    tree : GrownTree
        Is filled.
    """
    n_splits, n_leaves, n_stacked = 0, 0, 1
    root = room.stack[0]
    root[_FIRST], root[_END], root[_CONSTANTS] = 0, len(room.rows), 0
    root[_PARENT], root[_IS_RIGHT] = _NO_PARENT, 0
    while n_stacked > 0:
        n_stacked -= 1
        node = room.stack[n_stacked]
        first, end, n_constants = node[_FIRST], node[_END], node[_CONSTANTS]
        parent, is_right = node[_PARENT], node[_IS_RIGHT]
        n_left = 0
        if end - first >= 2 * least and _differ(room.shapes[:, first:end]):
            n_constants, n_left = _split(
                columns, has_gaps, room, first, end, n_constants, n_tried, least, state, tree,
                n_splits,
            )  # fmt: skip
        number = n_splits
        if n_left == 0:
            _mean(values, room.rows[first:end], tree.values[n_leaves])
            number = ~n_leaves
            n_leaves += 1
        if parent != _NO_PARENT:
            if is_right:
                tree.right[parent] = number
            else:
                tree.left[parent] = number
        if n_left == 0:
            continue
        for side in range(2):
            child = room.stack[n_stacked + side]
            # The left one on top: children are numbered after their parent, left ones first.
            child[_FIRST] = first if side else first + n_left
            child[_END] = first + n_left if side else end
            child[_CONSTANTS], child[_PARENT], child[_IS_RIGHT] = n_constants, n_splits, 1 - side
        n_stacked += 2
        n_splits += 1
    return n_splits


@compiled
def _differ(shapes: Any) -> bool:
    """Tell whether there is anything left to tell apart."""
    for output in range(len(shapes)):
        shape = shapes[output]
        for row in range(1, len(shape)):
            if shape[row] != shape[0]:
                return True
    return False


@inlined
def _mean(values: FloatArray, rows: Any, mean: FloatArray) -> None:
    for output in range(len(mean)):
        total = 0.0
        for row in range(len(rows)):
            total += values[rows[row], output]
        mean[output] = total / len(rows)


@inlined
def _split(
    columns: Any, has_gaps: Any, room: Any, first: Any, end: Any, n_constants: Any, n_tried: Any,
    least: Any, state: Any, tree: Any, split: Any,
) -> Any:  # fmt: skip
    """Try random thresholds of random features; part the rows by the best.

    Returns
    -------
    n_constants : int
        Features that are now known to be constant in this node.
    n_left : int
        Rows that went left; 0 if no threshold leaves enough rows on both sides.
    """
    features, n_rows = room.features, end - first
    rows, found = room.rows[first:end], room.column[:n_rows]
    for output in range(len(room.shapes)):
        shape = room.shapes[output][first:end]
        total = np.float32(0)
        for row in range(n_rows):
            total += shape[row]
        room.sums[output] = total
    best_gain, best = -np.inf, (np.uint32(0), np.float32(0), False)
    untried, n_visited, n_useless, known_left = len(features), 0, 0, n_constants
    # Known constants are drawn too: they count among the features that a split chooses from.
    while untried - n_constants + known_left > 0 and (
        n_visited < n_tried or n_visited == n_useless
    ):
        place = np.int64(_drawn(state) * (untried - n_constants + known_left))
        n_visited += 1
        if place < known_left:
            known_left -= 1
            n_useless += 1
            continue
        place += n_constants - known_left
        feature = features[place]
        low, high, n_missing = _range(columns[feature], has_gaps[feature], rows, found)
        if low == np.inf or (low == high and n_missing == 0):
            features[place], features[n_constants] = features[n_constants], feature
            n_constants += 1
            n_useless += 1
            continue
        untried -= 1
        features[place], features[untried] = features[untried], feature
        threshold, missing_left = _threshold(low, high, n_missing, found, state)
        gain = _gain(room, first, end, threshold, least)
        if gain > best_gain:
            best_gain, best = gain, (feature, threshold, missing_left)
    if best_gain == -np.inf:
        return n_constants, 0
    feature, threshold, missing_left = best
    n_left, n_missing = _part(columns[feature], room, first, end, threshold, missing_left)
    tree.feature[split], tree.threshold[split] = feature, threshold
    # Where nothing was missing, a gap goes where most rows go.
    missing_left = missing_left if n_missing > 0 else 2 * n_left > n_rows
    tree.rule[split] = MISSING_LEFT if missing_left else 0
    return n_constants, n_left


@inlined
def _threshold(low: Any, high: Any, n_missing: Any, found: Any, state: Any) -> Any:
    """Draw a threshold, and whether gaps go left, where they are then put below all numbers."""
    threshold = np.float32(low + _drawn(state) * (np.float64(high) - low))
    if threshold >= high and n_missing == 0:
        threshold = low
    # Of gaps and one number, gaps are the right side.
    missing_left = n_missing > 0 and low < high and _drawn(state) < _HALF
    if missing_left:
        for row in range(len(found)):
            found[row] = -np.inf if found[row] == np.inf else found[row]
    return threshold, missing_left


@inlined
def _range(column: Any, has_gaps: Any, rows: Any, found: Any) -> Any:
    """Put a feature's numbers in a node side by side; return the least, the largest, and gaps."""
    for row in range(len(rows)):
        found[row] = column[rows[row]]
    low, high, n_missing = np.float32(np.inf), np.float32(-np.inf), 0
    if has_gaps:
        for row in range(len(found)):
            number = found[row]
            gap = number == np.inf
            n_missing += gap
            low = min(low, number)
            high = number if number > high and not gap else high
    else:
        for row in range(len(found)):
            number = found[row]
            low = min(low, number)
            high = max(high, number)
    return low, high, n_missing


@inlined
def _gain(room: Any, first: Any, end: Any, threshold: Any, least: Any) -> Any:
    """Return the sum of squares between both sides, up to a constant; -inf if one is too small."""
    n_rows = end - first
    column = room.column[:n_rows]
    one, none = np.float32(1), np.float32(0)
    n_left = none
    for row in range(n_rows):
        n_left += one if column[row] <= threshold else none
    gain = -np.inf
    if least <= n_left <= n_rows - least:
        gain = 0.0
        for output in range(len(room.shapes)):
            shape = room.shapes[output][first:end]
            left = none
            for row in range(n_rows):
                left += shape[row] if column[row] <= threshold else none
            right = room.sums[output] - left
            gain += np.float64(left) * left / n_left + right * right / (n_rows - n_left)
    return gain


@inlined
def _part(column: Any, room: Any, first: Any, end: Any, threshold: Any, missing_left: Any) -> Any:
    """Put rows that go left first, in their order; return how many, and how many had a gap."""
    rows, goes_left = room.rows[first:end], room.goes_left[: end - first]
    n_left, n_missing = 0, 0
    for row in range(len(rows)):
        number = column[rows[row]]
        gap = number == np.inf
        left = number <= threshold or (gap and missing_left)
        goes_left[row] = left
        n_left += left
        n_missing += gap
    put_left_first(rows, goes_left, n_left, room.spare_rows)
    for output in range(len(room.shapes)):
        put_left_first(room.shapes[output][first:end], goes_left, n_left, room.spare_shape)
    return n_left, n_missing
