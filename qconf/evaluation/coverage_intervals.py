"""Make intervals of the share of rows that can be accepted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.estimate import Estimate
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.resampling import Draws

__all__ = ["coverage_estimate"]


def coverage_estimate(
    metric: CoverageAt,
    value: float,
    draws: Draws,
    confidence_level: float,
    curve: pd.DataFrame,
    risks: pd.DataFrame,
) -> Estimate:
    """Make an interval of the coverage at an outlier rate.

    Where rows are resampled one by one, of the middle resamples. Where they hang together these
    tell too little: what a bad month does to the coverage does not show in months that were good,
    and where all rows can be accepted no slow wave moves it. So the rates themselves have a say
    (a test turned round, as Fieller 1954 has it): the interval reaches as far as the shares at
    which the rate asked for lies in the interval of the outlier rate. The resamples keep their say,
    for they alone know how many rows share a coarse score
    (docs/decisions/0066-coverage-intervals.md).

    Parameters
    ----------
    metric : CoverageAt
    value : float
        In [0, 1].
    draws : Draws
        Of the coverage.
    confidence_level : float
        That of the intervals of `risks`, too.
    curve : DataFrame
        ``coverage`` and ``outlier_rate`` at each cut-off, in rising order.
    risks : DataFrame
        Some points of it, with ``low`` and ``high``.

    Returns
    -------
    Estimate
    """
    told = metric.estimate(value, draws, confidence_level)
    if draws.of_single_rows:
        return told
    share, rate = (curve[name].to_numpy() for name in ("coverage", "outlier_rate"))

    def moved(end: str) -> FloatArray:
        away = risks[end] - risks["outlier_rate"]
        there: FloatArray = rate + np.interp(share, risks["coverage"], away)
        return there

    # Of a smaller share than the first of the points it is not known how far the rate may be up.
    known = share >= risks["coverage"].iloc[0]
    surely = share[known & (moved("high") <= metric.outlier_rate)].max(initial=0.0)
    perhaps = share[moved("low") <= metric.outlier_rate].max(initial=0.0)
    # Within a tie a share may be accepted that is none of the curve's.
    ends = (float(surely), float(perhaps), *told.interval, value)
    return Estimate(value, (min(ends), max(ends)))
