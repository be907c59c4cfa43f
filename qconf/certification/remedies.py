"""What helps where nothing can be certified."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.certification.sequence import last_passed
from qconf.certification.tally import Tally

__all__ = ["Remedies", "remedies_for"]

_POWER = 0.9
#: Neighbouring rates that are tried, the smaller over the larger.
_STEP = 1.05
#: How many times as many rows are tried; what would take more is out of reach.
_TIMES = 1.15 ** np.arange(1, 50)


@dataclass(frozen=True)
class Remedies:
    """Three things that help, and how far each would go.

    Attributes
    ----------
    certifiable_rate : float or None
        The smallest outlier rate that could be certified on these rows; found by trying, so that
        a promise of it needs other rows.
    rows_needed : int or None
        Calibration rows with which this rate would be certified 9 times in 10, if outliers are
        as frequent as here; more than there are. None if no number of rows within reach (a
        thousand times as many) would do.
    uncertified_cut_off : float
        The riskiest cut-off whose *observed* rate is low enough; exceeded about half of the time.
    uncertified_coverage : float
    """

    certifiable_rate: float | None
    rows_needed: int | None
    uncertified_cut_off: float
    uncertified_coverage: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers; None where there is none."""
        known = self.uncertified_coverage > 0
        return {
            "certifiable_rate": self.certifiable_rate,
            "rows_needed": self.rows_needed,
            "uncertified_cut_off": self.uncertified_cut_off if known else None,
            "uncertified_coverage": self.uncertified_coverage,
        }


def remedies_for(
    tally: Tally,
    cut_offs: FloatArray,
    *,
    start_at: Callable[[float, float], int],
    outlier_rate: float,
    delta: float,
) -> Remedies:
    """Say what would help.

    Parameters
    ----------
    tally : Tally
    cut_offs : ndarray of shape (n_cut_offs,)
    start_at : callable
        Which cut-off is tested first for an outlier rate, on so many times as many rows.
    outlier_rate, delta : float
        What could not be certified.
    """
    low_enough = np.flatnonzero((tally.rate <= outlier_rate) & (tally.n > 0))
    largest = int(low_enough[-1]) if len(low_enough) else None
    return Remedies(
        certifiable_rate=_smallest_rate(tally, outlier_rate, delta, start_at),
        rows_needed=_rows_needed(tally, outlier_rate, delta, start_at),
        uncertified_cut_off=-np.inf if largest is None else float(cut_offs[largest]),
        uncertified_coverage=0.0 if largest is None else float(tally.n[largest]) / tally.n_rows,
    )


def _smallest_rate(
    tally: Tally, outlier_rate: float, delta: float, start_at: Callable[[float, float], int]
) -> float | None:
    """Try larger rates, each 5 % above the one before and rounded up to two digits."""
    rate = outlier_rate
    while (rate := _rounded_up(rate * _STEP)) < 1:
        if last_passed(tally.p_values(rate) <= delta, start_at(rate, 1.0))[0] is not None:
            return rate
    return None


def _rounded_up(number: float) -> float:
    """Round up to two digits."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 1)
    return round(math.ceil(number / unit - 1e-9) * unit, 12)


def _rows_needed(
    tally: Tally,
    outlier_rate: float,
    delta: float,
    start_at: Callable[[float, float], int],
) -> int | None:
    """Try larger tables of the same kind: the first whose first test would mostly pass.

    It is asked for where that table's tests would start, which no label decides. The cut-off
    that looks best here, or a curve that is bent by a dozen clean rows, promises too much: no
    table starts there because of them.
    """
    enough = _independent_rows(_thought_rate(tally), outlier_rate, delta)
    if np.isinf(enough).all():
        return None
    for times in _TIMES:
        start = start_at(outlier_rate, times)
        if times * tally.n_effective[start] >= enough[start]:
            return math.ceil(_rounded_up(times * tally.n_rows))  # no more digits are known
    return None


def _thought_rate(tally: Tally) -> FloatArray:
    """Return the outlier rate up to each cut-off that is to be reckoned with.

    No outlier among few rows does not mean that there is never one: half of one is added. And
    safer rows are thought to have no more than riskier ones, of which more is known.
    """
    worth = tally.n_effective
    seen = (tally.rate * worth + 0.5) / (worth + 1)
    return np.asarray(np.minimum.accumulate(seen[::-1])[::-1])


def _independent_rows(rate: FloatArray, outlier_rate: float, delta: float) -> FloatArray:
    """Return how many rows pass the test 9 times in 10 at these true rates; infinite for none."""
    tail, power = float(norm.ppf(1 - delta)), float(norm.ppf(_POWER))
    spread = tail * np.sqrt(outlier_rate * (1 - outlier_rate)) + power * np.sqrt(rate * (1 - rate))
    room = outlier_rate - rate
    rows = np.where(room > 0, spread / np.where(room > 0, room, 1.0), np.inf) ** 2
    return np.asarray(np.maximum(rows, math.log(delta) / math.log1p(-outlier_rate)))
