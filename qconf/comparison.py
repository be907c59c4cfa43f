"""Compare confidence estimators on one table."""

from __future__ import annotations

import time as clock
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_random_state

from qconf._types import ArrayLike, FloatArray, IntArray, TableLike
from qconf._validation import check_column, check_seed
from qconf.base import PREDICTION
from qconf.contenders import DEFAULT_ESTIMATORS, Contender, make_contenders, score_columns
from qconf.crossfit import Schedule, blocks_in_time, histories, out_of_sample, schedule
from qconf.error_scale import ErrorScale, error_scale
from qconf.errors import OptionError, TableError
from qconf.evaluation import OUTLIER_RATES, Evaluation, Selection, check_options, evaluate_scores
from qconf.resampling import Estimate, difference_of_rates
from qconf.tables.dataset import Dataset, make_dataset
from qconf.valuation import default_valuation_model
from qconf.verdict import verdict

__all__ = ["Comparison", "Ranked", "compare"]

#: How many stretches of time are resampled, at most, when there is a time column.
_TIME_STRETCHES = 100

#: Called with the steps done, the steps in all, and what comes next.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, eq=False)
class Ranked:
    """One estimator in a ranking.

    Attributes
    ----------
    name : str
    evaluation : Evaluation
    difference_to_best : Estimate
        Best-decile outlier rate minus that of the best estimator, with a paired interval.
    seconds : float
        Spent in fitting and predicting, over all rounds.
    """

    name: str
    evaluation: Evaluation
    difference_to_best: Estimate
    seconds: float

    @property
    def distinguishable(self) -> bool:
        """Whether the interval of the difference to the best leaves out zero."""
        return 0.0 not in self.difference_to_best

    def to_dict(self) -> dict[str, Any]:
        """Return plain numbers."""
        numbers = self.evaluation.to_dict()
        return {
            "estimator": self.name,
            "best_decile": numbers["best_decile"],
            "aurc": numbers["aurc"],
            "spearman": numbers["spearman"],
            "coverage_at": numbers["coverage_at"],
            "difference_to_best": self.difference_to_best.to_dict(),
            "distinguishable": self.distinguishable,
            "seconds": round(self.seconds, 3),
        }


@dataclass(frozen=True, eq=False)
class Comparison:
    """A ranking of confidence estimators, the best first.

    Attributes
    ----------
    ranking : tuple of Ranked
        By best-decile outlier rate, then by area under the risk-coverage curve.
    overall : Selection
        All scored rows.
    rows : int
        Rows of the table; ``overall.n`` of them were scored, `history` only learned from, and
        the others left out.
    history : int
        Rows that are earlier than the first scored block.
    left_out : dict of str to int
        Rows that could not be used, by reason.
    error : str
        Name of the error scale.
    threshold, fraction, level : float
    scheme : str
        How rows were kept apart, in words.
    seconds : dict of str to float
        Spent in ``valuation`` (fits of the valuation model), ``estimators`` (fits of the
        confidence estimators), ``evaluation`` (ranks and intervals) and ``other``.
    warnings : tuple of str
    scores : DataFrame
        One row for each scored row: its position ``row`` in the table, ``prediction``,
        ``residual``, and the expected error by each estimator.
    """

    ranking: tuple[Ranked, ...]
    overall: Selection
    rows: int
    history: int
    left_out: dict[str, int]
    error: str
    threshold: float
    fraction: float
    level: float
    scheme: str
    seconds: dict[str, float]
    warnings: tuple[str, ...]
    scores: pd.DataFrame = field(repr=False)

    @property
    def best(self) -> str:
        """Name of the best estimator."""
        return self.ranking[0].name

    @property
    def verdict(self) -> str:
        """The result in one sentence, or two."""
        return verdict(self)

    @property
    def table(self) -> pd.DataFrame:
        """The ranking as a table, one row for each estimator, the best first."""
        return pd.DataFrame([_flat(one) for one in self.ranking]).set_index("estimator")

    def to_dict(self) -> dict[str, Any]:
        """Return everything but the scores as plain numbers, ready for JSON."""
        return {
            "rows": self.rows,
            "threshold": self.threshold,
            "error": self.error,
            "fraction": self.fraction,
            "level": self.level,
            "scheme": self.scheme,
            "overall": self.overall.to_dict(),
            "ranking": [one.to_dict() for one in self.ranking],
            "best": self.best,
            "verdict": self.verdict,
            "history": self.history,
            "left_out": dict(self.left_out),
            "warnings": list(self.warnings),
            "seconds": {part: round(spent, 3) for part, spent in self.seconds.items()},
        }


