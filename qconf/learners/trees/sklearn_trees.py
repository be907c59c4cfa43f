"""Read the trees of a scikit-learn forest."""

from __future__ import annotations

from typing import Any

import numpy as np

from qconf._types import FloatArray
from qconf.learners.trees.flat_arrays import MISSING_LEFT
from qconf.learners.trees.one_tree import OneTree

__all__ = ["as_of_longer_floats", "sklearn_trees"]


def sklearn_trees(forest: Any) -> list[OneTree]:
    """Read the trees of a fitted forest of regressors.

    Parameters
    ----------
    forest : sklearn.ensemble.ExtraTreesRegressor or RandomForestRegressor

    Returns
    -------
    list of OneTree
        With as many outputs as the target of `fit` had columns.
    """
    return [_tree(one.tree_) for one in forest.estimators_]


def as_of_longer_floats(threshold: FloatArray) -> FloatArray:
    """Move thresholds so that float64 numbers are split as they are after rounding to float32.

    scikit-learn rounds numbers before it holds them against a threshold. What is moved instead,
    once, is the threshold: to the largest number that is still rounded to one below it.

    Parameters
    ----------
    threshold : ndarray of shape (n,)

    Returns
    -------
    ndarray of shape (n,), dtype float64

    Examples
    --------
    >>> tenth = np.array([0.1])
    >>> bool(np.float64(np.float32(0.1)) <= 0.1), bool(0.1 <= as_of_longer_floats(tenth)[0])
    (False, False)
    """
    with np.errstate(over="ignore"):
        short = threshold.astype(np.float32)
    infinity = np.float32(np.inf)
    low = np.where(short.astype(np.float64) > threshold, np.nextafter(short, -infinity), short)
    high = np.nextafter(low, infinity)
    # Beyond the largest float32 rounding goes on as if there were one more.
    beyond = 2.0**128
    ends = [np.clip(end.astype(np.float64), -beyond, beyond) for end in (low, high)]
    middle = ends[0] + (ends[1] - ends[0]) / 2
    # Halfway, the one of the two whose last bit is 0 is taken.
    stays = low.view(np.uint32) & 1 == 0
    moved = np.where(stays, middle, np.nextafter(middle, -np.inf))
    return np.where(np.isposinf(threshold), np.inf, moved)


def _tree(tree: Any) -> OneTree:
    is_split = tree.children_left >= 0
    # Splits and leaves are numbered together there, apart here; both keep their order.
    split, leaf = np.cumsum(is_split) - 1, np.cumsum(~is_split) - 1
    number = np.where(is_split, split, ~leaf).astype(np.int32)
    missing_left = np.asarray(tree.missing_go_to_left)[is_split] != 0
    return OneTree(
        feature=tree.feature[is_split].astype(np.int32),
        threshold=as_of_longer_floats(tree.threshold[is_split]),
        rule=np.where(missing_left, MISSING_LEFT, 0).astype(np.uint8),
        left=number[tree.children_left[is_split]],
        right=number[tree.children_right[is_split]],
        values=tree.value[~is_split, :, 0].astype(np.float64),
    )
