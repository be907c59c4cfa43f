"""The compiled loops of `qconf.learners.trees.leaf_bootstrap.finder`, which explains them."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.core.compiled import compiled, inlined

__all__ = [
    "DE_BRUIJN",
    "MISSING",
    "NO_LEVEL",
    "ROWS",
    "THRESHOLDS",
    "Nodes",
    "find_leaves",
    "number_bins",
]

#: Length of a column's thresholds: 2^8 - 1, for eight steps of bisection. At most 254 are finite,
#: so that no bin has the code 255.
THRESHOLDS = 255
#: Code of a missing number, above all others.
MISSING = 255
#: Code of a level that is in no set.
NO_LEVEL = 2**31 - 1

#: Rows that are looked at together: their codes stay in the processor's cache.
ROWS = 4096
#: Times a single bit, its five highest bits tell which one that is.
DE_BRUIJN = 0x077CB531

Bytes: TypeAlias = NDArray[np.uint8]
Words: TypeAlias = NDArray[np.uint32]


class Nodes(NamedTuple):
    """All splits, one tree after another.

    Attributes
    ----------
    first : ndarray of shape (n_trees + 1,)
        Where a tree's splits begin.
    column : ndarray of shape (n_nodes,)
    shift, cut : ndarray of shape (n_nodes,), dtype uint8
        A number goes right if its code plus `shift`, which wraps a missing one around to 0, is
        above `cut`.
    removed : ndarray of shape (n_nodes,), dtype uint32
        The leaves on the left, as bits.
    set_first, set_words : ndarray of shape (n_nodes,)
        Where in `sets` the levels begin that go left, and in how many words; 0 words for numbers.
    sets : ndarray of shape (n_words,), dtype uint32
    place : ndarray of shape (n_trees, 32), dtype uint8
        The engine's number of a leaf, at the position that a bit is hashed to.
    """

    first: NDArray[np.int64]
    column: NDArray[np.int64]
    shift: Bytes
    cut: Bytes
    removed: Words
    set_first: NDArray[np.int64]
    set_words: NDArray[np.int64]
    sets: Words
    place: Bytes


@compiled
def number_bins(values: FloatArray, thresholds: FloatArray, codes: Bytes) -> None:
    """Count how many thresholds lie below each value.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
    thresholds : ndarray of shape (THRESHOLDS,)
        Rising, filled up with infinity.
    codes : ndarray of shape (n_rows,)
        Is filled; a missing value is `MISSING`.
    """
    for row in range(len(values)):
        value = values[row]
        code = 0
        step = 128
        while step > 0:
            code += step if thresholds[code + step - 1] < value else 0
            step >>= 1
        codes[row] = code if value == value else MISSING  # noqa: PLR0124 - only NaN differs


@compiled
def find_leaves(
    nodes: Nodes,
    codes: Bytes,
    levels: NDArray[np.int32],
    start: int,
    stop: int,
    room: Words,
    leaves: Bytes,
) -> None:
    """Find the leaf of each row in each tree.

    Parameters
    ----------
    nodes : Nodes
    codes : ndarray of shape (n_columns, n_rows)
    levels : ndarray of shape (n_columns, n_rows)
    start, stop : int
        Which rows.
    room : ndarray of shape (2, ROWS)
        For the leaves that are left of some rows, as bits, and for those a level leaves.
    leaves : ndarray of shape (n_trees, n_rows)
        Is filled.
    """
    for begin in range(start, stop, ROWS):
        end = min(begin + ROWS, stop)
        for tree in range(len(nodes.first) - 1):
            left = room[0]
            left[:] = np.uint32(2**32 - 1)
            for node in range(nodes.first[tree], nodes.first[tree + 1]):
                if nodes.set_words[node] > 0:
                    _leave_set(nodes, node, levels[nodes.column[node], begin:end], room[1], left)
                else:
                    _leave_bins(nodes, node, codes[nodes.column[node], begin:end], left)
            for row in range(end - begin):
                lowest = np.uint32(left[row] & (~left[row] + np.uint32(1)))
                hashed = np.uint32(lowest * np.uint32(DE_BRUIJN)) >> np.uint32(27)
                leaves[tree, begin + row] = nodes.place[tree, hashed]


@inlined
def _leave_bins(nodes: Nodes, node: int, codes: Bytes, left: Words) -> None:
    """Take the leaves on the left from the rows that go right."""
    kept = np.uint32(~nodes.removed[node])
    shift, cut = nodes.shift[node], nodes.cut[node]
    for row in range(len(codes)):
        left[row] &= kept if np.uint8(codes[row] + shift) > cut else np.uint32(2**32 - 1)


@inlined
def _leave_set(
    nodes: Nodes, node: int, levels: NDArray[np.int32], kept_of: Words, left: Words
) -> None:
    """Do the same where rows go left whose level is in a set."""
    everything = np.uint32(2**32 - 1)
    kept = np.uint32(~nodes.removed[node])
    first, n_levels = nodes.set_first[node], np.int32(32 * nodes.set_words[node])
    if n_levels < len(kept_of):
        # Written out once for all these rows; most of them only have to look it up.
        for level in range(n_levels):
            inside = nodes.sets[first + (level >> 5)] >> np.uint32(level & 31) & np.uint32(1)
            kept_of[level] = everything if inside else kept
        kept_of[n_levels] = kept
        for row in range(len(levels)):
            left[row] &= kept_of[min(levels[row], n_levels)]
    else:
        for row in range(len(levels)):
            level = levels[row]
            inside = np.uint32(0)
            if level < n_levels:
                inside = nodes.sets[first + (level >> 5)] >> np.uint32(level & 31) & np.uint32(1)
            left[row] &= everything if inside else kept
