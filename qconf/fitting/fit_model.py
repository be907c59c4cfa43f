"""Fit a model that is kept, and judge its confidence on held-out rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from qconf._types import (
    ArrayLike,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    Progress,
    RegressorLike,
    TableLike,
)
from qconf.comparison.contenders import Contender, make_contenders, score_columns
from qconf.comparison.intake import Settings, take_in
from qconf.comparison.rounds import Contest
from qconf.core.conventions import PREDICTION, check_seed
from qconf.errors import OptionError
from qconf.fitting.choosing import choose, older_and_newer
from qconf.fitting.result import FittedModel
from qconf.model.regressor import ConfidentRegressor
from qconf.tables.dataset import Dataset
from qconf.tables.roles import is_name

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_scores", "fit_model", "fitted_on", "model_table", "role_names"]

_AUTO = "auto"


def fit_model(
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
    estimator: str | ConfidenceLike = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    random_state: int = 0,
    strict: bool = False,
    progress: Progress | None = None,
) -> FittedModel:
    """Fit a valuation model and its confidence on a table, and judge them on held-out rows.

    The figures are those that `qconf.compare` gives for the estimator; the model is then fitted
    on all rows. ``"auto"`` compares all estimators on the older three quarters of the rows, and
    judges the best of them on the newest quarter, which had no say in the choice.

    Parameters
    ----------
    table : DataFrame, array-like of shape (n_samples, n_columns), or path
    target : str or array-like of shape (n_samples,)
        What the model predicts, or the name of its column in `table`; so for all columns below.
    prediction : str or array-like of shape (n_samples,), default=None
        Predictions of somebody else's model, made without having seen the target of their row.
        The confidence alone is fitted then, and rows to be scored must come with predictions of
        that model. None fits a valuation model.
    time, groups, features, drop, copies, error, threshold, fraction, folds, confidence_level
        As in `qconf.compare`.
    model : regressor, default=None
        The valuation model, fitted if there is no `prediction`. None is boosted trees.
    estimator : str or confidence estimator, default="blend"
        A registered name, ``"auto"``, or an estimator.
    random_state : int, default=0
    strict : bool, default=False
        Whether a warning about the table is an error.
    progress : callable, default=None
        Called as ``progress(steps_done, steps, what_is_next)``, anew for each stage.

    Returns
    -------
    FittedModel

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
    >>> from qconf import fit_model
    >>> from qconf.simulation.world import archetypes
    >>> world = archetypes(20).drop(columns="archetype")
    >>> fitted = fit_model(world, "value", error="absolute", threshold=0.15,
    ...                    estimator="residual")
    >>> fitted.model.predict(world.drop(columns="value")).shape
    (2000,)
    """
    check_seed(random_state)
    settings = Settings.checked(error, threshold, fraction, confidence_level)
    named = [] if estimator == _AUTO else make_contenders([estimator], settings.scale.name)
    dataset, doubts = take_in(
        table,
        target,
        settings,
        prediction=prediction,
        time=time,
        groups=groups,
        features=features,
        drop=drop,
        scores=score_columns(named),
        copies=copies,
        strict=strict,
    )
    check_scores(dataset, named)
    plan: dict[str, Any] = {"folds": folds, "random_state": random_state}
    choice, among = None, None
    if not named:
        older, among = older_and_newer(dataset, random_state)
        said = _of_stage("choose", progress)
        choice = choose(dataset.take(older), settings, model=model, progress=said, **plan)
        named = make_contenders([choice.name], settings.scale.name)
    contest = Contest(named, dataset, settings.scale, progress=_of_stage("judge", progress), **plan)
    contest.play(model)
    judged = contest.evaluate(among=among, **settings.numbers)[named[0].name]
    if progress is not None:
        progress(0, 1, "fit on all rows")
    names = role_names(target=target, prediction=prediction, time=time, groups=groups)
    fitted = fitted_on(dataset, names, named[0], model, settings, copies, plan)
    # The rows that were judged were held out from all that scored them: no need to do it again.
    fitted.error_distribution_ = contest.error_distribution(named[0])
    return FittedModel(
        model=fitted,
        estimator=named[0].name,
        judged=judged,
        scheme=contest.plan.in_words,
        choice=choice,
        settings=settings,
        names=names,
        n_rows=len(dataset.y),
        seed=random_state,
        fitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        warnings=(*doubts, *contest.doubts(strict=strict)),
    )


def check_scores(dataset: Dataset, named: Sequence[Contender]) -> None:
    """Check columns that are scores, and that they are of the predictions that are judged."""
    for one in named:
        one.check_scores(dataset.scores)
    if len(dataset.scores.columns) and dataset.prediction is None:
        msg = (
            f"The estimator {named[0].name!r} reads a score of somebody else's predictions; name "
            "the column that holds these (--prediction)."
        )
        raise OptionError(msg)


def fitted_on(
    dataset: Dataset,
    names: Mapping[str, str | None],
    contender: Contender,
    model: Any,
    settings: Settings,
    copies: Copies,
    plan: Mapping[str, Any],
) -> ConfidentRegressor:
    """Fit the model that is kept, on all rows of a table."""
    table, regressor, time = model_table(dataset, names), model, dataset.time
    if dataset.prediction is not None:
        regressor = f"column:{names['prediction'] or PREDICTION}"
    elif dataset.time is not None:
        time = dataset.time_name
    error: Any = settings.scale.name
    kept = ConfidentRegressor(regressor, contender.estimator, error=error, copies=copies, **plan)
    return kept.fit(table, dataset.y, time=time, groups=dataset.given_groups)


def model_table(dataset: Dataset, names: Mapping[str, str | None]) -> pd.DataFrame:
    """Return the rows as the model that is kept takes them."""
    if dataset.prediction is not None:
        given = {names["prediction"] or PREDICTION: dataset.prediction}
        return dataset.features.assign(**dataset.scores, **given)
    if dataset.time is not None:
        # By name: the valuation model follows the market.
        return dataset.features.assign(**{dataset.time_name: dataset.time})
    return dataset.features


def role_names(**given: Any) -> dict[str, str | None]:
    """Return the names of columns; None where values were given, or nothing."""
    return {role: str(one) if is_name(one) else None for role, one in given.items()}


def _of_stage(stage: str, progress: Progress | None) -> Progress | None:
    """Say before each step of a contest what it is for."""
    if progress is None:
        return None
    tell: Callable[[int, int, str], None] = progress
    return lambda done, steps, what: tell(done, steps, f"{stage}: {what}")
