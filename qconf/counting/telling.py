"""Tell all figures of an evaluation from the counts and sums of the last pass."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from qconf._types import FloatArray
from qconf.core.conventions import accepted_rows, check_options
from qconf.core.estimate import Estimate
from qconf.counting.calibrated import calibration_by_bin, ratio_of_all
from qconf.counting.cell_counts import CellCounts
from qconf.counting.cell_sums import CellSums
from qconf.counting.in_time import InTime
from qconf.counting.known_groups import KnownGroups
from qconf.counting.means import mean_figures
from qconf.counting.ordered_cells import OrderedCells, bounds_of_area
from qconf.counting.resampled import Resampled
from qconf.counting.result import CountedEvaluation
from qconf.counting.settings import Settings
from qconf.counting.settled_order import SettledOrder, settled_order
from qconf.counting.sort_keys import scores_of
from qconf.counting.units import sampled_units
from qconf.evaluation.coverage_intervals import coverage_estimate
from qconf.evaluation.direction import wrong_way_round
from qconf.evaluation.measuring import COVERAGES
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws, percentile_estimate
from qconf.evaluation.sampling import Sampling
from qconf.evaluation.selection import Selection
from qconf.evaluation.validity import limits_of_validity

__all__ = ["evaluation_of"]

#: What a difference of two shares can be.
_DIFFERENCE = (-1.0, 1.0)
#: What `OrderedCells.told` tells first: the rates of the safest rows and of all, and the area.
_SAFEST, _ALL, _AREA = range(3)


def evaluation_of(
    settings: Settings, counts: CellCounts, sums: CellSums, groups: KnownGroups,
    confidence_level: float, passes: int,
) -> CountedEvaluation:  # fmt: skip
    """Tell all figures.

    Raises
    ------
    TableError
        If there is one group alone, or one time.
    """
    check_options(
        threshold=settings.threshold, fraction=settings.fraction,
        confidence_level=confidence_level, outlier_rates=settings.outlier_rates,
    )  # fmt: skip
    sums.carry()
    order = settled_order(settings, counts, sums)
    history = None if sums.by_stretch is None else InTime.of(sums.by_stretch)
    waves = None if history is None else history.waves
    sampling = sampled_units(order.total, None if sums.replicates is None else groups, waves)
    resampled = Resampled.of(order, settings, sampling.n_groups, history)
    teller = _Teller(settings, order, sampling, resampled, confidence_level)
    rates = _RateTeller.of(teller)
    best_decile, overall = _selections(teller, rates)
    curve, risks = _curve(order), _risks(teller, rates)
    of_order, rate = _of_the_order(teller, curve, risks), overall.outlier_rate
    doubts = wrong_way_round(best_decile.outlier_rate, rate, of_order["aurc_difference"])
    return CountedEvaluation(
        **of_order, best_decile=best_decile, overall=overall,
        spearman=Estimate(np.nan, (np.nan, np.nan)),
        threshold=settings.threshold, fraction=settings.fraction,
        confidence_level=confidence_level, metrics=settings.metrics,
        notes=(*doubts, *limits_of_validity(rate, order.total, sampling)),
        curve=curve, risks=risks,
        calibration=calibration_by_bin(order, resampled, confidence_level),
        calibration_ratio=ratio_of_all(order, resampled, confidence_level),
        rate=rates.safest, overall_rate=rates.overall,
        aurc_bounds=_bounds(order, teller.told[_AREA]),
        n_groups=sampling.n_groups, passes=passes, timed=history is not None,
    )  # fmt: skip


class _Teller:
    """What the figures are told from, and those that hang on the order."""

    def __init__(
        self, settings: Settings, order: SettledOrder, sampling: Sampling, resampled: Resampled,
        level: float,
    ) -> None:  # fmt: skip
        self.settings, self.order, self.sampling = settings, order, sampling
        self.resampled, self.level = resampled, level
        self.coverages = tuple(map(CoverageAt, settings.outlier_rates))
        self.metrics = (AURC, *self.coverages)
        cells = OrderedCells.of(len(order.n), settings.fraction)
        told = cells.told(order.n, order.outliers, self.metrics)
        self.told: list[float] = told.tolist()
        self.draws = resampled.draws(self.told, order, self.metrics, settings.fraction)

    def skewness(self, taken: FloatArray) -> float:
        """Say how skewed a rate of outliers is, by how much of each cell it is of."""
        history = self.resampled.in_time
        return 0.0 if history is None else history.skewness(history.outliers, taken)

    def area(self) -> Estimate:
        """Tell the area under the risk-coverage curve: a rate of outliers that count by place."""
        history, skewness = self.resampled.in_time, 0.0
        if history is not None:
            n, outliers = self.order.counts_of_parts
            cells = OrderedCells.of(len(n), self.settings.fraction).under(n, outliers)
            counted = history.outliers * AURC.counted(cells)
            skewness = history.skewness(counted, np.ones(len(n)))
        return AURC.estimate(self.told[_AREA], self.draws[_AREA], self.level, skewness)

    @property
    def n_safest(self) -> int:
        return accepted_rows(self.settings.fraction, self.order.total)

    @property
    def first_risk(self) -> int:
        return _AREA + len(self.metrics)


@dataclass(frozen=True)
class _RateTeller:
    """Puts together what makes the interval of a rate of the safest rows, however many."""

    teller: _Teller
    overall: ObservedRate
    effect: float

    @classmethod
    def of(cls, teller: _Teller) -> _RateTeller:
        total = teller.order.total
        skewness = teller.skewness(teller.order.taken_of_parts(total))
        overall = ObservedRate(teller.told[_ALL], total, teller.draws[_ALL], skewness=skewness)
        worth = overall.estimate(teller.level).n_effective or total
        return cls(teller, overall, max(total / worth, 1.0))

    @property
    def safest(self) -> ObservedRate:
        teller = self.teller
        return self.rate(teller.n_safest, teller.told[_SAFEST], teller.draws[_SAFEST])

    def rate(self, n_accepted: int, value: float, draws: Draws) -> ObservedRate:
        taken = self.teller.order.taken_of_parts(n_accepted)
        return ObservedRate(
            value, self.having_a_say(n_accepted), draws, self.design_effect(n_accepted),
            self.teller.skewness(taken),
        )  # fmt: skip

    def having_a_say(self, n_accepted: int) -> float:
        """Return among how many rows the safest are chosen: of a tie at the border, all."""
        at, share = self.teller.order.safest(n_accepted)
        tie = float(self.teller.order.n[at])
        return n_accepted**2 / (n_accepted - share * tie + share**2 * tie)

    def design_effect(self, n_accepted: int) -> float:
        """Say how dependent the safest rows are, as `Sampling.design_effect` does."""
        return 1 + (self.effect - 1) * self.share(n_accepted)

    def share(self, n_accepted: int) -> float:
        """Return how much of the dependence of all rows so many of the safest have."""
        order, shares = self.teller.order, [0.0]
        some, all_rows = order.taken_of_parts(n_accepted), order.taken_of_parts(order.total)
        for size_among in self.teller.resampled.cluster_sizes:
            own, whole = size_among(some) - 1, size_among(all_rows) - 1
            if whole > 0:
                shares.append(float(np.clip(own / whole, 0.0, 1.0)))
        return max(shares)


def _selections(teller: _Teller, rates: _RateTeller) -> tuple[Selection, Selection]:
    """Tell the rates and means of the safest rows and of all."""
    level, n_safest, n_rows = teller.level, teller.n_safest, teller.order.total
    having_a_say, share = rates.having_a_say(n_safest), rates.share(n_safest)
    error, *asked = (
        one.estimates(having_a_say, n_rows, share, level)
        for one in mean_figures(teller.order, teller.settings, teller.resampled)
    )
    names = [one.name for one in teller.settings.metrics]
    told = [dict(zip(names, (one[side] for one in asked), strict=True)) for side in (0, 1)]
    return (
        Selection(rates.safest.estimate(level), error[0], n_safest, told[0]),
        Selection(rates.overall.estimate(level), error[1], n_rows, told[1]),
    )


def _of_the_order(teller: _Teller, curve: pd.DataFrame, risks: pd.DataFrame) -> dict[str, Any]:
    """Tell the area and the coverages."""
    values, draws, level = teller.told, teller.draws, teller.level
    coverages = (
        coverage_estimate(metric, value, own, level, curve, risks)
        for metric, value, own in zip(
            teller.coverages, values[_AREA + 1 :], draws[_AREA + 1 :], strict=False
        )
    )
    rates = teller.settings.outlier_rates
    return {
        "aurc": teller.area(),
        "aurc_draws": draws[_AREA],
        "aurc_difference": percentile_estimate(
            values[_AREA] - values[_ALL], draws[_AREA].minus(draws[_ALL]), level, _DIFFERENCE
        ),
        "coverage_at": dict(zip(rates, coverages, strict=True)),
        "coverage_draws": dict(zip(rates, draws[_AREA + 1 :], strict=False)),
    }


def _risks(teller: _Teller, rates: _RateTeller) -> pd.DataFrame:
    """Return points of the risk-coverage curve, each with its interval."""
    told = []
    first, total = teller.first_risk, teller.order.total
    risks = zip(COVERAGES, teller.told[first:], teller.draws[first:], strict=True)
    for coverage, value, draws in risks:
        rate = rates.rate(accepted_rows(coverage, total), value, draws).estimate(teller.level)
        told.append((coverage, value, *rate.interval))
    return pd.DataFrame(told, columns=["coverage", "outlier_rate", "low", "high"])


def _curve(order: SettledOrder) -> pd.DataFrame:
    """Return the risk-coverage curve at the end of each cell."""
    return pd.DataFrame(
        {
            "cut_off": scores_of(order.highest),
            "coverage": order.upto / order.total,
            "outlier_rate": np.cumsum(order.outliers) / order.upto,
        }
    )


def _bounds(order: SettledOrder, area: float) -> tuple[float, float]:
    if order.is_tie.all():
        return area, area
    low, high = bounds_of_area(order.n, order.outliers, order.is_tie)
    return min(low, area), max(high, area)
