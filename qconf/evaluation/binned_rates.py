"""Rates of bins of rows, and how far probabilities are from them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.estimate import Estimate
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws
from qconf.evaluation.sampling import Sampling
from qconf.evaluation.simultaneous import simultaneous_level

__all__ = ["calibration_error", "rates_of_bins", "table_of_bins"]


def rates_of_bins(
    came: BoolArray, codes: IntArray, sampling: Sampling, draws: Sequence[Draws], rate: Estimate
) -> list[ObservedRate]:
    """Return the rate of each bin, with all that makes its interval.

    Parameters
    ----------
    came : ndarray of shape (n_samples,), dtype bool
    codes : ndarray of shape (n_samples,) of int
        The bin of each row, from 0, none left out.
    sampling : Sampling
    draws : sequence of Draws
        Of the rate of each bin.
    rate : Estimate
        Of all rows.

    Returns
    -------
    list of ObservedRate
    """
    rates = []
    for number, own in enumerate(draws):
        taken = (codes == number).astype(np.float64)
        rates.append(
            ObservedRate(
                float(came[codes == number].mean()),
                float(taken.sum()),
                own,
                sampling.design_effect(rate, len(came), taken),
                sampling.skewness(came, taken),
            )
        )
    return rates


def table_of_bins(
    p: FloatArray, codes: IntArray, rates: Sequence[ObservedRate], confidence_level: float
) -> pd.DataFrame:
    """Put the bins into a table, with intervals that hold at once.

    Parameters
    ----------
    p : ndarray of shape (n_samples,)
        Probabilities.
    codes : ndarray of shape (n_samples,) of int
    rates : sequence of ObservedRate
    confidence_level : float

    Returns
    -------
    DataFrame of shape (n_bins, 5)
        ``probability``, ``rate``, ``low``, ``high``, ``n``.
    """
    level = simultaneous_level([one.draws for one in rates], confidence_level)
    size = np.bincount(codes)
    mean = np.bincount(codes, p) / size
    told = [
        (float(mean[number]), one.value, *one.estimate(level).interval, int(size[number]))
        for number, one in enumerate(rates)
    ]
    return pd.DataFrame(told, columns=["probability", "rate", "low", "high", "n"])


def calibration_error(
    bins: pd.DataFrame, rates: Sequence[ObservedRate], confidence_level: float
) -> Estimate:
    """Average the distance of probability and rate over rows, and over the ends of intervals.

    Of bins that are right some seem wrong, each by its own interval: the lower end takes those
    that hold at once. The upper end takes each bin's own, for not all are at their ends.
    """
    share = (bins["n"] / bins["n"].sum()).to_numpy()
    expected, low, high = (bins[one].to_numpy() for one in ("probability", "low", "high"))
    apart = np.abs(expected - bins["rate"].to_numpy())
    least = np.maximum(np.maximum(low - expected, expected - high), 0.0)
    own = np.array([one.estimate(confidence_level).interval for one in rates])
    most = np.abs(expected[:, None] - own).max(axis=1)
    return Estimate(float(share @ apart), (float(share @ least), float(share @ most)))
