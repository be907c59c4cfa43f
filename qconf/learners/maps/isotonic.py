"""Fit an isotonic regression that keeps the order of what it maps."""

from __future__ import annotations

import numpy as np
from scipy.optimize import isotonic_regression

from qconf._types import FloatArray

__all__ = ["CenteredIsotonicMap"]


class CenteredIsotonicMap:
    """A rising map from scores to the mean of a target.

    Pooling adjacent violators gives a step function, whose flat stretches would make ties of
    rows that the score tells apart. Here each step is put at the mean score of its pool and the
    points are joined by straight lines (centered isotonic regression: Oron & Flournoy 2017,
    Statistics in Biopharmaceutical Research 9(3), doi 10.1080/19466315.2017.1286256), so that the
    map rises strictly between the first and the last pool.

    Parameters
    ----------
    score : ndarray of shape (n_samples,)
    target : ndarray of shape (n_samples,)

    Attributes
    ----------
    score_knots : ndarray of shape (n_knots,)
    target_knots : ndarray of shape (n_knots,)
        The mean target of each pool, rising.

    Examples
    --------
    >>> import numpy as np
    >>> rising = CenteredIsotonicMap(np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.0, 3.0, 2.0, 5.0]))
    >>> rising(np.array([0.0, 2.5, 4.0, 9.0]))
    array([1. , 2.5, 5. , 5. ])
    """

    def __init__(self, score: FloatArray, target: FloatArray) -> None:
        distinct, pool_of_row, counts = np.unique(score, return_inverse=True, return_counts=True)
        means = np.bincount(pool_of_row, weights=target) / counts
        fitted = isotonic_regression(means, weights=counts)
        starts = fitted.blocks[:-1]
        self.score_knots: FloatArray = np.add.reduceat(distinct * counts, starts) / np.add.reduceat(
            counts, starts
        )
        self.target_knots: FloatArray = np.asarray(fitted.x, dtype=np.float64)[starts]

    def __call__(self, score: FloatArray) -> FloatArray:
        """Map scores to the mean target; beyond the outer knots the map is level.

        Parameters
        ----------
        score : ndarray of shape (n_samples,)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        mapped: FloatArray = np.interp(score, self.score_knots, self.target_knots)
        return mapped
