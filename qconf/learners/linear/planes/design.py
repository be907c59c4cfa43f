"""Whiten features without a copy of the table: uncorrelated coordinates of unit size."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray

__all__ = ["Design", "MatrixDesign", "TableDesign", "times", "working_coordinates"]

#: Numbers that are converted at a time, where a table does not hold floats of eight bytes.
_CHUNK = 1 << 19
#: Squares lose half the digits: below this ratio of eigenvalues they are not trusted.
_WELL_CONDITIONED = 1e-8
#: Roundings that may have added up in a column that is the sum of others.
_ROUNDINGS = 32


class Design(Protocol):
    """Rows of features in k coordinates; a plane is one number for each."""

    def __len__(self) -> int:
        """Count the rows."""

    def values(self, plane: FloatArray) -> FloatArray:
        """Give each row its value on the plane, of shape (n,)."""

    def sums(self, weight: FloatArray) -> FloatArray:
        """Sum the rows, each times its weight, of shape (k,)."""

    def take(self, index: IntArray | slice) -> FloatArray:
        """Write out some rows, of shape (n_taken, k)."""


class MatrixDesign:
    """A design that is written out.

    Parameters
    ----------
    matrix : ndarray of shape (n, k)
    """

    def __init__(self, matrix: FloatArray) -> None:
        self.matrix = matrix

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.matrix)

    def values(self, plane: FloatArray) -> FloatArray:
        """Give each row its value on the plane."""
        return self.matrix @ plane

    def sums(self, weight: FloatArray) -> FloatArray:
        """Sum the rows, each times its weight."""
        return weight @ self.matrix

    def take(self, index: IntArray | slice) -> FloatArray:
        """Write out some rows."""
        return self.matrix[index]


class TableDesign:
    """A table as it was given, read as ``[1, (X − shift) @ transform]``.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Numbers of any type; other types than float64 are converted a stretch of rows at a time.
    shift : ndarray of shape (n_features,)
    transform : ndarray of shape (n_features, rank)
    intercept : bool
        Whether there is a coordinate that is 1 in every row; it comes first.
    """

    def __init__(
        self, X: NDArray[Any], shift: FloatArray, transform: FloatArray, *, intercept: bool
    ) -> None:
        self.X = X
        self.shift = shift
        self.transform = transform
        self.intercept = intercept

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.X)

    def values(self, plane: FloatArray) -> FloatArray:
        """Give each row its value on the plane."""
        coef, intercept = self.in_columns(plane)
        values = times(self.X, coef)
        values += intercept
        return values

    def sums(self, weight: FloatArray) -> FloatArray:
        """Sum the rows, each times its weight."""
        columns = np.zeros(self.X.shape[1])
        for rows in _stretches(self.X):
            columns += weight[rows] @ _as_floats(self.X[rows])
        total = weight.sum()
        slopes = (columns - total * self.shift) @ self.transform
        return np.concatenate([[total], slopes]) if self.intercept else slopes

    def take(self, index: IntArray | slice) -> FloatArray:
        """Write out some rows."""
        rows = _as_floats(self.X[index])
        k = self.transform.shape[1] + self.intercept
        written = np.empty((len(rows), k))
        if self.intercept:
            written[:, 0] = 1.0
        np.matmul(rows - self.shift, self.transform, out=written[:, int(self.intercept) :])
        return written

    def sizes(self, index: IntArray, coef: FloatArray) -> FloatArray:
        """Sum the sizes of what the columns add to some rows' values, of shape (n_taken,)."""
        sizes = np.empty(len(index))
        step = max(1, _CHUNK // self.X.shape[1])
        for start in range(0, len(index), step):
            rows = slice(start, start + step)
            sizes[rows] = np.abs(_as_floats(self.X[index[rows]])) @ np.abs(coef)
        return sizes

    def in_columns(self, plane: FloatArray) -> tuple[FloatArray, float]:
        """Translate a plane into coefficients of the columns, and an intercept."""
        coef: FloatArray = self.transform @ plane[int(self.intercept) :]
        return coef, float(plane[0] - self.shift @ coef) if self.intercept else 0.0


def times(X: NDArray[Any], coef: FloatArray) -> FloatArray:
    """Multiply a table of any numbers by coefficients, without converting all of it at once.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    coef : ndarray of shape (n_features,) or (n_features, n_planes)

    Returns
    -------
    ndarray of shape (n,) or (n, n_planes)
    """
    product = np.empty((len(X), *coef.shape[1:]))
    for rows in _stretches(X):
        np.matmul(_as_floats(X[rows]), coef, out=product[rows])
    return product


def _as_floats(values: NDArray[Any]) -> FloatArray:
    return np.asarray(values, dtype=np.float64)


def _stretches(X: NDArray[Any]) -> Iterator[slice]:
    """Cut a table into stretches of rows that may be converted; one, if it holds float64."""
    n, p = X.shape
    size = n if X.dtype == np.float64 else max(1, _CHUNK // p)
    for start in range(0, n, size):
        yield slice(start, min(n, start + size))


def working_coordinates(
    X: NDArray[Any], weight: FloatArray, rows: IntArray, *, intercept: bool
) -> tuple[TableDesign, IntArray]:
    """Choose coordinates in which a sample of the rows is uncorrelated and of unit size.

    Directions in which no row of the table differs from the others (constant columns, columns
    that are sums of others) get no coordinate: that leaves them out of every plane, so that of
    all planes that fit equally well the one with the smallest coefficients is found, in units
    of the columns' weighted standard deviations. Otherwise weights have no say: which
    directions there are, and in which units one calculates well, does not depend on them.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
    weight : ndarray of shape (n,)
        Positive.
    rows : ndarray of int
        The sample. Where it lacks a direction that the table has (a rare level of a category),
        rows that have it are added.
    intercept : bool

    Returns
    -------
    table : TableDesign
    rows : ndarray of int
        The sample, with the rows that were added.
    """
    draw = np.random.default_rng(0)
    known = -1
    while True:
        sample = _as_floats(X[rows])
        shift = _centre(sample) if intercept else np.zeros(X.shape[1])
        transform, lacking = _directions(sample - shift, _roundings(X.dtype, sample))
        complete = not lacking.shape[1] or len(rows) == len(X)
        if complete or transform.shape[1] <= known:
            break
        known = transform.shape[1]
        missed = np.setdiff1d(_rows_along(X, shift, lacking), rows)
        if not len(missed):
            break
        few = draw.choice(missed, min(len(missed), len(rows)), replace=False)
        rows = np.union1d(rows, few)
    if lacking.shape[1]:
        own = weight[rows]
        middle = _centre(sample, own) if intercept else 0.0
        transform = _shortest(transform, lacking, _deviation(sample - middle, own))
    return TableDesign(X, shift, transform, intercept=intercept), rows


def _centre(sample: FloatArray, weight: FloatArray | None = None) -> FloatArray:
    """Average the columns; the mean of equal numbers is that number, without rounding."""
    constant = (sample == sample[0]).all(axis=0)
    centre: FloatArray = np.where(constant, sample[0], np.average(sample, axis=0, weights=weight))
    return centre


def _roundings(dtype: np.dtype[Any], sample: FloatArray) -> FloatArray:
    """Tell how much of a column may be rounding of the table's own numbers."""
    kept = dtype if np.issubdtype(dtype, np.floating) else np.dtype(np.float64)
    largest: FloatArray = np.abs(sample).max(axis=0) * float(np.finfo(kept).eps)
    return largest


def _directions(centred: FloatArray, roundings: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Find what makes centred rows uncorrelated, and the directions in which they do not vary."""
    size = np.abs(centred).max(axis=0)  # first, because squares of huge numbers overflow
    moves = size > 0
    size[~moves] = 1.0
    scaled = centred / size
    deviation = np.sqrt(np.mean(scaled**2, axis=0))
    # A column that varies by its roundings only says nothing, and must not drown others.
    moves &= size * deviation > _ROUNDINGS * roundings
    scaled[:, ~moves] = 0.0
    deviation[~moves] = 1.0
    scaled /= deviation * np.sqrt(len(scaled))
    size *= deviation
    variance, basis = np.linalg.eigh(scaled.T @ scaled)
    spread = np.sqrt(np.maximum(variance, 0))
    if variance[0] <= _WELL_CONDITIONED * variance[-1]:
        _, spread, rows = np.linalg.svd(np.linalg.qr(scaled, mode="r"))
        spread = np.append(spread, np.zeros(len(rows) - len(spread)))
        basis = rows.T
    noise = np.linalg.norm(basis * (roundings / size)[:, None], axis=0)
    varies = spread > _ROUNDINGS * (noise + np.finfo(np.float64).eps * spread.max())
    directions = basis / size[:, None]
    transform = directions[:, varies] / spread[varies]
    transform[~moves] = 0.0
    return transform, directions[:, ~varies]


def _deviation(centred: FloatArray, weight: FloatArray) -> FloatArray:
    """Measure the columns' weighted standard deviations; where there is none, it counts as 1."""
    size = np.abs(centred).max(axis=0)
    size[size == 0] = 1.0
    deviation: FloatArray = size * np.sqrt(
        np.average((centred / size) ** 2, axis=0, weights=weight)
    )
    deviation[deviation == 0] = 1.0
    return deviation


def _shortest(transform: FloatArray, lacking: FloatArray, unit: FloatArray) -> FloatArray:
    """Take from some directions as much of others as makes them shortest, in given units."""
    long, idle = transform * unit[:, None], lacking * unit[:, None]
    idle /= np.linalg.norm(idle, axis=0)
    basis, _ = np.linalg.qr(idle)
    shortest: FloatArray = (long - basis @ (basis.T @ long)) / unit[:, None]
    shortest[~transform.any(axis=1)] = 0.0
    return shortest


def _rows_along(X: NDArray[Any], shift: FloatArray, directions: FloatArray) -> IntArray:
    """Find the rows that differ from the centre along any of some directions."""
    found = [np.empty(0, dtype=np.intp)]
    size = max(1, _CHUNK // X.shape[1])
    for start in range(0, len(X), size):
        rows = _as_floats(X[start : start + size]) - shift
        along = np.abs(rows @ directions).max(axis=1)
        rounding = 1e-10 * (np.abs(rows) @ np.abs(directions)).max(axis=1)
        found.append(start + np.flatnonzero(along > rounding))
    return np.concatenate(found)
