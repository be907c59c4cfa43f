"""Bootstrap resamples, and intervals made from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import beta

from qconf._types import FloatArray, IntArray
from qconf.estimate import Estimate

__all__ = [
    "difference_of_rates",
    "percentile_estimate",
    "rate_estimate",
    "resample_counts",
    "resamples_for",
]


def resamples_for(n_rows: int) -> int:
    """Choose how many resamples to draw: 1000, and fewer beyond 200,000 rows, but 200 at least.

    Examples
    --------
    >>> resamples_for(20_000), resamples_for(400_000), resamples_for(5_000_000)
    (1000, 500, 200)
    """
    return int(np.clip(200_000_000 // max(n_rows, 1), 200, 1000))


def resample_counts(
    n_rows: int, n_resamples: int, rng: np.random.Generator, groups: IntArray | None = None
) -> Iterator[IntArray]:
    """Draw bootstrap resamples, as how often each row was drawn.

    Parameters
    ----------
    n_rows : int
    n_resamples : int
    rng : numpy.random.Generator
    groups : ndarray of shape (n_rows,) of int, default=None
        Codes 0..n_groups-1; rows of a group are drawn together.

    Yields
    ------
    ndarray of shape (n_rows,)
    """
    n_units = n_rows if groups is None else int(groups.max()) + 1
    for _ in range(n_resamples):
        drawn = np.bincount(rng.integers(n_units, size=n_units), minlength=n_units)
        yield drawn if groups is None else drawn[groups]


def percentile_estimate(value: float, replicates: FloatArray, level: float) -> Estimate:
    """Make an interval of the middle `level` of the bootstrap replicates.

    Replicates that are not defined (a correlation in a resample without variation) are left
    out; with none left, the interval is not a number either.
    """
    defined = replicates[np.isfinite(replicates)]
    if defined.size == 0:
        return Estimate(value, (np.nan, np.nan))
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    return Estimate(value, (float(low), float(high)))


def rate_estimate(
    rate: float, n_rows: int, replicates: FloatArray, level: float, design_effect: float = 1.0
) -> Estimate:
    """Make an interval of a rate that may rest on few events, or on none.

    The percentiles of the replicates would do with many events. With few they are too short,
    and with none they are a point: no resample shows an outlier that is not in the sample.
    So the bootstrap only says how many independent rows the rate is worth,
    n = rate (1 − rate) / variance, at most `n_rows`; the interval is Jeffreys' for that many
    (Brown, Cai & DasGupta 2001, Statistical Science 16(2); the effective number as in Korn &
    Graubard 1998, Survey Methodology 24).

    Parameters
    ----------
    rate : float
    n_rows : int
        Rows that the rate is an average over.
    replicates : ndarray of shape (n_resamples,)
        The rate in each bootstrap resample.
    level : float
        Confidence level, such as 0.95.
    design_effect : float, default=1.0
        How many times the variance of independent rows to assume where the replicates cannot
        tell, because there was no event.

    Returns
    -------
    Estimate

    Examples
    --------
    >>> import numpy as np
    >>> low, high = rate_estimate(0.0, 100, np.zeros(10), 0.95).interval
    >>> low, round(high, 4)
    (0.0, 0.0247)
    """
    variance = float(np.var(replicates))
    events = rate * n_rows
    smoothed = (events + 0.5) / (n_rows + 1)
    n_effective = n_rows / max(design_effect, 1.0)
    if 0 < rate < 1 and variance > 0:
        n_effective = min(n_rows, smoothed * (1 - smoothed) / variance)
    events = rate * n_effective
    tail = (1 - level) / 2
    low = beta.ppf(tail, events + 0.5, n_effective - events + 0.5) if rate > 0 else 0.0
    high = beta.ppf(1 - tail, events + 0.5, n_effective - events + 0.5) if rate < 1 else 1.0
    return Estimate(rate, (float(low), float(high)))


def difference_of_rates(
    rate: Estimate, reference: Estimate, replicates: FloatArray, reference_replicates: FloatArray
) -> Estimate:
    """Make an interval of the difference of two rates seen on the same rows.

    The limits of the two rates are joined, with the correlation that the paired replicates
    show (Zou & Donner 2008, Statistics in Medicine 27(10); for proportions Newcombe 1998). Like
    the single intervals, and unlike percentiles of differences, this stays honest with few
    events.

    Parameters
    ----------
    rate, reference : Estimate
    replicates, reference_replicates : ndarray of shape (n_resamples,)
        The two rates in the same resamples.

    Returns
    -------
    Estimate
        Of ``rate - reference``.
    """
    spread = float(np.std(replicates)), float(np.std(reference_replicates))
    correlation = 0.0
    if min(spread) > 0:
        correlation = float(np.corrcoef(replicates, reference_replicates)[0, 1])
    difference = rate.value - reference.value

    def reach(own: float, others: float) -> float:
        joint = own**2 - 2 * correlation * own * others + others**2
        return float(np.sqrt(max(joint, 0.0)))

    down = reach(rate.value - rate.interval[0], reference.interval[1] - reference.value)
    up = reach(rate.interval[1] - rate.value, reference.value - reference.interval[0])
    return Estimate(difference, (difference - down, difference + up))
