"""Whether expected errors are as large as the errors that came, from sums."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import BoolArray
from qconf.core.estimate import Estimate
from qconf.counting.columns import (
    CAME,
    CAME_EXPECTED,
    CAME_SQUARED,
    EXPECTED,
    EXPECTED_SQUARED,
)
from qconf.counting.resampled import Resampled
from qconf.counting.settled_order import SettledOrder
from qconf.evaluation.calibration import factor_of_root
from qconf.evaluation.resampling import few_groups

__all__ = ["calibration_by_bin", "ratio_of_all"]

#: The place of squared residuals among the columns that are resampled.
_RESAMPLED = 1


def calibration_by_bin(
    order: SettledOrder, resampled: Resampled, confidence_level: float
) -> pd.DataFrame:
    """Compare expected errors with root mean squared residuals, as `qconf.evaluate` does.

    Returns
    -------
    DataFrame of shape (n_bins, 5)
        ``expected_error``, ``residual``, ``low``, ``high``, ``n``; the safest first.
    """
    told = []
    for number in np.unique(order.bins):
        own = order.bins == number
        n = int(order.n[own].sum())
        mean = order.sum_of(own, CAME) / n
        expected = float(np.sqrt(order.sum_of(own, EXPECTED) / n))
        error = _error_of_mean(order, resampled, own, mean, confidence_level)
        factor = factor_of_root(error, mean, confidence_level)
        came = float(np.sqrt(mean))
        told.append((expected, came, came / factor, came * factor, n))
    return pd.DataFrame(told, columns=["expected_error", "residual", "low", "high", "n"])


def _error_of_mean(
    order: SettledOrder, resampled: Resampled, own: BoolArray, mean: float, confidence_level: float
) -> float:
    """Return the standard error of the mean squared residual of a bin."""
    drawn = resampled.sums(_RESAMPLED)
    n = int(order.n[own].sum())
    # Of a cell that lies in two bins, the share of its rows.
    counted = order.counts_of_parts[0]
    share = np.bincount(order.part, order.n * own, len(counted)) / counted
    if drawn is None:
        fourth = order.sum_of(own, CAME_SQUARED)
        error = float(np.sqrt(max(fourth - n * mean**2, 0.0))) / n
    else:
        rows = resampled.n @ share
        means = (drawn @ share)[rows > 0] / rows[rows > 0]
        error = float(np.std(means)) * few_groups(resampled.n_groups, confidence_level)
    history = resampled.in_time
    if history is None:
        return error
    squares = history.sums(_RESAMPLED)
    influence = (squares @ share - mean * (history.n @ share)) * (order.total / n)
    slow = history.standard_error(influence, squares.sum(axis=1), confidence_level)
    return max(error, slow)


def ratio_of_all(order: SettledOrder, resampled: Resampled, confidence_level: float) -> Estimate:
    """Divide the root mean squared residual by the root mean squared expected error."""
    n = order.total
    came, expected = (order.sum_of(order.all, one) / n for one in (CAME, EXPECTED))
    if min(came, expected) == 0:
        return Estimate(np.nan, (np.nan, np.nan))
    ratio = float(np.sqrt(came / expected))
    mean = order.sums_of_parts(EXPECTED) / order.counts_of_parts[0]
    drawn, history = resampled.sums(_RESAMPLED), resampled.in_time
    if drawn is None:
        # Divided twice: the square of a mean may be too small for a float.
        squares = (
            order.sum_of(order.all, CAME_SQUARED) / came / came
            - 2 * order.sum_of(order.all, CAME_EXPECTED) / came / expected
            + order.sum_of(order.all, EXPECTED_SQUARED) / expected / expected
        )
        error = float(np.sqrt(max(squares, 0.0))) / n
    else:
        # The linearized logarithm of the ratio, as of rows above.
        beyond = drawn.sum(axis=1) / came - resampled.n @ mean / expected
        error = float(np.std(beyond / resampled.n.sum(axis=1))) * few_groups(
            resampled.n_groups, confidence_level
        )
    if history is not None:
        squares = history.sums(_RESAMPLED).sum(axis=1)
        influence = squares / came - history.n @ mean / expected
        error = max(error, history.standard_error(influence, squares, confidence_level))
    factor = factor_of_root(error, 1.0, confidence_level)
    return Estimate(ratio, (ratio / factor, ratio * factor))
