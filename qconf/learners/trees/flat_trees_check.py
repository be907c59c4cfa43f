"""Check arrays of trees that came from a file, before a compiled loop follows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from qconf._types import BoolArray, IntArray
from qconf.learners.trees.flat_arrays import CATEGORICAL, MISSING_LEFT, NOT_IN_SETS, ZERO_IS_MISSING

__all__ = ["check_trees"]

_RULES: Final = (0, MISSING_LEFT, ZERO_IS_MISSING, MISSING_LEFT + ZERO_IS_MISSING, CATEGORICAL)
#: Type of each array, and the array that it must be as long as: one entry a split, say.
_ARRAYS: Final = {
    "split_offsets": (np.int64, None), "leaf_offsets": (np.int64, "split_offsets"),
    "feature": (np.int32, None), "threshold": (np.float64, "feature"),
    "rule": (np.uint8, "feature"), "left": (np.int32, "feature"), "right": (np.int32, "feature"),
    "set_of": (np.int32, "feature"), "set_offsets": (np.int64, None),
    "set_words": (np.uint32, None), "values": (np.float64, None),
}  # fmt: skip
_MOST = 2**31 - 1


def check_trees(arrays: Mapping[str, Any], n_features: int) -> None:
    """Check all arrays of a `FlatTrees`.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By the names of its attributes.
    n_features : int

    Raises
    ------
    ValueError
        In one line: which array breaks which rule, and where.
    """
    for name, (kind, like) in _ARRAYS.items():
        _check_array(name, arrays[name], kind, None if like is None else len(arrays[like]))
    a = {name: np.asarray(arrays[name]) for name in _ARRAYS}
    _check_offsets("split_offsets", a["split_offsets"], len(a["feature"]))
    _check_offsets("leaf_offsets", a["leaf_offsets"], len(a["values"]))
    _check_offsets("set_offsets", a["set_offsets"], len(a["set_words"]))
    n_splits, n_leaves = np.diff(a["split_offsets"]), np.diff(a["leaf_offsets"])
    _refuse(
        "leaf_offsets", "must give each tree one leaf more than splits", n_leaves != n_splits + 1
    )
    _refuse("feature", f"must be columns, 0 to {n_features - 1}", _beyond(a["feature"], n_features))
    _refuse("threshold", "must not be NaN", np.isnan(a["threshold"]))
    _refuse("values", "must be finite", ~np.isfinite(a["values"]).all(axis=1))
    _check_rules(a["rule"], a["set_of"], len(a["set_offsets"]) - 1)
    _check_children(a["left"], a["right"], a["split_offsets"], a["leaf_offsets"])


def _check_array(name: str, array: Any, kind: Any, length: int | None) -> None:
    n_axes = 2 if name == "values" else 1
    is_array = isinstance(array, np.ndarray)
    if not is_array or array.dtype != kind or array.ndim != n_axes:
        found = f"{array.ndim} of {array.dtype}" if is_array else type(array).__name__
        msg = f"Trees: {name} must be an array with {n_axes} axis of {kind.__name__}, got {found}."
        raise ValueError(msg)
    if length is not None and len(array) != length:
        msg = f"Trees: {name} must have {length} entries, got {len(array)}."
        raise ValueError(msg)
    if array.size > _MOST or 0 in array.shape[1:]:
        msg = f"Trees: {name} has the shape {array.shape}, which no model has."
        raise ValueError(msg)


def _check_offsets(name: str, offsets: IntArray, last: int) -> None:
    # Compared, not subtracted: differences of numbers in a file may wrap around.
    falls = bool((offsets[1:] < offsets[:-1]).any()) if len(offsets) else True
    if falls or offsets[0] != 0 or offsets[-1] != last:
        msg = f"Trees: {name} must rise from 0 to {last}, the number of what it counts."
        raise ValueError(msg)


def _check_rules(rule: IntArray, set_of: IntArray, n_sets: int) -> None:
    _refuse("rule", f"must be one of {_RULES}", ~np.isin(rule, _RULES))
    categorical = rule == CATEGORICAL
    wrong = np.where(categorical, _beyond(set_of, n_sets), set_of != NOT_IN_SETS)
    _refuse("set_of", f"must be one of {n_sets} sets for categories, and -1 for numbers", wrong)


def _check_children(
    left: IntArray, right: IntArray, split_offsets: IntArray, leaf_offsets: IntArray
) -> None:
    """Check that each tree is one: what is reached comes later, and is reached once."""
    n_splits = np.diff(split_offsets)
    tree = np.repeat(np.arange(len(n_splits)), n_splits)
    own = np.arange(len(left)) - split_offsets[tree]
    reached_splits, reached_leaves = [], []
    for name, child in (("left", left.astype(np.int64)), ("right", right.astype(np.int64))):
        is_split = child >= 0
        inside = np.where(is_split, child < n_splits[tree], ~child <= n_splits[tree])
        _refuse(name, "must be a split or a leaf of the same tree", ~inside)
        _refuse(name, "must come after its parent", is_split & (child <= own))
        reached_splits.append((child + split_offsets[tree])[is_split])
        reached_leaves.append((~child + leaf_offsets[tree])[~is_split])
    splits = np.bincount(np.concatenate(reached_splits), minlength=len(left))
    leaves = np.bincount(np.concatenate(reached_leaves), minlength=int(leaf_offsets[-1]))
    roots = np.isin(np.arange(len(left)), split_offsets[:-1])
    alone = np.isin(np.arange(len(leaves)), leaf_offsets[:-1][n_splits == 0])
    _refuse("left and right", "must reach each split once", splits != np.where(roots, 0, 1))
    _refuse("left and right", "must reach each leaf once", leaves != np.where(alone, 0, 1))


def _beyond(numbers: IntArray, end: int) -> BoolArray:
    return (numbers < 0) | (numbers >= end)


def _refuse(name: str, rule: str, wrong: BoolArray) -> None:
    if wrong.any():
        msg = f"Trees: {name} {rule}; entry {int(np.argmax(wrong))} is not so."
        raise ValueError(msg)
