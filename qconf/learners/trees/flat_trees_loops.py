"""The compiled loops of `qconf.learners.trees.flat_trees`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import exactly_compiled, exactly_inlined
from qconf.learners.trees.flat_arrays import CATEGORICAL, MISSING_LEFT, ZERO, ZERO_IS_MISSING

__all__ = ["NODE", "Room", "Walked", "add_values", "find_leaves", "goes_left", "room"]

#: A split as it is walked: side by side, so that one line of the cache holds all of it. Children
#: and sets are numbered over all trees; a child below 0 is the complement of a leaf.
NODE = np.dtype(
    [("threshold", "f8"), ("left", "i4"), ("right", "i4"), ("feature", "i4"), ("rule", "i4"),
     ("set", "i4"), ("", "i4")]
)  # fmt: skip

#: Rows that are walked together: their numbers stay in the nearest cache, beside a tree.
_ROWS = 128
_FIRST_BEYOND_INT32 = 2.0**31
_SIMPLE = MISSING_LEFT


class Walked(NamedTuple):
    """Trees as they are walked.

    Attributes
    ----------
    nodes : ndarray of shape (n_splits,), dtype `NODE`
    roots : ndarray of shape (n_trees,), dtype int32
        A split, or the complement of a leaf.
    leaf_offsets : ndarray of shape (n_trees,) or more, dtype int64
    set_offsets : ndarray of shape (n_sets + 1,), dtype int64
    set_words : ndarray of shape (n_words + 1,), dtype uint32
    values : ndarray of shape (n_leaves, n_outputs)
    """

    nodes: NDArray[Any]
    roots: NDArray[np.int32]
    leaf_offsets: NDArray[np.int64]
    set_offsets: NDArray[np.int64]
    set_words: NDArray[np.uint32]
    values: FloatArray

    def of_trees(self, trees: slice) -> Walked:
        """Return some of the trees."""
        return self._replace(roots=self.roots[trees], leaf_offsets=self.leaf_offsets[:-1][trees])


class Room(NamedTuple):
    """Room for rows that are walked together: where each is, and which are not yet in a leaf."""

    at: NDArray[np.int32]
    walking: NDArray[np.int32]


def room() -> Room:
    """Make room for a block of rows."""
    return Room(np.empty(_ROWS, dtype=np.int32), np.empty(_ROWS, dtype=np.int32))


@exactly_compiled
def add_values(trees: Walked, rows: FloatArray, room: Room, total: FloatArray) -> None:
    """Add what each tree says of each row, one tree after another.

    Parameters
    ----------
    trees : Walked
    rows : ndarray of shape (n_rows, n_features)
    room : Room
    total : ndarray of shape (n_rows, n_outputs)
        Is added to.
    """
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS]
        for tree in range(len(trees.roots)):
            _walk(trees, tree, block, room)
            for row in range(len(block)):
                leaf = np.uint32(~room.at[row])
                for output in range(total.shape[1]):
                    total[start + row, output] += trees.values[leaf, output]


@exactly_compiled
def find_leaves(
    trees: Walked, rows: FloatArray, room: Room, first: int, leaves: NDArray[np.int32]
) -> None:
    """Find the leaf of each row in each tree.

    Parameters
    ----------
    trees : Walked
    rows : ndarray of shape (n_rows, n_features)
    room : Room
    first : int
        Where in `leaves` these rows begin.
    leaves : ndarray of shape (n_trees, n_rows of all)
        Is filled with numbers within the tree.
    """
    for start in range(0, len(rows), _ROWS):
        block = rows[start : start + _ROWS]
        for tree in range(len(trees.roots)):
            _walk(trees, tree, block, room)
            for row in range(len(block)):
                leaves[tree, first + start + row] = ~room.at[row] - trees.leaf_offsets[tree]


@exactly_inlined
def _walk(trees: Walked, tree: int, block: FloatArray, room: Room) -> None:
    """Find the leaves of a block of rows, all a step further in turn.

    The step of one row waits for its split to be loaded; meanwhile those of others go on.
    """
    root = trees.roots[tree]
    n_walking = np.uint64(0)
    for row in range(len(block)):
        room.at[row] = root
        room.walking[row] = row
        n_walking += np.uint64(root >= 0)
    while n_walking > 0:
        n_before, n_walking = n_walking, np.uint64(0)
        for k in range(n_before):
            # Unsigned, so that the compiler has no negative positions to think of.
            one = np.uint32(room.walking[k])
            node = trees.nodes[np.uint32(room.at[one])]
            number = block[one, np.uint32(node.feature)]
            child = node.left if goes_left(trees, node, number) else node.right
            room.at[one] = child
            room.walking[n_walking] = one
            n_walking += np.uint64(child >= 0)


@exactly_inlined
def goes_left(trees: Walked, node: Any, number: float) -> Any:
    """Tell where a row goes at a split."""
    if node.rule > _SIMPLE:
        return _goes_left_by_rule(trees, node, number)
    left = number <= node.threshold
    return node.rule == MISSING_LEFT if np.isnan(number) else left


# Called, not inlined: splits of categories are few, and would crowd the loop.
@exactly_compiled
def _goes_left_by_rule(trees: Walked, node: Any, number: float) -> Any:
    """Tell where a row goes at a split of categories, or where 0 is missing."""
    if node.rule != CATEGORICAL:
        if np.isnan(number) or abs(number) <= ZERO:
            return node.rule == ZERO_IS_MISSING + MISSING_LEFT
        return number <= node.threshold
    # As LightGBM does: what is behind the decimal point is cut off, and what is no level of the
    # set, be it negative, unknown or missing, goes right.
    if not -1.0 < number < _FIRST_BEYOND_INT32:
        return False
    level = np.int64(number)
    first = trees.set_offsets[node.set]
    if first + (level >> 5) >= trees.set_offsets[node.set + 1]:
        return False
    word = np.int64(trees.set_words[first + (level >> 5)])
    return (word >> (level & 31)) & 1 == 1
