"""Products and means that give a row the same bits whatever other rows are beside it.

Those of NumPy are faster for some shapes, by summing in another order for each of them: a row alone
would differ in its last digit from the same row in a table.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from qconf._types import FloatArray
from qconf.core.compiled import exactly_compiled

__all__ = ["mean_of", "product"]

#: Tables of other numbers than long floats are not converted all at once.
_ROWS_AT_ONCE = 16_384


def product(matrix: FloatArray, other: FloatArray) -> FloatArray:
    """Multiply each row with a matrix, or with a vector; as ``matrix @ other``.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_columns)
    other : ndarray of shape (n_columns, n_outputs) or (n_columns,)

    Returns
    -------
    ndarray of shape (n_rows, n_outputs) or (n_rows,)

    Examples
    --------
    >>> product(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([1.0, 0.5]))
    array([2., 5.])
    """
    out = np.zeros((len(matrix), 1 if other.ndim == 1 else other.shape[1]))
    factors = _writable(other.reshape(len(other), -1))
    for start in range(0, len(matrix), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        _add_products(_writable(matrix[part]), factors, out[part])
    return out[:, 0] if other.ndim == 1 else out


def mean_of(
    arrays: Sequence[FloatArray] | FloatArray, weights: FloatArray | None = None
) -> FloatArray:
    """Average arrays of one shape, one after another.

    Parameters
    ----------
    arrays : sequence of ndarray
    weights : ndarray of shape (n_arrays,), default=None
        That add up to 1; None is equal ones.

    Examples
    --------
    >>> mean_of([np.array([1.0, 2.0]), np.array([3.0, 5.0])])
    array([2. , 3.5])
    """
    total = np.zeros(np.shape(arrays[0]))
    if weights is None:
        for one in arrays:
            total += one
        total /= len(arrays)
        return total
    for one, weight in zip(arrays, weights, strict=True):
        total += weight * one
    return total


def _writable(array: FloatArray) -> FloatArray:
    # Loops are compiled for one kind of array.
    return np.require(array, dtype=np.float64, requirements=["C", "W"])


@exactly_compiled
def _add_products(matrix: FloatArray, other: FloatArray, out: FloatArray) -> None:
    for row in range(matrix.shape[0]):
        for column in range(matrix.shape[1]):
            for output in range(other.shape[1]):
                out[row, output] += matrix[row, column] * other[column, output]
