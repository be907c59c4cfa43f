"""One decision tree, as its splits and the values of its leaves."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray

__all__ = ["CATEGORICAL", "MISSING_LEFT", "NOT_IN_SETS", "ZERO", "ZERO_IS_MISSING", "OneTree"]

#: Bits of a split's rule. A missing value goes left; 0 counts as missing; levels of a set go left.
MISSING_LEFT: Final = 1
ZERO_IS_MISSING: Final = 2
CATEGORICAL: Final = 4

#: For `OneTree.set_of`: a split of numbers.
NOT_IN_SETS: Final = -1

#: Numbers up to this size count as 0 where 0 is missing. LightGBM keeps it as a short float.
ZERO: Final = float(np.float32(1e-35))


class OneTree(NamedTuple):
    """The splits of one tree, parents before their children, and what its leaves say.

    Attributes
    ----------
    feature : ndarray of shape (n_splits,), dtype int32
    threshold : ndarray of shape (n_splits,), dtype float64
        Numbers up to it go left, others right; 0 for categories.
    rule : ndarray of shape (n_splits,), dtype uint8
        `MISSING_LEFT`, `ZERO_IS_MISSING` and `CATEGORICAL`, added up.
    left, right : ndarray of shape (n_splits,), dtype int32
        The number of a split; or ``~leaf``, the complement of the number of a leaf.
    set_of : ndarray of shape (n_splits,), dtype int32
        Which of `sets` goes left; `NOT_IN_SETS` for numbers.
    sets : list of ndarray of dtype uint32
        Levels as bits.
    values : ndarray of shape (n_leaves, n_outputs), dtype float64
    """

    feature: NDArray[np.int32]
    threshold: FloatArray
    rule: NDArray[np.uint8]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    set_of: NDArray[np.int32]
    sets: list[NDArray[np.uint32]]
    values: FloatArray
