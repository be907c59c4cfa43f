"""Follow a level that walks from batch to batch, without knowing how far it walks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy.special import logsumexp

from qconf._types import FloatArray

__all__ = ["OWN", "POWERS", "PRIOR_VARIANCE", "STEPS", "averaged", "filtered"]

#: Variances that are tried of the step from one batch to the next, and of what is one batch's own;
#: powers of the expected value that the outcome follows.
STEPS, OWN, POWERS = (0.0, 1e-4, 4e-4, 1.6e-3, 6.4e-3), (0.0, 1e-4, 1e-3), (0.0, 0.5, 1.0)
#: Where the ratio of outcome and expectation is thought to lie before anything is known: log-sd.
PRIOR_VARIANCE = 0.04
#: A step of 2 % is thought likeliest, one of 10 times or a tenth a good deal less.
_LIKELY_STEP, _LOG_SD = 4e-4, 2.0
_SMALL = 1e-5


def filtered(ratio: FloatArray, noise: FloatArray, step: float) -> tuple[float, Any, Any]:
    """Filter a random walk out of noise: log likelihood, and mean and variance of the next."""
    mean, variance, likelihood = 0.0, PRIOR_VARIANCE, 0.0
    for value, own in zip(ratio, noise, strict=True):
        total = variance + own
        off = value - mean
        likelihood -= 0.5 * (np.log(total) + off**2 / total)
        mean += variance / total * off
        variance = variance * own / total + step
    return likelihood, mean, variance


def averaged(found: Sequence[tuple[float, float, float, float]]) -> tuple[float, float]:
    """Average means and variances by what speaks for them.

    Parameters
    ----------
    found : sequence of (log likelihood, variance of a step, mean, variance)

    Returns
    -------
    mean, variance : float
    """
    likelihood, step, means, variances = np.array(found).T
    score = likelihood - 0.5 * (np.log((step + _SMALL) / _LIKELY_STEP) / _LOG_SD) ** 2
    weight = np.exp(score - logsumexp(score))
    mean = float(weight @ means)
    return mean, float(weight @ (variances + (means - mean) ** 2))
