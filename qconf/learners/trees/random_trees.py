"""Extremely randomised trees with several outputs, grown by a loop of ours.

Splits are drawn as scikit-learn's ``ExtraTreeRegressor`` draws them: of some random features, at a
random threshold each, the one that leaves the least squared error. It takes a third of the time
(``docs/decisions/0059-a-faster-blend.md``): numbers of a node are put side by side and read twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.core.threads import threads_for
from qconf.learners.trees.flat_trees import FlatTrees
from qconf.learners.trees.one_tree import OneTree
from qconf.learners.trees.sklearn_trees import as_of_longer_floats

__all__ = ["RandomTrees"]


@dataclass(frozen=True, eq=False)
class RandomTrees:
    """Rows that extremely randomised trees are grown on (Geurts, Ernst & Wehenkel 2006).

    A gap goes to a side that is drawn with the threshold; where a node has none, to the larger one.

    Attributes
    ----------
    columns : ndarray of shape (n_features, n_samples), dtype float32
        Infinity is missing.
    has_gaps : ndarray of shape (n_features,), dtype uint8
    values : ndarray of shape (n_samples, n_outputs)
        Leaves say the means of these.
    n_deciding : int
        The squared error of so many outputs, the first, decides where trees split.
    min_samples_leaf : int
    n_tried : int
        Features that each split may choose from.
    """

    columns: NDArray[np.float32]
    has_gaps: NDArray[np.uint8]
    values: FloatArray
    n_deciding: int
    min_samples_leaf: int
    n_tried: int

    @classmethod
    def on(
        cls,
        matrix: FloatArray,
        values: FloatArray,
        *,
        n_deciding: int,
        min_samples_leaf: int,
        max_features: float,
    ) -> Self:
        """Take over an encoded table, in which NaN is missing, and what is to be said of its rows.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_features)
        values : ndarray of shape (n_samples, n_outputs)
            Those that decide are of about the same spread.
        n_deciding : int
        min_samples_leaf : int
        max_features : float
            Share of the features that each split may choose from.
        """
        columns = np.ascontiguousarray(matrix.T, dtype=np.float32)
        gaps = np.isnan(columns)
        columns[gaps] = np.inf
        n_tried = max(1, int(max_features * len(columns)))
        has_gaps = np.asarray(gaps.any(axis=1), dtype=np.uint8)
        values = np.ascontiguousarray(values)
        return cls(columns, has_gaps, values, n_deciding, min_samples_leaf, n_tried)

    def grow(
        self, bags: Sequence[IntArray], seeds: Sequence[int], n_jobs: int | None = None
    ) -> FlatTrees:
        """Grow a tree on each bag of rows.

        Parameters
        ----------
        bags : sequence of ndarray of int
            At least one row each.
        seeds : sequence of int
            One for each tree, >= 0.
        n_jobs : int or None, default=None
            Threads; None is one for each 25,000 rows, up to the cores that the process may use.

        Returns
        -------
        FlatTrees
        """
        in_threads = Parallel(threads_for(len(self.values), n_jobs), prefer="threads")
        pairs = zip(bags, seeds, strict=True)
        trees = FlatTrees.of_trees(in_threads(delayed(self._grown)(*pair) for pair in pairs))
        return replace(trees, threshold=as_of_longer_floats(trees.threshold))

    def _grown(self, rows: IntArray, seed: int) -> OneTree:
        from qconf.learners.trees.random_trees_loops import (  # noqa: PLC0415 - numba, when needed
            grow,
            room,
            tree_with_room,
        )

        tree = tree_with_room(len(rows) // self.min_samples_leaf, self.values.shape[1])
        deciding = self.values[rows, : self.n_deciding]
        state = np.array([seed], dtype=np.uint64)
        n = grow(
            self.columns,
            self.has_gaps,
            self.values,
            room(rows, deciding, len(self.columns)),
            self.n_tried,
            self.min_samples_leaf,
            state,
            tree,
        )
        return OneTree(
            feature=tree.feature[:n],
            threshold=tree.threshold[:n].astype(np.float64),
            rule=tree.rule[:n],
            left=tree.left[:n],
            right=tree.right[:n],
            values=tree.values[: n + 1],
        )
