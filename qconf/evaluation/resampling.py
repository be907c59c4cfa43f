"""Bootstrap resamples, and intervals made from them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.stats import beta, norm, t

from qconf._types import FloatArray, IntArray
from qconf.core.estimate import Estimate

__all__ = [
    "Draws",
    "ObservedRate",
    "beyond_normal",
    "difference_of_rates",
    "few_groups",
    "joint_confidence_level",
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


@dataclass(frozen=True)
class Draws:
    """What a statistic might have been: in resamples, and in another history.

    Attributes
    ----------
    resamples : ndarray of shape (n_resamples,)
        Its value in each bootstrap resample.
    waves : ndarray of shape (n_waves,)
        How it moves along slow waves of time (`SlowWaves.derivative`); empty without a time.
    n_groups : int or None
        How many groups were resampled; None if rows were, one by one.
    """

    resamples: FloatArray
    waves: FloatArray = field(default_factory=lambda: np.empty(0))
    n_groups: int | None = None

    def minus(self, other: Draws) -> Draws:
        """Return the draws of a difference of two statistics of the same rows."""
        return Draws(self.resamples - other.resamples, self.waves - other.waves, self.n_groups)

    def quantile(self, confidence_level: float) -> float:
        """Return how many standard errors an interval reaches: with few units Student's t."""
        freedom = len(self.waves) or (np.inf if self.n_groups is None else self.n_groups - 1)
        return float(t.ppf((1 + confidence_level) / 2, freedom))

    def spread(self, confidence_level: float) -> float:
        """Return the standard error that gives a normal interval the width it must have.

        Few groups understate the variance, and so does a variance that is itself known
        only from a few groups or waves: Student's t for the normal distribution. With a
        time, of rows and waves that which is wider.
        """
        rows = float(np.std(self.resamples)) * few_groups(self.n_groups, confidence_level)
        if not len(self.waves):
            return rows
        slow = float(np.sqrt(np.mean(self.waves**2))) * beyond_normal(
            len(self.waves), confidence_level
        )
        return max(rows, slow)


def beyond_normal(freedom: int, confidence_level: float) -> float:
    """Say how much further Student's t reaches than the normal distribution."""
    tail = (1 + confidence_level) / 2
    return float(t.ppf(tail, freedom) / norm.ppf(tail))


def few_groups(n_groups: int | None, confidence_level: float) -> float:
    """Say how much too small few groups make a standard error."""
    if n_groups is None:
        return 1.0
    freedom = n_groups - 1
    return float(np.sqrt(n_groups / freedom)) * beyond_normal(freedom, confidence_level)


def percentile_estimate(
    value: float,
    draws: Draws,
    confidence_level: float,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """Make an interval of the middle resamples, as wide as their spread asks for.

    `bounds` are the least and the greatest value there can be. Resamples in which the statistic
    is not defined (a correlation without variation) are left out; with none left, the interval
    is not a number either.
    """
    defined = draws.resamples[np.isfinite(draws.resamples)]
    if defined.size == 0 or not np.isfinite(value):
        return Estimate(value, (np.nan, np.nan))
    ends = [(1 - confidence_level) / 2, (1 + confidence_level) / 2]
    # Weibull's: the k-th of B draws stands for k / (B + 1). NumPy's own ends lie nearer together,
    # and of 200 draws cost 0.6 points of the 95 % that are meant.
    low, high = np.quantile(defined, ends, method="weibull")
    own = float(np.std(defined))
    spread = Draws(defined, draws.waves, draws.n_groups).spread(confidence_level)
    if own > 0:
        # With rows drawn one by one and no time the spread is their own, and nothing moves.
        low, high = (value + (end - value) * spread / own for end in (low, high))
    elif spread > 0:
        reach = float(norm.ppf((1 + confidence_level) / 2)) * spread
        low, high = value - reach, value + reach
    low, high = np.clip([low, high], *bounds)
    return Estimate(value, (float(low), float(high)))


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
    events = rate * n_effective
    tail = (1 - confidence_level) / 2
    low = beta.ppf(tail, events + 0.5, n_effective - events + 0.5) if rate > 0 else 0.0
    high = beta.ppf(1 - tail, events + 0.5, n_effective - events + 0.5) if rate < 1 else 1.0
    beyond = abs(skewness) - abs(_binomial_skewness(rate, n_rows, n_effective))
    longer = max(beyond, 0.0) * _reach_of_skewed(draws.quantile(confidence_level))
    down, up = (1.0, 1 + longer) if skewness > 0 else (1 + longer, 1.0)
    # A fraction of an event may lie outside its own interval by a hair.
    low = max(0.0, rate - down * max(0.0, rate - float(low)))
    high = min(1.0, rate + up * max(0.0, float(high) - rate))
    return Estimate(rate, (low, high), n_effective)


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


def joint_confidence_level(draws: Sequence[Draws], confidence_level: float) -> float:
    """Return at which level each difference is to be told, so that all hold at once.

    The best of several was chosen by the very numbers it is compared on: of five that are
    equally good one always looks best, and some pair always looks furthest apart. What the
    furthest of all pairs does in the resamples, in units of its own spread, is what a
    difference has to be held against (the maximum of all t, as in Hothorn, Bretz & Westfall
    2008, Biometrical Journal 50(3); the range statistic of the model confidence set of Hansen,
    Lunde & Nason 2011, Econometrica 79(2)).

    Parameters
    ----------
    draws : sequence of Draws
        Of one statistic of each competitor, in the same resamples.
    confidence_level : float
        At which all intervals together are to hold.

    Returns
    -------
    float
        At least `confidence_level`; `confidence_level` itself for two competitors, or one.
    """
    furthest = np.zeros(0)
    n_pairs = 0
    for one, other in combinations(draws, 2):
        difference = one.resamples - other.resamples
        spread = float(np.std(difference))
        if spread > 0:
            apart = np.abs(difference - difference.mean()) / spread
            furthest = np.maximum(furthest, apart) if n_pairs else apart
            n_pairs += 1
    if n_pairs <= 1:
        return confidence_level
    # Never further than for pairs that have nothing to do with each other (Šidák).
    reached = 2 * norm.cdf(np.quantile(furthest, confidence_level)) - 1
    return float(np.clip(reached, confidence_level, confidence_level ** (1 / n_pairs)))
