"""From a table to planes in its own units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.learners.planes.certificate import EXACT, Certificate, certify
from qconf.learners.planes.design import Table, working_coordinates
from qconf.learners.planes.exact import FEW, solve
from qconf.learners.planes.interior_point import interior_point
from qconf.learners.planes.problem import Problem
from qconf.learners.planes.starting import least_squares, sample_rows, starting_plane
from qconf.learners.planes.vertex import Solution, on_plane

__all__ = ["FittedPlane", "fit_planes"]


#: Rows a coordinate that bend the smoothed loss, from which on one step on all rows is enough.
#: With fewer (500 levels of 200 rows each), rows are left out that matter, and found out late.
_PLENTY = 100


@dataclass(frozen=True)
class FittedPlane:
    """A plane in units of the table, with its certificate in units of the target."""

    coef: FloatArray
    intercept: float
    certificate: Certificate


def fit_planes(
    X: NDArray[Any],
    y: FloatArray,
    weight: FloatArray,
    quantiles: FloatArray,
    *,
    intercept: bool,
) -> list[FittedPlane]:
    """Fit one plane a quantile.

    A sample of the rows gives a start and tells how far it may be off; a smoothed Newton step or
    two on all rows bring it nearer; then only rows near the plane matter, and of these again only
    the nearest, until the few that are left are solved exactly. What a step left out is looked
    at again with its result, and taken in if it changed sides.

    Parameters
    ----------
    X : ndarray of shape (n, n_features)
        Finite numbers.
    y : ndarray of shape (n,)
        Finite.
    weight : ndarray of shape (n,)
        Positive.
    quantiles : ndarray of shape (n_quantiles,)
    intercept : bool

    Returns
    -------
    list of FittedPlane
    """
    table, sample = working_coordinates(X, weight, sample_rows(*X.shape), intercept=intercept)
    centre = _median(y[sample], weight[sample]) if intercept else 0.0
    scale = _spread(y[sample] - centre, weight[sample]) or _spread(y - centre, weight) or 1.0
    target = (y - centre) / scale
    return [
        _in_units(*_fit(Problem(table, target, weight, float(q)), sample), table, centre, scale)
        for q in quantiles
    ]


def _median(y: FloatArray, weight: FloatArray) -> float:
    return float(np.quantile(y, 0.5, weights=weight, method="inverted_cdf"))


def _spread(deviation: FloatArray, weight: FloatArray) -> float:
    return float(np.average(np.abs(deviation), weights=weight))


def _fit(problem: Problem, sample: IntArray) -> tuple[Solution, Certificate]:
    """Solve, and prove it; the slow way, should the short one fail."""
    known = problem.rows(sample)
    first = least_squares(known)
    solution = _without_search(problem, known, first) or _searched(problem, known, first)
    certificate = certify(problem, solution)
    if certificate.gap > EXACT:
        slower = interior_point(problem.rows(slice(None)), first, 1.0)
        proof = certify(problem, slower)
        if proof.gap < certificate.gap:
            return slower, proof
    return solution, certificate


def _without_search(problem: Problem, known: Problem, plane: FloatArray) -> Solution | None:
    """Tell the solution of a target that lies on a plane, or of a table without any column."""
    if not len(plane):
        return Solution(plane, problem.pull(problem.target))
    for rows in (known, problem):
        if not on_plane(rows, rows.residual(plane)).all():
            return None
    return Solution(plane, np.zeros(len(problem)))


def _searched(problem: Problem, known: Problem, first: FloatArray) -> Solution:
    """Solve from a plane fitted to a sample of the rows, or to all of them if they are few."""
    everything = len(known) == len(problem)
    if everything and len(problem) <= FEW * len(first):
        return interior_point(known, first, 1.0)
    start, off = starting_plane(known)
    if everything:
        return solve(known, start, off)
    bending = np.mean(np.abs(known.residual(start)) < off) * len(problem)
    steps = 1 if bending > _PLENTY * len(first) else 2
    return solve(problem, start, off, max_iter=steps)


def _in_units(
    solution: Solution, certificate: Certificate, table: Table, centre: float, scale: float
) -> FittedPlane:
    coef, intercept = table.in_columns(solution.plane)
    return FittedPlane(
        coef * scale,
        intercept * scale + centre,
        Certificate(certificate.loss * scale, certificate.bound * scale, certificate.gap),
    )
