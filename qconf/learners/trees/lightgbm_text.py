"""Read the trees in LightGBM's text of a model, which keeps all bits and infinite thresholds."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray
from qconf.learners.trees.one_tree import (
    CATEGORICAL,
    MISSING_LEFT,
    NOT_IN_SETS,
    ZERO,
    ZERO_IS_MISSING,
    OneTree,
)

__all__ = ["lightgbm_trees", "splits_into_sets"]

#: Bits of the engine's type of a decision.
_CATEGORICAL, _DEFAULT_LEFT, _ZERO_IS_MISSING, _NAN_IS_MISSING = 1, 2, 4, 8


def lightgbm_trees(booster: Any) -> list[OneTree]:
    """Read the trees of a `lightgbm.Booster` that says one number of each row.

    Parameters
    ----------
    booster : lightgbm.Booster

    Returns
    -------
    list of OneTree
        One output each.
    """
    texts = _parts(booster.model_to_string())[1:]
    n_leaves = np.array([int(_line(text, "num_leaves")) for text in texts], dtype=np.intp)
    # A tree of one leaf may be written as if it had a split.
    split = [text for text, n in zip(texts, n_leaves, strict=True) if n > 1]
    decision = _numbers("decision_type", split).astype(np.int32)
    threshold = _numbers("threshold", split)
    categorical = decision & _CATEGORICAL != 0
    of_splits = (
        _numbers("split_feature", split).astype(np.int32),
        np.where(categorical, 0.0, _as_zeros_are_read(threshold)),
        _rule(decision, threshold),
        _numbers("left_child", split).astype(np.int32),
        _numbers("right_child", split).astype(np.int32),
        np.where(categorical, threshold, NOT_IN_SETS).astype(np.int32),
    )
    values = _numbers("leaf_value", texts).reshape(-1, 1)
    last_splits, last_leaves = np.cumsum(n_leaves - 1)[:-1], np.cumsum(n_leaves)[:-1]
    parts = zip(*(np.split(one, last_splits) for one in of_splits), strict=True)
    sets = (_sets(text) if n > 1 else [] for text, n in zip(texts, n_leaves, strict=True))
    leaves = np.split(values, last_leaves)
    return [OneTree(*one, *of) for one, *of in zip(parts, sets, leaves, strict=True)]


def splits_into_sets(booster: Any) -> BoolArray:
    """Tell the columns whose levels were split into two sets, not one level from the others.

    Parameters
    ----------
    booster : lightgbm.Booster

    Returns
    -------
    ndarray of shape (n_features,), dtype bool
    """
    # What is looked for stands before and after the trees, of which the first will do.
    head, *_, last = _parts(booster.model_to_string(num_iteration=1))
    most = int(_setting(last, "max_cat_to_onehot"))
    return np.array([info.count(":") >= most for info in _line(head, "feature_infos").split()])


def _parts(text: str) -> list[str]:
    """Cut the text into what comes before the trees, and a part for each of them."""
    return text.split("\nTree=")


def _numbers(name: str, texts: list[str]) -> FloatArray:
    """Read the numbers of one name in all trees at once, one tree after another."""
    return np.fromstring(" ".join(_line(text, name) for text in texts), sep=" ")


def _sets(text: str) -> list[NDArray[np.uint32]]:
    """Read the sets of levels that a tree is split by."""
    words = np.array(_line(text, "cat_threshold").split(), dtype=np.uint32)
    ends = np.array(_line(text, "cat_boundaries").split(), dtype=np.intp)
    return np.split(words, ends[1:-1]) if len(words) else []


def _as_zeros_are_read(threshold: FloatArray) -> FloatArray:
    """Move thresholds next to 0 out of the numbers that the engine reads as 0."""
    moved = np.where((threshold >= 0.0) & (threshold < ZERO), ZERO, threshold)
    below = np.nextafter(-ZERO, -np.inf)
    return np.where((threshold < 0.0) & (threshold >= -ZERO), below, moved)


def _rule(decision: NDArray[np.int32], threshold: FloatArray) -> NDArray[np.uint8]:
    categorical = decision & _CATEGORICAL != 0
    by_default = decision & _DEFAULT_LEFT != 0
    zero_is_missing = (decision & _ZERO_IS_MISSING != 0) & ~categorical
    # Where nothing was missing when the tree was grown, a missing number is read as 0.
    as_zero = decision & (_ZERO_IS_MISSING | _NAN_IS_MISSING) == 0
    missing_left = ~categorical & np.where(as_zero, threshold >= 0.0, by_default)
    rule = MISSING_LEFT * missing_left + ZERO_IS_MISSING * zero_is_missing
    bits: NDArray[np.uint8] = (rule + CATEGORICAL * categorical).astype(np.uint8)
    return bits


def _setting(text: str, name: str) -> str:
    found = re.search(rf"^\[{name}: (\S+)\]$", text, flags=re.MULTILINE)
    assert found is not None  # noqa: S101 - the engine writes down all its settings
    return found[1]


def _line(text: str, name: str) -> str:
    """Return what the line of this name says; nothing if there is no such line."""
    # Not by a regular expression, which takes longer than reading the numbers.
    start = text.find(f"\n{name}=")
    if start < 0:
        return ""
    start += len(name) + 2
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
