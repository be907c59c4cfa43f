"""Solve a quantile regression by an interior point method, ended at a vertex."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.linalg import LinAlgError

from qconf._types import FloatArray
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.vertex import Solution, vertex

__all__ = ["interior_point"]

_MAX_ITER = 300
#: Gaps, as shares of the loss: where the first vertex is tried, how much smaller the gap must be
#: for the next, and where the duals are as good as they get.
_FIRST_VERTEX = 1e-6
_NEXT_VERTEX = 0.02
_GOAL = 1e-13
#: The gap from which on it is clear where to go, should rounding end the search before.
_CLOSE = 1e-7
#: Iterations that do not halve the gap before rounding is blamed.
_PATIENCE = 20
#: A loss below this share of the target's deviation counts as this much: without residuals there
#: is nothing to compare with.
_NO_LOSS = 1e-6
#: How close planes are that differ by rounding only, in units of the target.
_SAME = 1e-7
#: How far residuals are at least from settled at the start, as a share of their mean size: closer
#: to the limits of the dual variables there is no room to balance them.
_NEAREST = 0.01
#: A step goes this share of the way to the nearest limit.
_SHORT = 0.9995
#: A step that leaves more of the gap than this is replaced by one to the middle of the path, at
#: this share of the gap.
_STUCK = 0.8
_CENTRED = 0.5


def interior_point(problem: Problem, plane: FloatArray, nearness: float) -> Solution:
    """Solve a problem whose rows are written out.

    Primal and dual go hand in hand (Mehrotra's predictor and corrector), started on the central
    path: with the residuals of `plane` as they are, every row gets the dual variable that suits it.

    Parameters
    ----------
    problem : Problem
        With positive weights.
    plane : ndarray of shape (k,)
        Where to start.
    nearness : float
        How far residuals may be from settled there, in units of the target.

    Returns
    -------
    Solution
        Its dual variables tell how good it is: after 300 iterations it is returned as it is.
    """
    apart = float(np.average(np.abs(problem.residual(plane)), weights=problem.weight))
    least = _NEAREST * max(apart, _NEAREST)
    for near in (max(nearness, least), max(nearness, apart, least)):
        solution, solved = _followed(problem, _Iterate.central(problem, plane, near))
        if solved:
            break
    return solution


def _followed(problem: Problem, at: _Iterate) -> tuple[Solution, bool]:
    """Go on until a vertex is proven best, or the duals are as good as they get."""
    aim = _FIRST_VERTEX
    least = _NO_LOSS * problem.deviation()
    found = None
    halved, idle = np.inf, 0
    for _ in range(_MAX_ITER):
        gap = at.gap / max(problem.loss(problem.residual(at.plane)), least)
        halved, idle = (gap / 2, 0) if gap < halved else (halved, idle + 1)
        if gap <= aim:
            aim = _NEXT_VERTEX * gap
            found = vertex(problem, at.dual(problem)) or found
            if found is not None and found.unique:
                return found, True
        if gap <= _GOAL:
            return _one_of_many(at, at.dual(problem), found), True
        if idle > _PATIENCE:
            break
        try:
            with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
                after = at.improved(problem)
        except LinAlgError:
            break
        if not np.isfinite(after.gap):
            break
        at = after
    if found is None or gap <= _CLOSE:
        return Solution(at.plane, at.dual(problem)), gap <= _CLOSE
    return found, True


def _one_of_many(at: _Iterate, dual: FloatArray, found: Solution | None) -> Solution:
    """Choose the centre of all planes that are best; the vertex, if they are one and the same."""
    if found is not None and np.allclose(found.plane, at.plane, rtol=0, atol=_SAME):
        return found
    return Solution(at.plane, dual)


@dataclass(frozen=True)
class _Iterate:
    """A plane, the dual variables' slacks at both limits, and the multipliers of those limits.

    ``low + high == weight`` and ``over - under == residual``; at the solution ``low * under`` and
    ``high * over`` are zero.
    """

    plane: FloatArray
    low: FloatArray
    high: FloatArray
    under: FloatArray
    over: FloatArray

    @classmethod
    def central(cls, problem: Problem, plane: FloatArray, nearness: float) -> _Iterate:
        """Solve ``low * under == high * over == nearness * weight`` for given residuals."""
        residual = problem.residual(plane)
        size = np.abs(residual)
        both = 2 * nearness + np.hypot(2 * nearness, residual)
        larger = (both + size) / 2
        smaller = nearness * both / larger
        under = np.where(residual > 0, smaller, larger)
        over = np.where(residual > 0, larger, smaller)
        centre = nearness * problem.weight
        return cls(plane, centre / under, centre / over, under, over)

    @property
    def gap(self) -> float:
        return float(self.low @ self.under + self.high @ self.over)

    def dual(self, problem: Problem) -> FloatArray:
        return self.low - (1 - problem.quantile) * problem.weight

    def improved(self, problem: Problem) -> _Iterate:
        """Take one step: as far as the predictor says is worth while, corrected to second order."""
        directions = _Directions(problem, self)
        straight = directions.towards(-self.low * self.under, -self.high * self.over)
        ahead = self.stepped(straight, 1.0)
        centre = problem.weight * self.gap / (2 * problem.weight.sum())
        target = centre * (ahead.gap / self.gap) ** 3
        bent = self.stepped(
            directions.towards(
                target - self.low * self.under - straight.low * straight.under,
                target - self.high * self.over + straight.low * straight.over,
            ),
            _SHORT,
        )
        if bent.gap <= _STUCK * self.gap:
            return bent
        # Some rows are so much nearer to their limits than others that they block the way.
        target = centre * _CENTRED
        return self.stepped(
            directions.towards(target - self.low * self.under, target - self.high * self.over),
            _SHORT,
        )

    def stepped(self, step: _Step, share: float) -> _Iterate:
        """Go along, dual and primal each at most a share of the way to their limits."""
        dual_length = min(1.0, share * _reach(self.low, step.low, self.high, -step.low))
        primal_length = min(1.0, share * _reach(self.under, step.under, self.over, step.over))
        return _Iterate(
            self.plane + primal_length * step.plane,
            self.low + dual_length * step.low,
            self.high - dual_length * step.low,
            self.under + primal_length * step.under,
            self.over + primal_length * step.over,
        )


@dataclass(frozen=True)
class _Step:
    plane: FloatArray
    low: FloatArray
    under: FloatArray
    over: FloatArray


class _Directions:
    """Newton steps from one iterate.

    The equations are solved by NumPy although SciPy could factorise them once for both steps:
    each brings its own threads, which on few cores get into each other's way (3 times as slow
    with 300 columns on two cores).
    """

    def __init__(self, problem: Problem, at: _Iterate) -> None:
        self.at = at
        self.design = problem.design
        self.scaling = 1 / (at.under / at.low + at.over / at.high)
        self.imbalance = problem.design.sums(at.dual(problem))
        rows = problem.design.take(slice(None))
        root = rows * np.sqrt(self.scaling)[:, None]
        self.normal_matrix = root.T @ root

    def towards(self, under: FloatArray, over: FloatArray) -> _Step:
        """Find the step that changes ``low * under`` and ``high * over`` as asked."""
        at = self.at
        wanted = under / at.low - over / at.high
        right_side = self.design.sums(self.scaling * wanted) + self.imbalance
        plane = np.linalg.solve(self.normal_matrix, right_side).astype(np.float64, copy=False)
        low = self.scaling * (wanted - self.design.values(plane))
        return _Step(
            plane, low, (under - at.under * low) / at.low, (over + at.over * low) / at.high
        )


def _reach(one: FloatArray, step: FloatArray, other: FloatArray, other_step: FloatArray) -> float:
    """Tell how often a step can be taken until a number becomes zero."""
    nearest = max(float((-step / one).max()), float((-other_step / other).max()))
    return 1 / nearest if nearest > 0 else np.inf
