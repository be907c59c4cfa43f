"""What LightGBM's own text says of the trees that it has grown."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, Self

import numpy as np

from qconf._types import FloatArray

__all__ = ["GrownTrees"]

_CATEGORICAL = 1


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
    def of(cls, booster: Any) -> Self:
        """Read a `lightgbm.Booster`."""
        head, *trees = booster.model_to_string().split("\nTree=")
        settings = dict(re.findall(r"^\[(\w+): (\S+)\]$", trees[-1], flags=re.MULTILINE))
        everywhere, beside_sets = float(settings["lambda_l2"]), float(settings["cat_l2"])
        infos = _line(head, "feature_infos")
        in_sets = [info.count(":") >= int(settings["max_cat_to_onehot"]) for info in infos]
        values = [np.asarray(_line(tree, "leaf_value"), dtype=np.float64) for tree in trees]
        shape = len(values), max(map(len, values))
        grown = cls(np.zeros(shape), np.full(shape, everywhere))
        for i, tree in enumerate(trees):
            grown.values[i, : len(values[i])] = values[i]
            if len(values[i]) > 1:
                grown.penalties[i, _leaves_beside_sets(tree, in_sets)] += beside_sets
        return grown


def _leaves_beside_sets(tree: str, in_sets: list[bool]) -> list[int]:
    """List the leaves that come from a split of categories into two sets."""
    names = ("split_feature", "decision_type", "left_child", "right_child")
    splits = zip(*(map(int, _line(tree, name)) for name in names), strict=True)
    return [
        ~child
        for column, decision, *children in splits
        if decision & _CATEGORICAL and in_sets[column]
        for child in children
        if child < 0  # The complement of a leaf's number; a split otherwise.
    ]


def _line(text: str, name: str) -> list[str]:
    """Return the words of the line that has this name."""
    found = re.search(rf"^{name}=(.*)$", text, flags=re.MULTILINE)
    return found[1].split() if found else []
