"""Winsorise a few absurd residuals, which would drown all others.

One price typed with three zeros too many has a squared residual of a million ordinary ones, and
whoever learns squared residuals then learns that row. It cannot be told from a row that is truly
hard; but a handful of rows should not say more than all others together.
"""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.errors import TableError

__all__ = ["check_units", "squared", "winsorised"]

#: The largest rows of a table, and so many at most, may have half of the sum of squares.
_ROWS_FOR_EACH_LARGEST, _FEWEST_LARGEST, _MOST_LARGEST = 200, 2, 10
#: Of fewer rows, two may well have half of the sum.
_ENOUGH_ROWS = 50
#: Squares of larger residuals, and their sums, are soon no longer numbers.
_MOST = 1e100
#: The largest of them at least, if it is not 0: squares of smaller ones are.
_LEAST = 1e-100


def winsorised(residual: FloatArray) -> FloatArray:
    """Cap the largest residuals, so that they have at most half of the sum of all squares.

    The largest are one of 200 rows, at least 2 and at most 10. Where they have less than half,
    as on every table of the benchmark, nothing changes; else those above a common size are cut
    to it, the one that gives them half.

    Parameters
    ----------
    residual : ndarray of shape (n_samples,)

    Returns
    -------
    ndarray of shape (n_samples,)
        Fewer than 50 rows are left as they are.

    Examples
    --------
    >>> residual = np.tile([-1.0, 1.0], 50)
    >>> residual[0] = 1e6
    >>> float(winsorised(residual).max().round(1))
    9.8
    """
    if len(residual) < _ENOUGH_ROWS:
        return residual
    n_largest = int(
        np.clip(len(residual) // _ROWS_FOR_EACH_LARGEST, _FEWEST_LARGEST, _MOST_LARGEST)
    )
    size = np.abs(residual)
    parted = np.partition(size, len(size) - n_largest - 1)
    unit = parted[-n_largest - 1]
    if unit == 0.0:
        return residual
    with np.errstate(over="ignore"):
        squares = (np.sort(parted[-n_largest:])[::-1] / unit) ** 2
    others = float(np.sum((parted[:-n_largest] / unit) ** 2))
    if squares.sum() <= others:
        return residual
    limit = unit * float(np.sqrt(_common_size(squares, others)))
    return np.clip(residual, -limit, limit)


def _common_size(falling: FloatArray, total: float) -> float:
    """Return what the first of falling numbers must be cut to, to add up to a total."""
    for n_cut in range(1, len(falling) + 1):
        common = (total - float(falling[n_cut:].sum())) / n_cut
        if n_cut == len(falling) or common >= falling[n_cut]:
            break
    # The others are at most 1, the unit.
    return max(common, 1.0)


def check_units(residual: FloatArray) -> None:
    """Refuse residuals whose squares are no numbers any more, or all of them 0.

    Raises
    ------
    TableError
    """
    largest = float(np.abs(residual).max(initial=0.0))
    if largest > _MOST:
        msg = (
            f"Residuals must be at most {_MOST:g} in size, the largest is {largest:.3g}: give them "
            "in other units."
        )
        raise TableError(msg)
    if 0 < largest < _LEAST:
        msg = (
            f"The largest residual is {largest:.3g} in size, and must be 0 or at least {_LEAST:g}: "
            "give residuals in other units."
        )
        raise TableError(msg)


def squared(residual: FloatArray) -> FloatArray:
    """Square residuals, of which none may be too large for that.

    Raises
    ------
    TableError
    """
    check_units(residual)
    square: FloatArray = residual**2
    return square