def compare(
    X: TableLike,
    y: str | ArrayLike,
    *,
    prediction: str | ArrayLike | None = None,
    time: str | ArrayLike | None = None,
    group: str | ArrayLike | None = None,
    features: Sequence[str] | None = None,
    drop: Sequence[str] = (),
    model: Any = None,
    estimators: Iterable[Any] | Mapping[str, Any] = DEFAULT_ESTIMATORS,
    error: str = "relative",
    threshold: float | None = None,
    fraction: float = 0.1,
    folds: int = 5,
    level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
    progress: Progress | None = None,
) -> Comparison:
    """Rank confidence estimators by how well they tell the safe rows from the others.

    Every row is scored by an estimator that has seen neither its target nor anything made from
    it; with `time`, nor anything later.

    Parameters
    ----------
    X : DataFrame or array-like of shape (n_samples, n_columns)
        Strings, dates and missing values are fine.
    y : str or array-like of shape (n_samples,)
        The target, or the name of its column in `X`; so for all the columns below.
    prediction : str or array-like of shape (n_samples,), default=None
        The predictions to be judged, made without having seen the target of their row. None
        fits a valuation model.
    time : str or array-like of shape (n_samples,), default=None
        When each row became known. If given, everything is done forward in time. The valuation
        model may use it as a feature; the confidence estimators may not, since they would have
        to go beyond the times they know.
    group : str or array-like of shape (n_samples,), default=None
        Rows of a group (a building, a seller) are never on both sides.
    features : sequence of str, default=None
        Columns to use; None is all without another role.
    drop : sequence of str, default=()
        Columns not to use.
    model : regressor, default=None
        The valuation model, fitted if there is no `prediction`. None is boosted trees, on the
        logarithm of the target unless the error is absolute.
    estimators : iterable or mapping, default=("residual", "quantile", "count", "blend", "constant")
        Registered names (also ``column:NAME``) or estimators, or names for estimators.
    error : {"relative", "log", "absolute"}, default="relative"
        The error scale.
    threshold : float or None, default=None
        An outlier's absolute residual is above it. None is 0.15, but has to be given for the
        absolute error.
    fraction : float, default=0.1
        Share of rows called safest.
    folds : int, default=5
        Number of scored blocks.
    level : float, default=0.95
        Confidence level of the intervals.
    n_resamples : int or None, default=None
        Bootstrap resamples; None is 1000, fewer beyond 200,000 rows. Groups are resampled
        whole; without groups but with time, up to 100 stretches of time are.
    random_state : int, default=0
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
    >>> from qconf.simulation import archetypes
    >>> world = archetypes(20).drop(columns="archetype")
    >>> result = compare(world, "value", error="absolute", threshold=0.15,
    ...                  estimators=["residual", "constant"])
    >>> result.overall.n, sorted(result.table.index)
    (2000, ['constant', 'residual'])
    """
    began = clock.perf_counter()
    check_seed(random_state)
    scale = error_scale(error)
    limit = _threshold(threshold, scale)
    check_options(threshold=limit, fraction=fraction, level=level, outlier_rates=())
    contenders = make_contenders(estimators)
    dataset = make_dataset(
        X,
        y,
        scale,
        prediction=prediction,
        time=time,
        group=group,
        features=features,
        drop=drop,
        scores=score_columns(contenders),
    )
    plan = schedule(
        len(dataset.y),
        folds=folds,
        time=dataset.time,
        group=dataset.group,
        predicted=dataset.prediction is not None,
        random_state=random_state,
    )
    steps = _Steps(progress, len(plan.fits), len(plan.rounds), contenders)
    fitted_at = clock.perf_counter()
    predictions = None
    if dataset.prediction is None:
        unfitted = model if model is not None else default_valuation_model(scale, random_state)
        predictions = out_of_sample(
            unfitted, _valuation_features(dataset), dataset.y, plan.fits, steps.fitted
        )
    valued_at = clock.perf_counter()
    final, residual = _play(contenders, dataset, plan, predictions, scale, random_state, steps)
    played_at = clock.perf_counter()
    scored = plan.scored
    evaluations = evaluate_scores(
        {one.name: one.expected_error(len(dataset.y))[scored] for one in contenders},
        residual[scored],
        threshold=limit,
        fraction=fraction,
        groups=_resampling_units(dataset, scored),
        outlier_rates=OUTLIER_RATES,
        level=level,
        n_resamples=n_resamples,
        random_state=random_state,
    )
    ended = clock.perf_counter()
    estimating = sum(one.seconds for one in contenders)
    return Comparison(
        ranking=_rank(contenders, evaluations),
        overall=next(iter(evaluations.values())).overall,
        rows=len(dataset.y) + sum(dataset.left_out.values()),
        history=len(dataset.y) - len(scored),
        left_out=dataset.left_out,
        error=scale.name,
        threshold=limit,
        fraction=fraction,
        level=level,
        scheme=plan.in_words,
        seconds={
            "valuation": valued_at - fitted_at,
            "estimators": estimating,
            "evaluation": ended - played_at,
            "other": (fitted_at - began) + (played_at - valued_at - estimating),
        },
        warnings=dataset.warnings,
        scores=_scores(contenders, dataset, scored, final, residual),
    )


