"""Evaluate one confidence score, or several on the same rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from qconf._types import RowMetricName
from qconf.core.conventions import accepted_rows, check_options, check_resamples, check_seed
from qconf.core.estimate import Estimate
from qconf.core.renamed import renamed
from qconf.core.validation import check_column
from qconf.errors import TableError
from qconf.evaluation.calibration import by_decile, calibration_ratio
from qconf.evaluation.coverage_intervals import coverage_estimate
from qconf.evaluation.direction import wrong_way_round
from qconf.evaluation.measuring import Measured, Measurement
from qconf.evaluation.metrics.aurc import AURC
from qconf.evaluation.metrics.coverage import CoverageAt
from qconf.evaluation.metrics.outlier_rate import OUTLIER_RATE
from qconf.evaluation.metrics.registry import ALWAYS_TOLD, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.metrics.spearman import SPEARMAN
from qconf.evaluation.ranking import Outcome, RankedRows, rank_within
from qconf.evaluation.resampling import percentile_estimate, resamples_for
from qconf.evaluation.result import DIFFERENCE, Evaluation
from qconf.evaluation.sampling import Sampling, row_codes
from qconf.evaluation.scores import check_score
from qconf.evaluation.validity import limits_of_validity

__all__ = ["OUTLIER_RATES", "evaluate", "evaluate_scores"]

#: For which outlier rates the coverage is told, unless asked otherwise.
OUTLIER_RATES = (0.05, 0.10)


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
    given = {name: check_score(name, score, n_rows) for name, score in scores.items()}
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
            name=name, threshold=threshold, fraction=fraction, confidence_level=confidence_level,
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
    *,
    name: str,
    **settings: Any,
) -> Evaluation:
    """Tell all of one score."""
    confidence_level, n_rows = measurement.confidence_level, len(rows.order)
    best_decile, rate = measurement.safest(rows, measured, overall)
    curve, risks = rows.curve(), measurement.risks(rows, measured, overall)
    coverages = {
        at: coverage_estimate(metric, *measured.order[metric], confidence_level, curve, risks)
        for at, metric in by_rate.items()
    }
    (aurc, aurc_draws), (everywhere, draws) = measured.order[AURC], whole.rows[OUTLIER_RATE]
    beyond = aurc_draws.minus(draws)
    more = percentile_estimate(aurc - everywhere, beyond, confidence_level, DIFFERENCE)
    few, all_ = (one[OUTLIER_RATE] for one in (best_decile, overall))
    return Evaluation(
        best_decile=measurement.selection(best_decile, accepted_rows(rows.fraction, n_rows)),
        overall=measurement.selection(overall, n_rows),
        aurc=measurement.area(rows, measured),
        aurc_difference=more,
        spearman=SPEARMAN.estimate(*measured.order[SPEARMAN], confidence_level),
        coverage_at=coverages,
        notes=(
            *wrong_way_round(few, all_, more, name),
            *limits_of_validity(all_, n_rows, measurement.sampling),
        ),
        metrics=measurement.asked,
        curve=curve,
        risks=risks,
        rate=rate,
        overall_rate=measurement.rate_of_all(OUTLIER_RATE, everywhere, draws),
        aurc_draws=aurc_draws,
        coverage_draws={at: measured.order[metric][1] for at, metric in by_rate.items()},
        **settings,
    )
