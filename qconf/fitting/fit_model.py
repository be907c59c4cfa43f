"""Fit a model that is kept, and judge its confidence on held-out rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from os import PathLike

import numpy as np

from qconf._types import (
    ArrayLike,
    ConfidenceLike,
    Copies,
    ErrorScaleName,
    Progress,
    RegressorLike,
    TableLike,
)
from qconf.comparison.intake import Settings
from qconf.comparison.rounds import Contest
from qconf.encoding.source_pairs import Pairs
from qconf.fitting.choosing import older_and_newer
from qconf.fitting.intake import Intake, of_stage
from qconf.fitting.result import FittedModel, Learned
from qconf.tables.reading import TableFile

__all__ = ["fit_model"]


def fit_model(
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
    estimator: str | ConfidenceLike = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    fraction: float = 0.1,
    folds: int = 5,
    confidence_level: float = 0.95,
    random_state: int = 0,
    memory: str | float | None = None,
    keep_sales: bool = False,
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
        As in `qconf.compare`; so are `conflicts`.
    model : regressor, default=None
        The valuation model, fitted if there is no `prediction`. None is boosted trees.
    estimator : str or confidence estimator, default="blend"
        A registered name, ``"auto"``, or an estimator.
    random_state : int, default=0
    memory : str or float, default=None
        How much may be taken, in bytes or as ``"4GB"``; None is three quarters of what the machine
        has. Of a path to Parquet files whose rows do not fit, as many are drawn at random as do:
        they are judged, and the confidence learns from them. Boosted trees for the value learn from
        all rows, batch by batch; other valuation models from those that were drawn. With such trees
        and a time, the estimator ``"online"`` goes on with the other rows, one after another.
    keep_sales : bool, default=False
        Whether the rows and their targets are kept in the model and its file, so that
        `qconf.comparables` needs no other table; whoever gets the file can then read them.
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
    settings = Settings.checked(error, threshold, fraction, confidence_level)
    intake = Intake.of(
        table, target, settings, estimator=estimator, model=model, copies=copies, folds=folds,
        random_state=random_state, strict=strict, drop=drop, prediction=prediction, time=time,
        groups=groups, features=features, conflicts=conflicts, memory=memory,
    )  # fmt: skip
    dataset, among, older = intake.dataset, None, np.arange(0)
    whole = intake.whole_table
    if whole is not None:
        # What is wrong with rows that were not drawn is said before any fit, if it can be.
        whole.check()
    if intake.contender is None:
        older, among = older_and_newer(dataset, random_state)
    contender, choice = intake.chosen_on(older, progress)
    said = of_stage("judge", progress)
    contest = Contest([contender], dataset, settings.scale, progress=said, **intake.plan)
    contest.play(model)
    judged = contest.evaluate(among=among, **settings.numbers)[contender.name]
    if progress is not None:
        progress(0, 1, "fit on all rows")
    fitted = intake.fitted_on(dataset, contender, keep_sales=keep_sales, whole=whole)
    # The rows that were judged were held out from all that scored them: no need to do it again.
    fitted.error_distribution_ = contest.error_distribution(contender)
    return FittedModel(
        model=fitted,
        estimator=contender.name,
        judged=judged,
        scheme=contest.plan.in_words,
        learned=Learned.of(dataset, whole),
        choice=choice,
        settings=settings,
        names=intake.names,
        n_rows=len(dataset.y) if whole is None else whole.n_usable,
        seed=random_state,
        fitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        warnings=(*intake.doubts, *contest.doubts(strict=strict)),
    )
