"""Compare confidence estimators on one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from time import perf_counter

from qconf._types import (
    ArrayLike,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    Progress,
    RegressorLike,
    RowMetricName,
    TableLike,
)
from qconf.comparison.contenders import (
    DEFAULT_ESTIMATORS,
    make_contenders,
    score_columns,
)
from qconf.comparison.intake import Settings, take_in
from qconf.comparison.result import Comparison, rank_evaluations
from qconf.comparison.rounds import Contest
from qconf.comparison.scheme import copies_kept, scheme
from qconf.core.conventions import check_resamples, check_seed
from qconf.core.renamed import renamed
from qconf.encoding.source_pairs import Pairs
from qconf.evaluation.metrics.registry import check_scale, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.tables.large_tables import Room
from qconf.tables.reading import TableFile

__all__ = ["compare"]


@renamed(group="groups", level="confidence_level")
def compare(
    table: TableLike | TableFile | str | PathLike[str],
    target: str | ArrayLike,
    *,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    groups: str | ArrayLike | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    conflicts: Pairs = (),
    copies: Copies = "group",
    model: RegressorLike | None = None,
    estimators: Sequence[str | ConfidenceLike]
    | Mapping[str, str | ConfidenceLike] = DEFAULT_ESTIMATORS,
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    metrics: Iterable[RowMetricName | RowMetric] | RowMetricName = (),
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
    memory: str | float | None = None,
    strict: bool = False,
    progress: Progress | None = None,
) -> Comparison:
    """Rank confidence estimators by how well they tell the safe rows from the others.

    Every row is scored by an estimator that has seen neither its target nor anything made from
    it; with `time`, nor anything later. Rows are ranked among those of their block, which were
    scored by the same fit.

    Parameters
    ----------
    table : DataFrame, array-like of shape (n_samples, n_columns), or path
        Strings, dates and missing values are fine; so are tables of polars and Arrow. A path is
        read as ``qconf compare`` reads it.
    target : str or array-like of shape (n_samples,)
        What the model predicts, or the name of its column in `table`; so for all columns below.
    prediction : str or array-like of shape (n_samples,), default=None
        The predictions to be judged, made without having seen the target of their row. None
        fits a valuation model.
    time : str or array-like of shape (n_samples,), default=None
        When each row became known. If given, everything is done forward in time. The valuation
        model may use it as a feature; the confidence estimators may not, since they would have
        to go beyond the times they know.
    groups : str or array-like of shape (n_samples,), default=None
        Rows of a group (a building, a seller) are never on both sides, nor behind the residuals
        that a row's score is learned from. Estimators that ask for ``groups`` are told.
    features : str or sequence of str, default=None
        Columns to use; None is all without another role. If none is left, a `prediction` is the
        only feature.
    drop : str or sequence of str, default=()
        Columns not to use.
    conflicts : sequence of (str, str), or mapping of str to (str, str), default=()
        Features that should agree, such as a floor area of the tax roll and of the listing; or
        what each pair is about. Estimators that learn see how far they do not (`InputConflict`),
        the valuation model does not.
    copies : {"group", "keep"}, default="group"
        Rows that are alike in all features, ids and time aside, are kept on one side like a
        group; forward in time one that an earlier row is like is learned from, and not judged.
        ``"keep"`` takes them for different rows.
    model : regressor, default=None
        The valuation model, fitted if there is no `prediction`. None is boosted trees, on the
        logarithm of the target unless the error is absolute.
    estimators : sequence or mapping, default=("residual", "quantile", "count", "blend", "constant")
        Registered names (also ``column:NAME``) or estimators, or names for estimators.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale.
    threshold : float or None, default=None
        An outlier's absolute residual is above it. None is 0.15, but has to be given for the
        absolute error.
    metrics : iterable of (str or RowMetric), default=()
        What else to tell of the rows that each estimator calls safest, and of all rows:
        ``"ppe10"``, ``"bias"``, ``"over-valuation-rate"``, or a metric of your own.
    fraction : float, default=0.1
        Share of rows called safest.
    folds : int, default=5
        Number of scored blocks.
    confidence_level : float, default=0.95
        Confidence level of the intervals.
    n_resamples : int or None, default=None
        Bootstrap resamples; None is 1000, fewer beyond 200,000 rows. Groups are resampled
        whole. With time, intervals also allow for errors that rise and fall slowly.
    random_state : int, default=0
    memory : str or float, default=None
        How much may be taken, in bytes or as ``"4GB"``; None is three quarters of what the machine
        has. Of a path to Parquet files whose rows do not fit, so many are drawn at random as do.
    strict : bool, default=False
        Whether a warning about the table is an error.
    progress : callable, default=None
        Called as ``progress(steps_done, steps, what_is_next)``.

    Returns
    -------
    Comparison

    Raises
    ------
    TableError
        If the table cannot be used.
    OptionError
        If an option is outside its range.
    EstimatorError
        If an estimator is unknown, fails, or breaks the contract.

    Examples
    --------
    >>> from qconf import compare
    >>> from qconf.simulation.world import archetypes
    >>> world = archetypes(20).drop(columns="archetype")
    >>> result = compare(world, "value", error="absolute", threshold=0.15,
    ...                  estimators=["residual", "constant"])
    >>> result.overall.n, sorted(result.table.index)
    (2000, ['constant', 'residual'])
    """
    began = perf_counter()
    asked = find_metrics(metrics)
    check_resamples(n_resamples)
    check_seed(random_state)
    settings = Settings.checked(error, threshold, fraction, confidence_level)
    check_scale(asked, settings.scale)
    contenders = make_contenders(estimators, settings.scale.name)
    dataset, doubts = take_in(
        table,
        target,
        settings,
        prediction=prediction,
        time=time,
        groups=groups,
        features=features,
        drop=drop,
        scores=score_columns(contenders),
        conflicts=conflicts,
        copies=copies,
        strict=strict,
        room=Room(memory, time, groups, random_state),
    )
    for contender in contenders:
        contender.check_scores(dataset.scores)
    contest = Contest(contenders, dataset, settings.scale, folds, random_state, progress)
    contest.play(model)
    numbers = settings.numbers
    evaluations = contest.evaluate(metrics=asked, n_resamples=n_resamples, **numbers)
    return Comparison(
        ranking=rank_evaluations(evaluations, {one.name: one.seconds for one in contenders}),
        overall=next(iter(evaluations.values())).overall,
        rows=len(dataset.y) + sum(dataset.left_out.values()),
        history=contest.history,
        left_out=dataset.left_out,
        error=settings.scale.name,
        scheme=scheme(contest.plan, dataset),
        copies=copies_kept(dataset),
        seconds=contest.seconds_since(began),
        warnings=(*doubts, *contest.doubts(strict=strict)),
        by_period=contest.by_period(settings.threshold, confidence_level),
        trends=contest.trends(settings.threshold),
        scores=contest.scores(),
        time=None if dataset.time is None else dataset.time[contest.plan.scored],
        drawn_from=None if dataset.drawn is None else dataset.drawn.n_rows,
        groups=None if dataset.groups is None else dataset.groups[contest.plan.scored],
        **numbers,
    )
