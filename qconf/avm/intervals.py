"""Intervals of statistics that are no shares: medians, means of squares, indices."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["rooted", "skewed_estimate"]

#: Of fewer rows, or groups, nobody can say how they differ.
_LEAST_UNITS = 10
#: Beyond so many, the variance is as good as known.
_MANY_UNITS = 1000
#: The fourth moment of a normal distribution, in units of the squared second.
_NORMAL_KURTOSIS = 3.0
#: A sample hides the tail that it comes from: of ten squared normal values half of the skewness.
_SEEN_OF_SKEWNESS = 1.5


def skewed_estimate(
    value: float,
    draws: Draws,
    confidence_level: float,
    bounds: tuple[float, float],
    units: FloatArray,
) -> Estimate:
    """Make an interval of the middle resamples, as uneven as what it rests on.

    Two things make percentiles too short, and both show in the units that were resampled. If a
    few large ones make most of the variance, it is known no better than from so few: Student's t
    for that number. And if the largest have not come up, a mean of skewed ones is too small, and
    its spread too. For skewness g and a quantile q, percentiles reach g (q² - 1) / 6 further on
    the long side, and the first term of Johnson (1978, Journal of the American Statistical
    Association 73) asks for g (2 q² + 1) / 6: the difference is added. The short side stays.

    Parameters
    ----------
    value : float
    draws : Draws
    confidence_level : float
    bounds : tuple of float
        The least and the greatest value there can be.
    units : ndarray of shape (n_units,)
        What each row, or each group, moves the statistic by, up to a factor; zero in sum. Those
        that do not move it are not counted.

    Returns
    -------
    Estimate
        With an interval that is not a number where fewer than ten units tell of it.
    """
    units = units[units != 0]
    if len(units) < _LEAST_UNITS:
        return Estimate(value, (np.nan, np.nan))
    draws = replace(draws, n_groups=_effective(units))
    told = percentile_estimate(value, draws, confidence_level, bounds)
    skewness, quantile = _skewness(units), draws.quantile(confidence_level)
    longer = 1.0 + abs(skewness) * (quantile**2 + 2.0) / (6.0 * quantile)
    low, high = told.interval
    if skewness > 0:
        high = min(value + longer * (high - value), bounds[1])
    else:
        low = max(value - longer * (value - low), bounds[0])
    return Estimate(value, (low, high))


def _effective(units: FloatArray) -> int | None:
    """Count the units that make the variance, so that equal and normal ones count as they are."""
    squares = units**2
    fourth = float(squares @ squares)
    n_units = round(_NORMAL_KURTOSIS * float(squares.sum()) ** 2 / fourth)
    n_units = min(max(n_units, 2), len(units))
    return n_units if n_units < _MANY_UNITS else None


def _skewness(units: FloatArray) -> float:
    """Return the skewness of a sum of independent units."""
    cubes = float((units**3).sum()) / float(units @ units) ** 1.5
    n_units = len(units)
    mended = float(np.sqrt(n_units * (n_units - 1))) / (n_units - 2)
    return float(_SEEN_OF_SKEWNESS * mended * cubes)


def rooted(squares: Estimate) -> Estimate:
    """Return the root of a mean square, and of both ends of its interval.

    Examples
    --------
    >>> rooted(Estimate(4.0, (1.0, 9.0)))
    Estimate(value=2.0, interval=(1.0, 3.0), n_effective=None)
    """
    low, high = np.sqrt(squares.interval).tolist()
    return Estimate(float(np.sqrt(squares.value)), (low, high))
