"""One linear quantile regression: minimise the check loss of weighted rows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.learners.linear.planes.design import Design, Rows

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

    Its dual gives each row a pull d between ``(quantile − 1) weight`` and ``quantile weight`` so
    that the pulls are balanced, ``design.sums(d) == 0``, and maximises ``d @ target``. At the
    solution a row above the plane pulls with its upper limit, a row below with its lower one.
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

    def pull(self, residual: FloatArray) -> FloatArray:
        """Give each row the pull of its side of the plane."""
        return self.weight * (self.quantile - (residual < 0))

    def rows(self, index: IntArray | slice) -> Problem:
        """Write some rows out, as a problem of their own."""
        return Problem(
            Rows(self.design.take(index)), self.target[index], self.weight[index], self.quantile
        )