class _Steps:
    """Counts steps for a progress line."""

    def __init__(
        self, report: Progress | None, n_fits: int, n_rounds: int, contenders: list[Contender]
    ) -> None:
        self.report = report
        self.done = 0
        self.total = n_fits + n_rounds * len(contenders) + 1
        self._tell("valuation model")

    def fitted(self) -> None:
        self.step("valuation model")

    def step(self, label: str) -> None:
        self.done += 1
        self._tell(label)

    def _tell(self, label: str) -> None:
        if self.report is not None:
            self.report(self.done, self.total, label)


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


def _valuation_features(dataset: Dataset) -> pd.DataFrame:
    if dataset.time is None:
        return dataset.features
    return dataset.features.assign(**{dataset.time_name: dataset.time})


def _play(
    contenders: list[Contender],
    dataset: Dataset,
    plan: Schedule,
    predictions: list[tuple[FloatArray, ...]] | None,
    scale: ErrorScale,
    random_state: int,
    steps: _Steps,
) -> tuple[FloatArray, FloatArray]:
    """Play all rounds; return the predictions that were judged, and their residuals."""
    n_rows = len(dataset.y)
    judged = np.full(n_rows, np.nan)
    residuals = np.full(n_rows, np.nan)
    for number, (one, prediction) in enumerate(histories(plan, predictions, dataset.prediction)):
        used = np.concatenate([one.seen, one.scored])
        residual = np.full(n_rows, np.nan)
        residual[used] = _residual(prediction[used], dataset.y[used], scale)
        features = dataset.features.assign(**{PREDICTION: prediction})
        for contender in contenders:
            steps.step(contender.name)
            # A contender's seeds hang on the round and the seed, not on who else takes part.
            rng = check_random_state((random_state + 7919 * number) % 2**32)
            contender.play(features, dataset.scores, residual, one.seen, one.scored, rng)
        judged[one.scored] = prediction[one.scored]
        residuals[one.scored] = residual[one.scored]
    steps.step("intervals")
    return judged, residuals


def _residual(prediction: FloatArray, y: FloatArray, scale: ErrorScale) -> FloatArray:
    if scale.name == "log" and prediction.min() <= 0:
        msg = "The valuation model predicts values <= 0, which have no log error; use another."
        raise TableError(msg)
    return check_column("residual", scale.residual(prediction, y), len(y))


def _resampling_units(dataset: Dataset, scored: IntArray) -> IntArray | None:
    """Say what is resampled whole: groups, or stretches of time, or (None) single rows."""
    if dataset.group is not None:
        codes, _ = pd.factorize(dataset.group[scored], use_na_sentinel=False)
        units: IntArray = codes.astype(np.intp)
        return units
    if dataset.time is not None:
        return blocks_in_time(dataset.time[scored], _TIME_STRETCHES)
    return None


def _rank(contenders: list[Contender], evaluations: dict[str, Evaluation]) -> tuple[Ranked, ...]:
    def key(one: Contender) -> tuple[float, float]:
        evaluation = evaluations[one.name]
        return evaluation.best_decile.outlier_rate.value, evaluation.aurc.value

    ordered = sorted(contenders, key=key)
    best = evaluations[ordered[0].name]
    ranking = []
    for one in ordered:
        own = evaluations[one.name]
        difference = Estimate(0.0, (0.0, 0.0))
        if own is not best:
            difference = difference_of_rates(
                own.best_decile.outlier_rate,
                best.best_decile.outlier_rate,
                own.rate_replicates,
                best.rate_replicates,
            )
        ranking.append(Ranked(one.name, own, difference, one.seconds))
    return tuple(ranking)


def _scores(
    contenders: list[Contender],
    dataset: Dataset,
    scored: IntArray,
    prediction: FloatArray,
    residual: FloatArray,
) -> pd.DataFrame:
    known = {"row": dataset.rows, "prediction": prediction, "residual": residual}
    given = {one.name: one.expected_error(len(dataset.y)) for one in contenders}
    return pd.DataFrame({name: column[scored] for name, column in {**known, **given}.items()})


def _flat(one: Ranked) -> dict[str, Any]:
    evaluation = one.evaluation
    decile = evaluation.best_decile
    columns: dict[str, Any] = {"estimator": one.name}
    for name, estimate in (
        ("outlier_rate", decile.outlier_rate),
        ("mae", decile.mae),
        ("aurc", evaluation.aurc),
        ("spearman", evaluation.spearman),
        *((f"coverage_at_{rate:g}", at) for rate, at in evaluation.coverage_at.items()),
        ("difference_to_best", one.difference_to_best),
    ):
        columns |= {
            name: estimate.value,
            f"{name}_low": estimate.interval[0],
            f"{name}_high": estimate.interval[1],
        }
    columns["n"] = decile.n
    columns["distinguishable"] = one.distinguishable
    columns["seconds"] = round(one.seconds, 3)
    return columns
