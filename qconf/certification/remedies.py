"""What helps where nothing can be certified."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from qconf._types import FloatArray
from qconf.certification.cut_offs import CutOffs
from qconf.certification.sequence import last_passed
from qconf.certification.tally import Tally

__all__ = ["Remedies", "remedies_for"]

_POWER = 0.9
#: Neighbouring rates that are tried, the smaller over the larger.
_STEP = 1.05


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
        as frequent as here; None if no number of rows would do.
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
    cut_offs: CutOffs,
    learned: FloatArray,
    *,
    start_at: Callable[[float], int],
    outlier_rate: float,
    delta: float,
) -> Remedies:
    """Say what would help.

    Parameters
    ----------
    tally : Tally
    cut_offs : CutOffs
    learned : ndarray of shape (n_cut_offs,)
        The outlier rate up to each cut-off, as a smooth curve says that was fitted to the
        calibration rows.
    start_at : callable
        Which cut-off is tested first for an outlier rate.
    outlier_rate, delta : float
        What could not be certified.
    """
    low_enough = np.flatnonzero((tally.rate <= outlier_rate) & (tally.n > 0))
    largest = int(low_enough[-1]) if len(low_enough) else None
    return Remedies(
        certifiable_rate=_smallest_rate(tally, outlier_rate, delta, start_at),
        rows_needed=_rows_needed(tally, cut_offs, learned, outlier_rate, delta),
        uncertified_cut_off=-np.inf if largest is None else float(cut_offs.scores[largest]),
        uncertified_coverage=0.0 if largest is None else float(tally.n[largest]) / tally.n_rows,
    )


def _smallest_rate(
    tally: Tally, outlier_rate: float, delta: float, start_at: Callable[[float], int]
) -> float | None:
    """Try larger rates, each 5 % above the one before and rounded up to two digits."""
    rate = outlier_rate
    while (rate := _rounded_up(rate * _STEP)) < 1:
        if last_passed(tally.p_values(rate) <= delta, start_at(rate))[0] is not None:
            return rate
    return None


def _rounded_up(number: float) -> float:
    """Round up to two digits."""
    unit = 10.0 ** (math.floor(math.log10(number)) - 1)
    return round(math.ceil(number / unit - 1e-9) * unit, 12)


def _rows_needed(
    tally: Tally, cut_offs: CutOffs, learned: FloatArray, outlier_rate: float, delta: float
) -> int | None:
    """Return how many rows would do for the cut-off that needs fewest."""
    room = outlier_rate - learned
    if (room <= 0).all():
        return None
    tail, power = float(norm.ppf(1 - delta)), float(norm.ppf(_POWER))
    spread = tail * np.sqrt(outlier_rate * (1 - outlier_rate)) + power * np.sqrt(
        learned * (1 - learned)
    )
    accepted = (spread / np.where(room > 0, room, np.nan)) ** 2
    accepted = np.maximum(accepted, math.log(delta) / math.log1p(-outlier_rate))
    effect = tally.n / np.maximum(tally.n_effective, 1e-9)
    rows = accepted * np.where(tally.n_effective > 0, effect, np.nan) / np.cumsum(cut_offs.share)
    if np.isnan(rows).all():
        return None
    return math.ceil(_rounded_up(float(np.nanmin(rows))))  # more than two digits are not known
