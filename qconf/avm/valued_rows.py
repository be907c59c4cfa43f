"""Rows with a value and a truth, ready to be summed up under any weights."""

from __future__ import annotations

from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray

#: How often each row counts: any kind of number, so that counts may be kept in single bytes.
Times: TypeAlias = NDArray[Any]

__all__ = ["Segments", "Times", "ValuedRows", "WeightedValues"]


class Segments:
    """Numbers sorted within segments of the rows, so that their medians cost one pass.

    Parameters
    ----------
    numbers : ndarray of shape (n_rows,)
    segment : ndarray of shape (n_rows,) of int
        From 0; a row below 0 is in none.

    Attributes
    ----------
    rows : ndarray of int
        The rows that are in a segment, segment by segment, in the order of their numbers.
    values : ndarray
        Those numbers.
    borders : ndarray of shape (n_segments + 1,) of int
        Where each segment begins in `rows`, and where the last one ends.
    """

    def __init__(self, numbers: FloatArray, segment: IntArray) -> None:
        inside = np.flatnonzero(segment >= 0)
        order = inside[np.lexsort((numbers[inside], segment[inside]))]
        # Half of the memory to walk through, a thousand times.
        self.rows = order.astype(np.uint32)
        self.values: FloatArray = numbers[order]
        self.borders = np.append(0, np.cumsum(np.bincount(segment[inside])))

    def medians(self, weights: Times) -> FloatArray:
        """Return the median of each segment, each row counted `weights` times.

        Returns
        -------
        ndarray of shape (n_segments,)
            The mean of the two in the middle where there are two; not a number where no row of
            a segment counts.
        """
        drawn = weights[self.rows]
        upto = np.cumsum(drawn, dtype=np.float64 if drawn.dtype.kind == "f" else np.uint32)
        # Not np.append, which would copy all of it.
        ends = np.where(self.borders > 0, upto[self.borders - 1], 0).astype(np.float64)
        half = (ends[:-1] + ends[1:]) / 2
        last = np.maximum(self.borders[1:] - 1, 0)
        below = np.minimum(np.searchsorted(upto, half, side="left"), last)
        above = np.minimum(np.searchsorted(upto, half, side="right"), last)
        middle: FloatArray = (self.values[below] + self.values[above]) / 2
        middle[ends[1:] <= ends[:-1]] = np.nan
        return middle


class ValuedRows:
    """Values of known truths, and what all statistics of them need.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Above zero.
    truth : ndarray of shape (n_rows,)
        Above zero.

    Attributes
    ----------
    values, truth
        As given.
    ratio : ndarray of shape (n_rows,)
        Value over truth.
    residual : ndarray of shape (n_rows,)
        ``ratio - 1``: positive is over-valued.
    """

    def __init__(self, values: FloatArray, truth: FloatArray) -> None:
        self.values = values
        self.truth = truth
        self.ratio: FloatArray = values / truth
        self.residual: FloatArray = (values - truth) / truth

    @cached_property
    def ratios(self) -> Segments:
        """All ratios in order."""
        return Segments(self.ratio, np.zeros(len(self.ratio), dtype=np.intp))

    @cached_property
    def sizes(self) -> Segments:
        """All absolute residuals in order."""
        return Segments(np.abs(self.residual), np.zeros(len(self.ratio), dtype=np.intp))

    @cached_property
    def by_truth(self) -> NDArray[np.uint32]:
        """The rows in the order of their truth."""
        return np.argsort(self.truth, kind="stable").astype(np.uint32)

    @cached_property
    def values_by_truth(self) -> FloatArray:
        """The values in that order."""
        values: FloatArray = self.values[self.by_truth]
        return values

    @cached_property
    def ties_of_truth(self) -> tuple[IntArray, FloatArray]:
        """Where each run of equal truths begins in that order, and the truth itself."""
        ordered = self.truth[self.by_truth]
        starts: IntArray = np.flatnonzero(np.append(True, ordered[1:] > ordered[:-1]))
        return starts, ordered[starts]

    def under(self, weights: Times | None = None) -> WeightedValues:
        """Count each row so many times; None is once."""
        once = np.ones(len(self.ratio), dtype=np.uint8)
        return WeightedValues(self, once if weights is None else weights)


class WeightedValues:
    """Valued rows, each counted so many times: what statistics are summed up from.

    Parameters
    ----------
    rows : ValuedRows
    weights : ndarray of shape (n_rows,)
        None negative.
    """

    def __init__(self, rows: ValuedRows, weights: Times) -> None:
        self.rows = rows
        self.weights = weights
        self._medians: dict[int, FloatArray] = {}

    def medians(self, segments: Segments) -> FloatArray:
        """Return the median of each segment."""
        if id(segments) not in self._medians:
            self._medians[id(segments)] = segments.medians(self.weights)
        return self._medians[id(segments)]

    @cached_property
    def times(self) -> FloatArray:
        """The weights as floats."""
        return np.asarray(self.weights, dtype=np.float64)

    @cached_property
    def total(self) -> float:
        """The weight of all rows."""
        return float(self.times.sum())

    @cached_property
    def median_ratio(self) -> float:
        """The median of value over truth."""
        return float(self.medians(self.rows.ratios)[0])

    @cached_property
    def mean_ratio(self) -> float:
        """The mean of value over truth."""
        return float(self.times @ self.rows.ratio) / self.total

    @cached_property
    def weighted_mean_ratio(self) -> float:
        """The sum of all values over the sum of all truths."""
        return float(self.times @ self.rows.values) / float(self.times @ self.rows.truth)
