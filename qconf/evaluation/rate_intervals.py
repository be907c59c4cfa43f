"""Make intervals of rates that may rest on few events, or on none."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from qconf.core.estimate import Estimate
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["ObservedRate", "difference_of_rates", "rate_estimate", "weighted_rate_estimate"]


def rate_estimate(
    rate: float,
    n_rows: float,
    draws: Draws,
    confidence_level: float,
    design_effect: float = 1.0,
    skewness: float = 0.0,
) -> Estimate:
    """Make an interval of a rate that may rest on few events, or on none.

    The percentiles of the resamples would do with many events. With few they are too short,
    and with none they are a point: no resample shows an outlier that is not in the sample.
    So the draws only say how many independent rows the rate is worth,
    n = rate (1 − rate) / variance, at most `n_rows`; the interval is Jeffreys' for that many
    (Brown, Cai & DasGupta 2001, Statistical Science 16(2); the effective number, with its
    Student's t, as in Korn & Graubard 1998, Survey Methodology 24).

    Parameters
    ----------
    rate : float
    n_rows : float
        Rows that the rate is an average over; of rows that tie, all among which it may choose.
    draws : Draws
        Of the rate.
    confidence_level : float
        Confidence level, such as 0.95.
    design_effect : float, default=1.0
        How many times the variance of independent rows to assume at least: with few events the
        draws may tell of less, and with none they cannot tell.
    skewness : float, default=0.0
        How skewed the rate is because few units are (`Sampling.skewness`).

    Returns
    -------
    Estimate
        With ``n_effective``, the number of independent rows.

    Examples
    --------
    >>> import numpy as np
    >>> low, high = rate_estimate(0.0, 100, Draws(np.zeros(10)), 0.95).interval
    >>> low, round(high, 4)
    (0.0, 0.0247)
    """
    variance = draws.spread(confidence_level) ** 2
    events = rate * n_rows
    smoothed = (events + 0.5) / (n_rows + 1)
    n_effective = n_rows / max(design_effect, 1.0)
    if 0 < rate < 1 and variance > 0:
        n_effective = min(n_effective, smoothed * (1 - smoothed) / variance)
    beyond = abs(skewness) - abs(_binomial_skewness(rate, n_rows, n_effective))
    skewness = math.copysign(max(beyond, 0.0), skewness)
    ends = _jeffreys(rate, n_effective, draws, confidence_level, skewness)
    return Estimate(rate, ends, n_effective)


def weighted_rate_estimate(
    rate: float, draws: Draws, confidence_level: float, skewness: float = 0.0
) -> Estimate:
    """Make an interval of a rate in which some rows count more than others, such as the AURC.

    Where rows are resampled one by one, of the middle resamples. Where they hang together, a
    rate is skewed: if bad groups or times have not come up, it is too low, and so is its spread,
    and percentiles miss the truth above them (docs/decisions/0062-skewed-intervals.md). Then it is
    Jeffreys' for as many rows as have its variance, as `rate_estimate` has it, and the long side
    reaches as far for `skewness`. How many rows there are is no limit, for rows of small weight
    vary less than those of a rate.

    Parameters
    ----------
    rate : float
        In [0, 1].
    draws : Draws
    confidence_level : float
    skewness : float, default=0.0
        Of its few groups or stretches of time (`Sampling.skewness`).

    Returns
    -------
    Estimate

    Examples
    --------
    >>> draws = Draws(np.random.default_rng(0).normal(0.1, 0.02, 500), n_groups=40)
    >>> low, high = weighted_rate_estimate(0.1, draws, 0.95).interval
    >>> round(low, 3), round(high, 3)
    (0.064, 0.147)
    """
    variance = draws.spread(confidence_level) ** 2
    if draws.of_single_rows or not (0 < rate < 1 and variance > 0):
        return percentile_estimate(rate, draws, confidence_level, (0.0, 1.0))
    n_effective = rate * (1 - rate) / variance
    return Estimate(rate, _jeffreys(rate, n_effective, draws, confidence_level, skewness))


@dataclass(frozen=True)
class ObservedRate:
    """A rate with all that makes its interval, at any level.

    Attributes
    ----------
    value : float
    n_rows : float
    draws : Draws
    design_effect, skewness : float
        As in `rate_estimate`.
    """

    value: float
    n_rows: float
    draws: Draws
    design_effect: float = 1.0
    skewness: float = 0.0

    def estimate(self, confidence_level: float) -> Estimate:
        """Return the rate with its interval."""
        n_rows, draws = self.n_rows, self.draws
        return rate_estimate(
            self.value, n_rows, draws, confidence_level, self.design_effect, self.skewness
        )

    def minus(self, other: ObservedRate, confidence_level: float) -> Estimate:
        """Return the difference to another rate of the same rows, with a paired interval."""
        own, theirs = self.estimate(confidence_level), other.estimate(confidence_level)
        return difference_of_rates(own, theirs, self.draws, other.draws, confidence_level)


def _jeffreys(
    rate: float, n_effective: float, draws: Draws, confidence_level: float, skewness: float
) -> tuple[float, float]:
    """Return Jeffreys' interval, longer on the side to which the rate is skewed."""
    events, tail = rate * n_effective, (1 - confidence_level) / 2
    others = n_effective - events
    low = betaincinv(events + 0.5, others + 0.5, tail) if rate > 0 else 0.0
    high = betaincinv(events + 0.5, others + 0.5, 1 - tail) if rate < 1 else 1.0
    # A fraction of an event may lie outside its own interval by a hair.
    down, up = max(0.0, rate - float(low)), max(0.0, float(high) - rate)
    longer = 1 + abs(skewness) * _reach_of_skewed(draws.quantile(confidence_level))
    down, up = (down, longer * up) if skewness > 0 else (longer * down, up)
    return max(0.0, rate - down), min(1.0, rate + up)


def _binomial_skewness(rate: float, n_rows: float, n_effective: float) -> float:
    """Return the part of the skewness that single rows have, which Jeffreys' interval knows."""
    if not 0 < rate < 1:
        return 0.0
    return float((1 - 2 * rate) / np.sqrt(rate * (1 - rate)) * n_effective**1.5 / n_rows**2)


def _reach_of_skewed(quantile: float) -> float:
    """Say how much further, per unit of skewness, the limit on the long side must reach.

    If the large units have not come up, mean and variance are both too small, and the truth
    lies beyond that limit far too often (the first term of Johnson 1978, Journal of the American
    Statistical Association 73). The other limit is left where it is.
    """
    return (2 * quantile**2 + 1) / (6 * quantile)


def difference_of_rates(
    rate: Estimate,
    reference: Estimate,
    draws: Draws,
    reference_draws: Draws,
    confidence_level: float,
) -> Estimate:
    """Make an interval of the difference of two rates seen on the same rows.

    The limits of the two rates are joined, with the correlation that the paired draws show
    (Zou & Donner 2008, Statistics in Medicine 27(10); for proportions Newcombe 1998). Like
    the single intervals, and unlike percentiles of differences, this stays honest with few
    events.

    Parameters
    ----------
    rate, reference : Estimate
        With intervals of this level.
    draws, reference_draws : Draws
        Of the two rates, in the same resamples.
    confidence_level : float

    Returns
    -------
    Estimate
        Of ``rate - reference``.
    """
    own, others = draws.spread(confidence_level), reference_draws.spread(confidence_level)
    correlation = 0.0
    if min(own, others) > 0:
        together = draws.minus(reference_draws).spread(confidence_level)
        correlation = (own**2 + others**2 - together**2) / (2 * own * others)
        correlation = float(np.clip(correlation, -1.0, 1.0))
    difference = rate.value - reference.value

    def reach(own: float, others: float) -> float:
        joint = own**2 - 2 * correlation * own * others + others**2
        return float(np.sqrt(max(joint, 0.0)))

    down = reach(rate.value - rate.interval[0], reference.interval[1] - reference.value)
    up = reach(rate.interval[1] - rate.value, reference.value - reference.interval[0])
    return Estimate(difference, (difference - down, difference + up))
