"""Three scores of a row, of which each finds another kind of change.

Each is the rank of a number among held-out rows, less a half: even between -0.5 and 0.5 while the
model is the same, whatever tails the numbers have. There is a number for each detail of the shadow;
the mean of their ranks varies less than one, and is moved as far by another model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from qconf._types import FloatArray

__all__ = ["SIDES", "WORDS", "Scores"]

#: Which way a changed model moves the mean of a score: 0 is either.
SIDES: Final = np.array([0, 1, -1])
#: What is then said of the predictions.
WORDS: Final = (
    "predictions have shifted",
    "predictions are further from the shadow's",
    "predictions lack the details of the model of the fit",
)
#: Points of the distributions that are kept.
_N_POINTS = 1001
#: How far a row's detail and difference count, in their usual sizes: no row is to outweigh all.
_FARTHEST = 4.0


@dataclass(frozen=True)
class Scores:
    """Distributions of three numbers among held-out rows.

    The first is the difference of a prediction and the shadow's, the second its size. The third
    is its product with the *detail*, what the finer part of the shadow adds to the coarse one.
    Another model of the same market may be as near to the shadow as the one that it was learned
    from; its finer details are its own, and those of the shadow are then missing from it.

    Attributes
    ----------
    points : list of ndarray
        Quantiles of the numbers.
    usual_detail, usual_difference : float
        Root mean square, and median size.
    centre : ndarray of shape (3,)
        Mean scores of held-out rows.
    """

    points: list[FloatArray]
    usual_detail: float
    usual_difference: float
    centre: FloatArray

    @classmethod
    def of(cls, difference: FloatArray, detail: FloatArray) -> tuple[Self, FloatArray]:
        """Learn from held-out rows, and score them too.

        Parameters
        ----------
        difference, detail : ndarray of shape (n_samples, n_details)

        Returns
        -------
        scores : Scores
        found : ndarray of shape (n_samples, 3)
            What they say of these rows.
        """
        sizes = float(np.sqrt(np.mean(detail**2))), float(np.median(np.abs(difference)))
        columns = _numbers(difference, detail, *sizes)
        levels = np.linspace(0, 1, min(_N_POINTS, difference.size))
        points = [np.quantile(column, levels, method="nearest") for column in columns]
        plain = cls(points, *sizes, np.zeros(len(points)))
        found = plain.ranks(difference, detail)
        return cls(points, *sizes, found.mean(axis=0)), found

    def ranks(self, difference: FloatArray, detail: FloatArray) -> FloatArray:
        """Score rows, shape (n_samples, 3): the mean over details."""
        columns = _numbers(difference, detail, self.usual_detail, self.usual_difference)
        ranks = [_rank(*pair) for pair in zip(self.points, columns, strict=True)]
        return np.stack([one.mean(axis=1) for one in ranks], axis=1)


def _numbers(
    difference: FloatArray, detail: FloatArray, usual_detail: float, usual_difference: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    there = _clipped(detail, usual_detail) * _clipped(difference, usual_difference)
    return difference, np.abs(difference), there


def _clipped(values: FloatArray, usual: float) -> FloatArray:
    return np.clip(values / (usual or 1.0), -_FARTHEST, _FARTHEST)


def _rank(points: FloatArray, values: FloatArray) -> FloatArray:
    """Find the share of points below each value, ties a half, less a half."""
    below = np.searchsorted(points, values, side="left")
    up_to = np.searchsorted(points, values, side="right")
    return (below + up_to) / (2 * len(points)) - 0.5
