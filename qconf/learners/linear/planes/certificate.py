"""Prove a plane best by its duality gap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray
from qconf.learners.linear.planes.problem import Problem, weighted_median
from qconf.learners.linear.planes.vertex import Solution

__all__ = ["DIGITS", "EXACT", "Certificate", "certify"]

#: Relative duality gap that counts as exact.
EXACT = 1e-8
#: Share of the loss that may hang on rounding before the user is told.
DIGITS = 1e-6
#: A loss below this share of the target's deviation counts as this much when a gap is made
#: relative: without residuals there is nothing to be relative to.
_NO_LOSS = 1e-3


@dataclass(frozen=True)
class Certificate:
    """A loss, and a bound that no plane's loss is below.

    Attributes
    ----------
    loss : float
        Primal objective: the sum of the weighted check losses.
    bound : float
        Dual objective.
    gap : float
        Their difference as a share of the loss.
    rounding : float
        How much the loss may differ with the order in which one adds up, as a share of it.
    """

    loss: float
    bound: float
    gap: float
    rounding: float = 0.0

    @property
    def proven(self) -> bool:
        """Whether nothing but rounding is between loss and bound."""
        return self.gap <= max(EXACT, self.rounding)


def certify(
    problem: Problem,
    solution: Solution,
    *,
    residual: FloatArray | None = None,
    rounding: float = 0.0,
    centred: bool = False,
) -> Certificate:
    """Compute loss and bound from all rows, trusting nothing but the plane and the dual variables.

    The dual variables d bound the loss of every plane b from below by
    ``d @ (target - design.values(b))``, because none is beyond its limits. For the solution's plane
    that is ``d @ residual``; for others it differs by ``design.sums(d) @ (b - plane)``, zero but
    for rounding. As much as that could be worth if each coordinate were twice as large, or zero, is
    taken off the bound.

    Parameters
    ----------
    problem : Problem
    solution : Solution
    residual : ndarray of shape (n,) or None, default=None
        What the plane leaves once it is written in other units, if that is not the same.
    rounding : float, default=0.0
        How much the loss may differ with the order in which one adds up.
    centred : bool, default=False
        Whether planes have an intercept: then the target's deviation is counted from its median.
    """
    highest = problem.quantile * problem.weight
    dual = np.clip(solution.dual, highest - problem.weight, highest)
    if residual is None:
        residual = problem.residual(solution.plane)
    loss = problem.loss(residual)
    unbalanced = float(np.abs(problem.design.sums(dual)) @ np.abs(solution.plane))
    bound = float(dual @ residual) - unbalanced
    whole = _compared_with(problem, loss, centred)
    return Certificate(loss, bound, (loss - bound) / whole, rounding / whole)


def _compared_with(problem: Problem, loss: float, centred: bool) -> float:
    """Choose what a gap is a share of: the loss, if it is not next to nothing."""
    deviation = problem.deviation()
    if centred and loss < _NO_LOSS * deviation:
        middle = weighted_median(problem.target, problem.weight)
        deviation = float(problem.weight @ np.abs(problem.target - middle))
    return max(loss, _NO_LOSS * deviation) or 1.0
