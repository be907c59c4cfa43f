"""Whether expected errors are as large as the errors that came."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import norm, rankdata

from qconf._types import FloatArray
from qconf.evaluation.sampling import Sampling

__all__ = ["by_decile"]

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
        reach = _reach(
            sampling.standard_error(influence, waves, confidence_level), mean, confidence_level
        )
        came = np.sqrt(mean)
        told.append((expected, came, came / reach, came * reach, int(own.sum())))
    return pd.DataFrame(told, columns=["expected_error", "residual", "low", "high", "n"])


def _reach(standard_error: float, mean: float, confidence_level: float) -> float:
    """Return the factor by which the root of a mean may be off, as its logarithm is."""
    if mean == 0:
        return np.nan
    return float(np.exp(norm.ppf((1 + confidence_level) / 2) * standard_error / (2 * mean)))
