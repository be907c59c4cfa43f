"""Run the method as it was published: Vowpal Wabbit with its own defaults, three times.

A valuation model; an error model of its absolute progressive residuals; and bootstrap replicates
of that error model, whose highest prediction is the conservative estimate. A group's first residual
nearly decides what is expected of it, and nothing is left out: that of its first house, which tells
how far groups differ, is learned like any other.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from qconf._types import FloatArray
from qconf.simulation.adaptive_rates import AdaptiveRates

__all__ = ["PublishedMethod", "PublishedStretch"]


class PublishedStretch(NamedTuple):
    """Some rows in the order of time, each judged before it was learned.

    Attributes
    ----------
    residual : ndarray of shape (n_rows,), dtype float32
        Prediction minus value.
    error, conservative : ndarray of shape (n_rows,), dtype float32
        Scores; lower is more confident.
    """

    residual: NDArray[np.float32]
    error: NDArray[np.float32]
    conservative: NDArray[np.float32]


class PublishedMethod:
    """Both models; their settings were found by matching the published figures.

    Parameters
    ----------
    n_groups : int
    bootstrap : int
    seed : int
    """

    def __init__(self, n_groups: int, bootstrap: int, seed: int) -> None:
        self._valuation = AdaptiveRates(n_groups)
        self._error = AdaptiveRates(n_groups, bootstrap, seed)

    def learn(self, group: NDArray[np.int32], value: FloatArray) -> PublishedStretch:
        """Value each row and expect its error, then learn it."""
        prediction, _ = self._valuation.progressive(group, value)
        residual = prediction - value
        error, conservative = self._error.progressive(group, np.abs(residual))
        return PublishedStretch(residual.astype(np.float32), error, conservative)
