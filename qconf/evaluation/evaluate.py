"""What a confidence score is worth: one score, or several on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qconf._types import RowMetricName
from qconf.core.conventions import accepted_rows, check_options, check_resamples, check_seed
from qconf.core.estimate import Estimate, in_percent, percent_range
from qconf.core.renamed import renamed
from qconf.core.validation import check_column
from qconf.errors import TableError
from qconf.evaluation.calibration import by_decile, calibration_ratio
from qconf.evaluation.faces import Faces
from qconf.evaluation.measuring import Measured, Measurement
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.metrics.order_metric import OrderMetric
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.registry import ALWAYS_TOLD, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.metrics.spearman import SPEARMAN
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within
from qconf.evaluation.resampling import Draws, ObservedRate, percentile_estimate, resamples_for
from qconf.evaluation.sampling import Sampling, row_codes
from qconf.evaluation.selection import Selection
from qconf.evaluation.table import evaluation_parts
from qconf.evaluation.validity import limits_of_validity
from qconf.report.grid import Grid

__all__ = ["OUTLIER_RATES", "Evaluation", "evaluate", "evaluate_scores"]

#: For which outlier rates the coverage is told, unless asked otherwise.
OUTLIER_RATES = (0.05, 0.10)

_ROUNDING = 1e-12

#: What a difference of two shares can be.
_DIFFERENCE = (-1.0, 1.0)


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
        What limits the intervals: few groups, few outliers, slow movement in time.
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
            _DIFFERENCE,
        )

    def coverage_minus(
        self, other: Evaluation, outlier_rate: float, confidence_level: float | None = None
    ) -> Estimate:
        """Compare the coverage at an outlier rate that was asked for, as `rate_minus` does."""
        return percentile_estimate(
            self.coverage_at[outlier_rate].value - other.coverage_at[outlier_rate].value,
            self.coverage_draws[outlier_rate].minus(other.coverage_draws[outlier_rate]),
            self.confidence_level if confidence_level is None else confidence_level,
            _DIFFERENCE,
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


@renamed(level="confidence_level")
def evaluate(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    fraction: float = 0.1,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    blocks: ArrayLike | None = None,
    outlier_rates: Sequence[float] = OUTLIER_RATES,
    metrics: Iterable[RowMetricName | RowMetric] = (),
    confidence_level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
) -> Evaluation:
    """Evaluate one confidence score against the errors that came out.

    Parameters
    ----------
    expected_error : array-like of shape (n_samples,)
        Any score whose lower values mean more confidence, a vendor's too.
    residual : array-like of shape (n_samples,)
        Signed or absolute residuals, of predictions made without having seen the truth.
    threshold : float
        A row with abs(residual) > threshold is an outlier.
    fraction : float, default=0.1
        Share of rows called safest, in (0, 1].
    groups : array-like of shape (n_samples,), default=None
        Rows that belong together (a building, a seller) are resampled together; a row without a
        group on its own.
    time : array-like of shape (n_samples,), default=None
        When each row became known: dates or numbers. The intervals then allow for errors that
        rise and fall slowly, all rows of a time together. With groups too, an interval is the
        wider of that for the groups and that for the time.
    blocks : array-like of shape (n_samples,), default=None
        Rows that were scored by one fit. Rows are then ranked within their block, and the safest
        of each block are taken: scores of different fits are not on one scale, least of all
        those of fits that have seen each other's rows.
    outlier_rates : sequence of float, default=(0.05, 0.1)
        For which outlier rates to tell the coverage.
    metrics : iterable of (str or RowMetric), default=()
        What else to tell of the safest rows and of all: ``"ppe10"``, ``"bias"``,
        ``"over-valuation-rate"``, or a `qconf.evaluation.metrics.row_metric.RowMetric`.
    confidence_level : float, default=0.95
        Confidence level of all intervals.
    n_resamples : int or None, default=None
        Bootstrap resamples; None is 1000, fewer beyond 200,000 rows.
    random_state : int, default=0
        Seeds the resamples.

    Returns
    -------
    Evaluation

    Raises
    ------
    TableError
        If a column is not finite numbers, or the lengths differ.
    OptionError
        If an option is outside its range.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> sigma = rng.uniform(0.02, 0.2, size=5000)
    >>> result = evaluate(sigma, rng.normal(scale=sigma), threshold=0.15)
    >>> result.overall.outlier_rate.value, result.best_decile.outlier_rate.value
    (0.1852, 0.0)
    >>> round(result.best_decile.outlier_rate.interval[1], 3)
    0.005
    """
    evaluations = evaluate_scores(
        {"expected error": expected_error},
        residual,
        threshold=threshold,
        fraction=fraction,
        groups=groups,
        time=time,
        blocks=blocks,
        outlier_rates=outlier_rates,
        metrics=metrics,
        confidence_level=confidence_level,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    return evaluations["expected error"]


@renamed(level="confidence_level")
def evaluate_scores(
    scores: Mapping[str, ArrayLike],
    residual: ArrayLike,
    *,
    threshold: float,
    fraction: float = 0.1,
    groups: ArrayLike | None = None,
    time: ArrayLike | None = None,
    blocks: ArrayLike | None = None,
    outlier_rates: Sequence[float] = OUTLIER_RATES,
    metrics: Iterable[RowMetricName | RowMetric] = (),
    confidence_level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
) -> dict[str, Evaluation]:
    """Evaluate several scores on the same rows and the same resamples.

    Because the resamples are shared, the replicates of two scores are paired and their
    difference can be told more sharply than either.

    Parameters
    ----------
    scores : mapping of str to array-like of shape (n_samples,)
        For each name a score whose lower values mean more confidence.
    residual, threshold, fraction, groups, time, blocks, outlier_rates, metrics, \
    confidence_level, n_resamples, random_state
        As in `evaluate`.

    Returns
    -------
    dict of str to Evaluation
    """
    residuals = check_column("residual", residual, np.size(residual))
    n_rows = len(residuals)
    if n_rows == 0:
        msg = "There are no rows to evaluate."
        raise TableError(msg)
    check_options(
        threshold=threshold,
        fraction=fraction,
        confidence_level=confidence_level,
        outlier_rates=outlier_rates,
    )
    check_resamples(n_resamples)
    check_seed(random_state)
    asked = find_metrics(metrics)
    outcome = Outcome.of(residuals, threshold, dict.fromkeys((*ALWAYS_TOLD, *asked)))
    fits = None if blocks is None else row_codes("block", blocks, n_rows)
    sampling = Sampling.of(outcome, groups, time)
    given = {name: check_column(name, score, n_rows) for name, score in scores.items()}
    ranked = {
        name: RankedRows(score if fits is None else rank_within(score, fits), outcome, fraction)
        for name, score in given.items()
    }
    n_draws = resamples_for(n_rows) if n_resamples is None else int(n_resamples)
    by_rate = {rate: CoverageAt(rate) for rate in outlier_rates}
    order_metrics = (AURC, SPEARMAN, *by_rate.values())
    measurement = Measurement(asked, order_metrics, outcome, sampling, confidence_level)
    whole, each = measurement.measure(ranked, n_draws, np.random.default_rng(random_state))
    overall = measurement.overall(whole)
    return {
        name: _evaluation(
            measurement, rows, each[name], whole, overall, by_rate,
            threshold=threshold, fraction=fraction, confidence_level=confidence_level,
            calibration=by_decile(given[name], residuals, sampling, confidence_level),
            calibration_ratio=calibration_ratio(
                given[name], residuals, sampling, confidence_level
            ),
        )
        for name, rows in ranked.items()
    }  # fmt: skip


def _evaluation(
    measurement: Measurement,
    rows: RankedRows,
    measured: Measured,
    whole: Measured,
    overall: dict[RowMetric, Estimate],
    by_rate: dict[float, CoverageAt],
    **settings: Any,
) -> Evaluation:
    """Tell all of one score."""
    confidence_level, n_rows = measurement.confidence_level, len(rows.order)
    best_decile, rate = measurement.safest(rows, measured, overall)
    told = {
        one: one.estimate(*measured.order[one], confidence_level)
        for one in measurement.order_metrics
    }
    (aurc, aurc_draws), (everywhere, draws) = measured.order[AURC], whole.rows[OUTLIER_RATE]
    return Evaluation(
        best_decile=measurement.selection(best_decile, accepted_rows(rows.fraction, n_rows)),
        overall=measurement.selection(overall, n_rows),
        aurc=told[AURC],
        aurc_difference=percentile_estimate(
            aurc - everywhere, aurc_draws.minus(draws), confidence_level, _DIFFERENCE
        ),
        spearman=told[SPEARMAN],
        coverage_at={at: told[metric] for at, metric in by_rate.items()},
        notes=limits_of_validity(overall[OUTLIER_RATE], n_rows, measurement.sampling),
        metrics=measurement.asked,
        curve=rows.curve(),
        risks=measurement.risks(rows, measured, overall),
        rate=rate,
        overall_rate=measurement.rate_of_all(OUTLIER_RATE, everywhere, draws),
        aurc_draws=aurc_draws,
        coverage_draws={at: measured.order[metric][1] for at, metric in by_rate.items()},
        **settings,
    )
