"""From nearly solved to solved: the plane through the rows that the pulls leave undecided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg.lapack import dgeqp3

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.learners.linear.planes.problem import Problem

__all__ = ["SLACK", "Solution", "independent_rows", "on_plane", "room_of", "vertex"]

#: Residuals are told from zero by this, times the size of the target, which is about 1.
_ROUNDING = 1e-12
#: How far a pull may be beyond its limits, as a share of the weight, and count as at the limit.
SLACK = 1e-9
#: What a row adds to the span of others, as a share of the largest, and counts as nothing.
_DEPENDENT = 1e-10


@dataclass(frozen=True)
class Solution:
    """A plane and the pulls that prove it best; see `Problem`.

    Attributes
    ----------
    plane : ndarray of shape (k,)
    pull : ndarray of shape (n,)
    unique : bool
        Whether no other plane is as good, as far as is known.
    """

    plane: FloatArray
    pull: FloatArray
    unique: bool = False


def on_plane(problem: Problem, residual: FloatArray) -> BoolArray:
    """Tell which residuals are zero but for rounding."""
    return np.abs(residual) <= _ROUNDING * (1.0 + np.abs(problem.target))


def vertex(problem: Problem, pull: FloatArray) -> Solution | None:
    """Put the plane through as many rows as it has coordinates, and balance the pulls exactly.

    Parameters
    ----------
    problem : Problem
        Its rows written out.
    pull : ndarray of shape (n,)
        Nearly optimal; the rows farthest from their limits are those that the plane goes through.

    Returns
    -------
    Solution or None
        None if the pulls on those rows would have to go beyond their limits: then they are not
        the right rows.
    """
    room = room_of(problem, pull)
    k = problem.design.take(slice(0, 1)).shape[1]
    likely = np.argsort(-room)[: 2 * k]
    return _through(problem, likely[:k], pull) or _through(
        problem, likely[independent_rows(problem.design.take(likely), room[likely])], pull
    )


def _through(problem: Problem, index: IntArray, pull: FloatArray) -> Solution | None:
    """Put the plane through these rows, if that proves to be best."""
    matrix = problem.design.take(index)
    try:
        plane = np.linalg.solve(matrix, problem.target[index]).astype(np.float64, copy=False)
        residual = problem.residual(plane)
        residual[index] = 0.0
        settled: FloatArray = np.where(on_plane(problem, residual), pull, problem.pull(residual))
        settled[index] = 0.0
        settled[index] = np.linalg.solve(matrix.T, -problem.design.sums(settled))
    except np.linalg.LinAlgError:
        return None
    room = room_of(problem, settled)
    if room.min() < -SLACK:
        return None
    return Solution(plane, settled, unique=bool(room[index].min(initial=1.0) > SLACK))


def room_of(problem: Problem, pull: FloatArray) -> FloatArray:
    """Tell how far pulls are from the nearer of their limits, as shares of the weight."""
    highest = problem.quantile * problem.weight
    room: FloatArray = np.minimum(highest - pull, pull - (highest - problem.weight))
    return room / problem.weight


def independent_rows(matrix: FloatArray, room: FloatArray) -> IntArray:
    """Choose k rows that span the coordinates, those with most room first; fewer if none do."""
    scaled = matrix * np.sqrt(np.maximum(room, _ROUNDING))[:, None]
    triangle, order, *_ = dgeqp3(scaled.T)  # scipy.linalg.qr, without what that adds in time
    found = np.abs(np.diagonal(triangle))
    rank = np.count_nonzero(found > _DEPENDENT * found.max(initial=0.0))
    return np.asarray(order[:rank] - 1, dtype=np.intp)
