"""Say what the outcomes of a batch will be on average, before any of them is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.special import logsumexp
from scipy.stats import t

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.errors import OptionError, TableError
from qconf.probability.options import check_level

__all__ = ["PastBatch", "forecast_batch"]

#: Variances that are tried of the step from one batch to the next, and of what is one batch's own;
#: powers of the expected value that the outcome follows.
_STEPS, _OWN, _POWERS = (0.0, 1e-4, 4e-4, 1.6e-3, 6.4e-3), (0.0, 1e-4, 1e-3), (0.0, 0.5, 1.0)
#: Where the ratio of outcome and expectation is thought to lie before anything is known: log-sd.
_PRIOR_VARIANCE = 0.04
#: A step of 2 % is thought likeliest, one of 10 times or a tenth a good deal less.
_LIKELY_STEP, _LOG_SD = 4e-4, 2.0
_SMALL = 1e-5


@dataclass(frozen=True)
class PastBatch:
    """A batch whose outcomes are known.

    Attributes
    ----------
    expected : float
        Mean over its rows of what was expected: the probability of an outlier, or a size of error.
    observed : float
        Mean of what came.
    n_rows : int
    spread : float
        Standard deviation of one row's outcome around what was expected of it.
    """

    expected: float
    observed: float
    n_rows: int
    spread: float


def forecast_batch(
    expected: float, n_rows: int, past: Sequence[PastBatch], confidence_level: float = 0.9
) -> Estimate:
    """Forecast the mean outcome of a batch from its expected value and the batches before.

    Parameters
    ----------
    expected : float
        Mean over the rows of the batch of what is expected, > 0.
    n_rows : int
        Rows of the batch.
    past : sequence of PastBatch
        In their order; at least one with an expected and an observed value above 0.
    confidence_level : float, default=0.9
        With what probability the interval holds the mean that comes.

    Returns
    -------
    Estimate
        With a prediction interval: chance in the rows of the batch counts in it.

    Raises
    ------
    OptionError, TableError

    Notes
    -----
    The logarithm of outcome / expected ** power follows a local level model (Durbin & Koopman
    2012, ch. 2): it walks from batch to batch and each has a deviation of its own. Variances and
    powers are averaged by their likelihood, with a weak prior.
    """
    check_level("confidence level", confidence_level)
    usable = [one for one in past if one.n_rows > 0 and min(one.expected, one.observed) > 0]
    if not usable:
        msg = "A forecast needs at least one batch before it with outcomes and some error in them."
        raise TableError(msg)
    if not expected > 0 or n_rows < 1:
        msg = f"A batch to forecast has rows and an expected value > 0; got {expected} of {n_rows}."
        raise OptionError(msg)
    mean, variance = _level(expected, usable)
    variance += _chance(usable) / n_rows
    # How far batches move is itself known from few.
    reach = t.ppf((1 + confidence_level) / 2, max(len(usable), 3)) * np.sqrt(variance)
    low, high = np.exp([mean - reach, mean + reach])
    return Estimate(float(np.exp(mean)), (float(low), float(high)))


def _chance(past: Sequence[PastBatch]) -> float:
    """Return the squared coefficient of variation of one row's outcome."""
    n = np.array([one.n_rows for one in past], dtype=np.float64)
    squares = n @ np.array([one.spread**2 for one in past]) / n.sum()
    mean = n @ np.array([one.observed for one in past]) / n.sum()
    return float(squares / mean**2)


def _level(expected: float, past: Sequence[PastBatch]) -> tuple[float, float]:
    """Return mean and variance of the logarithm of the next outcome but for chance in its rows."""
    log_expected = np.log([one.expected for one in past])
    log_observed = np.log([one.observed for one in past])
    noise = _chance(past) / np.array([one.n_rows for one in past])
    centre = float(log_expected.mean())
    found = []
    for step, own, power in product(_STEPS, _OWN, _POWERS):
        ratio = log_observed - power * (log_expected - centre)
        likelihood, mean, variance = _filtered(ratio - centre, noise + own, step)
        prior = -0.5 * (np.log((step + _SMALL) / _LIKELY_STEP) / _LOG_SD) ** 2
        told = mean + centre + power * (np.log(expected) - centre)
        found.append((likelihood + prior, told, variance + own))
    score, means, variances = np.array(found).T
    weight = np.exp(score - logsumexp(score))
    mean = float(weight @ means)
    return mean, float(weight @ (variances + (means - mean) ** 2))


def _filtered(ratio: FloatArray, noise: FloatArray, step: float) -> tuple[float, Any, Any]:
    """Filter a random walk out of noise: log likelihood, and mean and variance of the next."""
    mean, variance, likelihood = 0.0, _PRIOR_VARIANCE, 0.0
    for value, own in zip(ratio, noise, strict=True):
        total = variance + own
        off = value - mean
        likelihood -= 0.5 * (np.log(total) + off**2 / total)
        mean += variance / total * off
        variance = variance * own / total + step
    return likelihood, mean, variance
