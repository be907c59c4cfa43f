"""Fit a strictly monotone map from a score to the mean of a target."""

from __future__ import annotations

import numpy as np
from sklearn.isotonic import isotonic_regression

from qconf._types import FloatArray

__all__ = ["MonotoneMap"]

_ROWS_A_BIN = 200
_MOST_BINS = 20
#: How much the log of the mean rises at least with one unit of the score: enough to tell rows
#: apart, too little to matter.
_LEAST_SLOPE = 1e-3


class MonotoneMap:
    """Piecewise linear map from a score to the log of a target's mean, strictly rising.

    The scores are cut into bins of equally many rows; the bins' mean targets are made to rise by
    pooling, and joined by straight lines on the log scale. Beyond the means of the outer bins the
    map goes on, less and less steeply, so that no two rows of different scores become a tie: where
    only the order of the safest rows matters, that is most of the use.

    Parameters
    ----------
    score : ndarray of shape (n_samples,)
        On a log scale: it is right already, up to a constant, where it rises by 1 with the log
        of the target's mean.
    target : ndarray of shape (n_samples,)
        >= 0.

    Attributes
    ----------
    scores, logs : ndarray of shape (n_knots,)
        Mean score of each bin, rising, and the log of its mean target.
    outer_slopes : tuple of float
        How the log begins to go on below the first and above the last of them, in (0, 1].

    Examples
    --------
    >>> score = np.repeat([0.0, 1.0, 2.0], 1000)
    >>> MonotoneMap(score, np.exp(2 * score))(np.array([0.0, 1.0, 2.0])).round(1)
    array([ 1. ,  7.4, 54.6])
    """

    def __init__(self, score: FloatArray, target: FloatArray) -> None:
        n_bins = int(np.clip(len(score) // _ROWS_A_BIN, 1, _MOST_BINS))
        where = np.unique(score, return_inverse=True)[1]
        # Rows of one score stay in one bin.
        rank = np.cumsum(np.bincount(where)) - 1
        bins = np.unique(rank[where] * n_bins // len(score), return_inverse=True)[1]
        size = np.bincount(bins)
        means = np.bincount(bins, weights=target) / size
        rising = isotonic_regression(means, sample_weight=size)
        self.scores: FloatArray = np.bincount(bins, weights=score) / size
        logs = np.log(np.maximum(rising, max(means.max(), np.finfo(np.float64).tiny) * 1e-9))
        self.logs: FloatArray = logs + _LEAST_SLOPE * (self.scores - self.scores[0])
        slopes = np.minimum(np.diff(self.logs) / np.diff(self.scores), 1.0)
        self.outer_slopes: tuple[float, float] = (
            (1.0, 1.0) if len(slopes) == 0 else (slopes[0], slopes[-1])
        )
        # What the floor of the slope and the bent lines between bins change is put right here.
        mapped = self(score).mean()
        self.logs += np.log(max(float(target.mean()), np.finfo(np.float64).tiny) / mapped)

    def __call__(self, score: FloatArray) -> FloatArray:
        """Map scores to the mean target.

        Parameters
        ----------
        score : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
            > 0, rising with the score.
        """
        inside = np.interp(score, self.scores, self.logs)
        below = np.minimum(score - self.scores[0], 0.0)
        above = np.maximum(score - self.scores[-1], 0.0)
        first, last = self.outer_slopes
        beyond = np.log1p(last * above) - np.log1p(-first * below)
        mapped: FloatArray = np.exp(inside + beyond)
        return mapped
