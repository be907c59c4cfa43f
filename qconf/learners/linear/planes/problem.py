"""State a linear quantile regression and its dual: the check loss of weighted rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.design import Design, MatrixDesign

__all__ = ["Problem", "check_loss", "weighted_median"]


def check_loss(residual: FloatArray, quantile: float) -> FloatArray:
    """Evaluate rho(r) = max(q r, (q − 1) r), Koenker & Bassett (1978).

    Parameters
    ----------
    residual : ndarray
        Target − plane.
    quantile : float

    Returns
    -------
    ndarray
        Not negative, zero where the residual is.
    """
    return np.maximum(quantile * residual, (quantile - 1) * residual)


def weighted_median(values: FloatArray, weight: FloatArray) -> float:
    """Find the value below which there is no more than half of the weight, nor above it."""
    order = np.argsort(values)
    heap = np.cumsum(weight[order])
    return float(values[order[np.searchsorted(heap, heap[-1] / 2)]])


@dataclass(frozen=True)
class Problem:
    """Minimise ``sum(weight * check_loss(target - design.values(plane), quantile))``.

    Its dual gives each row a variable d between ``(quantile − 1) weight`` and ``quantile weight``
    so that they are balanced, ``design.sums(d) == 0``, and maximises ``d @ target``. At the
    solution d is at its upper limit for a row above the plane, at its lower one for a row below:
    one may think of d as the pull of the row on the plane.
    """

    design: Design
    target: FloatArray
    weight: FloatArray
    quantile: float

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.target)

    def residual(self, plane: FloatArray) -> FloatArray:
        """Subtract the plane from the target."""
        return self.target - self.design.values(plane)

    def loss(self, residual: FloatArray) -> float:
        """Sum the check loss over the rows."""
        return float(self.weight @ check_loss(residual, self.quantile))

    def deviation(self) -> float:
        """Sum the distances of the target from zero, its centre: what losses are compared with."""
        return float(self.weight @ np.abs(self.target))

    def dual(self, residual: FloatArray) -> FloatArray:
        """Return the dual variable of each row by its side of the plane."""
        return self.weight * (self.quantile - (residual < 0))

    def rows(self, index: IntArray | slice) -> Problem:
        """Write some rows out, as a problem of their own."""
        return Problem(
            MatrixDesign(self.design.take(index)),
            self.target[index],
            self.weight[index],
            self.quantile,
        )
