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

from qconf._types import FloatArray, IntArray
from qconf._validation import check_column
from qconf.conventions import accepted_rows, check_seed
from qconf.errors import OptionError, TableError
from qconf.estimate import Estimate
from qconf.grouping import group_codes
from qconf.learners.threads import threads_for
from qconf.ranking import Outcome, RankedRows, Statistics, rank_within
from qconf.resampling import (
    percentile_estimate,
    rate_estimate,
    resample_counts,
    resamples_for,
)

__all__ = ["OUTLIER_RATES", "Evaluation", "Selection", "evaluate", "evaluate_scores"]

#: For which outlier rates the coverage is told, unless asked otherwise.
OUTLIER_RATES = (0.05, 0.10)


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
    spearman : Estimate
        Rank correlation of expected error and absolute residual, in [-1, 1], higher is better;
        not a number for a constant score.
    coverage_at : dict of float to Estimate
        For an outlier rate, the largest share of rows that could have been accepted with no
        more outliers than that among them. Found on these very rows, so a little optimistic.
    curve : DataFrame of shape (n_samples, 3)
        The risk-coverage curve: ``cut_off`` (a score; with blocks, the share of the block that
        is safer), ``coverage``, ``outlier_rate``.
    threshold, fraction, level : float
        What was asked for.
    rate_replicates : ndarray of shape (n_resamples,)
        The best decile's outlier rate in each bootstrap resample.
    """

    best_decile: Selection
    overall: Selection
    aurc: Estimate
    spearman: Estimate
    coverage_at: dict[float, Estimate]
    threshold: float
    fraction: float
    level: float
    curve: pd.DataFrame = field(repr=False)
    rate_replicates: FloatArray = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the curve and the replicates as plain numbers."""
        return {
            "threshold": self.threshold,
            "fraction": self.fraction,
            "level": self.level,
            "overall": self.overall.to_dict(),
            "best_decile": self.best_decile.to_dict(),
            "aurc": self.aurc.to_dict(),
            "spearman": self.spearman.to_dict(),
            "coverage_at": {f"{rate:g}": at.to_dict() for rate, at in self.coverage_at.items()},
        }


