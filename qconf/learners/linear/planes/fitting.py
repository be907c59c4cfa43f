"""Fit planes to a table, and write them in its own units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.certificate import Certificate, certify
from qconf.learners.linear.planes.descent import descend
from qconf.learners.linear.planes.design import TableDesign, times, working_coordinates
from qconf.learners.linear.planes.exact import is_short, solve, solve_short
from qconf.learners.linear.planes.interior_point import interior_point
from qconf.learners.linear.planes.middle import middle_of_the_best
from qconf.learners.linear.planes.problem import Problem, weighted_median
from qconf.learners.linear.planes.starting import (
    least_squares,
    quick_plane,
    sample_rows,
    starting_plane,
)
from qconf.learners.linear.planes.vertex import Solution, on_plane

__all__ = ["FittedPlane", "fit_planes"]

#: What a sum may be off by rounding, as a share of the sizes of its summands.
_LAST_DIGIT = float(np.finfo(np.float64).eps)
#: Rows this near to the plane, in units of the target's spread, are on it but for rounding.
_TOUCHING = 1e-9
#: Multiplications that a descent may take, where nothing else has led to a proof; and its steps.
_PATIENCE = 5_000_000_000
_MOST_STEPS = 2_000
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
    unit = _power_of_two(weight.max())
    weight = weight / unit
    rows = sample_rows(weight, X.shape[1])
    table, sample = working_coordinates(X, weight, rows, intercept=intercept)
    units = _Units.of(table, y, unit, y[sample], weight[sample])
    target = (y - units.centre) / units.scale
    return [_fit(Problem(table, target, weight, float(q)), sample, units) for q in quantiles]


@dataclass(frozen=True)
class _Units:
    """The table's own units: where 0 is in them, and how much 1 is, of target and weight.

    Weights have no say in the target's scale: around a row that outweighs all others it has none.
    """

    table: TableDesign
    y: FloatArray
    weight: float
    centre: float
    scale: float

    @classmethod
    def of(
        cls, table: TableDesign, y: FloatArray, unit: float, sample: FloatArray, weight: FloatArray
    ) -> _Units:
        centre = weighted_median(sample, weight) if table.intercept else 0.0
        spread = _spread(sample - centre) or _spread(y - centre)
        return cls(table, y, unit, centre, _power_of_two(spread) if spread else 1.0)

    def written(self, problem: Problem, solution: Solution) -> FittedPlane:
        """Write a plane in these units, and prove how good it is as it is written."""
        coef, intercept = self.table.in_columns(solution.plane)
        coef, intercept = coef * self.scale, intercept * self.scale + self.centre
        residual = (self.y - (times(self.table.X, coef) + intercept)) / self.scale
        proof = certify(
            problem,
            solution,
            residual=residual,
            rounding=self._rounding(problem, residual, coef, intercept),
            centred=self.table.intercept,
        )
        unit = self.scale * self.weight
        return FittedPlane(
            coef, intercept, replace(proof, loss=proof.loss * unit, bound=proof.bound * unit)
        )

    def _rounding(
        self, problem: Problem, residual: FloatArray, coef: FloatArray, intercept: float
    ) -> float:
        """Tell what rounding may leave of rows on the plane; else errors of both signs cancel."""
        on = np.flatnonzero(np.abs(residual) <= _TOUCHING * (1 + np.abs(problem.target)))
        size = self.table.sizes(on, coef) + abs(intercept) + np.abs(self.y[on])
        return _LAST_DIGIT * float(problem.weight[on] @ size) / self.scale


def _power_of_two(size: float) -> float:
    """Round down to a power of two, by which numbers can be divided without rounding."""
    return float(np.ldexp(0.5, np.frexp(size)[1]))


def _spread(deviation: FloatArray) -> float:
    return float(np.mean(np.abs(deviation)))


def _fit(problem: Problem, sample: IntArray, units: _Units) -> FittedPlane:
    """Solve, and prove it; in slower ways, should the short one fail."""
    known = problem.rows(sample)
    first = least_squares(known)
    solution = _without_search(problem, known, first) or _searched(problem, known, first)
    if not solution.unique:
        solution = middle_of_the_best(problem, solution)
    best = units.written(problem, solution)
    if not best.certificate.proven:
        for slower in _slower(problem.rows(slice(None)), solution.plane, first):
            again = units.written(problem, slower)
            if not again.certificate.gap >= best.certificate.gap:  # which may be NaN
                best = again
            if best.certificate.proven:
                break
    return best


def _slower(rows: Problem, plane: FloatArray, first: FloatArray) -> Iterator[Solution]:
    n, k = len(rows), len(plane)
    downhill = descend(rows, plane, min(_MOST_STEPS, _PATIENCE // (n * k + k**3)))
    if downhill is not None:
        yield downhill
    yield interior_point(rows, first, 1.0)


def _without_search(problem: Problem, known: Problem, first: FloatArray) -> Solution | None:
    """Tell the solution of a target that lies on a plane, or of a table without any column."""
    if not len(first):
        return Solution(first, problem.dual(problem.target), unique=True)
    for rows in (known, problem):
        if not on_plane(rows, rows.residual(first)).all():
            return None
    return Solution(first, np.zeros(len(problem)), unique=True)


def _searched(problem: Problem, known: Problem, first: FloatArray) -> Solution:
    """Solve from a plane fitted to a sample of the rows, or to all of them if they are few."""
    everything = len(known) == len(problem)
    if everything and is_short(len(problem), len(first)):
        return solve_short(known, quick_plane(known, first), 1.0)
    start, off = starting_plane(known)
    if everything:
        return solve(known, start, off)
    bending = np.mean(np.abs(known.residual(start)) < off) * len(problem)
    steps = 1 if bending > _PLENTY * len(first) else 2
    return solve(problem, start, off, max_iter=steps)
