"""How trees lie in flat arrays: what a split's numbers mean, and where a tree begins."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = ["CATEGORICAL", "MISSING_LEFT", "NOT_IN_SETS", "ZERO", "ZERO_IS_MISSING", "offsets"]

#: Bits of a split's rule. A missing value goes left; 0 counts as missing; levels of a set go left.
MISSING_LEFT: Final = 1
ZERO_IS_MISSING: Final = 2
CATEGORICAL: Final = 4

#: The number of the set of a split of numbers.
NOT_IN_SETS: Final = -1

#: Numbers up to this size count as 0 where 0 is missing. LightGBM keeps it as a short float.
ZERO: Final = float(np.float32(1e-35))


def offsets(sizes: ArrayLike) -> NDArray[np.int64]:
    """Say where each of several stretches begins that lie one after another, and the last ends.

    Parameters
    ----------
    sizes : array-like of shape (n,)

    Returns
    -------
    ndarray of shape (n + 1,), dtype int64
    """
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
