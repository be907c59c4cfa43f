"""Split the difference between what trees say of two rows over the features that differ."""

from __future__ import annotations

import numpy as np
from scipy.special import binom

from qconf._types import FloatArray
from qconf.core.threads import rows_side_by_side
from qconf.learners.trees.flat_trees import FlatTrees

__all__ = ["pair_contributions"]


def pair_contributions(
    trees: FlatTrees, rows: FloatArray, baselines: FloatArray, n_jobs: int | None = None
) -> FloatArray:
    """Return baseline Shapley values of sums of trees: what each feature adds, pair by pair.

    From its baseline to a row features are changed one by one, in all orders; a feature has the
    mean of what its change adds. Features that both rows share add nothing, and parts add up to
    the difference (Sundararajan & Najmi 2020, "The many Shapley values for model explanation").
    Exact, by one walk of each tree (Lundberg et al. 2020, Nature Machine Intelligence 2, with a
    single row as background): a leaf that is reached with a features of the row and b of the
    baseline counts for each of the former with (a − 1)! b! / (a + b)!.

    Parameters
    ----------
    trees : FlatTrees
        Their first output is split.
    rows, baselines : ndarray of shape (n_pairs, n_features)
        Encoded; NaN is missing.
    n_jobs : int or None, default=None

    Returns
    -------
    ndarray of shape (n_pairs, n_features)
        Rows add up to ``trees.sums(rows)[:, 0] - trees.sums(baselines)[:, 0]``.
    """
    from qconf.learners.trees.pair_contributions_loops import (  # noqa: PLC0415 - numba
        add_contributions,
        pair_room,
    )

    given: list[FloatArray] = [
        np.require(one, dtype=np.float64, requirements=["C", "W", "A"]) for one in (rows, baselines)
    ]
    parts = np.zeros((len(rows), rows.shape[1]))
    n_splits = int(np.diff(trees.split_offsets).max(initial=0))
    orders = _orders(min(n_splits, parts.shape[1]) + 1)

    def add(part: slice) -> None:
        room = pair_room(n_splits, parts.shape[1])
        add_contributions(trees.walked, given[0][part], given[1][part], orders, room, parts[part])

    rows_side_by_side(add, len(parts), n_jobs)
    return parts


def _orders(n: int) -> FloatArray:
    """Return (a − 1)! b! / (a + b)! for a and b below `n`; 0 where a is 0."""
    a, b = np.indices((n, n))
    ways = (a + b) * binom(np.maximum(a + b - 1, 0), b)
    shares: FloatArray = np.divide(1.0, ways, out=np.zeros((n, n)), where=a > 0)
    return shares
