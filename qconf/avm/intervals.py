"""Intervals of statistics that are no shares: medians, means of squares, indices."""

from __future__ import annotations

import numpy as np

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.resampling import Draws, percentile_estimate

__all__ = ["rooted", "skewed_estimate", "skewness_of_sum"]

#: Of fewer rows, or groups, nobody can say how they differ.
_LEAST_UNITS = 5
#: A sample hides the tail that it comes from: of ten squared normal values half of the skewness.
_SEEN_OF_SKEWNESS = 1.5


def skewness_of_sum(units: FloatArray) -> float:
    """Return the skewness of a sum of independent units, each with mean zero.

    Parameters
    ----------
    units : ndarray of shape (n_units,)
        What each row, or each group, moves a statistic by.
    """
    variance = float(units @ units)
    n_units = len(units)
    if n_units < _LEAST_UNITS or variance == 0:
        return 0.0
    mended = float(np.sqrt(n_units * (n_units - 1))) / (n_units - 2)
    return _SEEN_OF_SKEWNESS * mended * float((units**3).sum()) / variance**1.5


def skewed_estimate(
    value: float,
    draws: Draws,
    confidence_level: float,
    bounds: tuple[float, float],
    skewness: float,
) -> Estimate:
    """Make an interval of the middle resamples, longer on the side to which a statistic leans.

    If the largest units have not come up, a mean of skewed ones is too small, and its spread too.
    For skewness g and a quantile q of Student's t, percentiles reach g (q² - 1) / 6 further on the
    long side, and the first term of Johnson (1978, Journal of the American Statistical
    Association 73) asks for g (2 q² + 1) / 6: the difference is added. The short side stays.

    Parameters
    ----------
    value : float
    draws : Draws
        With at least as many groups as rows that count, if these are few.
    confidence_level : float
    bounds : tuple of float
        The least and the greatest value there can be.
    skewness : float

    Returns
    -------
    Estimate
        With an interval that is not a number where fewer than five units tell of it.
    """
    if draws.n_groups is not None and draws.n_groups < _LEAST_UNITS:
        return Estimate(value, (np.nan, np.nan))
    told = percentile_estimate(value, draws, confidence_level, bounds)
    quantile = draws.quantile(confidence_level)
    longer = 1.0 + abs(skewness) * (quantile**2 + 2.0) / (6.0 * quantile)
    low, high = told.interval
    if skewness > 0:
        high = min(value + longer * (high - value), bounds[1])
    else:
        low = max(value - longer * (value - low), bounds[0])
    return Estimate(value, (low, high))


def rooted(squares: Estimate) -> Estimate:
    """Return the root of a mean square, and of both ends of its interval.

    Examples
    --------
    >>> rooted(Estimate(4.0, (1.0, 9.0)))
    Estimate(value=2.0, interval=(1.0, 3.0), n_effective=None)
    """
    low, high = np.sqrt(squares.interval).tolist()
    return Estimate(float(np.sqrt(squares.value)), (low, high))
