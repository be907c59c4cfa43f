"""All trees of a model as plain arrays: checked, walked by a loop of ours, and easy to keep."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.threads import rows_side_by_side
from qconf.learners.trees.flat_arrays import NOT_IN_SETS, offsets
from qconf.learners.trees.flat_trees_check import check_trees
from qconf.learners.trees.flat_trees_loops import NODE, Walked, add_values, find_leaves, room
from qconf.learners.trees.flat_trees_together import add_values_together, together_room
from qconf.learners.trees.lightgbm_text import lightgbm_trees
from qconf.learners.trees.one_tree import OneTree
from qconf.learners.trees.sklearn_trees import sklearn_trees

__all__ = ["FlatTrees"]

#: Rows go down a tree together from so many on, and from so many for each leaf of a tree on.
_ROWS_TOGETHER, _ROWS_OF_A_LEAF = 64, 0.5
#: So many at once: their columns are to stay in the cache.
_MOST_TOGETHER = 4096


@dataclass(frozen=True, eq=False)
class FlatTrees:
    """Trees of a boosted model or of a forest, one after another in arrays.

    A row starts at the first split of a tree. A number goes left if it is at most the threshold, a
    level if its bit is set in the split's set; what is missing goes where the split's rule says.
    Predictions are those of LightGBM and of scikit-learn to the last bit, and do not hang on the
    other rows of a call.

    Attributes
    ----------
    split_offsets : ndarray of shape (n_trees + 1,), dtype int64
        Where a tree's splits begin; the last entry is the number of all splits.
    leaf_offsets : ndarray of shape (n_trees + 1,), dtype int64
        Where a tree's leaves begin. A tree has one leaf more than splits.
    feature : ndarray of shape (n_splits,), dtype int32
        The column that is looked at.
    threshold : ndarray of shape (n_splits,), dtype float64
        Not NaN; may be infinite. 0 for categories.
    rule : ndarray of shape (n_splits,), dtype uint8
        1 if a missing value goes left, plus 2 if 0 counts as missing; 4 for categories.
    left, right : ndarray of shape (n_splits,), dtype int32
        Within the tree: the number of a later split, or the complement ``~leaf`` of that of a leaf.
    set_of : ndarray of shape (n_splits,), dtype int32
        The number of the set of categories; -1 for numbers.
    set_offsets : ndarray of shape (n_sets + 1,), dtype int64
        Where in `set_words` a set begins.
    set_words : ndarray of shape (n_words,), dtype uint32
        Sets of levels as bits, 32 in a word, the lowest first.
    values : ndarray of shape (n_leaves, n_outputs), dtype float64
        What each leaf says; finite.
    """

    split_offsets: NDArray[np.int64]
    leaf_offsets: NDArray[np.int64]
    feature: NDArray[np.int32]
    threshold: FloatArray
    rule: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    set_of: NDArray[np.int32]
    set_offsets: NDArray[np.int64]
    set_words: NDArray[np.uint32]
    values: FloatArray

    @classmethod
    def of_lightgbm(cls, booster: Any) -> Self:
        """Read a `lightgbm.Booster` that says one number of each row, such as a regressor's.

        Sums of these trees are the booster's raw scores; what its objective, or the average of a
        random forest, makes of them is the caller's.
        """
        return cls(**lightgbm_trees(booster))

    @classmethod
    def of_sklearn(cls, forest: Any) -> Self:
        """Read a fitted forest of scikit-learn's regressors, with one output or several.

        Sums of these trees, divided by their number, are the forest's predictions.
        """
        return cls.of_trees(sklearn_trees(forest))

    @classmethod
    def of_trees(cls, trees: Sequence[OneTree]) -> Self:
        """Put trees that split by numbers one after another."""
        n_splits = [len(tree.feature) for tree in trees]
        return cls(
            split_offsets=offsets(n_splits),
            leaf_offsets=offsets([len(tree.values) for tree in trees]),
            feature=np.concatenate([tree.feature for tree in trees]),
            threshold=np.concatenate([tree.threshold for tree in trees]),
            rule=np.concatenate([tree.rule for tree in trees]),
            left=np.concatenate([tree.left for tree in trees]),
            right=np.concatenate([tree.right for tree in trees]),
            set_of=np.full(sum(n_splits), NOT_IN_SETS, dtype=np.int32),
            set_offsets=offsets([]),
            set_words=np.empty(0, dtype=np.uint32),
            values=np.concatenate([tree.values for tree in trees]),
        )

    @classmethod
    def joined(cls, models: Sequence[Self]) -> Self:
        """Put the trees of several models one after another."""

        def all_of(name: str) -> Any:
            return np.concatenate([getattr(one, name) for one in models])

        def starts(name: str) -> NDArray[np.int64]:
            return offsets(np.concatenate([np.diff(getattr(one, name)) for one in models]))

        set_of = all_of("set_of")
        sets_before = offsets([len(one.set_offsets) - 1 for one in models])[:-1]
        moved = set_of + np.repeat(sets_before, [len(one.feature) for one in models])
        return cls(
            split_offsets=starts("split_offsets"),
            leaf_offsets=starts("leaf_offsets"),
            feature=all_of("feature"),
            threshold=all_of("threshold"),
            rule=all_of("rule"),
            left=all_of("left"),
            right=all_of("right"),
            set_of=np.where(set_of == NOT_IN_SETS, NOT_IN_SETS, moved).astype(np.int32),
            set_offsets=starts("set_offsets"),
            set_words=all_of("set_words"),
            values=all_of("values"),
        )

    @property
    def n_trees(self) -> int:
        """Number of trees."""
        return len(self.split_offsets) - 1

    @property
    def n_leaves(self) -> IntArray:
        """Number of leaves of each tree, shape (n_trees,)."""
        return np.diff(self.leaf_offsets)

    def check(self, n_features: int) -> None:
        """Check that a walk stays inside the arrays and ends; for trees from a file.

        Parameters
        ----------
        n_features : int
            Columns of the tables that are to be predicted.

        Raises
        ------
        ValueError
            If anything is not as the attributes above are described.
        """
        check_trees({one.name: getattr(self, one.name) for one in fields(self)}, n_features)

    def with_values(self, values: FloatArray) -> Self:
        """Return the same trees with other values of their leaves, (n_leaves, n_outputs)."""
        return replace(self, values=values)

    def leaves(
        self, matrix: FloatArray, n_jobs: int | None = None, *, trees: slice = slice(None)
    ) -> NDArray[np.int32]:
        """Find the leaf of each row in each tree.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_features), dtype float64
            Encoded rows; NaN is missing.
        n_jobs : int or None, default=None
            At most so many threads; None is as many as there are cores, where rows are many.
        trees : slice, default=slice(None)
            Which trees.

        Returns
        -------
        ndarray of shape (n_trees, n_samples), dtype int32
            Numbers within the tree.
        """
        rows = _as_read(matrix)
        walked = self.walked.of_trees(trees)
        found = np.empty((len(walked.roots), len(rows)), dtype=np.int32)

        def find(part: slice) -> None:
            find_leaves(walked, rows[part], room(), part.start, found)

        rows_side_by_side(find, len(rows), n_jobs)
        return found

    def sums(
        self, matrix: FloatArray, n_jobs: int | None = None, *, asked: BoolArray | None = None
    ) -> FloatArray:
        """Sum what the trees say of each row, in the order of the trees.

        Parameters
        ----------
        matrix : ndarray of shape (n_samples, n_features), dtype float64
            Encoded rows; NaN is missing.
        n_jobs : int or None, default=None
            At most so many threads; None is as many as there are cores, where rows are many.
        asked : ndarray of shape (n_trees, n_samples), dtype bool, default=None
            Which tree is asked about which row; None is all.

        Returns
        -------
        ndarray of shape (n_samples, n_outputs)
        """
        rows = _as_read(matrix)
        total = np.zeros((len(rows), self.values.shape[1]))

        def add(part: slice) -> None:
            if asked is None and part.stop - part.start < self._rows_together:
                add_values(self.walked, rows[part], room(), total[part])
                return
            for start in range(part.start, part.stop, _MOST_TOGETHER):
                some = slice(start, min(start + _MOST_TOGETHER, part.stop))
                own = np.ones((1, some.stop - start)) if asked is None else asked[:, some]
                add_values_together(
                    self.walked,
                    np.ascontiguousarray(rows[some].T),
                    np.ascontiguousarray(own, dtype=np.uint8),
                    together_room(own.shape[1]),
                    total[some],
                )

        rows_side_by_side(add, len(rows), n_jobs)
        return total

    @property
    def _rows_together(self) -> float:
        return max(_ROWS_TOGETHER, _ROWS_OF_A_LEAF * len(self.values) / self.n_trees)

    @cached_property
    def walked(self) -> Walked:
        """The same trees as the loops read them: what a split needs lies side by side."""
        tree = np.repeat(np.arange(self.n_trees), np.diff(self.split_offsets))
        split, leaf = self.split_offsets[tree], self.leaf_offsets[tree]
        nodes = np.zeros(len(self.feature), dtype=NODE)
        nodes["threshold"], nodes["rule"] = self.threshold, self.rule
        nodes["feature"], nodes["set"] = self.feature, np.maximum(self.set_of, 0)
        for side in ("left", "right"):
            child = getattr(self, side)
            nodes[side] = np.where(child >= 0, child + split, child - leaf)
        bare = np.diff(self.split_offsets) == 0
        roots = np.where(bare, ~self.leaf_offsets[:-1], self.split_offsets[:-1])
        return Walked(
            nodes,
            roots.astype(np.int32),
            np.array(self.leaf_offsets, dtype=np.int64),
            np.array(self.set_offsets, dtype=np.int64),
            # Never empty, and never one that nobody may write to: loops are compiled once.
            np.append(self.set_words, np.zeros(1, dtype=np.uint32)),
            np.array(self.values, dtype=np.float64, order="C"),
        )

    def __getstate__(self) -> dict[str, Any]:
        # What is made of the arrays when it is needed is not kept.
        return {one.name: getattr(self, one.name) for one in fields(self)}


def _as_read(matrix: FloatArray) -> FloatArray:
    """Return rows that lie one after another, and that may be written to: loops know one kind."""
    return np.require(matrix, dtype=np.float64, requirements=["C", "W", "A"])
