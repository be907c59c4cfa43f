"""The second promise: a whole period like the last ones, and not only rows like these.

Within a period rows share a market. "Rows like the calibration rows" is then a promise about the
average over many periods, and says little of the next one. This one takes the outlier rate of
each of K periods as one number, and bounds that of one more (a prediction limit with Student's t,
on the arcsine scale, where rates have the same spread whatever their size).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import t

from qconf._types import ArrayLike, BoolArray, FloatArray, IntArray
from qconf.certification.cut_offs import CutOffs
from qconf.certification.sequence import last_passed
from qconf.core.estimate import in_percent
from qconf.core.frames import as_series
from qconf.errors import TableError
from qconf.tables.roles import moments_of

__all__ = ["LEAST_PERIODS", "PeriodPromise", "Periods", "promise_of_periods"]

#: A spread of fewer periods is hardly known.
LEAST_PERIODS = 6
#: A period with less than this share of the usual rows is a piece of one.
_SHORT = 0.5
#: A bound on a rate from which on it tells nobody anything.
_SAYS_NOTHING = 0.9
#: Calendar periods of dates, the longest first; the first that makes enough of them is taken.
_CALENDAR = ("Y", "Q", "M", "W", "D")


@dataclass(frozen=True)
class Periods:
    """Which period each calibration row is of.

    Attributes
    ----------
    codes : ndarray of shape (n_samples,) of int
        From 0, the earliest first.
    names : tuple of str
    """

    codes: IntArray
    names: tuple[str, ...]

    @classmethod
    def of(cls, values: ArrayLike, n_rows: int) -> Periods:
        """Read periods: dates become years, quarters, months, weeks or days; others stay.

        What the first and the last days make of these is joined to a whole one.

        Raises
        ------
        TableError
            If there is not one a row.
        """
        column = as_series(values, "period", n_rows)
        missing = int(column.isna().sum())
        if missing:
            msg = f"The period is missing in {missing} of {n_rows} rows; leave those rows out."
            raise TableError(msg)
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            moments, _ = moments_of(column)
            return cls._of_dates(pd.DatetimeIndex(moments))
        levels = column.array.dtype if isinstance(column.dtype, pd.CategoricalDtype) else None
        codes, names = pd.factorize(column if levels is None else column.astype(object), sort=True)
        return cls(codes.astype(np.intp), tuple(str(name) for name in names))

    @classmethod
    def _of_dates(cls, dates: pd.DatetimeIndex) -> Periods:
        for unit in _CALENDAR:
            codes, periods = pd.factorize(dates.to_period(unit), sort=True)
            found = _whole(cls(codes.astype(np.intp), tuple(str(one) for one in periods)))
            if len(found.names) >= LEAST_PERIODS:
                break
        return found


@dataclass(frozen=True)
class PeriodPromise:
    """Up to where the rows of one more period can be acted on.

    Attributes
    ----------
    cut_off : float
        −inf if none is certified.
    coverage : float
        Share of the calibration rows up to there.
    bound : float
        What the outlier rate of one more period is not above, at the confidence level; not a
        number if none is certified.
    rates : dict of str to float
        The outlier rate of each period among the rows accepted; empty if none is certified.
    n_periods : int
    reason : str
        Why none is certified; empty if one is.
    """

    cut_off: float
    coverage: float
    bound: float
    rates: dict[str, float]
    n_periods: int
    reason: str

    @property
    def certified(self) -> bool:
        """Whether any cut-off keeps the promise."""
        return not self.reason

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers; None where there is none."""
        return {
            "promise": "a period like the last ones",
            "certified": self.certified,
            "periods": self.n_periods,
            "cut_off": self.cut_off if self.certified else None,
            "coverage": self.coverage,
            "bound": self.bound if self.certified else None,
            "outlier_rates": self.rates,
            "reason": self.reason or None,
        }


