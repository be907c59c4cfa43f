"""Find known rows that a model treats as alike: those in the same leaves of its trees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.threads import rows_side_by_side
from qconf.learners.trees.flat_trees import FlatTrees

__all__ = ["AlikeRows", "Window", "leaf_weights", "leaves_of", "most_alike", "shared_with"]

#: Leaves of a million rows in hundreds of trees would take a gigabyte as they are found.
_TREES_AT_ONCE = 10
#: Of the share of trees, where trees have few leaves: rows share many of those by chance.
_POWER = 12


@dataclass(frozen=True, eq=False)
class Window:
    """Which known rows each row may look at.

    Attributes
    ----------
    first, last : ndarray of shape (n_rows,)
        From this position up to before that one.
    apart : ndarray of int
        Positions in between that it must not look at, one row's after the other's.
    apart_offsets : ndarray of shape (n_rows + 1,)
        Where those of a row begin.
    """

    first: IntArray
    last: IntArray
    apart: IntArray
    apart_offsets: IntArray

    @classmethod
    def of_all(cls, n_rows: int, n_known: int) -> Window:
        """Let every row look at all known rows."""
        none = np.zeros(n_rows, dtype=np.intp)
        return cls(none, none + n_known, none[:0], np.zeros(n_rows + 1, dtype=np.intp))


@dataclass(frozen=True, eq=False)
class AlikeRows:
    """Known rows that share the most leaves with each row.

    Attributes
    ----------
    places : ndarray of shape (n_rows, n)
        Positions of known rows, the most alike first; of equals the last. -1 where there is none.
    weights : ndarray of shape (n_rows, n)
        Of these, before they are normalised; 0 where there is none.
    total, effective : ndarray of shape (n_rows,)
        Sum of the weights of all known rows that may be looked at, and 1 / sum of the squares of
        their normalised weights: how many rows they are worth; 0 where there is none.
    mean_square : ndarray of shape (n_rows,)
        Weighted mean, over all, of what was to be averaged; not a number where there is none.
    """

    places: IntArray
    weights: FloatArray
    total: FloatArray
    effective: FloatArray
    mean_square: FloatArray

    @property
    def shares(self) -> FloatArray:
        """Weights that add up to one over the rows that were found, shape (n_rows, n)."""
        sums = self.weights.sum(axis=1, keepdims=True)
        shares: FloatArray = np.divide(
            self.weights, sums, out=np.zeros_like(self.weights), where=sums > 0
        )
        return shares


def leaves_of(forests: Sequence[FlatTrees], matrix: FloatArray, n_jobs: int | None = None) -> Any:
    """Find the leaf of each row in each tree of one or several forests.

    Parameters
    ----------
    forests : sequence of FlatTrees
    matrix : ndarray of shape (n_rows, n_features)
    n_jobs : int or None, default=None

    Returns
    -------
    ndarray of shape (n_trees, n_rows)
        In the shortest type of integers that holds them.
    """
    n_trees = sum(one.n_trees for one in forests)
    largest = max(int(one.n_leaves.max()) for one in forests) - 1
    found = np.empty((n_trees, len(matrix)), dtype=np.min_scalar_type(largest))
    at = 0
    for one in forests:
        for start in range(0, one.n_trees, _TREES_AT_ONCE):
            some = one.leaves(matrix, n_jobs, trees=slice(start, start + _TREES_AT_ONCE))
            found[at : at + len(some)] = some
            at += len(some)
    return found


def shared_with(
    forests: Sequence[FlatTrees], matrix: FloatArray, row: FloatArray, n_jobs: int | None = None
) -> NDArray[np.uint8]:
    """Tell in which trees each row is in the leaf of one row: sooner than finding all leaves.

    Parameters
    ----------
    forests : sequence of FlatTrees
    matrix : ndarray of shape (n_rows, n_features)
    row : ndarray of shape (n_features,)
    n_jobs : int or None, default=None

    Returns
    -------
    ndarray of shape (n_trees, n_rows), dtype uint8
        1 where they share the leaf, else 0: leaves for `most_alike`, in which the row's are all 1.
    """
    from qconf.learners.trees.shared_leaves_loops import follow  # noqa: PLC0415 - as below

    known, asked = (
        np.require(one, dtype=np.float64, requirements=["C", "W", "A"]) for one in (matrix, row)
    )
    shared = np.empty((sum(one.n_trees for one in forests), len(known)), dtype=np.uint8)
    at = 0
    for one in forests:
        trees, longest = one.walked, int(np.diff(one.split_offsets).max(initial=0)) + 1
        own = shared[at : at + one.n_trees]

        def find(part: slice, trees: Any = trees, longest: int = longest, own: Any = own) -> None:
            way = np.empty(longest, dtype=np.int32)
            follow(trees, known[part], asked, way, part.start, own)

        rows_side_by_side(find, len(known), n_jobs)
        at += one.n_trees
    return shared


def leaf_weights(counts: Any, n_trees: int, *, sharp: bool) -> FloatArray:
    """Weigh rows by the share of trees in whose leaves they meet.

    Parameters
    ----------
    counts : ndarray of int
        In how many trees they do.
    n_trees : int
    sharp : bool
        True for boosted trees, whose leaves are few: the twelfth power. False for forests grown
        deep: the share itself, as in a forest's prediction.

    Returns
    -------
    ndarray of float
        From 0 to 1.
    """
    share = np.asarray(counts, dtype=np.float64) / n_trees
    return share**_POWER if sharp else share


def most_alike(
    known: NDArray[Any],
    asked: NDArray[Any],
    n: int,
    *,
    sharp: bool,
    window: Window | None = None,
    squares: FloatArray | None = None,
    n_jobs: int | None = None,
) -> AlikeRows:
    """Find the known rows that share the most leaves with each row; every tree counts the same.

    Each row is held against all known ones in its window, in blocks that stay in the cache:
    trees times rows times known rows comparisons of a byte, 32 at a time.

    Parameters
    ----------
    known : ndarray of shape (n_trees, n_known)
        From `leaves_of`.
    asked : ndarray of shape (n_trees, n_rows)
        By the same trees.
    n : int
        How many to find.
    sharp : bool
        As in `leaf_weights`.
    window : Window, default=None
        None is all known rows for every row.
    squares : ndarray of shape (n_known,), default=None
        Is averaged over all known rows in the window.
    n_jobs : int or None, default=None
        At most so many threads.

    Returns
    -------
    AlikeRows
    """
    from qconf.learners.trees.shared_leaves_loops import (  # noqa: PLC0415 - numba, when needed
        Asked,
        Found,
        find_most_alike,
        room,
    )

    n_trees, n_rows = asked.shape
    among = Window.of_all(n_rows, known.shape[1]) if window is None else window
    rows = np.ascontiguousarray(asked.T)
    found = Found(
        np.full((n_rows, n), -1, dtype=np.intp),
        np.zeros((n_rows, n), dtype=np.uint16),
        np.zeros((n_rows, 3)),
    )
    averaged = np.zeros(known.shape[1]) if squares is None else squares
    weighed = averaged.astype(np.float32)

    def find(part: slice) -> None:
        some = Asked(
            rows[part],
            among.first[part],
            among.last[part],
            among.apart,
            among.apart_offsets[part.start : part.stop + 1],
        )
        own = Found(found.places[part], found.counts[part], found.sums[part])
        find_most_alike(known, weighed, some, own, room(), sharp)

    rows_side_by_side(find, n_rows, n_jobs)
    total, of_squares, weighed_sum = found.sums.T
    with np.errstate(invalid="ignore", divide="ignore"):
        effective = np.where(of_squares > 0, total**2 / of_squares, 0.0)
        mean_square = np.where(total > 0, weighed_sum / total, np.nan)
    weights = leaf_weights(found.counts, n_trees, sharp=sharp)
    return AlikeRows(found.places, weights, total, effective, mean_square)
