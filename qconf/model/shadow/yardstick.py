"""Hold the mean scores of rows against those of held-out rows of the same model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from scipy.stats import t as student

from qconf._types import FloatArray, IntArray
from qconf.model.shadow.judged import Judged
from qconf.model.shadow.mix import Mix, Spread
from qconf.model.shadow.scores import SIDES, Scores
from qconf.model.shadow.trend import SURE

__all__ = ["Yardstick"]

#: A mean rank that is off by less is no change of the model: half a hundredth of the way from the
#: lowest row to the highest, in prices less than a tenth of a per cent. It keeps the level where
#: the variances below are only nearly right.
_TOLERATED = 0.005


@dataclass(frozen=True)
class Yardstick:
    """How rows of the same model score, and how far their mean may stray.

    Attributes
    ----------
    scores : Scores
    mix : Mix
    """

    scores: Scores
    mix: Mix

    @classmethod
    def of(
        cls,
        difference: FloatArray,
        detail: FloatArray,
        cells: list[IntArray],
        period: IntArray | None,
    ) -> Self:
        """Learn from held-out rows: see `Scores` and `Mix`."""
        scores, found = Scores.of(difference, detail)
        return cls(scores, Mix.of(cells, found, period, difference.shape[1]))

    def p_values(self, judged: Judged, difference: FloatArray, reach: float) -> FloatArray:
        """Test whether the mean of each score can be that of the model of `fit`.

        Parameters
        ----------
        judged : Judged
            At least one row.
        difference : ndarray of shape (n_rows, n_details)
            Prediction minus what the model of `fit` is expected to say.
        reach : float
            How far all of them may be off together, as three standard deviations.

        Returns
        -------
        ndarray of shape (3,)
        """
        # What the market may have done is taken out, as far as it may have; and what is taken out
        # makes a shift of the mean rank the less sure.
        shift = float(np.clip(np.median(difference), -reach, reach))
        copies = np.unique(judged.copies, return_inverse=True)[1]
        scores = self.scores.ranks(difference - shift, judged.detail)
        scores[:, 0] = self.scores.ranks(difference, judged.detail)[:, 0]
        spread = self.mix.spread(judged.cells, scores, copies)
        spread = _with_drift(spread, self._drift(judged, difference, reach))
        away = scores.mean(axis=0) - self.scores.centre
        towards = np.where(SIDES == 0, np.abs(away), SIDES * away) - _TOLERATED
        tail = student.sf(towards / np.sqrt(spread.variance), spread.freedom)
        found: FloatArray = np.minimum(np.where(SIDES == 0, 2 * tail, tail), 1.0)
        return found

    def _drift(self, judged: Judged, difference: FloatArray, reach: float) -> FloatArray:
        """Return standard deviations of the mean scores, if all differences move together."""
        if reach == 0:
            return np.zeros(len(SIDES))
        down, here, up = (
            self.scores.ranks(difference + by, judged.detail)[:, 0].mean()
            for by in (-reach, 0.0, reach)
        )
        return np.array([max(up - here, here - down) / SURE, 0.0, 0.0])


def _with_drift(spread: Spread, drift: FloatArray) -> Spread:
    variance = spread.variance + drift**2
    # The drift is known; what is in doubt is the rest, as before.
    return Spread(variance, spread.freedom * (variance / spread.variance) ** 2)
