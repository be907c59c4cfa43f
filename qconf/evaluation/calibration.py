"""Whether expected errors are as large as the errors that came."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.sampling import Sampling

__all__ = ["by_decile", "calibration_ratio", "factor_of_root"]

_BINS = 10


def by_decile(
    expected_error: FloatArray, residual: FloatArray, sampling: Sampling, confidence_level: float
) -> pd.DataFrame:
    """Compare expected errors with root mean squared residuals, for ten bins of rows.

    An expected error is the root of an expected square, so roots of mean squares are compared.

    Parameters
    ----------
    expected_error, residual : ndarray of shape (n_samples,)
    sampling : Sampling
        What the rows are a sample of.
    confidence_level : float
        Confidence level of the intervals, each on its own.

    Returns
    -------
    DataFrame of shape (n_bins, 5)
        The safest bin first; rows of equal expected error are in one bin, so there may be fewer
        than ten. ``expected_error``, ``residual``, ``low``, ``high``, ``n``.
    """
    n_rows = len(residual)
    bins = ((rankdata(expected_error) - 0.5) * _BINS / n_rows).astype(np.intp)
    squares = residual**2
    waves = None if sampling.waves is None else sampling.waves.of_values(squares)
    told = []
    for number in np.unique(bins):
        own = bins == number
        mean = float(squares[own].mean())
        expected = float(np.sqrt(np.mean(expected_error[own] ** 2)))
        influence = own * (squares - mean) * (n_rows / own.sum())
        reach = factor_of_root(
            sampling.standard_error(influence, waves, confidence_level), mean, confidence_level
        )
        came = np.sqrt(mean)
        told.append((expected, came, came / reach, came * reach, int(own.sum())))
    return pd.DataFrame(told, columns=["expected_error", "residual", "low", "high", "n"])


def calibration_ratio(
    expected_error: FloatArray, residual: FloatArray, sampling: Sampling, confidence_level: float
) -> Estimate:
    """Divide the root mean squared residual by the root mean squared expected error.

    Parameters
    ----------
    expected_error, residual : ndarray of shape (n_samples,)
    sampling : Sampling
        What the rows are a sample of.
    confidence_level : float

    Returns
    -------
    Estimate
        1 if errors are as large as expected, above 1 if larger; not a number where all expected
        errors are 0, or all residuals.
    """
    came, expected = residual**2, expected_error**2
    means = float(came.mean()), float(expected.mean())
    if min(means) == 0:
        return Estimate(np.nan, (np.nan, np.nan))
    ratio = float(np.sqrt(means[0] / means[1]))
    waves = None if sampling.waves is None else sampling.waves.of_values(came)
    # The linearized logarithm of the ratio of means.
    influence = came / means[0] - expected / means[1]
    standard_error = sampling.standard_error(influence, waves, confidence_level)
    reach = factor_of_root(standard_error, 1.0, confidence_level)
    return Estimate(ratio, (ratio / reach, ratio * reach))


def factor_of_root(standard_error: float, mean: float, confidence_level: float) -> float:
    """Return the factor by which the root of a mean may be off, as its logarithm is."""
    if mean == 0:
        return np.nan
    reach = norm.ppf((1 + confidence_level) / 2) * standard_error / (2 * mean)
    with np.errstate(over="ignore"):  # of a few rows of most different size nothing is known
        return float(np.exp(reach))
