"""Minimise the Gamma deviance with log link, and a quadratic penalty if there is a prior."""

from __future__ import annotations

import warnings
from typing import NamedTuple

import numpy as np
from scipy.linalg import cho_factor, cho_solve
from sklearn.exceptions import ConvergenceWarning

from qconf._types import FloatArray

__all__ = ["Penalty", "fisher_scoring"]

#: No coefficient changes by more; a standard error is a thousand times as large.
_SETTLED = 1e-7
_SHARES = 0.5 ** np.arange(12)
_STEPS_WITH_ONE_FACTOR = 15
#: Rows whose target is as good as zero would have no curvature at all.
_EXPECTED_SHARE = 1e-3


class Penalty(NamedTuple):
    """Half of the squared distance to a mean, in terms of a precision.

    Attributes
    ----------
    mean : ndarray of shape (n_terms,)
    precision : ndarray of shape (n_terms, n_terms)
        In units of the dispersion.
    """

    mean: FloatArray
    precision: FloatArray

    def of(self, coefficients: FloatArray) -> float:
        """Return the penalty of coefficients."""
        away = coefficients - self.mean
        return 0.5 * float(away @ self.precision @ away)

    def slope(self, coefficients: FloatArray) -> FloatArray:
        """Return how fast it rises."""
        rise: FloatArray = self.precision @ (coefficients - self.mean)
        return rise


def fisher_scoring(
    matrix: FloatArray,
    target: FloatArray,
    weight: FloatArray,
    max_iter: int,
    penalty: Penalty | None = None,
) -> tuple[FloatArray, int]:
    """Find the coefficients, by steps that never raise the deviance.

    With the Gamma deviance and the log link the expected curvature is the same everywhere, so one
    factor does for many steps; statsmodels takes the whole design apart in each. Where most
    targets are far from the mean, the curvature that is there leads to the end sooner.

    Parameters
    ----------
    matrix : ndarray of shape (n_rows, n_terms)
    target, weight : ndarray of shape (n_rows,)
        Above 0.
    max_iter : int
    penalty : Penalty, default=None

    Returns
    -------
    coefficients : ndarray of shape (n_terms,)
    steps : int

    Warns
    -----
    ConvergenceWarning
        If they have not settled.
    """
    n_terms = matrix.shape[1]
    flat = penalty or Penalty(np.zeros(n_terms), np.zeros((n_terms, n_terms)))
    factor = cho_factor((matrix * weight[:, None]).T @ matrix + flat.precision)
    coefficients, eta = np.zeros(n_terms), np.zeros(len(target))
    relative, deviance = target, float(weight @ target) + flat.of(coefficients)
    for step in range(1, max_iter + 1):
        if step > _STEPS_WITH_ONE_FACTOR:
            curvature = weight * (relative + _EXPECTED_SHARE)
            factor = cho_factor((matrix * curvature[:, None]).T @ matrix + flat.precision)
        uphill = matrix.T @ (weight * (relative - 1.0)) - flat.slope(coefficients)
        change = cho_solve(factor, uphill)
        if np.abs(change).max() < _SETTLED:
            return coefficients, step
        toward = matrix @ change
        for share in _SHARES:
            ahead = eta + share * toward
            with np.errstate(over="ignore"):
                relative = target * np.exp(-ahead)
            now = float(weight @ (relative + ahead)) + flat.of(coefficients + share * change)
            if now <= deviance:
                break
        else:
            # As low as the numbers of the machine can tell.
            return coefficients, step
        coefficients, eta, deviance = coefficients + share * change, ahead, now
    warnings.warn(
        f"The coefficients had not settled after {max_iter} iterations; raise max_iter or "
        "prior_count.",
        ConvergenceWarning,
        stacklevel=5,
    )
    return coefficients, max_iter
