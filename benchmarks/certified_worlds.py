"""Tables whose outlier rate below any cut-off is known, to see whether certificates hold.

Scores are lognormal (median 0.08, log-sd 0.5), errors Student's t with 5 degrees of freedom and
that standard deviation, outliers beyond 0.15. A shock multiplies the errors of a group.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.stats import norm, t

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["THRESHOLD", "WORLDS", "Table", "World"]

THRESHOLD = 0.15
_MEDIAN, _LOG_SD, _FREEDOM = 0.08, 0.5, 5
_TO_UNIT = np.sqrt((_FREEDOM - 2) / _FREEDOM)
_SHOCK = 0.4
#: Points of the score's distribution, and of a shock's, over which truths are averaged.
_POINTS, _SHOCK_POINTS = 20_000, 200


@dataclass(frozen=True)
class Table:
    """Rows with a score, a residual and perhaps a group."""

    score: FloatArray
    residual: FloatArray
    groups: IntArray | None

    @property
    def outlier(self) -> BoolArray:
        """Whether each row is an outlier."""
        beyond: BoolArray = np.abs(self.residual) > THRESHOLD
        return beyond


@dataclass(frozen=True)
class World:
    """How tables are made, and what is true of the rows below a cut-off.

    Attributes
    ----------
    n_rows : int
    outlier_rate : float
        What is to be certified.
    groups : callable or None
        Makes the groups of so many rows.
    digits : int or None
        To how many digits scores are rounded, so that rows tie.
    """

    n_rows: int
    outlier_rate: float
    groups: Callable[[int], IntArray] | None = None
    digits: int | None = None

    def table(self, rng: np.random.Generator) -> Table:
        """Draw one table."""
        score = _rounded(_MEDIAN * np.exp(_LOG_SD * rng.normal(size=self.n_rows)), self.digits)
        noise = rng.standard_t(_FREEDOM, size=self.n_rows) * _TO_UNIT
        if self.groups is None:
            return Table(score, score * noise, None)
        groups = self.groups(self.n_rows)
        shock = np.exp(_SHOCK * rng.normal(size=int(groups.max()) + 1))
        return Table(score, score * shock[groups] * noise, groups)

    def risk(self, cut_off: float) -> float:
        """Return the outlier rate of all rows whose score is at most this."""
        score, risk = _risk(self.digits, self.groups is not None)
        below = int(np.searchsorted(score, cut_off, side="right"))
        return float(risk[max(below - 1, 0)])

    @property
    def best_coverage(self) -> float:
        """The largest share of rows with few enough outliers: what the truth would accept."""
        _, risk = _risk(self.digits, self.groups is not None)
        return float(np.flatnonzero(risk <= self.outlier_rate).max(initial=-1) + 1) / len(risk)


@cache
def _risk(digits: int | None, shocked: bool) -> tuple[FloatArray, FloatArray]:
    """Return scores in order, and the outlier rate up to each."""
    middle = (np.arange(_POINTS) + 0.5) / _POINTS
    score = _rounded(_MEDIAN * np.exp(_LOG_SD * norm.ppf(middle)), digits)
    shocks = np.zeros(1)
    if shocked:
        shocks = _SHOCK * norm.ppf((np.arange(_SHOCK_POINTS) + 0.5) / _SHOCK_POINTS)
    with np.errstate(divide="ignore"):
        each = [2 * t.sf(THRESHOLD / (score * np.exp(one) * _TO_UNIT), _FREEDOM) for one in shocks]
    risk = np.cumsum(np.mean(each, axis=0)) / np.arange(1, _POINTS + 1)
    # Rows that tie are accepted together.
    last = np.searchsorted(score, score, side="right") - 1
    return score, risk[last]


def _rounded(score: FloatArray, digits: int | None) -> FloatArray:
    return score if digits is None else np.round(score, digits)


def _of_fifty(n_rows: int) -> IntArray:
    return np.arange(n_rows) // 50


def _one_large(n_rows: int) -> IntArray:
    """Three tenths of the rows in one group, the others in groups of twenty."""
    large = 3 * n_rows // 10
    return np.concatenate([np.zeros(large, dtype=np.intp), 1 + np.arange(n_rows - large) // 20])


#: Groups are promised 8 %: with their shocks 5 % is true of few rows.
WORLDS: dict[str, World] = {
    "independent rows, 500": World(500, 0.05),
    "independent rows, 2000": World(2000, 0.05),
    "independent rows, 10000": World(10_000, 0.05),
    "tied scores, 2000": World(2000, 0.05, digits=2),
    "40 groups of 50": World(2000, 0.08, groups=_of_fifty),
    "one group of 30 %": World(2000, 0.08, groups=_one_large),
}
