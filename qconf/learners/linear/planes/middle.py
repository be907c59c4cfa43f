"""Choose the analytic centre where many planes are best, whatever the order of the rows."""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError

from qconf._types import BoolArray, FloatArray
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.vertex import Solution, dual_slack, on_plane

__all__ = ["middle_of_the_best"]

_MAX_ITER = 100
#: Coordinates in which rows differ by less than this share of the most are free.
_FLAT = 1e-9
#: Steps that move no row by more than this share of its distance end the search.
_STILL = 1e-8
#: How much a loss may rise by rounding.
_NO_WORSE = 1e-12


def middle_of_the_best(problem: Problem, solution: Solution) -> Solution:
    """Move on to the analytic centre of all planes that are as good as a solution.

    They go through the rows whose duals are between their limits, and leave all others on their
    sides. At the centre the product of the others' distances is largest, each to the power of
    its weight, so that a weight of two is as good as two rows.

    Parameters
    ----------
    problem : Problem
    solution : Solution
        Inside the set of the best planes, not at its rim: as interior point methods find it.

    Returns
    -------
    Solution
        The same one, if nothing better can be told.
    """
    residual = problem.residual(solution.plane)
    through = np.abs(residual) <= dual_slack(problem, solution.dual)
    fixed = problem.rows(np.flatnonzero(through))
    rows = fixed.design.take(slice(None))
    try:
        plane = solution.plane + np.linalg.lstsq(rows, fixed.residual(solution.plane))[0]
        plane = _centre(problem, plane, through, _free(rows))
        undecided = through | on_plane(problem, residual)
        dual = np.where(undecided, solution.dual, problem.dual(residual))
        dual[through] -= np.linalg.lstsq(rows.T, problem.design.sums(dual))[0]
    except LinAlgError:
        return solution
    if problem.loss(problem.residual(plane)) > problem.loss(residual) * (1 + _NO_WORSE):
        return solution
    return Solution(plane, dual)


def _free(rows: FloatArray) -> FloatArray:
    """Find the directions in which a plane through these rows may still move."""
    _, size, basis = np.linalg.svd(np.linalg.qr(rows, mode="r"))
    free: FloatArray = basis[np.count_nonzero(size > _FLAT * size.max(initial=0.0)) :]
    return free


def _centre(
    problem: Problem, plane: FloatArray, through: BoolArray, free: FloatArray
) -> FloatArray:
    """Move a plane in free directions until it is as far as it can be from other rows.

    Damped Newton steps: a row that would lose all its distance loses half of it.
    """
    if not len(free):
        return plane
    residual = problem.residual(plane)
    weight = np.where(through, 0.0, problem.weight)
    distance = np.where(through, 1.0, np.abs(residual))
    away = np.stack([-np.sign(residual) * problem.design.values(one) for one in free])
    for _ in range(_MAX_ITER):
        if distance.min() <= 0:
            raise LinAlgError
        gradient = away @ (weight / distance)
        hessian = (away * (weight / distance**2)) @ away.T
        step = np.linalg.solve(hessian, gradient)
        change = np.where(through, 0.0, step @ away)
        most = np.abs(change / distance).max()
        plane = plane + step @ free / (1 + most)
        distance = distance + change / (1 + most)
        if most <= _STILL:
            break
    return plane
