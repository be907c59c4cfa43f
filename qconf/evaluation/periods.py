"""What one pooled number hides: errors period by period, and whether they have a trend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.estimate import Estimate, in_percent
from qconf.evaluation.long_run import SlowWaves, dependence
from qconf.evaluation.rate_intervals import rate_estimate
from qconf.evaluation.resampling import Draws
from qconf.residuals.schedules import blocks_in_time

__all__ = ["Period", "by_period", "trend_lines"]

#: At most so many periods are told.
_PERIODS = 12

#: Calendar periods, the longest first; the first that makes enough of them is taken.
_CALENDAR = ("Y", "Q", "M", "W", "D")
_ENOUGH = 4

#: Confidence level at which a slope must differ from zero.
_SURE = 0.98

#: No resamples are needed where rows are taken as independent.
_INDEPENDENT = Draws(np.zeros(1))


@dataclass(frozen=True)
class Period:
    """The errors of one period.

    Attributes
    ----------
    name : str
        A year, quarter, month, week or day; else from which to which time it goes.
    n : int
        Number of rows.
    bias : float
        Mean signed residual; above zero the predictions are too high.
    outlier_rate : Estimate
        Share of rows with abs(residual) above the threshold, as if rows were independent.
    median_absolute_residual : float
    """

    name: str
    n: int
    bias: float
    outlier_rate: Estimate
    median_absolute_residual: float

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        return {
            "period": self.name,
            "n": self.n,
            "bias": self.bias,
            "outlier_rate": self.outlier_rate.value,
            "interval": list(self.outlier_rate.interval),
            "median_absolute_residual": self.median_absolute_residual,
        }


def by_period(
    time: Any, residual: FloatArray, threshold: float, *, confidence_level: float = 0.95
) -> tuple[Period, ...]:
    """Sum up the errors of each period of the time.

    Parameters
    ----------
    time : ndarray of shape (n_samples,)
        datetime64 or numbers, without gaps.
    residual : ndarray of shape (n_samples,)
        Signed.
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    confidence_level : float, default=0.95
        Confidence level of the intervals.

    Returns
    -------
    tuple of Period
        The earliest first, at most 12: calendar periods of dates, else stretches of time with
        nearly equally many rows.

    Examples
    --------
    >>> import numpy as np
    >>> time = np.repeat(np.array(["2020", "2021", "2022", "2023"], dtype="M8[Y]"), 2)
    >>> residual = np.array([0.1, 0.0, 0.0, 0.1, 0.2, 0.0, 0.2, 0.4])
    >>> [(one.name, round(one.bias, 2)) for one in by_period(time, residual, 0.15)]
    [('2020', 0.05), ('2021', 0.05), ('2022', 0.1), ('2023', 0.3)]
    """
    codes, names = _periods(time)
    periods = []
    for number, name in enumerate(names):
        own = residual[codes == number]
        size = np.abs(own)
        rate = rate_estimate(
            float(np.mean(size > threshold)), len(own), _INDEPENDENT, confidence_level
        )
        periods.append(Period(name, len(own), float(own.mean()), rate, float(np.median(size))))
    return tuple(periods)


def trend_lines(
    time: Any,
    residual: FloatArray,
    threshold: float,
    *,
    percent: bool = True,
) -> tuple[str, ...]:
    """Say in a line each whether the outlier rate and the bias have a trend in time.

    A trend is told if its slope is beyond chance, slow movement in time allowed for
    (`SlowWaves`): errors that wander up and down have none.

    Parameters
    ----------
    time, residual, threshold
        As in `by_period`.
    percent : bool, default=True
        Whether residuals are shares, to be written in per cent.

    Returns
    -------
    tuple of str
        At most two; empty where there is no trend.
    """
    if len(np.unique(time)) < _ENOUGH:
        return ()
    told = []
    outlier = np.abs(residual) > threshold
    if _has_trend(time, outlier.astype(np.float64)):
        first, last = _first_and_last(time, outlier)
        told.append(
            f"The outlier rate {'rose' if last > first else 'fell'} from {in_percent(first)} "
            f"(earliest quarter of the rows) to {in_percent(last)} (latest quarter): the pooled "
            "rate hides that."
        )
    if _has_trend(time, residual):
        begin, end = (
            f"{100 * one:+.1f} %" if percent else f"{one:+.4g}"
            for one in _first_and_last(time, residual)
        )
        told.append(
            f"The mean signed error went from {begin} (earliest quarter of the rows) to {end} "
            "(latest quarter): the predictions drift."
        )
    return tuple(told)


def _periods(time: Any) -> tuple[IntArray, list[str]]:
    if np.issubdtype(time.dtype, np.datetime64):
        for unit in _CALENDAR:
            codes, periods = pd.factorize(pd.DatetimeIndex(time).to_period(unit), sort=True)
            if _ENOUGH <= len(periods) <= _PERIODS:
                return codes.astype(np.intp), [str(one) for one in periods]
    codes = blocks_in_time(time, _PERIODS)
    order = np.argsort(time, kind="stable")
    begins = np.searchsorted(codes[order], np.arange(codes.max() + 1))
    ends = np.append(begins[1:], len(order)) - 1
    pairs = zip(time[order[begins]], time[order[ends]], strict=True)
    return codes, [f"{_moment(first)} to {_moment(last)}" for first, last in pairs]


def _moment(time: Any) -> str:
    return str(np.datetime_as_string(time, "D")) if isinstance(time, np.datetime64) else f"{time:g}"


def _has_trend(time: Any, values: FloatArray) -> bool:
    """Hold the slope of values over time against its standard error."""
    place = SlowWaves.of(time, values).position - 0.5
    spread = float(place @ place)
    slope = float(place @ values) / spread
    rest = values - values.mean() - slope * place
    influence = place * rest * len(place) / spread
    waves = SlowWaves.of(time, rest)
    tail = (1 + _SURE) / 2
    rows = norm.ppf(tail) * np.sqrt(influence @ influence) / len(place)
    slow = t.ppf(tail, waves.n_waves) * np.sqrt(dependence(waves, influence))
    return bool(abs(slope) > max(rows, slow))


def _first_and_last(time: Any, values: FloatArray | BoolArray) -> tuple[float, float]:
    quarter = blocks_in_time(time, 4)
    return float(values[quarter == 0].mean()), float(values[quarter == quarter.max()].mean())
