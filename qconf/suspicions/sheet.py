"""Split rows into those that formulas are fitted on and those that check them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.suspicions.agreement import agreement, tolerance
from qconf.suspicions.formula import Formula
from qconf.suspicions.view import Levels, View

__all__ = ["Sheet", "make_sheet"]

#: Columns of numbers, and levels, are fitted all at once: so many rows for each, within bounds.
_FIT_ROWS_A_COLUMN = 4
_FIT_ROWS = (400, 1_500)
_CHECK_ROWS = 1_000
_ENOUGH_TO_JUDGE = 100


@dataclass(frozen=True, eq=False)
class Sheet:
    """A few thousand rows, in two parts.

    Attributes
    ----------
    numbers : mapping of str to ndarray of shape (n_samples,)
        Features, prediction and time, as far as they are measured.
    levels : mapping of str to Levels
    y : ndarray of shape (n_samples,)
    allowed : ndarray of shape (n_samples,)
        How close a formula must come to each target.
    fit, check : ndarray of int
        Positions.
    judged : ndarray of int
        Positions on which a formula of few terms is judged: `check`, or in small tables all.
    """

    numbers: Mapping[str, FloatArray]
    levels: Mapping[str, Levels]
    y: FloatArray
    allowed: FloatArray
    fit: IntArray
    check: IntArray
    judged: IntArray

    def agreement(self, formula: Formula) -> float:
        """Return the share of the rows for judging that a formula computes."""
        rows = self.judged
        return agreement(formula.values(self.numbers)[rows], self.y[rows], self.allowed[rows])

    def distance(self, formula: Formula) -> float:
        """Return the median distance from the target, in units of what is allowed."""
        rows = self.judged
        off = np.abs(formula.values(self.numbers)[rows] - self.y[rows]) / self.allowed[rows]
        return float(np.median(off[np.isfinite(off)]))


def make_sheet(view: View, without: frozenset[str] = frozenset()) -> Sheet:
    """Split the rows of a view, always in the same way.

    Parameters
    ----------
    view : View
    without : frozenset of str, default=frozenset()
        Columns to leave out.
    """
    numbers = {
        name: values
        for name, values in {**view.beside, **view.numbers}.items()
        if name not in without
    }
    levels = {name: found for name, found in view.levels.items() if name not in without}
    n_rows = len(view.y)
    n_columns = len(numbers) + sum(len(one.labels) for one in levels.values())
    n_fit = min(2 * n_rows // 3, int(np.clip(_FIT_ROWS_A_COLUMN * n_columns, *_FIT_ROWS)))
    order = np.random.default_rng(0).permutation(n_rows)[: n_fit + _CHECK_ROWS]
    taken = np.arange(len(order))
    y = view.y[order]
    return Sheet(
        numbers={name: values[order] for name, values in numbers.items()},
        levels={name: Levels(one.codes[order], one.labels) for name, one in levels.items()},
        y=y,
        allowed=tolerance(y),
        fit=taken[:n_fit],
        check=taken[n_fit:],
        judged=taken[n_fit:] if len(taken) - n_fit >= _ENOUGH_TO_JUDGE else taken,
    )
