"""What proves a plane best."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf.learners.planes.problem import Problem
from qconf.learners.planes.vertex import Solution

__all__ = ["EXACT", "Certificate", "certify"]

#: Relative duality gap that counts as exact.
EXACT = 1e-8
#: A loss below this share of the weight (the target's spread is 1) counts as this much when a gap
#: is made relative: without residuals there is nothing to be relative to.
_NO_LOSS = 1e-4


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
    """

    loss: float
    bound: float
    gap: float


def certify(problem: Problem, solution: Solution) -> Certificate:
    """Compute loss and bound from all rows, trusting nothing but the plane and the pulls.

    The pulls d bound the loss of every plane b from below by ``d @ (target - design.values(b))``,
    because none is beyond its limits. For the solution's plane that is ``d @ residual``; for
    others it differs by ``design.sums(d) @ (b - plane)``, zero but for rounding. As much as that
    could be worth if each coordinate were twice as large, or zero, is taken off the bound.
    """
    highest = problem.quantile * problem.weight
    pull = np.clip(solution.pull, highest - problem.weight, highest)
    residual = problem.residual(solution.plane)
    loss = problem.loss(residual)
    unbalanced = np.abs(problem.design.sums(pull)) @ np.abs(solution.plane)
    bound = float(pull @ residual - unbalanced)
    least = _NO_LOSS * float(problem.weight.sum())
    return Certificate(loss, bound, (loss - bound) / max(loss, least))
