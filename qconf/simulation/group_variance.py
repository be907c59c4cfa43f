"""Estimate the variance of each group row by row, shrunk toward what variances are like."""

from __future__ import annotations

from math import exp, inf
from typing import NamedTuple

import numpy as np

from qconf._types import FloatArray
from qconf.core.compiled import compiled, inlined, prefetch
from qconf.learners.online.count_rates import IMMEDIATELY, Known, Rows
from qconf.learners.variance_mixture import VarianceMixture, fit_variance_mixture

__all__ = ["GroupVariance"]

#: The prior is fitted after so many rows, and again each time there are half as many more.
_FIRST_FIT = 500
_GROWTH = 1.5
_LOOK_AHEAD = 8
_DOF, _SQUARES = 0, 1
#: A point so far behind in log-likelihood adds nothing.
_HOPELESS = -40.0


class GroupVariance:
    """A sum of squares for each group, and a prior over variances that the groups share.

    Parameters
    ----------
    n_groups : int

    Attributes
    ----------
    state : ndarray of shape (n_groups, 2)
        Weight of each group's rows (degrees of freedom), and the weighted sum of their squares.
    prior : VarianceMixture or None
        None until it is fitted for the first time, after 500 rows.
    """

    def __init__(self, n_groups: int) -> None:
        self.state = np.zeros((n_groups, 2))
        self.prior: VarianceMixture | None = None
        self.rows_learned = 0
        self._next_fit = _FIRST_FIT

    def progressive(self, rows: Rows, known: Known = IMMEDIATELY) -> FloatArray:
        """Expect the square of each row before it is learned, then learn it.

        Parameters
        ----------
        rows : Rows
            With one coordinate a row, its group; ``target`` is the square.
        known : ndarray of shape (n_rows,), default=`IMMEDIATELY`
            How many rows are learned before a row is predicted.

        Returns
        -------
        ndarray of shape (n_rows,)
            The posterior mean of the group's variance; infinite as long as there is no prior.
        """
        expected = np.empty(len(rows.target))
        learned, start = 0, 0
        while start < len(expected):
            stop = min(start + self._next_fit - self.rows_learned, len(expected))
            stretch = _Stretch(start, stop, learned)
            learned = int(_progress(rows, known, stretch, self._groups(), expected))
            self.rows_learned += stop - start
            if self.rows_learned >= self._next_fit:
                # What has been learned by now was known before the next row is predicted.
                dof, squares = self.state.T
                self.prior = fit_variance_mixture(dof, squares, self.prior)
                self._next_fit = round(_GROWTH * self.rows_learned)
            start = stop
        return expected

    def _groups(self) -> _Groups:
        if self.prior is None:
            nothing = np.empty(0)
            return _Groups(self.state, nothing, nothing, nothing, nothing, nothing)
        variance = self.prior.variance
        return _Groups(
            self.state,
            variance,
            np.log(self.prior.probability),
            -0.5 * np.log(variance),
            -0.5 / variance,
            np.empty(len(variance)),
        )


class _Stretch(NamedTuple):
    start: int
    stop: int
    learned: int


class _Groups(NamedTuple):
    state: FloatArray
    variance: FloatArray
    log_probability: FloatArray
    by_dof: FloatArray
    by_squares: FloatArray
    work: FloatArray


@compiled
def _progress(
    rows: Rows, known: Known, stretch: _Stretch, groups: _Groups, expected: FloatArray
) -> int:
    """Predict and learn in turns, from one row on and up to another."""
    learned = stretch.learned
    for row in range(stretch.start, stretch.stop):
        if row + _LOOK_AHEAD < len(expected):
            prefetch(groups.state, np.intp(rows.coordinates[row + _LOOK_AHEAD, 0]), 0)
        ready = known[row] if len(known) > 0 else row
        while learned < ready:
            _learn_row(rows, learned, groups)
            learned += 1
        if len(groups.variance) > 0:
            expected[row] = _posterior_mean(groups, rows.coordinates[row, 0])
        else:
            expected[row] = inf
    while stretch.stop == len(expected) and learned < len(expected):
        _learn_row(rows, learned, groups)
        learned += 1
    return learned


@inlined
def _learn_row(rows: Rows, row: int, groups: _Groups) -> None:
    group = rows.coordinates[row, 0]
    weight = rows.weight[row] if len(rows.weight) > 0 else 1.0
    groups.state[group, _DOF] += weight
    groups.state[group, _SQUARES] += weight * rows.target[row]


@inlined
def _posterior_mean(groups: _Groups, group: int) -> float:
    """Do what `VarianceMixture.posterior_mean` does, for one group and without memory."""
    dof, squares = groups.state[group, _DOF], groups.state[group, _SQUARES]
    best = -inf
    for point in range(len(groups.variance)):
        fit = groups.log_probability[point] + dof * groups.by_dof[point]
        fit += squares * groups.by_squares[point]
        groups.work[point] = fit
        best = max(best, fit)
    total, moment = 0.0, 0.0
    for point in range(len(groups.variance)):
        behind = groups.work[point] - best
        if behind > _HOPELESS:
            probability = exp(behind)
            total += probability
            moment += probability * groups.variance[point]
    return moment / total
