"""Read the trees in LightGBM's text of a model, which keeps all bits and infinite thresholds."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.learners.trees.flat_arrays import (
    CATEGORICAL,
    MISSING_LEFT,
    NOT_IN_SETS,
    ZERO,
    ZERO_IS_MISSING,
    offsets,
)

__all__ = ["lightgbm_trees"]

#: Bits of the engine's type of a decision.
_CATEGORICAL, _DEFAULT_LEFT, _ZERO_IS_MISSING, _NAN_IS_MISSING = 1, 2, 4, 8


def lightgbm_trees(booster: Any) -> dict[str, NDArray[Any]]:
    """Read the trees of a `lightgbm.Booster` that says one number of each row.

    Parameters
    ----------
    booster : lightgbm.Booster

    Returns
    -------
    dict of str to ndarray
        What `FlatTrees` is made of, under the names of its attributes.
    """
    # All trees at once: a name's lines are read as one, since trees are many and small.
    # What stands behind the trees has names of columns in it, which may be any.
    trees, _, _ = booster.model_to_string().partition("\nend of trees")
    texts = trees.split("\nTree=")[1:]
    n_leaves = _integers("num_leaves", texts)
    # A tree of one leaf may be written as if it had a split.
    split = [text for text, n in zip(texts, n_leaves, strict=True) if n > 1]
    n_sets = np.zeros_like(n_leaves)
    n_sets[n_leaves > 1] = _integers("num_cat", split)
    sets_before = np.repeat(np.cumsum(n_sets) - n_sets, n_leaves - 1)
    decision = _integers("decision_type", split).astype(np.int32)
    threshold = _numbers("threshold", split)
    categorical = decision & _CATEGORICAL != 0
    return {
        "split_offsets": offsets(n_leaves - 1),
        "leaf_offsets": offsets(n_leaves),
        "feature": _integers("split_feature", split).astype(np.int32),
        "threshold": np.where(categorical, 0.0, _as_zeros_are_read(threshold)),
        "rule": _rule(decision, threshold),
        "left": _integers("left_child", split).astype(np.int32),
        "right": _integers("right_child", split).astype(np.int32),
        "set_of": np.where(categorical, threshold + sets_before, NOT_IN_SETS).astype(np.int32),
        "set_offsets": offsets(_sizes_of_sets(split, n_sets)),
        "set_words": _integers("cat_threshold", split).astype(np.uint32),
        "values": _numbers("leaf_value", texts).reshape(-1, 1),
    }


def _numbers(name: str, texts: list[str]) -> FloatArray:
    """Read the numbers of one name in all trees at once, one tree after another."""
    return np.fromstring(_all_lines(name, texts), sep=" ")


def _integers(name: str, texts: list[str]) -> NDArray[np.int64]:
    """Read integers, which takes a seventh of the time that numbers take."""
    return np.fromstring(_all_lines(name, texts), dtype=np.int64, sep=" ")


def _all_lines(name: str, texts: list[str]) -> str:
    # Of spaces alone numpy would make a number.
    return " ".join(_line(text, name) for text in texts).strip()


def _sizes_of_sets(texts: list[str], n_sets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the words of each set of levels that a tree is split by, one tree after another."""
    steps = np.diff(_integers("cat_boundaries", texts))
    # A tree's boundaries are one more than its sets; between trees there is no set.
    return np.delete(steps, np.cumsum(n_sets[n_sets > 0] + 1)[:-1] - 1)


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


def _line(text: str, name: str) -> str:
    """Return what the line of this name says; nothing if there is no such line."""
    # Not by a regular expression, which takes longer than reading the numbers.
    start = text.find(f"\n{name}=")
    if start < 0:
        return ""
    start += len(name) + 2
    end = text.find("\n", start)
    return text[start : end if end >= 0 else len(text)]
