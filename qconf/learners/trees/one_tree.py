"""One decision tree that splits by numbers, as its splits and the values of its leaves."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray

__all__ = ["OneTree"]


class OneTree(NamedTuple):
    """The splits of one tree, parents before their children, and what its leaves say.

    Attributes
    ----------
    feature : ndarray of shape (n_splits,), dtype int32
    threshold : ndarray of shape (n_splits,), dtype float64
        Numbers up to it go left, others right.
    rule : ndarray of shape (n_splits,), dtype uint8
        `MISSING_LEFT` and `ZERO_IS_MISSING`, added up.
    left, right : ndarray of shape (n_splits,), dtype int32
        The number of a split; or ``~leaf``, the complement of the number of a leaf.
    values : ndarray of shape (n_leaves, n_outputs), dtype float64
    """

    feature: NDArray[np.int32]
    threshold: FloatArray
    rule: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    values: FloatArray
