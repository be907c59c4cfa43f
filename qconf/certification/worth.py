"""What acting on rows is worth, summed up to each cut-off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray, IntArray
from qconf.certification.clusters import up_to_each
from qconf.certification.cut_offs import CutOffs
from qconf.core.estimate import Estimate

__all__ = ["Worth", "highest"]

_FOLDS = 5


@dataclass(frozen=True, eq=False)
class Worth:
    """Rows with what acting on each is worth."""

    scores: FloatArray
    amounts: FloatArray
    groups: IntArray | None

    def mean(self, each: FloatArray, confidence_level: float) -> Estimate:
        """Return a mean over the rows, with an interval that respects groups."""
        mean = float(each.mean())
        beyond = each - mean
        units = beyond if self.groups is None else np.bincount(self.groups, beyond)
        scale = len(units) / max(len(units) - 1, 1)
        error = float(np.sqrt(scale * (units @ units))) / len(each)
        reach = float(norm.ppf((1 + confidence_level) / 2)) * error
        return Estimate(mean, (mean - reach, mean + reach))

    def up_to(self, cut_offs: CutOffs) -> tuple[FloatArray, FloatArray]:
        """Return the value a row up to each cut-off, and its standard error."""
        n_rows = len(self.scores)
        mean = cut_offs.cumulated(self.scores, self.amounts) / n_rows
        if self.groups is None:
            squares = cut_offs.cumulated(self.scores, self.amounts**2)
            spread, n_units = squares - n_rows * mean**2, n_rows
        else:
            spread, n_units = np.zeros(len(cut_offs)), int(self.groups.max()) + 1
            bins, size = cut_offs.bin_of(self.scores), np.bincount(self.groups)
            done = 0
            for (value,) in up_to_each(bins, self.groups, len(cut_offs), self.amounts):
                own = size[done : done + len(value), None]
                spread += ((value - own * mean) ** 2).sum(axis=0)
                done += len(value)
        scale = n_units / max(n_units - 1, 1)
        return mean, np.sqrt(scale * np.maximum(spread, 0.0)) / n_rows

    def cross_fitted(self, cut_offs: CutOffs, random_state: int) -> FloatArray:
        """Return what each row was worth under a cut-off that was chosen on other rows."""
        n_units = len(self.scores) if self.groups is None else int(self.groups.max()) + 1
        dealt = np.random.default_rng(random_state).permutation(n_units) % _FOLDS
        fold = dealt if self.groups is None else dealt[self.groups]
        each = np.zeros(len(self.scores))
        for number in range(_FOLDS):
            others, own = fold != number, fold == number
            total = cut_offs.cumulated(self.scores[others], self.amounts[others])
            each[own] = self.amounts[own] * (self.scores[own] <= highest(cut_offs, total))
        return each


def highest(cut_offs: CutOffs, value: FloatArray) -> float:
    """Return the cut-off with the highest value; −inf where acting on no row is as good."""
    best = int(np.argmax(value))
    return float(cut_offs.scores[best]) if value[best] > 0 else -np.inf