def promise_of_periods(
    cut_offs: CutOffs,
    scores: FloatArray,
    outlier: BoolArray,
    periods: Periods,
    *,
    start: int,
    outlier_rate: float,
    confidence_level: float,
) -> PeriodPromise:
    """Find the cut-off up to which one more period has few enough outliers.

    Parameters
    ----------
    cut_offs : CutOffs
    scores : ndarray of shape (n_samples,)
    outlier : ndarray of shape (n_samples,), dtype bool
    periods : Periods
    start : int
        Where the sequence of tests starts.
    outlier_rate, confidence_level : float

    Returns
    -------
    PeriodPromise
    """
    n_periods = len(periods.names)

    def none(reason: str) -> PeriodPromise:
        return PeriodPromise(-np.inf, 0.0, np.nan, {}, n_periods, reason)

    if n_periods < LEAST_PERIODS:
        return none(f"it takes {LEAST_PERIODS} periods, and there are {n_periods}")
    parts = [periods.codes == code for code in range(n_periods)]
    n = np.stack([cut_offs.cumulated(scores[own]) for own in parts])
    hits = [cut_offs.cumulated(scores[own], outlier[own]) for own in parts]
    rates = np.stack(hits) / np.maximum(n, 1)
    bound = np.where((n > 0).all(axis=0), _prediction_limit(rates, confidence_level), 1.0)
    last, _ = last_passed(bound <= outlier_rate, start)
    if last is None:
        return none(_why_not(n[:, start], rates[:, start], float(bound[start])))
    named = dict(zip(periods.names, rates[:, last].tolist(), strict=True))
    coverage = float(n[:, last].sum()) / len(scores)
    return PeriodPromise(
        float(cut_offs.scores[last]), coverage, float(bound[last]), named, n_periods, ""
    )


def _whole(periods: Periods) -> Periods:
    """Join periods that are cut short, with less than half of the usual rows, to others.

    A table seldom ends with the end of a week: its last days are no period like the others.
    Each such period joins the one before, the first ones the one after. No label has a say.
    """
    n_rows = np.bincount(periods.codes)
    whole = n_rows >= _SHORT * np.median(n_rows)
    joins = np.maximum(np.cumsum(whole) - 1, 0)
    each = np.arange(joins[-1] + 1)
    first = [periods.names[i] for i in np.searchsorted(joins, each, "left")]
    last = [periods.names[i - 1] for i in np.searchsorted(joins, each, "right")]
    names = (a if a == b else f"{a} to {b}" for a, b in zip(first, last, strict=True))
    return Periods(joins[periods.codes], tuple(names))


def _why_not(n: FloatArray, rates: FloatArray, bound: float) -> str:
    """Say why the first test failed, and what would help.

    Parameters
    ----------
    n, rates : ndarray of shape (n_periods,)
        Rows accepted where the tests start, and their outlier rates.
    bound : float
    """
    n_periods, empty = len(n), int((n == 0).sum())
    if empty:
        return (
            f"it cannot be said, for {empty} of {n_periods} periods have no row where the tests "
            "start; more calibration rows help, or longer periods"
        )
    seen = (
        f"the rates of {n_periods} periods, {100 * rates.min():.1f} to {in_percent(rates.max())} "
        "where the tests start,"
    )
    if bound >= _SAYS_NOTHING:
        return (
            f"it cannot be said, for {seen} differ too much to bound that of one more; more "
            "periods help, or more rows in each"
        )
    return (
        f"with {seen} one more may have {in_percent(bound)}; a higher outlier rate helps, or more "
        "periods with more rows in each"
    )


def _prediction_limit(rates: FloatArray, confidence_level: float) -> FloatArray:
    """Bound the rate of one more period, for each cut-off.

    Parameters
    ----------
    rates : ndarray of shape (n_periods, n_cut_offs)
    """
    n_periods = len(rates)
    angle = np.arcsin(np.sqrt(rates))
    reach = t.ppf(confidence_level, n_periods - 1) * np.sqrt(1 + 1 / n_periods)
    limit = angle.mean(axis=0) + reach * angle.std(axis=0, ddof=1)
    return np.asarray(np.sin(np.clip(limit, 0.0, np.pi / 2)) ** 2)
