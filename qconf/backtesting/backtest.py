"""Backtest valuation models and confidence estimators together on one table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from os import PathLike
from time import perf_counter
from typing import Any

import pandas as pd

from qconf._types import (
    ArrayLike,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    Progress,
    RegressorLike,
    TableLike,
)
from qconf.backtesting.contests import Contests
from qconf.backtesting.cross import Cross
from qconf.backtesting.crossing import make_crosses
from qconf.backtesting.models import DEFAULT_MODELS, ValuationModel, make_models
from qconf.backtesting.result import Backtest, Valued, rank_pairs
from qconf.comparison.contenders import make_contenders, score_columns
from qconf.comparison.intake import Settings, take_in
from qconf.comparison.scheme import copies_kept, scheme
from qconf.core.conventions import check_resamples, check_seed
from qconf.encoding.source_pairs import Pairs
from qconf.errors import OptionError, not_one_of
from qconf.evaluation.resampling import resamples_for
from qconf.evaluation.result import Evaluation

__all__ = ["DEFAULT_ESTIMATORS", "backtest"]

DEFAULT_ESTIMATORS = ("residual", "blend")

#: A third of what a comparison has: so many pairs take a while to judge.
_RESAMPLES = 300
#: Two models are an old one and a new one, if nothing else is said.
_OLD_AND_NEW = 2


def backtest(
    table: TableLike | str | PathLike[str],
    target: str | ArrayLike,
    *,
    models: Sequence[str | RegressorLike] | Mapping[str, str | RegressorLike] = DEFAULT_MODELS,
    estimators: Sequence[str | ConfidenceLike]
    | Mapping[str, str | ConfidenceLike] = DEFAULT_ESTIMATORS,
    crosses: Iterable[tuple[str, str]] | None = None,
    time: str | ArrayLike | None = None,
    groups: str | ArrayLike | None = None,
    features: Sequence[str] | str | None = None,
    drop: Sequence[str] | str = (),
    conflicts: Pairs = (),
    copies: Copies = "group",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    n_resamples: int | None = None,
    random_state: int = 0,
    strict: bool = False,
    progress: Progress | None = None,
) -> Backtest:
    """Rank every pair of a valuation model and a confidence estimator on the same rows.

    Each pair is judged as `qconf.compare` judges one: every row is valued and scored by models
    that have seen neither its target nor anything made from it; with `time`, nor anything later.
    The residuals of a valuation model are made once, for all estimators.

    Parameters
    ----------
    table : DataFrame, array-like of shape (n_samples, n_columns), or path
    target : str or array-like of shape (n_samples,)
        What the models predict, or the name of its column in `table`; so for all columns below.
    models : sequence or mapping, default=("linear", "forest", "boosted")
        Valuation models: ``"boosted"``, ``"comparables"``, ``"forest"``, ``"linear"``,
        ``"column:NAME"`` for predictions that the table has, each made without its row's target,
        or regressors; or names for any of these. Columns of predictions are features of no model;
        rows that lack one are left out for all.
    estimators : sequence or mapping, default=("residual", "blend")
        Confidence estimators, as in `qconf.compare`.
    crosses : iterable of (str, str), default=None
        Pairs of an old and a new valuation model, for `Backtest.cross`. None is the two models, if
        there are two, the first being the old one; with more there is none.
    time, groups, features, drop, conflicts, copies, error, threshold, fraction, folds
        As in `qconf.compare`.
    confidence_level : float, default=0.95
        Confidence level of the intervals.
    n_resamples : int or None, default=None
        Bootstrap resamples, the same for all pairs; None is 300, fewer beyond 600,000 rows.
    random_state : int, default=0
        Also seeds valuation models that have no seed of their own.
    strict : bool, default=False
        Whether a warning about the table is an error.
    progress : callable, default=None
        Called as ``progress(steps_done, steps, what_is_next)``.

    Returns
    -------
    Backtest

    Raises
    ------
    TableError
        If the table cannot be used.
    OptionError
        If an option is outside its range, or a valuation model is unknown.
    EstimatorError
        If an estimator is unknown, or a model of any kind fails.

    Notes
    -----
    Of models that are all columns, all earlier residuals are learned from. Beside a model that
    has to be fitted, residuals begin later, for all alike: nothing differs but the model.

    Examples
    --------
    >>> from qconf import backtest
    >>> from qconf.simulation.world import archetypes
    >>> world = archetypes(20).drop(columns="archetype")
    >>> result = backtest(world, "value", models=["linear", "boosted"], error="absolute",
    ...                   threshold=0.15, estimators=["count"])
    >>> len(result.ranking), result.fits
    (2, {'valuation': 30, 'estimators': 10})
    >>> result.cross("linear", "boosted").deadlock is None
    True
    """
    began = perf_counter()
    check_resamples(n_resamples)
    check_seed(random_state)
    settings = Settings.checked(error, threshold, fraction, confidence_level)
    valuations = make_models(models, settings.scale, random_state)
    asked = _checked_crosses(crosses, valuations)
    contenders = make_contenders(estimators, settings.scale.name)
    columns = dict.fromkeys(one.column for one in valuations if one.column is not None)
    dataset, doubts = take_in(
        table,
        target,
        settings,
        prediction=None,
        time=time,
        groups=groups,
        features=features,
        drop=drop,
        scores=score_columns(contenders),
        copies=copies,
        strict=strict,
        valuations=list(columns),
        conflicts=conflicts,
    )
    for contender in contenders:
        contender.check_scores(dataset.scores)
    contests = Contests(
        valuations, contenders, dataset, settings.scale, folds, random_state, asked, progress
    )
    contests.play()
    evaluations, crossed = _judged(contests, asked, settings, n_resamples)
    first = next(iter(contests.of.values()))
    return Backtest(
        ranking=rank_pairs(evaluations, contests.estimator_seconds),
        models=_valued(contests, evaluations),
        rows=len(dataset.y) + sum(dataset.left_out.values()),
        history=first.history,
        left_out=dataset.left_out,
        copies=copies_kept(dataset),
        error=settings.scale.name,
        scheme=scheme(contests.plan, dataset),
        warnings=(*doubts, *contests.doubts(strict=strict)),
        fits=contests.n_fits,
        seconds=_with_other(contests.seconds, perf_counter() - began),
        scores=_scores(contests),
        crosses=crossed,
        **settings.numbers,
    )


def _checked_crosses(
    crosses: Iterable[tuple[str, str]] | None, models: Sequence[ValuationModel]
) -> list[tuple[str, str]]:
    names = [one.name for one in models]
    if crosses is None:
        return [(names[0], names[1])] if len(names) == _OLD_AND_NEW else []
    asked = []
    for pair in crosses:
        if isinstance(pair, str) or len(pair) != _OLD_AND_NEW:
            msg = f"A cross is a pair of names, the old and the new model; got {pair!r}."
            raise OptionError(msg)
        old, new = pair
        for name in (old, new):
            if name not in names:
                raise OptionError(not_one_of("valuation model of a cross", name, names))
        if old == new:
            msg = f"A cross needs two valuation models, an old and a new one; got {old!r} twice."
            raise OptionError(msg)
        asked.append((old, new))
    return list(dict.fromkeys(asked))


def _judged(
    contests: Contests,
    asked: Sequence[tuple[str, str]],
    settings: Settings,
    n_resamples: int | None,
) -> tuple[dict[str, dict[str, Evaluation]], dict[tuple[str, str], dict[str, Cross]]]:
    """Judge every pair, and the crosses that were asked for, on the same resamples."""
    n_draws = min(_RESAMPLES, resamples_for(len(contests.plan.scored)))
    numbers = {**settings.numbers, "n_resamples": n_draws if n_resamples is None else n_resamples}
    evaluations = contests.evaluate(**numbers)
    crossed = {pair: make_crosses(contests, pair, evaluations, numbers) for pair in asked}
    return evaluations, crossed


def _with_other(seconds: Mapping[str, float], taken: float) -> dict[str, float]:
    """Put what the work took beside these jobs at the end of them."""
    return {**seconds, "other": taken - sum(seconds.values())}


def _valued(
    contests: Contests, evaluations: Mapping[str, Mapping[str, Evaluation]]
) -> tuple[Valued, ...]:
    valued = []
    for name, first in contests.first_of.items():
        overall = next(iter(evaluations[name].values())).overall
        itself = name == first
        seconds = contests.of[name].seconds["valuation"] if itself else 0.0
        valued.append(Valued(name, overall, seconds, None if itself else first))
    return tuple(valued)


def _scores(contests: Contests) -> pd.DataFrame:
    """Put what was said about each scored row by each pair below each other."""
    parts: list[Any] = []
    for name, contest in contests.of.items():
        said = contest.scores()
        said.insert(0, "model", name)
        parts.append(said)
    scores: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return scores
