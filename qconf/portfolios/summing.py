"""Learn from labelled rows how sure sums are, and tell those of rows without outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.error_scale import ErrorScale
from qconf.evaluation.equal_periods import EqualPeriods
from qconf.portfolios.market import Market
from qconf.portfolios.rows import Rows
from qconf.portfolios.sums import Level, Sums, error_correlation, mean_square, sum_std, summed

__all__ = ["SumsByLabels", "SumsByTime"]

_TINY = float(np.finfo(float).tiny)


@dataclass(frozen=True)
class SumsByLabels:
    """Sums of one model whose rows have no time: the level is that of all labelled rows.

    Attributes
    ----------
    name : str
    scale : ErrorScale
    level : Level
    correlation : float
        Of the errors of two rows of one portfolio; not a number if it cannot be told.
    """

    name: str
    scale: ErrorScale
    level: Level = field(default_factory=Level)
    correlation: float = float("nan")

    @classmethod
    def learn(cls, name: str, labelled: Rows, scale: ErrorScale) -> SumsByLabels:
        """Compare values with what came."""
        truth = np.asarray(labelled.truth)
        level = Level.of(labelled.value[name], truth, scale)
        value = level(labelled.value[name])
        spread = _spread(labelled, name, value, scale)
        places = np.unique(labelled.portfolio, return_inverse=True)[1]
        return cls(name, scale, level, error_correlation((value - truth) / spread, places))

    def sums(self, rows: Rows, codes: IntArray, n_codes: int) -> Sums:
        """Sum up portfolios."""
        value = self.level(rows.value[self.name])
        spread = _spread(rows, self.name, value, self.scale)
        std = sum_std(spread, codes, n_codes, self.correlation)
        return Sums(summed(value, codes, n_codes), std, np.full(n_codes, np.inf))


@dataclass(frozen=True, eq=False)
class SumsByTime:
    """Sums of one model whose rows have a time: the level is forecast from that of periods.

    Attributes
    ----------
    name : str
    scale : ErrorScale
    periods : EqualPeriods
    market : Market or None
        None if too few periods tell a level.
    correlation : float
        Of the errors of two rows of one portfolio, beyond the level of their periods.
    inflation : float
        What expected errors are multiplied by, once the level of a period is taken out.
    """

    name: str
    scale: ErrorScale
    periods: EqualPeriods
    market: Market | None
    correlation: float
    inflation: float

    @classmethod
    def learn(
        cls, name: str, labelled: Rows, scale: ErrorScale, periods: EqualPeriods
    ) -> SumsByTime:
        """Take the level of each period out, and see what is left."""
        truth, value = np.asarray(labelled.truth), labelled.value[name].copy()
        assert labelled.time is not None  # noqa: S101 - periods were made of it
        when = periods.labelled(labelled.time)
        for one in np.unique(when):
            own = when == one
            value[own] = Level.of(value[own], truth[own], scale)(value[own])
        spread = _spread(labelled, name, value, scale)
        standardised = (value - truth) / spread
        places = np.unique(labelled.portfolio, return_inverse=True)[1]
        # Of one portfolio there is nothing in common beyond the level.
        correlation = error_correlation(standardised, places) if places.max() > 0 else 0.0
        inflation = float(np.sqrt(mean_square(standardised)))
        told = spread * inflation, places, when, float(np.nan_to_num(correlation)), scale
        market = Market.of(labelled.value[name], truth, *told)
        return cls(name, scale, periods, market, correlation, inflation)

    def sums(self, rows: Rows, codes: IntArray, n_codes: int) -> Sums:
        """Sum up portfolios, at the levels that are to be expected of their rows' periods."""
        assert rows.time is not None  # noqa: S101 - it was asked for
        nothing = np.full(n_codes, np.nan)
        if self.market is None:
            return Sums(summed(rows.value[self.name], codes, n_codes), nothing, nothing)
        when, at = np.unique(self.periods.ahead(rows.time), return_inverse=True)
        levels, covariance = self.market.levels(when)
        value = rows.value[self.name].copy()
        for number, level in enumerate(levels):
            value[at == number] = level(value[at == number])
        spread = _spread(rows, self.name, value, self.scale) * self.inflation
        alone = sum_std(spread, codes, n_codes, self.correlation) ** 2
        moved = np.zeros((n_codes, len(when)))
        np.add.at(moved, (codes, at), value if self.market.is_factor else 1.0)
        common = np.einsum("pu,uv,pv->p", moved, covariance, moved)
        far = np.bincount(codes, self.periods.is_too_far(rows.time), n_codes) > 0
        std = np.where(far, np.nan, np.sqrt(alone + common))
        # Satterthwaite: the rows' own part is known well, that of the market from few periods.
        freedom = self.market.freedom * ((alone + common) / np.maximum(common, _TINY)) ** 2
        return Sums(summed(value, codes, n_codes), std, freedom)


def _spread(rows: Rows, name: str, value: FloatArray, scale: ErrorScale) -> FloatArray:
    return scale.spread(np.sqrt(np.maximum(rows.squared[name], _TINY)), value)
