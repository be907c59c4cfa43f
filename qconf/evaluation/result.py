"""Tell what a confidence score is worth: a decile, an area, coverages, each with an interval."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.evaluation.faces import Faces
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.metrics.spearman import SPEARMAN
from qconf.evaluation.rate_intervals import ObservedRate
from qconf.evaluation.resampling import Draws, percentile_estimate
from qconf.evaluation.selection import Selection
from qconf.evaluation.table import evaluation_parts
from qconf.report.grid import Grid

__all__ = ["DIFFERENCE", "Evaluation"]

_ROUNDING = 1e-12

#: What a difference of two shares can be.
DIFFERENCE = (-1.0, 1.0)


@dataclass(frozen=True, eq=False, repr=False)
class Evaluation(Faces):
    """What a confidence score is worth on rows whose residuals are known.

    Attributes
    ----------
    best_decile : Selection
        The safest `fraction` of the rows.
    overall : Selection
        All rows.
    aurc : Estimate
        Area under the risk-coverage curve; lower is better, without skill the overall rate.
    aurc_difference : Estimate
        `aurc` minus the overall outlier rate, with a paired interval; below zero is skill.
    spearman : Estimate
        Rank correlation of expected error and absolute residual, in [-1, 1], higher is better;
        not a number for a constant score.
    coverage_at : dict of float to Estimate
        For an outlier rate, the largest share of rows that could have been accepted with no
        more outliers than that among them. Found on these very rows, so a little optimistic.
    curve : DataFrame of shape (n_cut_offs, 3)
        The risk-coverage curve, one row for each distinct score: ``cut_off`` (a score; with
        blocks, the share of the block that is safer), ``coverage``, ``outlier_rate``.
    risks : DataFrame of shape (n_points, 4)
        Points of the curve with the interval of each: ``coverage``, ``outlier_rate``, ``low``,
        ``high``. Of rows that tie at a border, the mean counts.
    calibration : DataFrame of shape (n_bins, 5)
        What was expected and what came, for ten bins by expected error: ``expected_error``
        (root mean square), ``residual`` (root mean square) with ``low`` and ``high``, ``n``.
    calibration_ratio : Estimate
        Root mean squared residual / root mean squared expected error of all rows: 1 if errors are
        as large as expected, above 1 if larger. For a score in other units it means nothing.
    threshold, fraction, confidence_level : float
        What was asked for.
    notes : tuple of str
        That the score looks the wrong way round, and what limits the intervals: few groups, few
        outliers, slow movement in time.
    metrics : tuple of RowMetric
        Those that were asked for; their estimates are in `best_decile` and `overall`.
    rate : ObservedRate
        The best decile's outlier rate, and what it might have been.
    overall_rate : ObservedRate
        The same of all rows.
    aurc_draws : Draws
        What `aurc` might have been.
    coverage_draws : dict of float to Draws
        What `coverage_at` might have been.
    """

    best_decile: Selection
    overall: Selection
    aurc: Estimate
    aurc_difference: Estimate
    spearman: Estimate
    coverage_at: dict[float, Estimate]
    threshold: float
    fraction: float
    confidence_level: float
    notes: tuple[str, ...]
    metrics: tuple[RowMetric, ...]
    curve: pd.DataFrame
    risks: pd.DataFrame
    calibration: pd.DataFrame
    calibration_ratio: Estimate
    rate: ObservedRate
    overall_rate: ObservedRate
    aurc_draws: Draws
    coverage_draws: dict[float, Draws]

    @property
    def has_skill(self) -> bool:
        """Whether the safest rows, or the order of all rows, are shown to beat chance."""
        decile = self.best_decile.outlier_rate.interval[1] < self.overall.outlier_rate.value
        # Without skill the two areas are equal up to rounding.
        return decile or self.aurc_difference.interval[1] < -_ROUNDING

    def rate_minus(self, other: Evaluation, confidence_level: float | None = None) -> Estimate:
        """Compare the best decile's outlier rate with that of another score of the same rows.

        Parameters
        ----------
        other : Evaluation
            By the same call of `evaluate_scores`.
        confidence_level : float, default=None
            None is the level of the evaluation.

        Returns
        -------
        Estimate
            The difference, with a paired interval.
        """
        return self.rate.minus(
            other.rate, self.confidence_level if confidence_level is None else confidence_level
        )

    def aurc_minus(self, other: Evaluation, confidence_level: float) -> Estimate:
        """Compare the area with that of another score of the same rows, as `rate_minus` does."""
        return percentile_estimate(
            self.aurc.value - other.aurc.value,
            self.aurc_draws.minus(other.aurc_draws),
            confidence_level,
            DIFFERENCE,
        )

    def coverage_minus(
        self, other: Evaluation, outlier_rate: float, confidence_level: float | None = None
    ) -> Estimate:
        """Compare the coverage at an outlier rate that was asked for, as `rate_minus` does."""
        return percentile_estimate(
            self.coverage_at[outlier_rate].value - other.coverage_at[outlier_rate].value,
            self.coverage_draws[outlier_rate].minus(other.coverage_draws[outlier_rate]),
            self.confidence_level if confidence_level is None else confidence_level,
            DIFFERENCE,
        )

    def __repr__(self) -> str:
        """Return a line: how many rows, the best decile and the area."""
        rate = self.best_decile.outlier_rate
        return (
            f"<Evaluation on {self.overall.n:,} rows: {in_percent(rate.value)} "
            f"({percent_range(rate)}) outliers among the safest {self.best_decile.n:,}, "
            f"AURC {self.aurc.value:.4f}>"
        )

    def _parts(self, *, wide: bool) -> Iterator[str | Grid]:  # noqa: ARG002 - it fits everywhere
        return evaluation_parts(self)

    def _evaluations(self) -> Mapping[str, Evaluation]:
        return {"score": self}

    @property
    def order(self) -> list[tuple[OrderMetric, Estimate]]:
        """Return what is told of the order of the rows."""
        coverages = [(CoverageAt(rate), one) for rate, one in self.coverage_at.items()]
        return [(AURC, self.aurc), (SPEARMAN, self.spearman), *coverages]

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the curve and the replicates as plain numbers."""
        return {
            "threshold": self.threshold,
            "fraction": self.fraction,
            "level": self.confidence_level,
            "overall": self.overall.to_dict(),
            "best_decile": self.best_decile.to_dict(),
            "aurc": self.aurc.to_dict(),
            "aurc_difference": self.aurc_difference.to_dict(),
            "spearman": self.spearman.to_dict(),
            "coverage_at": {f"{rate:g}": at.to_dict() for rate, at in self.coverage_at.items()},
            "notes": list(self.notes),
        }
