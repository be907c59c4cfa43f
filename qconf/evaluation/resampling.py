"""Bootstrap resamples, and intervals made from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from scipy.special import ndtri, stdtrit

from qconf._types import FloatArray, IntArray
from qconf.core.estimate import Estimate

__all__ = [
    "Draws",
    "beyond_normal",
    "few_groups",
    "percentile_estimate",
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

    @property
    def of_single_rows(self) -> bool:
        """Whether rows were resampled one by one, and no time was told."""
        return self.n_groups is None and not len(self.waves)

    def minus(self, other: Draws) -> Draws:
        """Return the draws of a difference of two statistics of the same rows."""
        return Draws(self.resamples - other.resamples, self.waves - other.waves, self.n_groups)

    def quantile(self, confidence_level: float) -> float:
        """Return how many standard errors an interval reaches: with few units Student's t."""
        freedom = len(self.waves) or (np.inf if self.n_groups is None else self.n_groups - 1)
        return float(stdtrit(freedom, (1 + confidence_level) / 2))

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
    return float(stdtrit(freedom, tail) / ndtri(tail))


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
        # One and the same object, so that the same estimates are found equal.
        return Estimate(np.nan if np.isnan(value) else value, (np.nan, np.nan))
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
        reach = float(ndtri((1 + confidence_level) / 2)) * spread
        low, high = value - reach, value + reach
    low, high = np.clip([low, high], *bounds)
    return Estimate(value, (float(low), float(high)))
