"""The compiled loops of `qconf.learners.trees.shared_leaves`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.compiled import compiled, exactly_compiled, exactly_inlined
from qconf.learners.trees.flat_trees_loops import Walked, goes_left

__all__ = ["Asked", "Found", "Room", "find_most_alike", "follow", "room"]

#: Known rows that are counted together: their leaves stay in the nearer cache, for all that ask.
_BLOCK = 2048
#: Rows that follow a way together: their numbers stay in the nearest cache.
_ROWS = 128
#: So many trees can be counted in a byte.
_TREES_IN_A_BYTE = 255


class Asked(NamedTuple):
    """What is asked of the known rows.

    Attributes
    ----------
    leaves : ndarray of shape (n_rows, n_trees)
        Of the rows that ask.
    first, last : ndarray of shape (n_rows,)
        From which known row up to before which each may look.
    apart : ndarray of int
        Known rows that a row must not look at, one row's after the other's.
    apart_offsets : ndarray of shape (n_rows + 1,)
        Where they begin.
    """

    leaves: NDArray[Any]
    first: IntArray
    last: IntArray
    apart: IntArray
    apart_offsets: IntArray


class Found(NamedTuple):
    """What is found: is filled, or added to.

    Attributes
    ----------
    places : ndarray of shape (n_rows, n)
        The known rows that share the most leaves, most first; of equals the last.
    counts : ndarray of shape (n_rows, n)
        In how many trees; 0 where there is no such row.
    sums : ndarray of shape (n_rows, 3)
        Of weights, of their squares, and of weights times `squares` of their rows.
    """

    places: IntArray
    counts: NDArray[np.uint16]
    sums: FloatArray


class Room(NamedTuple):
    """Room for the counts of a block."""

    some: NDArray[np.uint8]
    counts: NDArray[np.uint16]


def room() -> Room:
    """Make room for a block of known rows."""
    return Room(np.empty(_BLOCK, dtype=np.uint8), np.empty(_BLOCK, dtype=np.uint16))


@compiled
def find_most_alike(
    known: NDArray[Any],
    squares: NDArray[np.float32],
    asked: Asked,
    found: Found,
    room: Room,
    sharp: bool,
) -> None:
    """Find the known rows that share the most leaves, and sum up weights over all of them.

    Parameters
    ----------
    known : ndarray of shape (n_trees, n_known)
        Leaves of the known rows.
    squares : ndarray of shape (n_known,), dtype float32
        Is averaged.
    asked : Asked
    found : Found
        Counts and sums are 0 at first.
    room : Room
    sharp : bool
        Whether weights are powers of the share of leaves, or the share itself.
    """
    for begin in range(0, known.shape[1], _BLOCK):
        end = min(begin + _BLOCK, known.shape[1])
        for row in range(len(asked.leaves)):
            low, high = max(begin, asked.first[row]), min(end, asked.last[row])
            if low >= high:
                continue
            counts = room.counts[: high - low]
            _count(known[:, low:high], asked.leaves[row], room.some[: high - low], counts)
            for k in range(asked.apart_offsets[row], asked.apart_offsets[row + 1]):
                if low <= asked.apart[k] < high:
                    counts[asked.apart[k] - low] = 0
            _sum_up(counts, squares[low:high], 1.0 / len(known), found.sums[row], sharp)
            _take_most(counts, low, found.places[row], found.counts[row])


@compiled
def _count(
    known: NDArray[Any],
    leaves: NDArray[Any],
    some: NDArray[np.uint8],
    counts: NDArray[np.uint16],
) -> None:
    """Count in how many trees each known row is in the leaf of one row.

    In bytes first, so that one instruction counts for many rows, and four trees at a time.
    """
    counts[:] = 0
    for start in range(0, len(known), _TREES_IN_A_BYTE):
        end = min(start + _TREES_IN_A_BYTE, len(known))
        some[:] = 0
        fours = start + (end - start) // 4 * 4
        for tree in range(start, fours, 4):
            a, b, c, d = leaves[tree], leaves[tree + 1], leaves[tree + 2], leaves[tree + 3]
            for k in range(len(some)):
                some[k] += (
                    np.uint8(known[tree, k] == a)
                    + np.uint8(known[tree + 1, k] == b)
                    + np.uint8(known[tree + 2, k] == c)
                    + np.uint8(known[tree + 3, k] == d)
                )
        for tree in range(fours, end):
            a = leaves[tree]
            for k in range(len(some)):
                some[k] += np.uint8(known[tree, k] == a)
        for k in range(len(some)):
            counts[k] += some[k]


@compiled
def _sum_up(
    counts: NDArray[np.uint16],
    squares: NDArray[np.float32],
    unit: float,
    sums: FloatArray,
    sharp: bool,
) -> None:
    """Add up weights, their squares, and what they weigh."""
    weights, weights_squared, weighed = 0.0, 0.0, 0.0
    for k in range(len(counts)):
        share = counts[k] * unit
        if sharp:
            # The twelfth power.
            share_4 = share * share * share * share
            share = share_4 * share_4 * share_4
        weights += share
        weights_squared += share * share
        weighed += share * squares[k]
    sums[0] += weights
    sums[1] += weights_squared
    sums[2] += weighed


@compiled
def _take_most(
    counts: NDArray[np.uint16], first: int, places: IntArray, most: NDArray[np.uint16]
) -> None:
    """Keep the rows that share the most leaves; of equals the last come first."""
    largest = np.uint16(0)
    for k in range(len(counts)):
        largest = max(largest, counts[k])
    n = len(most)
    if largest == 0 or largest < most[n - 1]:
        return
    for k in range(len(counts)):
        count = counts[k]
        if count == 0 or count < most[n - 1]:
            continue
        at = n - 1
        while at > 0 and count >= most[at - 1]:
            most[at], places[at] = most[at - 1], places[at - 1]
            at -= 1
        most[at], places[at] = count, first + k


@exactly_compiled
def follow(
    trees: Walked,
    known: FloatArray,
    row: FloatArray,
    way: NDArray[np.int32],
    first: int,
    shared: NDArray[np.uint8],
) -> None:
    """Tell which known rows go the whole way of one row in each tree; most part from it soon.

    Parameters
    ----------
    trees : Walked
    known : ndarray of shape (n_known, n_features)
    row : ndarray of shape (n_features,)
    way : ndarray of shape (n_splits of the largest tree + 1,)
        Room.
    first : int
        Where in `shared` these rows begin.
    shared : ndarray of shape (n_trees, n_known of all)
        Is filled: 1 for those in the leaf of the row, else 0.
    """
    for start in range(0, len(known), _ROWS):
        end = min(start + _ROWS, len(known))
        for tree in range(len(trees.roots)):
            length, way[0] = 0, trees.roots[tree]
            while way[length] >= 0:
                way[length + 1] = _next(trees, way[length], row)
                length += 1
            for k in range(start, end):
                shared[tree, first + k] = _goes_along(trees, known[k], way, length)


@exactly_compiled
def _goes_along(trees: Walked, row: FloatArray, way: NDArray[np.int32], length: int) -> bool:
    for step in range(length):  # noqa: SIM110 - compiled code has no generators
        if _next(trees, way[step], row) != way[step + 1]:
            return False
    return True


@exactly_inlined
def _next(trees: Walked, at: int, row: FloatArray) -> Any:
    """Return the split or leaf behind a split."""
    node = trees.nodes[at]
    return node.left if goes_left(trees, node, row[node.feature]) else node.right
