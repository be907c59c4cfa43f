"""How far each row moves the excess of each slice: variances and correlations follow from it.

An excess is the mean over a slice minus that over all rows. Rows of a group move it together, so
that their influences are summed up first; errors that rise and fall slowly in time move it along
slow waves (`SlowWaves`), of which there are few: the variance they tell is moderated by what they
tell of all slices (Smyth 2004, Statistical Applications in Genetics and Molecular Biology 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from scipy.special import ndtr
from scipy.stats import t

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.evaluation.long_run import SlowWaves

__all__ = ["Excesses", "Newer"]

#: Waves that a slice's own are held beside: what all slices show counts as so many.
_WAVES_OF_ALL = 24
#: Correlations are read from so many units at most.
_MOST_UNITS = 100_000


@dataclass(frozen=True, eq=False)
class Newer:
    """The rows that slices are measured on.

    Attributes
    ----------
    excess : ndarray of shape (n_rows, n_measures)
        Zero on average.
    groups : ndarray of shape (n_rows,) of int, or None
        Codes from 0, none left out.
    time : ndarray of shape (n_rows,) or None
    """

    excess: FloatArray
    groups: IntArray | None
    time: Any

    @property
    def units(self) -> IntArray:
        """What is independent of each other: rows or groups, by number."""
        return np.arange(len(self.excess)) if self.groups is None else self.groups

    def waves(self, measure: int) -> SlowWaves | None:
        """Return slow waves for one measure; None where there is no movement in time."""
        if self.time is None or len(np.unique(self.time)) == 1:
            return None
        return SlowWaves.of(self.time, self.excess[:, measure])


@dataclass(frozen=True, eq=False)
class Excesses:
    """The excess of each slice by each measure, with what is known of its error.

    Attributes
    ----------
    value, standard_error : ndarray of shape (n_slices, n_measures)
    freedom : ndarray of shape (n_slices, n_measures)
        Degrees of freedom of the standard error.
    skewness : ndarray of shape (n_slices, n_measures)
        Of the mean, not of a row.
    correlation : ndarray of shape (n_slices * n_measures, n_slices * n_measures)
        All excesses by the first measure come first.
    """

    value: FloatArray
    standard_error: FloatArray
    freedom: FloatArray
    skewness: FloatArray
    correlation: FloatArray

    @classmethod
    def of(cls, newer: Newer, inside: Sequence[BoolArray], seed: int) -> Excesses:
        """Measure slices.

        Parameters
        ----------
        newer : Newer
        inside : sequence of ndarray of shape (n_rows,), dtype bool
            Which rows are in each slice; none is empty.
        seed : int
            Of very many units, chooses those that correlations are read from.
        """
        value = np.array([newer.excess[one].mean(axis=0) for one in inside])
        moved = [
            _influence(inside, newer.excess[:, measure], value[:, measure])
            for measure in range(newer.excess.shape[1])
        ]
        by_unit = sparse.hstack([_summed(newer.units, one) for one in moved], format="csc")
        shape = (value.shape[1], value.shape[0])
        variance, correlation = _variances(by_unit, shape), _correlation(by_unit, shape, seed)
        slow, freedom = _slow_variances(newer, moved)
        size = np.array([_effective_units(newer.units[one]) for one in inside]) - 1.0
        freedom = np.minimum(freedom, np.maximum(size, 1.0)[:, None])
        skewness = _skewness(by_unit, shape, size + 1)
        return cls(value, np.sqrt(np.maximum(variance, slow)), freedom, skewness, correlation)

    def reach(self, quantile: float) -> tuple[FloatArray, FloatArray]:
        """Return how far intervals reach below and above, given a normal quantile.

        Few units make it one of Student's t; a skewed mean reaches further on its long side
        (Johnson 1978, Journal of the American Statistical Association 73), and is not allowed to
        reach less far on the other.
        """
        wide = t.isf(ndtr(-quantile), self.freedom)
        further = (2 * wide**2 + 1) / 6 * np.abs(self.skewness)
        below = wide + np.where(self.skewness < 0, further, 0.0)
        above = wide + np.where(self.skewness > 0, further, 0.0)
        return below * self.standard_error, above * self.standard_error


def _influence(
    inside: Sequence[BoolArray], excess: FloatArray, means: FloatArray
) -> sparse.csc_matrix:
    """Return the influence of each row on the mean of each slice, and last on that of all rows."""
    rows = [np.flatnonzero(one) for one in inside]
    moved = [(excess[own] - mean) / len(own) for own, mean in zip(rows, means, strict=True)]
    everything = np.arange(len(excess))
    ends = np.cumsum([0, *map(len, rows), len(excess)])
    data = np.concatenate([*moved, excess / len(excess)])
    return sparse.csc_matrix(
        (data, np.concatenate([*rows, everything]), ends), shape=(len(excess), len(inside) + 1)
    )


def _summed(units: IntArray, moved: sparse.csc_matrix) -> sparse.csc_matrix:
    """Sum up the influences of rows that hang together."""
    n_units = int(units.max()) + 1
    if n_units == len(units):
        return moved
    member = sparse.csr_matrix(
        (np.ones(len(units)), (units, np.arange(len(units)))), shape=(n_units, len(units))
    )
    together: sparse.csc_matrix = (member @ moved).tocsc()
    return together


def _variances(by_unit: sparse.csc_matrix, shape: tuple[int, int]) -> FloatArray:
    """Return variances of all excesses, of shape (n_slices, n_measures)."""
    found = []
    for own in _blocks(by_unit, shape[0]):
        everything = own[:, [-1]].toarray().ravel()
        together = own.T @ everything
        squares = np.asarray(own.multiply(own).sum(axis=0)).ravel()
        found.append(squares[:-1] - 2 * together[:-1] + together[-1])
    variance: FloatArray = np.maximum(np.column_stack(found), 0.0)
    return variance


def _correlation(by_unit: sparse.csc_matrix, shape: tuple[int, int], seed: int) -> FloatArray:
    """Return correlations of all excesses; of very many units a part tells them."""
    n_measures, n_slices = shape
    if by_unit.shape[0] > _MOST_UNITS:
        drawn = np.random.default_rng(seed).choice(by_unit.shape[0], _MOST_UNITS, replace=False)
        by_unit = by_unit.tocsr()[np.sort(drawn)].tocsc()
    whole = (by_unit.T @ by_unit).toarray()
    against = np.hstack([np.eye(n_slices), -np.ones((n_slices, 1))])
    contrast = np.kron(np.eye(n_measures), against)
    covariance = contrast @ whole @ contrast.T
    variance = np.diag(covariance)
    scale = np.sqrt(np.where(variance > 0, variance, 1.0))
    correlation: FloatArray = covariance / scale / scale[:, None]
    # One that does not move is taken to have nothing to do with the others.
    np.fill_diagonal(correlation, 1.0)
    return correlation


def _blocks(by_unit: sparse.csc_matrix, n_measures: int) -> list[sparse.csc_matrix]:
    """Return the influences on the slices and on all rows, measure by measure."""
    width = by_unit.shape[1] // n_measures
    return [by_unit[:, i * width : (i + 1) * width] for i in range(n_measures)]


def _slow_variances(
    newer: Newer, moved: Sequence[sparse.csc_matrix]
) -> tuple[FloatArray, FloatArray]:
    """Return the variances that slow movement in time asks for, and their degrees of freedom."""
    shape = (moved[0].shape[1] - 1, len(moved))
    variance, freedom = np.zeros(shape), np.full(shape, np.inf)
    for measure, own in enumerate(moved):
        waves = newer.waves(measure)
        if waves is None:
            continue
        both = [(own.T @ up, own.T @ down) for up, down in waves.weights()]
        up, down = (np.array(one) for one in zip(*both, strict=True))
        along = waves.derivative(up, down)
        slow = np.mean((along[:, :-1] - along[:, -1:]) ** 2, axis=0)
        # Row by row, as if nothing moved: what the waves are held against.
        still = np.asarray(own.multiply(own).sum(axis=0)).ravel()[:-1]
        ratio = slow / np.where(still > 0, still, 1.0)
        mixed = _WAVES_OF_ALL * ratio.mean() + waves.n_waves * ratio
        variance[:, measure] = still * mixed / (_WAVES_OF_ALL + waves.n_waves)
        freedom[:, measure] = _WAVES_OF_ALL + waves.n_waves
    return variance, freedom


def _effective_units(units: IntArray) -> float:
    """Return how many units of equal size the rows of a slice are worth."""
    size = np.bincount(units)
    size = size[size > 0].astype(np.float64)
    return float(size.sum() ** 2 / (size @ size))


def _skewness(
    by_unit: sparse.csc_matrix, shape: tuple[int, int], n_units: FloatArray
) -> FloatArray:
    """Return the skewness of each mean: its own, or that of all rows if it is more skewed."""
    skew = []
    for block in _blocks(by_unit, shape[0]):
        squares = block.multiply(block)
        second = np.asarray(squares.sum(axis=0)).ravel()
        third = np.asarray(squares.multiply(block).sum(axis=0)).ravel()
        skew.append(third / np.where(second > 0, second, 1.0) ** 1.5)
    own, everything = np.array(skew)[:, :-1], np.array(skew)[:, -1:]
    shared = everything * np.sqrt(by_unit.shape[0] / n_units)
    found: FloatArray = np.where(np.abs(own) >= np.abs(shared), own, shared)
    return found.T
