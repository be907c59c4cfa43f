"""What replicates of boosted trees need to know of their leaves."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np

from qconf._types import FloatArray
from qconf.learners.trees.boosted import PENALTY_OF_SETS, BoostedTrees
from qconf.learners.trees.flat_arrays import CATEGORICAL

__all__ = ["GrownTrees"]


class GrownTrees(NamedTuple):
    """Leaves of all trees, as a table; trees with fewer leaves have zeros at the end.

    Attributes
    ----------
    values : ndarray of shape (n_trees, n_leaves)
        What each leaf adds; the first tree's with what all trees start from.
    penalties : ndarray of shape (n_trees, n_leaves)
        What is added to the sum of second derivatives that a leaf's step is divided by. The
        engine does so beside splits of categories into two sets.
    """

    values: FloatArray
    penalties: FloatArray

    @classmethod
    def of(cls, model: BoostedTrees) -> Self:
        """Read fitted `BoostedTrees`."""
        trees = model.trees_
        is_there = np.arange(trees.n_leaves.max()) < trees.n_leaves[:, None]
        beside_sets = np.zeros(len(trees.values), dtype=bool)
        of_sets = (trees.rule == CATEGORICAL) & model.in_sets_[trees.feature]
        tree = np.repeat(np.arange(trees.n_trees), np.diff(trees.split_offsets))
        for child in (trees.left, trees.right):
            is_leaf = of_sets & (child < 0)
            beside_sets[trees.leaf_offsets[tree[is_leaf]] + ~child[is_leaf]] = True
        grown = cls(np.zeros(is_there.shape), np.zeros(is_there.shape))
        grown.values[is_there] = trees.values[:, 0]
        grown.penalties[is_there] = PENALTY_OF_SETS * beside_sets
        return grown
