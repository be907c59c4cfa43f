"""Compare confidence estimators on one table."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from os import PathLike
from time import perf_counter
from typing import Any, get_args

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from qconf._types import (
    ArrayLike,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    FloatArray,
    IntArray,
    RegressorLike,
    TableLike,
)
from qconf.comparison.contenders import (
    DEFAULT_ESTIMATORS,
    Contender,
    make_contenders,
    score_columns,
)
from qconf.comparison.result import Comparison, rank_evaluations
from qconf.core.conventions import check_options, check_resamples, check_seed
from qconf.core.error_scale import ErrorScale, error_scale
from qconf.core.renamed import renamed
from qconf.errors import OptionError, not_one_of, refuse_warnings
from qconf.evaluation.evaluate import Evaluation, evaluate_scores
from qconf.evaluation.metrics.registry import check_scale, find_metrics
from qconf.evaluation.metrics.row_metric import RowMetric
from qconf.evaluation.periods import Period, by_period, trend_lines
from qconf.model.replicates import with_prediction
from qconf.residuals.crossfit import histories, out_of_sample
from qconf.residuals.schedules import Schedule, schedule
from qconf.residuals.valuation import default_valuation_model
from qconf.suspicions.look import look_at
from qconf.suspicions.outcome import dominated
from qconf.tables.dataset import Dataset, make_dataset
from qconf.tables.numbers_in_text import NumbersInTextWarning
from qconf.tables.reading import TableFile, read_table

__all__ = ["Progress", "compare"]

#: Called with the steps done, the steps in all, and what comes next.
Progress = Callable[[int, int, str], None]


@renamed(group="groups", level="confidence_level")
def compare(
    table: TableLike | str | PathLike[str],
    target: str | ArrayLike,
    *,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    groups: str | ArrayLike | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    copies: Copies = "group",
    model: RegressorLike | None = None,
    estimators: Sequence[str | ConfidenceLike]
    | Mapping[str, str | ConfidenceLike] = DEFAULT_ESTIMATORS,
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    metrics: Iterable[str | RowMetric] | str = (),
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
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
    check_seed(random_state)
    scale = error_scale(error)
    limit = _threshold(threshold, scale)
    check_options(
        threshold=limit, fraction=fraction, confidence_level=confidence_level, outlier_rates=()
    )
    check_resamples(n_resamples)
    asked = find_metrics(metrics)
    check_scale(asked, scale)
    _check_copies(copies)
    contenders = make_contenders(estimators, scale.name)
    file = _read(table)
    dataset = make_dataset(
        file.frame,
        target,
        scale,
        prediction=prediction,
        time=time,
        groups=groups,
        features=features,
        drop=drop,
        scores=score_columns(contenders),
        keep_copies=copies == "keep",
    )
    doubts = _doubts(dataset, scale, limit, threshold_given=threshold is not None)
    doubts = (*file.warnings, *doubts)
    if strict:
        refuse_warnings(doubts)
    for contender in contenders:
        contender.check_scores(dataset.scores)
    contest = _Contest(contenders, dataset, scale, folds, random_state, progress)
    if dataset.prediction is None:
        # Not `model or ...`: an unfitted forest has a length, and fails when asked for it.
        default = default_valuation_model(scale, random_state)
        contest.fit_valuations(default if model is None else model)
    with warnings.catch_warnings():
        # Told once, of the whole table.
        warnings.simplefilter("ignore", NumbersInTextWarning)
        contest.play()
    settings = {"threshold": limit, "fraction": fraction, "confidence_level": confidence_level}
    evaluations = contest.evaluate(metrics=asked, n_resamples=n_resamples, **settings)
    return Comparison(
        ranking=rank_evaluations(evaluations, {one.name: one.seconds for one in contenders}),
        overall=next(iter(evaluations.values())).overall,
        rows=len(dataset.y) + sum(dataset.left_out.values()),
        history=contest.history,
        left_out=dataset.left_out,
        error=scale.name,
        scheme=_scheme(contest.plan, dataset),
        copies=_n_copies(dataset),
        seconds=contest.seconds_since(began),
        warnings=(*doubts, *contest.doubts(strict=strict)),
        by_period=contest.by_period(limit, confidence_level),
        trends=contest.trends(limit),
        scores=contest.scores(),
        **settings,
    )


class _Contest:
    """Rounds in which contenders are fitted on what may be seen, and score the rest."""

    def __init__(
        self,
        contenders: list[Contender],
        dataset: Dataset,
        scale: ErrorScale,
        folds: int,
        random_state: int,
        progress: Progress | None,
    ) -> None:
        self.contenders = contenders
        self.dataset = dataset
        self.scale = scale
        self.random_state = random_state
        self.plan: Schedule = schedule(
            len(dataset.y),
            folds=folds,
            time=dataset.time,
            groups=dataset.apart,
            repeats=dataset.repeats,
            predicted=dataset.prediction is not None,
            random_state=random_state,
        )
        self.valuations: list[tuple[FloatArray, ...]] | None = None
        self.block: IntArray = np.full(len(dataset.y), -1, dtype=np.intp)
        self.prediction: FloatArray = np.full(len(dataset.y), np.nan)
        self.residual: FloatArray = np.full(len(dataset.y), np.nan)
        self.seconds = {"valuation": 0.0, "estimators": 0.0, "evaluation": 0.0}
        n_fits = len(self.plan.fits) if dataset.prediction is None else 0
        self._steps = n_fits + len(self.plan.rounds) * len(contenders) + 1
        self._done = 0
        self._progress = progress

    def fit_valuations(self, model: Any) -> None:
        """Make the out-of-sample predictions of all rounds."""
        dataset = self.dataset
        # The valuation model may look at the time, which is how it follows the market. The
        # contenders may not: they would have to go beyond the times they know.
        when = {} if dataset.time is None else {dataset.time_name: dataset.time}
        self._tell("valuation model")
        with self._timed("valuation"):
            self.valuations = out_of_sample(
                model,
                dataset.features.assign(**when),
                dataset.y,
                self.plan.fits,
                lambda: self._step("valuation model"),
            )

    def play(self) -> None:
        """Play all rounds; keep the predictions that were judged, and their residuals."""
        rounds = histories(self.plan, self.valuations, self.dataset.prediction)
        for number, (one, prediction) in enumerate(rounds):
            used = np.concatenate([one.seen, one.scored])
            residual = np.full(len(prediction), np.nan)
            residual[used] = self.scale.checked_residual(prediction[used], self.dataset.y[used])
            features = with_prediction(self.dataset.features, prediction)
            for contender in self.contenders:
                self._tell(contender.name)
                # Seeds hang on the round and the seed, not on who else takes part.
                rng = check_random_state((self.random_state + 7919 * number) % 2**32)
                parts = one.seen, one.scored, rng, self.dataset.time, self.dataset.groups
                contender.play(features, self.dataset.scores, residual, *parts)
                self._step(contender.name)
            self.block[one.scored] = number
            self.prediction[one.scored] = prediction[one.scored]
            self.residual[one.scored] = residual[one.scored]
        self.seconds["estimators"] = sum(one.seconds for one in self.contenders)

    def evaluate(self, **settings: Any) -> dict[str, Evaluation]:
        """Judge all contenders on the same rows and the same resamples."""
        dataset, scored = self.dataset, self.plan.scored
        self._tell("intervals")
        with self._timed("evaluation"):
            evaluations = evaluate_scores(
                {one.name: self._expected_error(one) for one in self.contenders},
                self.residual[scored],
                groups=None if dataset.groups is None else dataset.groups[scored],
                time=None if dataset.time is None else dataset.time[scored],
                # A constant that is fitted anew in each round is not constant over all rounds,
                # and in K folds it is highest just where its own fold is lowest.
                blocks=self.block[scored],
                random_state=self.random_state,
                **settings,
            )
        self._step("intervals")
        return evaluations

    def scores(self) -> pd.DataFrame:
        """Put what was said about each scored row into one table."""
        scored = self.plan.scored
        known = {
            "row": self.dataset.rows[scored],
            "block": self.block[scored],
            "prediction": self.prediction[scored],
            "signed_residual": self.residual[scored],
        }
        given = {one.name: self._expected_error(one) for one in self.contenders}
        return pd.DataFrame({**known, **given})

    @property
    def history(self) -> int:
        """How many rows are earlier than the first scored block."""
        if self.dataset.time is None:
            return 0
        return int((self.dataset.time < self.dataset.time[self.plan.scored].min()).sum())

    def by_period(self, threshold: float, confidence_level: float) -> tuple[Period, ...]:
        """Sum up the errors of each period of the time."""
        if self.dataset.time is None:
            return ()
        scored = self.plan.scored
        return by_period(
            self.dataset.time[scored],
            self.residual[scored],
            threshold,
            confidence_level=confidence_level,
        )

    def trends(self, threshold: float) -> tuple[str, ...]:
        """Say what has a trend in time."""
        if self.dataset.time is None:
            return ()
        scored = self.plan.scored
        return trend_lines(
            self.dataset.time[scored],
            self.residual[scored],
            threshold,
            percent=self.scale.name == "relative",
        )

    def doubts(self, *, strict: bool) -> tuple[str, ...]:
        """Say what the residuals give reason to doubt."""
        known = np.flatnonzero(np.isfinite(self.residual))
        line = dominated(self.residual[known], self.dataset.rows[known])
        lines = () if line is None else (line,)
        if strict:
            refuse_warnings(lines)
        return lines

    def seconds_since(self, began: float) -> dict[str, float]:
        """Split the time since `began`; what is none of the named parts is ``other``."""
        return {**self.seconds, "other": perf_counter() - began - sum(self.seconds.values())}

    def _expected_error(self, contender: Contender) -> FloatArray:
        return contender.expected_error(len(self.dataset.y))[self.plan.scored]

    @contextmanager
    def _timed(self, part: str) -> Iterator[None]:
        began = perf_counter()
        yield
        self.seconds[part] += perf_counter() - began

    def _step(self, label: str) -> None:
        self._done += 1
        self._tell(label)

    def _tell(self, label: str) -> None:
        if self._progress is not None:
            self._progress(self._done, self._steps, label)


def _threshold(threshold: float | None, scale: ErrorScale) -> float:
    if threshold is not None:
        return threshold
    if scale.needs_positive:
        return 0.15
    msg = (
        "The absolute error needs a threshold, in the units of the target: from which error on "
        "is a row badly wrong? (--threshold 25000, say)"
    )
    raise OptionError(msg)


def _doubts(
    dataset: Dataset, scale: ErrorScale, threshold: float, *, threshold_given: bool
) -> tuple[str, ...]:
    """Say what in the table gives reason to doubt what will be found."""
    lines = look_at(
        dataset.features,
        dataset.y,
        target_name=dataset.target_name,
        scale=scale,
        threshold=threshold,
        threshold_given=threshold_given,
        prediction=dataset.prediction,
        prediction_name=dataset.prediction_name,
        time=dataset.time,
        time_name=dataset.time_name,
        groups=dataset.groups if dataset.has_groups else None,
        scores=dataset.scores,
        rows=dataset.rows,
    )
    return (*dataset.warnings, *lines)


def _scheme(plan: Schedule, dataset: Dataset) -> str:
    """Say how rows were kept apart."""
    words = plan.in_words
    if dataset.has_groups:
        words += " of whole groups" if dataset.time is None else ", groups kept apart"
    n_copies = _n_copies(dataset)
    if n_copies and dataset.time is None:
        words += f", {n_copies:,} copies kept with the rows they are like"
    elif n_copies:
        words += f", {n_copies:,} copies of earlier rows not judged"
    return words


def _n_copies(dataset: Dataset) -> int:
    if dataset.copies is None:
        return 0
    return dataset.copies.count if dataset.repeats is None else int(dataset.repeats.sum())


def _read(table: Any) -> TableFile:
    if isinstance(table, str | PathLike):
        return read_table(os.fspath(table))
    return TableFile(table)


def _check_copies(copies: str) -> None:
    if copies not in get_args(Copies):
        raise OptionError(not_one_of("option copies", copies, get_args(Copies)))
