"""Reduce a quantile regression to rows near the plane by globbing (Portnoy & Koenker 1997)."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.design import MatrixDesign
from qconf.learners.linear.planes.problem import Problem

__all__ = ["Band"]

_SIDES = (1, -1)


class Band:
    """The rows near a plane, and two globs of all the others: those above and those below.

    A glob takes part as one row: the weighted mean of its rows, with the sum of their weights.
    As long as all its rows are on its side of the plane, it has their loss and the sum of
    their dual variables.

    Parameters
    ----------
    problem : Problem
    residual : ndarray of shape (n,)
        From a plane close to the solution.
    n_near : int
        How many rows to keep; more, if others are as near as the last of them.

    Attributes
    ----------
    distance : ndarray of shape (n,)
        How far off the plane each row is.
    width : float
        How far off the plane the last row is that was kept.
    side : ndarray of int of shape (n,)
        1 and −1 for rows in the globs above and below, 0 for rows that are kept.
    """

    def __init__(self, problem: Problem, residual: FloatArray, n_near: int) -> None:
        self.problem = problem
        self.distance = np.abs(residual)
        last = min(n_near, len(residual)) - 1
        self.width = float(np.partition(self.distance, last)[last])
        self.side = np.sign(residual).astype(np.int8)
        self.side[self.distance <= self.width] = 0
        self.index: IntArray = np.flatnonzero(self.side == 0)
        self.kept = problem.rows(self.index)
        globs = [np.where(self.side == side, problem.weight, 0.0) for side in _SIDES]
        self.rows = np.stack([problem.design.sums(weight) for weight in globs])
        self.targets = np.array([weight @ problem.target for weight in globs])
        self.weights = np.array([weight.sum() for weight in globs])

    def __len__(self) -> int:
        """Count the rows that are kept."""
        return len(self.index)

    def reduced(self) -> Problem:
        """Make the problem of the rows that are kept and of the globs."""
        there = self.weights > 0
        weight = self.weights[there]
        return Problem(
            MatrixDesign(
                np.vstack([self.kept.design.take(slice(None)), self.rows[there] / weight[:, None]])
            ),
            np.append(self.kept.target, self.targets[there] / weight),
            np.append(self.kept.weight, weight),
            self.problem.quantile,
        )

    def dual(self, reduced: FloatArray) -> FloatArray:
        """Tell the dual variables of all rows from those of the reduced problem.

        The rows of a glob share its dual variable, also where that is between its limits: then
        the plane goes through all of them.
        """
        there = self.weights > 0
        shared = np.zeros(len(_SIDES))
        shared[there] = reduced[len(self) :] / self.weights[there]
        dual = self.problem.weight * np.where(self.side > 0, *shared)
        dual[self.index] = reduced[: len(self)]
        return dual

    def widen(self, times: float) -> None:
        """Take the next nearest rows out of the globs too."""
        self.width *= times
        self.keep(np.flatnonzero((self.side != 0) & (self.distance <= self.width)))

    def keep(self, index: IntArray) -> None:
        """Take rows out of the globs."""
        rows = self.problem.rows(index)
        for glob, side in enumerate(_SIDES):
            weight = np.where(self.side[index] == side, rows.weight, 0.0)
            self.rows[glob] -= rows.design.sums(weight)
            self.targets[glob] -= weight @ rows.target
            self.weights[glob] -= weight.sum()
        self.side[index] = 0
        self.index = np.append(self.index, index)
        self.kept = Problem(
            MatrixDesign(
                np.vstack([self.kept.design.take(slice(None)), rows.design.take(slice(None))])
            ),
            np.append(self.kept.target, rows.target),
            np.append(self.kept.weight, rows.weight),
            self.problem.quantile,
        )
