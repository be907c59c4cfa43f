"""Rows with a truth that neither model has seen, and what can be certified on them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.certification.binomial import upper_limits
from qconf.certification.certificate import Certificate
from qconf.certification.cut_offs import CutOffs
from qconf.certification.periods import PeriodPromise, Periods, promise_of_periods
from qconf.certification.remedies import Remedies, remedies_for
from qconf.certification.sequence import last_passed
from qconf.certification.starting import RiskCurves, start_of
from qconf.certification.tally import Tally
from qconf.core.estimate import Estimate
from qconf.evaluation.rate_intervals import rate_estimate
from qconf.evaluation.resampling import Draws

__all__ = ["Calibration"]

#: How alike rows of a group are thought to be before any label is seen: it only moves the start.
_ALIKE = 0.03


@dataclass(frozen=True, eq=False)
class Calibration:
    """Calibration rows, counted up to each cut-off.

    Attributes
    ----------
    cut_offs : CutOffs
    starts : CutOffs
        Those among them, a hundred at most, of which one is tested first.
    scores : ndarray of shape (n_samples,)
    outlier : ndarray of shape (n_samples,), dtype bool
    periods : Periods or None
    curves : RiskCurves or None
        What was known of the risk before, for `starts`.
    tally : Tally
    planned_rows : float
        Independent rows that the start is chosen for; no label has a say in it.
    confidence_level : float
    """

    cut_offs: CutOffs
    starts: CutOffs
    scores: FloatArray
    outlier: BoolArray
    periods: Periods | None
    curves: RiskCurves | None
    tally: Tally
    planned_rows: float
    confidence_level: float

    @classmethod
    def of(
        cls,
        cut_offs: CutOffs,
        starts: CutOffs,
        scores: FloatArray,
        outlier: BoolArray,
        *,
        groups: IntArray | None,
        periods: Periods | None,
        curves: RiskCurves | None,
        confidence_level: float,
    ) -> Self:
        """Count the rows."""
        planned = float(len(scores))
        if groups is not None:
            size = np.bincount(groups)
            planned /= 1 + (float(size @ size) / len(scores) - 1) * _ALIKE
        tally = Tally.of(cut_offs, scores, outlier, groups, confidence_level)
        told = float(confidence_level)
        return cls(cut_offs, starts, scores, outlier, periods, curves, tally, planned, told)

    @property
    def delta(self) -> float:
        """The level of each test."""
        return 1 - self.confidence_level

    def start(self, outlier_rate: float, times: float = 1.0) -> int:
        """Return the cut-off that is tested first, of so many times as many rows.

        No label has a say in it.
        """
        planned = times * self.planned_rows
        chosen = start_of(self.curves, self.starts, planned, outlier_rate, self.delta)
        return int(np.searchsorted(self.cut_offs.scores, self.starts.scores[chosen]))

    def certificate(self, outlier_rate: float, **words: Any) -> Certificate:
        """Test cut-offs from the start on, and hold what passed.

        Parameters
        ----------
        outlier_rate : float
        **words
            ``threshold``, ``side`` and ``error``: what an outlier is.
        """
        start = self.start(outlier_rate)
        p_values = self.tally.p_values(outlier_rate)
        last, end = last_passed(p_values <= self.delta, start)
        n, outliers, worth = self.tally.at(last)
        return Certificate(
            cut_off=-np.inf if last is None else float(self.cut_offs.scores[last]),
            certified=last is not None,
            limit=outlier_rate,
            confidence_level=self.confidence_level,
            coverage=n / self.tally.n_rows,
            outlier_rate=self._observed(n, outliers, worth),
            bound=1.0 if last is None else float(self._bounds()[last]),
            n_accepted=int(n),
            n_outliers=int(outliers),
            n_rows=self.tally.n_rows,
            n_effective=worth,
            n_groups=self.tally.n_groups,
            path=self._path(p_values, start, end),
            curve=self._curve(),
            start="power" if self.curves is None else self.curves.source,
            period=self._of_a_period(start, outlier_rate),
            remedies=self._remedies(outlier_rate) if last is None else None,
            **words,
        )

    def _observed(self, n: float, outliers: float, worth: float) -> Estimate:
        """Return the outlier rate among the rows accepted, with a two-sided interval."""
        if worth == 0:
            return Estimate(np.nan, (np.nan, np.nan), 0.0)
        independent = Draws(np.zeros(1))
        return rate_estimate(outliers / n, n, independent, self.confidence_level, n / worth)

    def _bounds(self) -> FloatArray:
        """Return the one-sided limit at each cut-off; 1 where nothing is known."""
        worth = self.tally.n_effective
        return upper_limits(self.tally.rate * worth, worth, self.confidence_level)

    def _path(self, p_values: FloatArray, start: int, end: int) -> pd.DataFrame:
        made = slice(start, end)
        tally = self.tally
        return pd.DataFrame(
            {
                "cut_off": self.cut_offs.scores[made],
                "coverage": tally.n[made] / tally.n_rows,
                "n": tally.n[made].astype(np.intp),
                "outliers": tally.outliers[made].astype(np.intp),
                "n_effective": tally.n_effective[made],
                "p_value": p_values[made],
                "passed": p_values[made] <= self.delta,
            }
        )

    def _curve(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "cut_off": self.cut_offs.scores,
                "coverage": self.tally.n / self.tally.n_rows,
                "outlier_rate": self.tally.rate,
                "bound": self._bounds(),
            }
        )

    def _of_a_period(self, start: int, outlier_rate: float) -> PeriodPromise | None:
        if self.periods is None:
            return None
        return promise_of_periods(
            self.cut_offs,
            self.scores,
            self.outlier,
            self.periods,
            start=start,
            outlier_rate=outlier_rate,
            confidence_level=self.confidence_level,
        )

    def _remedies(self, outlier_rate: float) -> Remedies:
        """Look at the labels once more: what helps is advice, and no promise."""
        return remedies_for(
            self.tally,
            self.cut_offs.scores,
            start_at=self.start,
            outlier_rate=outlier_rate,
            delta=self.delta,
        )
