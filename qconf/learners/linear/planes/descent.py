"""Solve a quantile regression by the simplex method: from vertex to vertex, downhill."""

from __future__ import annotations

import numpy as np
from numpy.linalg import LinAlgError

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.problem import Problem
from qconf.learners.linear.planes.vertex import TOLERANCE, Solution, independent_rows

__all__ = ["descend"]

_EPS = float(np.finfo(np.float64).eps)
#: Residuals below this, times the size of the target, tell no side.
_LAST_DIGITS = 32 * _EPS
#: Rows that change their distance by less than this run in parallel with the plane.
_PARALLEL = 1e-11
#: How far targets are perturbed to tell them apart, in units of their spread; and the next time.
_PERTURBATION = 1e-6
_SMALLER = 0.01
#: Where to look for k rows to start from: among this many times k.
_AROUND = 4
#: Distances below this share of the typical one make no difference to where the descent starts.
_NEAR = 0.01


def descend(problem: Problem, plane: FloatArray, max_steps: int) -> Solution | None:
    """Exchange one of the rows that the plane goes through for another, while the loss falls.

    Barrodale & Roberts (1973, SIAM Journal on Numerical Analysis 10), Koenker & d'Orey (1987,
    Applied Statistics 36). Of all methods it is the fastest on few rows, and it does not mind
    weights that differ by many orders of magnitude, since they are only ever summed.

    Parameters
    ----------
    problem : Problem
        Its rows written out.
    plane : ndarray of shape (k,)
        Where to start: at a vertex of rows near it.
    max_steps : int

    Returns
    -------
    Solution or None
        None if the rows do not span all coordinates, or the steps do not suffice.
    """
    try:
        vertex = _Vertex(problem, plane)
        for _ in range(max_steps):
            vertex.update()
            if not vertex.is_best():
                vertex.step()
            elif vertex.perturbation:
                vertex.remove_perturbation()
            else:
                return vertex.solution()
    except LinAlgError:
        pass
    return None


class _Vertex:
    """A basis of k rows, its plane, the dual variables that balance all others, and a way on.

    `below` tells every row's side; a row on the plane that is not one of the k is on that side
    which it was on last. Where there are such rows, steps may have no length and lead in a circle.
    Then all targets are perturbed a little, each by its own amount, until the best vertex is found:
    its dual variables prove the same rows best for the targets as they are.
    """

    def __init__(self, problem: Problem, plane: FloatArray) -> None:
        self.problem = problem
        self.rows = problem.design.take(slice(None))
        residual = problem.residual(plane)
        self.basis = _nearest(self.rows, np.abs(residual))
        self.below = residual < 0
        self.size = problem.weight @ np.abs(self.rows)
        self.rounding = _LAST_DIGITS * (1 + np.abs(problem.target))
        self.target, self.perturbation, self.next_perturbation = problem.target, 0.0, _PERTURBATION

    def update(self) -> None:
        """Find plane and residuals, and how far the basis's duals are beyond their limits."""
        problem, basis = self.problem, self.basis
        matrix, target, weight = self.rows[basis], self.target[basis], problem.weight[basis]
        self.inverse = np.linalg.inv(matrix)
        self.plane = self.inverse @ target
        self.plane += self.inverse @ (target - matrix @ self.plane)
        self.residual = self.target - self.rows @ self.plane
        self.residual[basis] = 0.0
        self.distance = np.abs(self.residual)
        self.off = self.distance > self.rounding
        np.less(self.residual, 0, out=self.below, where=self.off)
        self.dual = (problem.quantile - self.below) * problem.weight
        self.dual[basis] = 0.0
        needed = -(self.dual @ self.rows) @ self.inverse
        self.dual[basis] = needed
        highest = problem.quantile * weight
        self.upwards = needed > highest
        self.descent_rate = np.maximum(needed - highest, highest - weight - needed)
        self.excess = self.descent_rate - 4 * _EPS * self.size @ np.abs(self.inverse)

    def is_best(self) -> bool:
        """Tell whether no dual variable of the basis is beyond its limits."""
        return bool((self.excess <= TOLERANCE * self.problem.weight[self.basis]).all())

    def remove_perturbation(self) -> None:
        """Give all rows their own targets again."""
        self.target, self.perturbation = self.problem.target, 0.0

    def solution(self) -> Solution:
        """Tell the plane; the only one, if no dual variable of the basis is at its limit."""
        weight = self.problem.weight[self.basis]
        unique = bool((self.excess < -TOLERANCE * weight).all())
        return Solution(self.plane, self.dual, unique=unique)

    def step(self) -> None:
        """Exchange two rows: that of the steepest edge leaves, the one that stops it enters."""
        leaving = int(np.argmax(self.excess / np.sqrt(np.sum(self.inverse**2, axis=0))))
        slope = self.rows @ self.inverse[:, leaving]
        towards = np.where(self.below == self.upwards[leaving], slope, -slope)
        towards[self.basis] = 0.0
        ahead = np.flatnonzero(towards > _PARALLEL * np.abs(self.inverse[:, leaving]).sum())
        slope = towards[ahead]
        distance = np.where(self.off[ahead], self.distance[ahead], 0.0) / slope
        order = np.argsort(distance, kind="stable")
        turned = np.cumsum((self.problem.weight[ahead] * slope)[order])
        passed = int(np.searchsorted(turned, self.descent_rate[leaving]))
        if passed == len(order):
            raise LinAlgError
        if distance[order[passed]] == 0 and not self.perturbation:
            self.perturbation = self.next_perturbation
            self.next_perturbation *= _SMALLER
            chance = np.random.default_rng(0).uniform(-1, 1, size=len(self.rows))
            self.target = self.problem.target + self.perturbation * chance
        self.below[ahead[order[:passed]]] ^= True
        self.below[self.basis[leaving]] = not self.upwards[leaving]
        self.basis[leaving] = ahead[order[passed]]


def _nearest(rows: FloatArray, distance: FloatArray) -> IntArray:
    """Choose k rows that span the coordinates, near ones first."""
    n, k = rows.shape
    for around in (_AROUND * k, n):
        near = np.argpartition(distance, around)[:around] if around < n else np.arange(n)
        nearness = 1 / (distance[near] + _NEAR * distance[near].max() + np.finfo(np.float64).tiny)
        chosen = independent_rows(rows[near], nearness / nearness.max())
        if len(chosen) == k:
            return near[chosen]
    raise LinAlgError