def evaluate(
    expected_error: ArrayLike,
    residual: ArrayLike,
    *,
    threshold: float,
    fraction: float = 0.1,
    groups: ArrayLike | None = None,
    blocks: ArrayLike | None = None,
    outlier_rates: Sequence[float] = OUTLIER_RATES,
    level: float = 0.95,
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
        Rows that belong together (a building, a week) are resampled together; a row without a
        group on its own.
    blocks : array-like of shape (n_samples,), default=None
        Rows that were scored by one fit. Rows are then ranked within their block, and the safest
        of each block are taken: scores of different fits are not on one scale, least of all
        those of fits that have seen each other's rows.
    outlier_rates : sequence of float, default=(0.05, 0.1)
        For which outlier rates to tell the coverage.
    level : float, default=0.95
        Confidence level of all intervals.
    n_resamples : int or None, default=None
        Bootstrap resamples; None is 1000, fewer beyond 200,000 rows.
    random_state : int, default=0
        Seeds the resamples and the order of ties.

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
        blocks=blocks,
        outlier_rates=outlier_rates,
        level=level,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    return evaluations["expected error"]


def evaluate_scores(
    scores: Mapping[str, ArrayLike],
    residual: ArrayLike,
    *,
    threshold: float,
    fraction: float = 0.1,
    groups: ArrayLike | None = None,
    blocks: ArrayLike | None = None,
    outlier_rates: Sequence[float] = OUTLIER_RATES,
    level: float = 0.95,
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
    residual, threshold, fraction, groups, blocks, outlier_rates, level, n_resamples, random_state
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
    check_options(threshold=threshold, fraction=fraction, level=level, outlier_rates=outlier_rates)
    check_seed(random_state)
    rng = np.random.default_rng(random_state)
    tie_break = rng.permutation(n_rows)
    outcome = Outcome.of(residuals, threshold)
    fits = _codes("blocks", blocks, n_rows)
    units = _resampling_units(groups, n_rows)
    ranked = {}
    for name, given in scores.items():
        score = check_column(name, given, n_rows)
        compared = score if fits is None else rank_within(score, fits)
        ranked[name] = RankedRows(compared, outcome, fraction, outlier_rates, tie_break)
    overall: list[tuple[float, float]] = []
    replicates: dict[str, list[Statistics]] = {name: [] for name in ranked}
    draws = n_resamples or resamples_for(n_rows)
    n_threads = min(threads_for(n_rows), len(ranked))
    with ThreadPoolExecutor(max(1, n_threads)) as pool:
        # On short tables handing work over takes a quarter as long as the work itself.
        each: Callable[..., Iterable[Statistics]] = pool.map if n_threads > 1 else map
        for counts in resample_counts(n_rows, draws, rng, units):
            overall.append(outcome.overall(counts))
            told = each(partial(RankedRows.statistics, counts=counts), ranked.values())
            for name, one in zip(ranked, told, strict=True):
                replicates[name].append(one)
    whole = _whole(outcome, np.array(overall), level)
    settings = {"threshold": threshold, "fraction": fraction, "level": level}
    return {
        name: _summary(rows, replicates[name], whole, settings) for name, rows in ranked.items()
    }


def _whole(outcome: Outcome, replicates: FloatArray, level: float) -> Selection:
    rate, mae = outcome.overall()
    n_rows = len(outcome.size)
    return Selection(
        outlier_rate=rate_estimate(rate, n_rows, replicates[:, 0], level),
        mae=percentile_estimate(mae, replicates[:, 1], level),
        n=n_rows,
    )


def _summary(
    rows: RankedRows,
    replicates: list[Statistics],
    overall: Selection,
    settings: dict[str, float],
) -> Evaluation:
    level = settings["level"]
    point = rows.statistics()

    def drawn(name: str) -> FloatArray:
        return np.array([getattr(one, name) for one in replicates])

    n_accepted = accepted_rows(rows.fraction, len(rows.order))
    rates = drawn("outlier_rate")
    decile = Selection(
        outlier_rate=rate_estimate(
            point.outlier_rate, n_accepted, rates, level, _design_effect(overall, level)
        ),
        mae=percentile_estimate(point.mae, drawn("mae"), level),
        n=n_accepted,
    )
    coverage = drawn("coverage_at")
    return Evaluation(
        best_decile=decile,
        overall=overall,
        aurc=percentile_estimate(point.aurc, drawn("aurc"), level),
        spearman=percentile_estimate(point.spearman, drawn("spearman"), level),
        coverage_at={
            rate: percentile_estimate(point.coverage_at[i], coverage[:, i], level)
            for i, rate in enumerate(rows.outlier_rates)
        },
        curve=rows.curve(),
        rate_replicates=rates,
        **settings,
    )


def _design_effect(overall: Selection, level: float) -> float:
    """How much wider the overall rate's interval is than independent rows would make it."""
    rate = overall.outlier_rate.value
    independent = rate_estimate(rate, overall.n, np.zeros(1), level).interval
    low, high = overall.outlier_rate.interval
    return ((high - low) / (independent[1] - independent[0])) ** 2


def _resampling_units(groups: ArrayLike | None, n_rows: int) -> IntArray | None:
    codes = _codes("groups", groups, n_rows)
    if codes is not None and codes.max() == 0:
        msg = "The groups must have at least 2 distinct values, found 1: nothing to resample."
        raise TableError(msg)
    return codes


def _codes(what: str, values: ArrayLike | None, n_rows: int) -> IntArray | None:
    if values is None:
        return None
    codes = group_codes(values)
    if len(codes) != n_rows:
        msg = f"The {what} must have one value a row: {n_rows} rows, {len(codes)} {what}."
        raise TableError(msg)
    return codes


def check_options(
    *, threshold: float, fraction: float, level: float, outlier_rates: Sequence[float]
) -> None:
    """Hold the numbers of an evaluation against their ranges.

    Raises
    ------
    OptionError
    """
    if not (np.isfinite(threshold) and threshold > 0):
        msg = f"The threshold must be a finite number > 0, got {threshold!r}."
        raise OptionError(msg)
    if not 0 < fraction <= 1:
        msg = f"The fraction must lie in (0, 1], such as 0.1 for the best decile, got {fraction!r}."
        raise OptionError(msg)
    if not 0 < level < 1:
        msg = f"The level must lie strictly between 0 and 1, such as 0.95, got {level!r}."
        raise OptionError(msg)
    for rate in outlier_rates:
        if not 0 <= rate <= 1:
            msg = f"An outlier rate must lie in [0, 1], got {rate!r}."
            raise OptionError(msg)
