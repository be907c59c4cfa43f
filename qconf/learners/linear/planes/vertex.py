"""Round a nearly optimal dual to a vertex: the plane through the rows that it leaves undecided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dgeqp3

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.learners.linear.planes.problem import Problem

__all__ = ["TOLERANCE", "Solution", "dual_slack", "independent_rows", "on_plane", "vertex"]

#: Residuals are told from zero by this, times the size of the target, which is about 1.
_ROUNDING = 1e-12
#: How far a dual variable may be beyond its limit, as a share of the weight, and count as at it.
TOLERANCE = 1e-9
#: What a row adds to the span of others, as a share of the largest, and counts as nothing.
_DEPENDENT = 1e-10


@dataclass(frozen=True)
class Solution:
    """A plane and the dual variables that prove it best; see `Problem`.

    Attributes
    ----------
    plane : ndarray of shape (k,)
    dual : ndarray of shape (n,)
    unique : bool
        Whether no other plane is as good, as far as is known.
    """

    plane: FloatArray
    dual: FloatArray
    unique: bool = False


def on_plane(problem: Problem, residual: FloatArray) -> BoolArray:
    """Tell which residuals are zero but for rounding."""
    return np.abs(residual) <= _ROUNDING * (1.0 + np.abs(problem.target))


def vertex(problem: Problem, dual: FloatArray) -> Solution | None:
    """Put the plane through as many rows as it has coordinates, and balance the duals exactly.

    Parameters
    ----------
    problem : Problem
        Its rows written out.
    dual : ndarray of shape (n,)
        Nearly optimal; the rows farthest from their limits are those that the plane goes through.

    Returns
    -------
    Solution or None
        None if the dual variables of those rows would have to go beyond their limits: then they
        are not the right rows.
    """
    slack = dual_slack(problem, dual)
    k = problem.design.take(slice(0, 1)).shape[1]
    likely = np.argsort(-slack)[: 2 * k]
    return _through(problem, likely[:k], dual) or _through(
        problem, likely[independent_rows(problem.design.take(likely), slack[likely])], dual
    )


def _through(problem: Problem, index: IntArray, dual: FloatArray) -> Solution | None:
    """Put the plane through these rows, if that proves to be best."""
    matrix = problem.design.take(index)
    try:
        plane = np.linalg.solve(matrix, problem.target[index]).astype(np.float64, copy=False)
        residual = problem.residual(plane)
        residual[index] = 0.0
        settled: FloatArray = np.where(on_plane(problem, residual), dual, problem.dual(residual))
        settled[index] = 0.0
        settled[index] = np.linalg.solve(matrix.T, -problem.design.sums(settled))
    except np.linalg.LinAlgError:
        return None
    slack = dual_slack(problem, settled)
    if slack.min() < -TOLERANCE:
        return None
    return Solution(plane, settled, unique=bool(slack[index].min(initial=1.0) > TOLERANCE))


def dual_slack(problem: Problem, dual: FloatArray) -> FloatArray:
    """Tell how far dual variables are from the nearer of their limits, as shares of the weight."""
    highest = problem.quantile * problem.weight
    slack: FloatArray = np.minimum(highest - dual, dual - (highest - problem.weight))
    return slack / problem.weight


def independent_rows(matrix: FloatArray, slack: FloatArray) -> IntArray:
    """Choose k rows that span the coordinates, those with most slack first; fewer if none do."""
    scaled = matrix * np.sqrt(np.maximum(slack, _ROUNDING))[:, None]
    triangle, order, *_ = dgeqp3(scaled.T)  # scipy.linalg.qr, without what that adds in time
    found = np.abs(np.diagonal(triangle))
    rank = np.count_nonzero(found > _DEPENDENT * found.max(initial=0.0))
    return np.asarray(order[:rank] - 1, dtype=np.intp)
