"""Add up doubles without rounding, so that no order and no split of them changes a bit.

A sum of doubles is a whole number of 2^-1074. It is kept as digits of 32 bits in integers of 64:
adding a double touches three of them, and what hangs over is carried now and then (the "small
superaccumulator" of Neal 2015, arXiv:1505.05571). Sums of two parts add up digit by digit.
Rounded once, at the end, a sum is the double nearest to the true one, as of `math.fsum`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.counting.loops import LIMBS, add_exactly

__all__ = ["Digits", "add_values", "carried", "no_sums", "rounded", "sum_exactly"]

Digits = NDArray[np.int64]

_DIGIT = 32
_LAST_PLACE = 1074


def no_sums(n_cells: int, n_columns: int) -> Digits:
    """Return the digits of sums of nothing, of shape (n_cells, n_columns, n_digits)."""
    return np.zeros((n_cells, n_columns, LIMBS), dtype=np.int64)


def add_values(digits: Digits, cells: NDArray[np.int32], columns: Sequence[FloatArray]) -> None:
    """Add a block of rows. After 2^30 of them digits would hang over too far: carry before.

    Parameters
    ----------
    digits : ndarray of shape (n_cells, n_columns, n_digits)
        Written on.
    cells : ndarray of shape (n_samples,), dtype int32
    columns : sequence of ndarray of shape (n_samples,)
        Finite numbers.
    """
    add_exactly(cells, np.stack(columns).view(np.int64), digits)


def carried(digits: Digits) -> Digits:
    """Carry what hangs over, so that equal sums have equal digits; the last keeps the sign."""
    out = digits.copy()
    for at in range(out.shape[-1] - 1):
        over = out[..., at] >> _DIGIT
        out[..., at] -= over << _DIGIT
        out[..., at + 1] += over
    return out


def rounded(digits: Digits) -> float:
    """Return the double that is nearest to a sum.

    Parameters
    ----------
    digits : ndarray of shape (n_digits,)
    """
    total = sum(int(digit) << (_DIGIT * at) for at, digit in enumerate(digits) if digit)
    return total / (1 << _LAST_PLACE)


def sum_exactly(values: FloatArray) -> Digits:
    """Return the digits of a sum of numbers.

    Examples
    --------
    >>> rounded(sum_exactly(np.array([1e300, 1.0, -1e300, 2.0**-1074])))
    1.0
    >>> rounded(sum_exactly(np.array([-0.1] * 10))) == -1.0
    True
    """
    digits = no_sums(1, 1)
    add_values(digits, np.zeros(len(values), dtype=np.int32), [values])
    total: Digits = carried(digits)[0, 0]
    return total
