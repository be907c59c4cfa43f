"""Find a few targets that are absurdly far from all others."""

from __future__ import annotations

import numpy as np

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["far_targets"]

#: Beyond this many rows it is no slip, but another kind of row.
_MOST_TYPOS = 30
_SHARE = 0.01
_LEAST_TYPOS = 3
_LEAST_ROWS = 30

#: How far beyond the rest, at least: a factor, and a multiple of the distance from the median to
#: the rest's own end. Heavy tails have far ends, and are allowed as much again.
_FACTOR = 10.0
_TIMES = 2.0
#: Targets that come so near zero have no least size: a small one is no typo.
_NEAR_ZERO = 30.0
_TIMES_LINEAR = 30.0
#: A factor between the nearest of them and the rest: tails have no such gap.
_APART = 4.0


def far_targets(y: FloatArray) -> IntArray:
    """Find targets that are far from all others, like a digit too many.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)

    Returns
    -------
    ndarray of int
        Positions, at most 1 % of the rows and 30; none if there are more. A single value that
        stands apart may fill more of them, up to a fifth: a code such as -999.
    """
    if len(y) < _LEAST_ROWS:
        return np.empty(0, dtype=np.intp)
    if (y >= 0).all():
        # Zeros (no damage, nothing sold) are of a kind of their own.
        some = np.flatnonzero(y > 0)
        return some[_far_factor(np.log(y[some]))] if len(some) >= _LEAST_ROWS else some[:0]
    return np.flatnonzero(_far_above(y) | _far_above(-y))


def _far_factor(logs: FloatArray) -> BoolArray:
    """Mark what is a large factor away; small values only if there is a least size."""
    far = _beyond(logs)
    if np.median(logs) + _end(-logs) < np.log(_NEAR_ZERO):
        far |= _beyond(-logs)
    return far


def _beyond(logs: FloatArray) -> BoolArray:
    """Mark what is far above, and apart from all that is not."""
    end = _end(logs)
    far = logs > end + max(np.log(_FACTOR), _TIMES * (end - float(np.median(logs))))
    outside = np.sort(logs[logs >= end])
    apart = np.flatnonzero(np.diff(outside) > np.log(_APART))
    return far & (logs > outside[apart[0]]) if len(apart) else np.zeros(len(logs), dtype=bool)


def _far_above(y: FloatArray) -> BoolArray:
    end, middle = _end(y), float(np.median(y))
    return np.asarray(y - end > _TIMES_LINEAR * (end - middle)) & (end > middle)


def _end(y: FloatArray) -> float:
    """Return the largest value, a few left out: as many as can be typos, or all of one code."""
    ordered = np.sort(y)
    left_out = int(np.clip(np.ceil(_SHARE * len(y)), _LEAST_TYPOS, _MOST_TYPOS))
    same = len(y) - int(np.searchsorted(ordered, ordered[-1]))
    if left_out < same <= 0.2 * len(y):
        left_out = same
    return float(ordered[-1 - left_out])
