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
    return [_tree(text) for text in _parts(booster.model_to_string())[1:]]


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
    return np.array([info.count(":") >= most for info in _words(head, "feature_infos")])


def _parts(text: str) -> list[str]:
    """Cut the text into what comes before the trees, and a part for each of them."""
    return text.split("\nTree=")


def _tree(text: str) -> OneTree:
    values = np.array(_words(text, "leaf_value"), dtype=np.float64)
    # A tree of one leaf may be written as if it had a split.
    n_splits = len(values) - 1

    def whole(name: str, kind: Any = np.int32) -> Any:
        return np.array(_words(text, name)[:n_splits], dtype=kind)

    decision = whole("decision_type")
    threshold = whole("threshold", np.float64)
    categorical = decision & _CATEGORICAL != 0
    words = np.array(_words(text, "cat_threshold"), dtype=np.uint32)
    ends = np.array(_words(text, "cat_boundaries"), dtype=np.intp)
    return OneTree(
        feature=whole("split_feature"),
        threshold=np.where(categorical, 0.0, _as_zeros_are_read(threshold)),
        rule=_rule(decision, threshold),
        left=whole("left_child"),
        right=whole("right_child"),
        set_of=np.where(categorical, threshold, NOT_IN_SETS).astype(np.int32),
        sets=np.split(words, ends[1:-1]) if n_splits and len(words) else [],
        values=values.reshape(-1, 1),
    )


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


def _words(text: str, name: str) -> list[str]:
    """Return the words of the line that has this name; none if there is no such line."""
    # Not by a regular expression, which takes longer than reading the numbers.
    start = text.find(f"\n{name}=")
    if start < 0:
        return []
    start += len(name) + 2
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)].split()
