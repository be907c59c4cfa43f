"""What a confidence score is worth: one score, or several on the same rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qconf._types import FloatArray
from qconf.core.conventions import accepted_rows, check_options, check_resamples, check_seed
from qconf.core.estimate import Estimate
from qconf.core.renamed import renamed
from qconf.core.threads import threads_for
from qconf.core.validation import check_column
from qconf.errors import TableError
from qconf.evaluation.ranking import Outcome, RankedRows, Weights, rank_within
from qconf.evaluation.resampling import (
    Draws,
    ObservedRate,
    percentile_estimate,
    rate_estimate,
    resamples_for,
)
from qconf.evaluation.sampling import Sampling, row_codes
from qconf.evaluation.validity import limits_of_validity

__all__ = ["OUTLIER_RATES", "Evaluation", "Selection", "evaluate", "evaluate_scores"]

#: For which outlier rates the coverage is told, unless asked otherwise.
OUTLIER_RATES = (0.05, 0.10)

_ROUNDING = 1e-12

#: What a share, a difference of shares or a correlation, and an error can be.
_SHARE, _BOTH, _SIZE = (0.0, 1.0), (-1.0, 1.0), (0.0, np.inf)


@dataclass(frozen=True)
class Selection:
    """Some of the rows: all of them, or the safest.

    Attributes
    ----------
    outlier_rate : Estimate
        Share of rows with abs(residual) above the threshold; lower is better, in [0, 1].
    mae : Estimate
        Mean absolute residual, in error-scale units; lower is better.
    n : int
        Number of rows.
    """

    outlier_rate: Estimate
    mae: Estimate
    n: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers: the rate with its interval, the error with its own, the count."""
        return {
            "outlier_rate": self.outlier_rate.value,
            "interval": list(self.outlier_rate.interval),
            "mae": self.mae.value,
            "mae_interval": list(self.mae.interval),
            "n": self.n,
        }


@dataclass(frozen=True, eq=False)
class Evaluation:
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
    threshold, fraction, confidence_level : float
        What was asked for.
    notes : tuple of str
        What limits the intervals: few groups, few outliers, slow movement in time.
    rate : ObservedRate
        The best decile's outlier rate, and what it might have been.
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
    curve: pd.DataFrame = field(repr=False)
    rate: ObservedRate = field(repr=False)

    @property
    def rate_replicates(self) -> FloatArray:
        """The best decile's outlier rate in each bootstrap resample."""
        return self.rate.draws.resamples

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
            None is that of the evaluation.

        Returns
        -------
        Estimate
            The difference, with a paired interval.
        """
        return self.rate.minus(
            other.rate, self.confidence_level if confidence_level is None else confidence_level
        )

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
    residual, threshold, fraction, groups, time, blocks, outlier_rates, confidence_level, \
    n_resamples, random_state
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
    outcome = Outcome.of(residuals, threshold)
    fits = None if blocks is None else row_codes("block", blocks, n_rows)
    sampling = Sampling.of(outcome, groups, time)
    ranked = {}
    for name, given in scores.items():
        score = check_column(name, given, n_rows)
        compared = score if fits is None else rank_within(score, fits)
        ranked[name] = RankedRows(compared, outcome, fraction, outlier_rates)
    n_draws = resamples_for(n_rows) if n_resamples is None else int(n_resamples)
    rng = np.random.default_rng(random_state)
    whole, drawn = _drawn(outcome, ranked, sampling, n_draws, rng)
    overall = _overall(outcome, whole, sampling, confidence_level)
    settings = {"threshold": threshold, "fraction": fraction, "confidence_level": confidence_level}
    return {
        name: _summary(rows, outcome, drawn[name], whole, overall, sampling, settings)
        for name, rows in ranked.items()
    }


def _drawn(
    outcome: Outcome,
    ranked: Mapping[str, RankedRows],
    sampling: Sampling,
    n_draws: int,
    rng: np.random.Generator,
) -> tuple[list[Draws], dict[str, list[Draws]]]:
    """Sum up all rows, and each order of them, under the weights of the sampling."""
    overall: list[Sequence[float]] = []
    each: dict[str, list[Sequence[float]]] = {name: [] for name in ranked}
    n_threads = min(threads_for(len(outcome.size)), len(ranked))
    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        # On short tables handing work over takes a quarter as long as the work itself.
        mapped: Callable[..., Iterable[Sequence[float]]] = pool.map if n_threads > 1 else map
        for weights in sampling.weights(n_draws, rng):
            overall.append(outcome.overall(weights))
            told = mapped(partial(_told, weights=weights), ranked.values())
            for name, one in zip(ranked, told, strict=True):
                each[name].append(one)
    return sampling.draws(np.array(overall)), {
        name: sampling.draws(np.array(own)) for name, own in each.items()
    }


def _told(rows: RankedRows, weights: Weights | None = None) -> tuple[float, ...]:
    one = rows.statistics(weights)
    return one.outlier_rate, one.mae, one.aurc, one.spearman, *one.coverage_at


def _overall(
    outcome: Outcome, draws: Sequence[Draws], sampling: Sampling, confidence_level: float
) -> Selection:
    rate, mae = outcome.overall()
    n_rows = len(outcome.size)
    skewness = sampling.skewness(outcome.outlier, np.ones(n_rows))
    return Selection(
        outlier_rate=rate_estimate(rate, n_rows, draws[0], confidence_level, skewness=skewness),
        mae=percentile_estimate(mae, draws[1], confidence_level, _SIZE),
        n=n_rows,
    )


def _summary(
    rows: RankedRows,
    outcome: Outcome,
    draws: Sequence[Draws],
    whole: Sequence[Draws],
    overall: Selection,
    sampling: Sampling,
    settings: dict[str, float],
) -> Evaluation:
    confidence_level = settings["confidence_level"]
    rate, mae, aurc, spearman, *coverage = _told(rows)
    taken = rows.safest()
    observed = ObservedRate(
        rate,
        # Of rows that tie at the border all have a say.
        float(taken.sum() ** 2 / (taken @ taken)),
        draws[0],
        sampling.design_effect(overall.outlier_rate, overall.n, taken),
        sampling.skewness(outcome.outlier, taken),
    )
    ahead = aurc - overall.outlier_rate.value
    return Evaluation(
        best_decile=Selection(
            outlier_rate=observed.estimate(confidence_level),
            mae=percentile_estimate(mae, draws[1], confidence_level, _SIZE),
            n=accepted_rows(rows.fraction, len(rows.order)),
        ),
        overall=overall,
        aurc=percentile_estimate(aurc, draws[2], confidence_level, _SHARE),
        aurc_difference=percentile_estimate(
            ahead, draws[2].minus(whole[0]), confidence_level, _BOTH
        ),
        spearman=percentile_estimate(spearman, draws[3], confidence_level, _BOTH),
        coverage_at={
            at: percentile_estimate(coverage[i], draws[4 + i], confidence_level, _SHARE)
            for i, at in enumerate(rows.outlier_rates)
        },
        notes=limits_of_validity(overall.outlier_rate, overall.n, sampling),
        curve=rows.curve(),
        rate=observed,
        **settings,
    )
