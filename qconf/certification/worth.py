"""What acting on rows is worth, summed up to each cut-off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from qconf._types import ArrayLike, FloatArray, IntArray
from qconf.certification.clusters import up_to_each
from qconf.certification.cut_offs import CutOffs
from qconf.core.estimate import Estimate
from qconf.core.validation import check_column
from qconf.errors import OptionError

__all__ = ["Worth", "amounts_of", "highest"]

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
        return self._sums(cut_offs, self.amounts)

    def behind(self, cut_offs: CutOffs, best: float) -> tuple[FloatArray, FloatArray]:
        """Return how much less each cut-off is worth than the best, and its standard error.

        Paired: rows that both accept cancel out.
        """
        below = np.where(self.scores <= best, self.amounts, 0.0)
        # Up to each cut-off the sum is taken off what the best one accepts.
        return self._sums(cut_offs, -self.amounts, below)

    def _sums(
        self, cut_offs: CutOffs, amounts: FloatArray, always: FloatArray | None = None
    ) -> tuple[FloatArray, FloatArray]:
        """Sum up amounts to each cut-off, beside what is there at every cut-off."""
        n_rows = len(self.scores)
        fixed = np.zeros(n_rows) if always is None else always
        mean = (fixed.sum() + cut_offs.cumulated(self.scores, amounts)) / n_rows
        if self.groups is None:
            # (fixed + amount)² − fixed² is what the square of a row changes by.
            changes = cut_offs.cumulated(self.scores, amounts * (amounts + 2 * fixed))
            spread, n_units = fixed @ fixed + changes - n_rows * mean**2, n_rows
        else:
            spread, n_units = np.zeros(len(cut_offs)), int(self.groups.max()) + 1
            bins, size = cut_offs.bin_of(self.scores), np.bincount(self.groups)
            own_fixed, done = np.bincount(self.groups, fixed), 0
            for (value,) in up_to_each(bins, self.groups, len(cut_offs), amounts):
                of_these = slice(done, done + len(value))
                beyond = own_fixed[of_these, None] + value - size[of_these, None] * mean
                spread += (beyond**2).sum(axis=0)
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


def amounts_of(name: str, given: float | ArrayLike, n_rows: int) -> FloatArray:
    """Read an amount of money a row, or one for all; none may be negative.

    Raises
    ------
    TableError
        If it is not finite numbers, one a row.
    OptionError
        If any is negative.
    """
    column = np.full(n_rows, given) if np.ndim(given) == 0 else given
    amounts = check_column(name, column, n_rows)
    if (amounts < 0).any():
        msg = f"The {name} must not be negative, got {amounts.min():g}: give costs as positive."
        raise OptionError(msg)
    return amounts
