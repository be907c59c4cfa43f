"""The trees of a shadow: a coarse part, and the detail that it leaves, learned several times."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np

from qconf._types import BoolArray, FloatArray
from qconf.core.seeding import draw_seed
from qconf.encoding.encoded import Encoded
from qconf.learners.trees.boosted import BoostedTrees

__all__ = ["TwoParts"]

_COARSE: dict[str, Any] = {
    "n_estimators": 60,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 20,
}
_DETAIL: dict[str, Any] = {
    "n_estimators": 200,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 3,
}
#: How often the detail is learned, by other seeds. What they say of a row is averaged.
_N_DETAILS = 3
_FARTHEST = 4.0


@dataclass(frozen=True)
class TwoParts:
    """Predictions of a valuation model, as learned from features.

    Attributes
    ----------
    coarse : BoostedTrees
    details : list of BoostedTrees
        Each learned from what the coarse part leaves, by another seed.
    lasting : ndarray of shape (n_features,), dtype bool
        Columns of which details are learned: of the newest time there are no details yet.
    stretch : float
        What details are multiplied by: on new rows trees say too little, or too much.
    """

    coarse: BoostedTrees
    details: list[BoostedTrees]
    lasting: BoolArray
    stretch: float

    @classmethod
    def grown(
        cls, table: Encoded, lasting: BoolArray, value: FloatArray, rng: np.random.RandomState
    ) -> Self:
        """Learn from rows of `fit`."""
        whole: Any = table
        rows: Any = _blanked(table, lasting)
        coarse = cls.coarse_grown(table, value, rng)
        left = value - coarse.predict(whole)
        seeds = [draw_seed(rng) for _ in range(_N_DETAILS)]
        details = [BoostedTrees(**_DETAIL, random_state=seed).fit(rows, left) for seed in seeds]
        return cls(coarse, details, lasting, 1.0)

    @staticmethod
    def coarse_grown(table: Encoded, value: FloatArray, rng: np.random.RandomState) -> BoostedTrees:
        """Learn the coarse part alone."""
        rows: Any = table
        return BoostedTrees(**_COARSE, random_state=draw_seed(rng)).fit(rows, value)

    def stretched(self, table: Encoded, value: FloatArray) -> Self:
        """Fit how much details count to rows held out, by least squares without outliers."""
        coarse, detail = self.predict(table)
        left = (value - coarse)[:, None] - detail
        unit = float(np.sqrt(np.mean(detail**2))), float(np.median(np.abs(left)))
        if min(unit) == 0:
            return self
        said, wanted = (
            np.clip(values / one, -_FARTHEST, _FARTHEST)
            for values, one in zip((detail, left), unit, strict=True)
        )
        slope = float((said * wanted).sum() / (said * said).sum()) * unit[1] / unit[0]
        return replace(self, stretch=max(0.5, 1 + slope))

    def predict(self, table: Encoded) -> tuple[FloatArray, FloatArray]:
        """Predict by the coarse part, shape (n_samples,), and by each detail, (n_samples, n)."""
        if not len(table):
            return np.empty(0), np.empty((0, len(self.details)))
        whole: Any = table
        rows: Any = _blanked(table, self.lasting)
        found = np.stack([one.predict(rows) for one in self.details], axis=1)
        return self.coarse.predict(whole), self.stretch * found


def _blanked(table: Encoded, columns: BoolArray) -> Encoded:
    """Leave some columns, and make the others missing."""
    return Encoded(np.where(columns, table.matrix, np.nan), table.encoder)
