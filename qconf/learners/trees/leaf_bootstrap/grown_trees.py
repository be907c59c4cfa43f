"""What LightGBM's own text says of the trees that it has grown."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray

__all__ = ["GrownTrees", "Splits"]

_CATEGORICAL = 1


class Splits(NamedTuple):
    """The splits of one tree, as the engine has them.

    Attributes
    ----------
    column, decision, left, right : ndarray of shape (n_splits,), dtype int
        A child below 0 is the complement of a leaf's number.
    threshold : ndarray of shape (n_splits,)
        Of a category the number of its set.
    sets : list of ndarray of dtype uint32
        Levels that go left, as bits.
    """

    column: IntArray
    decision: IntArray
    left: IntArray
    right: IntArray
    threshold: FloatArray
    sets: list[NDArray[np.uint32]]

    @classmethod
    def of(cls, tree: str) -> Self:
        """Read the text of one tree."""
        words = np.array(_line(tree, "cat_threshold"), dtype=np.uint32)
        ends = np.array(_line(tree, "cat_boundaries"), dtype=np.intp)
        # A tree of one leaf may be written as if it had a split.
        n_splits = len(_line(tree, "leaf_value")) - 1

        def whole(name: str) -> IntArray:
            return np.array(_line(tree, name)[:n_splits], dtype=np.intp)

        return cls(
            whole("split_feature"),
            whole("decision_type"),
            whole("left_child"),
            whole("right_child"),
            np.array(_line(tree, "threshold")[:n_splits], dtype=np.float64),
            np.split(words, ends[1:-1]),
        )


class GrownTrees(NamedTuple):
    """Leaves of all trees, as a table; trees with fewer leaves have zeros at the end.

    Attributes
    ----------
    values : ndarray of shape (n_trees, n_leaves)
        What each leaf adds; the first tree's with what all trees start from.
    penalties : ndarray of shape (n_trees, n_leaves)
        What is added to the sum of second derivatives that a leaf's step is divided by. The
        engine does so beside splits of categories into two sets.
    splits : list of Splits
        One a tree.
    """

    values: FloatArray
    penalties: FloatArray
    splits: list[Splits]

    @classmethod
    def of(cls, booster: Any) -> Self:
        """Read a `lightgbm.Booster`."""
        head, *trees = booster.model_to_string().split("\nTree=")
        settings = dict(re.findall(r"^\[(\w+): (\S+)\]$", trees[-1], flags=re.MULTILINE))
        everywhere, beside_sets = float(settings["lambda_l2"]), float(settings["cat_l2"])
        infos = _line(head, "feature_infos")
        in_sets = [info.count(":") >= int(settings["max_cat_to_onehot"]) for info in infos]
        values = [np.asarray(_line(tree, "leaf_value"), dtype=np.float64) for tree in trees]
        shape = len(values), max(map(len, values))
        splits = [Splits.of(tree) for tree in trees]
        grown = cls(np.zeros(shape), np.full(shape, everywhere), splits)
        for i in range(len(trees)):
            grown.values[i, : len(values[i])] = values[i]
            if len(values[i]) > 1:
                grown.penalties[i, _leaves_beside_sets(splits[i], in_sets)] += beside_sets
        return grown


def _leaves_beside_sets(tree: Splits, in_sets: list[bool]) -> list[int]:
    """List the leaves that come from a split of categories into two sets."""
    splits = zip(tree.column, tree.decision, tree.left, tree.right, strict=True)
    return [
        int(~child)
        for column, decision, *children in splits
        if decision & _CATEGORICAL and in_sets[column]
        for child in children
        if child < 0
    ]


def _line(text: str, name: str) -> list[str]:
    """Return the words of the line that has this name."""
    found = re.search(rf"^{name}=(.*)$", text, flags=re.MULTILINE)
    return found[1].split() if found else []
