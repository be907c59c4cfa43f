"""Say how many rows of a batch will be outliers, before any of them is known.

Counts are whole and often 0, which no logarithm takes. So the ratio of counts and what was expected
is followed as it is, batches without an outlier among them, and what comes is a count of rows whose
rate is not sure: a beta-binomial.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from scipy.special import betaln, gammaln
from scipy.stats import beta, norm, t

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.monitoring.local_level import OWN, POWERS, PRIOR_VARIANCE, STEPS, averaged, filtered
from qconf.monitoring.past_batch import PastBatch

__all__ = ["forecast_rate"]

#: Rates stay this far from 0 and 1, and are never surer than this: a beta distribution has a width.
_EDGE, _LEAST_VARIANCE = 1e-9, 1e-8
#: Of more rows, steps of one row are too small to matter.
_MANY_ROWS = 20_000


def forecast_rate(
    expected: float, n_rows: int, past: Sequence[PastBatch], confidence_level: float
) -> Estimate:
    """Forecast the share of a batch's rows that are outliers, with the counts that are likely."""
    rate, variance = _rate(expected, past)
    # How far batches move is itself known from few; chance in the rows is known.
    upper = (1 + confidence_level) / 2
    variance *= (t.ppf(upper, max(len(past), 3)) / norm.ppf(upper)) ** 2
    low, high = _likely(rate, variance, n_rows, confidence_level)
    return Estimate(rate, (min(low, rate), max(high, rate)))


def _rate(expected: float, past: Sequence[PastBatch]) -> tuple[float, float]:
    """Return mean and variance of the rate that the next batch's rows are drawn from."""
    n = np.array([one.n_rows for one in past], dtype=np.float64)
    told = np.array([one.expected for one in past])
    came = np.array([one.observed for one in past])
    centre = float(np.exp(np.mean(np.log(told))))
    found = []
    for power in POWERS:
        usual = centre * (np.append(told, expected) / centre) ** power
        # As sure as the prior of the ratio: it takes some outliers to believe another.
        known = 1 / PRIOR_VARIANCE
        usual *= (n @ came + known) / (n @ usual[:-1] + known)
        usual = np.clip(usual, _EDGE, 1 - _EDGE)
        ratio, noise = came / usual[:-1], (1 - usual[:-1]) / usual[:-1] / n
        # Powers are compared by what they say of the counts, whose ratios have other units.
        units = float(np.log(usual[:-1]).sum())
        for step, own in product(STEPS, OWN):
            likelihood, mean, variance = filtered(ratio - 1, noise + own, step)
            level = max(1 + mean, _EDGE)
            spread = usual[-1] ** 2 * (variance + own * level**2)
            found.append((likelihood - units, step, usual[-1] * level, spread))
    rate, variance = averaged(found)
    return float(np.clip(rate, _EDGE, 1 - _EDGE)), variance


def _likely(rate: float, variance: float, n_rows: int, level: float) -> tuple[float, float]:
    """Return quantiles of the share, of a rate that has a beta distribution."""
    chance = rate * (1 - rate)
    wide = float(np.clip(variance, _LEAST_VARIANCE * rate**2, 0.99 * chance))
    ends = (1 - level) / 2, (1 + level) / 2
    if n_rows > _MANY_ROWS:
        wide = min(wide + chance / n_rows, 0.99 * chance)
        a, b = _shape(rate, wide)
        return float(beta.ppf(ends[0], a, b)), float(beta.ppf(ends[1], a, b))
    a, b = _shape(rate, wide)
    count: FloatArray = np.arange(n_rows + 1, dtype=np.float64)
    ways = gammaln(n_rows + 1) - gammaln(count + 1) - gammaln(n_rows - count + 1)
    below = np.cumsum(np.exp(ways + betaln(count + a, n_rows - count + b) - betaln(a, b)))
    counts = np.searchsorted(below / below[-1], np.array(ends))
    return float(counts[0] / n_rows), float(counts[1] / n_rows)


def _shape(rate: float, variance: float) -> tuple[float, float]:
    worth = rate * (1 - rate) / variance - 1
    return rate * worth, (1 - rate) * worth
