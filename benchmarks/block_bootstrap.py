"""The circular block bootstrap of a mean, with blocks as long as Politis & White choose.

What `qconf` was measured against before it took slow waves of time
(docs/decisions/0002-intervals-in-time.md). No resample is drawn: the variance over all of them
has a closed form.
"""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.core.estimate import Estimate

__all__ = ["block_estimate", "block_length", "block_variance"]


def block_length(series: FloatArray) -> int:
    """Choose the length of circular blocks (Politis & White 2004, corrected by Patton et al. 2009).

    Returns
    -------
    int
        At least 1, at most a third of the series.
    """
    n = len(series)
    centred = series - series.mean()
    covariance = np.correlate(centred, centred, "full")[n - 1 :] / n
    if covariance[0] == 0:
        return 1
    window = 2 * _last_correlation(covariance / covariance[0])
    if window == 0:
        return 1
    lag = np.arange(-window, window + 1)
    flat_top = np.clip(2 * (1 - np.abs(lag) / window), 0, 1) * covariance[np.abs(lag)]
    slope, level = float((flat_top * np.abs(lag)).sum()), float(flat_top.sum())
    if level <= 0:
        return 1
    best = (2 * slope**2 / (4 / 3 * level**2)) ** (1 / 3) * n ** (1 / 3)
    return int(np.clip(round(best), 1, n // 3))


def _last_correlation(correlation: FloatArray) -> int:
    """Return the lag after which five correlations in a row are as good as zero."""
    n = len(correlation)
    run = max(5, int(np.ceil(np.log10(n))))
    most = min(int(np.ceil(np.sqrt(n))) + run, (n - 1) // 2)
    large = np.abs(correlation) > 2 * np.sqrt(np.log10(n) / n)
    for lag in range(1, most + 1):
        if not large[lag : lag + run].any():
            return lag - 1
    return most


def block_variance(series: FloatArray, length: int) -> float:
    """Return the variance of the mean over all resamples of circular blocks of a length."""
    n = len(series)
    centred = series - series.mean()
    around = np.concatenate([[0.0], np.cumsum(np.concatenate([centred, centred[:length]]))])
    sums = around[length : length + n] - around[:n]
    return float(np.mean(sums**2)) / (length * n)


def block_estimate(series: FloatArray, level: float) -> Estimate:
    """Make a normal interval of the mean of a series."""
    mean = float(series.mean())
    variance = block_variance(series, block_length(series))
    reach = float(norm.ppf((1 + level) / 2) * np.sqrt(variance))
    return Estimate(mean, (mean - reach, mean + reach))
