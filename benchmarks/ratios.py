"""Ratios of two contenders on the same rows, and their geometric mean over tables."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.rate_intervals import difference_of_rates, rate_estimate
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["HALF_A_POINT", "geometric_mean", "ratio_of_means", "ratio_of_rates"]

#: Added to each rate: below half a percentage point nobody cares which of two is lower, and an
#: outlier more or less in a small table decides nothing.
HALF_A_POINT = 0.005

_LEVEL = 0.95
_DRAWS = 10_000


def ratio_of_rates(
    rates: tuple[float, float],
    replicates: tuple[FloatArray, FloatArray],
    n_rows: int,
    added: float = HALF_A_POINT,
) -> Estimate:
    """Make an interval of the ratio of two rates seen on the same rows, something added to both.

    It is a difference of logarithms: the limits of both are joined with the correlation of their
    replicates (Zou & Donner 2008), and stay honest with few events.

    Parameters
    ----------
    rates : (float, float)
    replicates : (ndarray of shape (n_resamples,), ndarray of shape (n_resamples,))
        The two rates in the same resamples.
    n_rows : int
        How many rows a rate is an average over.
    added : float, default=HALF_A_POINT

    Returns
    -------
    Estimate
        Of the first rate over the second.
    """
    own, other = (
        _logarithm(rate_estimate(rate, n_rows, Draws(drawn), _LEVEL), added)
        for rate, drawn in zip(rates, replicates, strict=True)
    )
    # The spread of logarithms, which is that of the limits.
    ours, theirs = (Draws(np.log(drawn + added)) for drawn in replicates)
    return _exponential(difference_of_rates(own, other, ours, theirs, _LEVEL))


def ratio_of_means(
    means: tuple[float, float], replicates: tuple[FloatArray, FloatArray]
) -> Estimate:
    """Make an interval of the ratio of two means of many rows from the middle resamples."""
    (own, other), (ours, theirs) = means, replicates
    return percentile_estimate(own / other, Draws(ours / theirs), _LEVEL)


def geometric_mean(ratios: Sequence[Estimate]) -> Estimate:
    """Average ratios over tables, with an interval for other tables and for other rows of them.

    A bootstrap in two stages: tables are drawn, and the logarithm of each drawn one moves within
    its own interval, as a normal distribution with an arm for each side. What is seen of the
    spread from table to table has some of the rows' chance in it already, so that the interval
    is rather too long than too short.

    Parameters
    ----------
    ratios : sequence of Estimate
        One a table, with 95 % intervals.

    Returns
    -------
    Estimate
    """
    value = np.log([one.value for one in ratios])
    limits = np.log([one.interval for one in ratios])
    down, up = np.abs(limits - value[:, None]).T / norm.ppf((1 + _LEVEL) / 2)
    rng = np.random.default_rng(0)
    drawn = rng.integers(len(ratios), size=(_DRAWS, len(ratios)))
    moved = rng.normal(size=drawn.shape)
    means = (value[drawn] + moved * np.where(moved < 0, down[drawn], up[drawn])).mean(axis=1)
    return _exponential(percentile_estimate(float(value.mean()), Draws(means), _LEVEL))


def _logarithm(rate: Estimate, added: float) -> Estimate:
    low, high = np.log(np.array(rate.interval) + added)
    return Estimate(float(np.log(rate.value + added)), (float(low), float(high)))


def _exponential(estimate: Estimate) -> Estimate:
    low, high = np.exp(estimate.interval)
    return Estimate(float(np.exp(estimate.value)), (float(low), float(high)))
