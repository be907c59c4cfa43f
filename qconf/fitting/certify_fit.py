"""Fit a pair of models on the older rows, and certify it on the newest."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import (
    ArrayLike,
    Copies,
    ErrorScaleName,
    FloatArray,
    Progress,
    RegressorLike,
    TableLike,
)
from qconf.certification.certificate import Side
from qconf.certification.certificates import Several
from qconf.certification.certify import certify
from qconf.certification.value import ValueCurve, value_curve
from qconf.comparison.contenders import score_columns
from qconf.comparison.intake import Settings, table_of
from qconf.encoding.source_pairs import Pairs
from qconf.fitting.baselines import baseline_of
from qconf.fitting.certified import CertifiedModel
from qconf.fitting.intake import Intake
from qconf.fitting.money import Money
from qconf.fitting.result import written_moment
from qconf.model.holding_out import HeldOut, hold_out
from qconf.probability.fitting import fit_error_distribution
from qconf.saving.card import ModelCard
from qconf.tables.fit_roles import fit_roles
from qconf.tables.roles import as_names

if TYPE_CHECKING:
    from qconf.model.regressor import ConfidentRegressor
    from qconf.tables.dataset import Dataset

__all__ = ["fit_certified"]

#: Fewer calibration rows tell nothing of the distribution of errors.
_FEWEST_ROWS = 50


def fit_certified(
    table: TableLike | str | PathLike[str],
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
    estimator: str = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    side: Side = "both",
    several: Several = "each",
    gain: float | str | ArrayLike | None = None,
    loss: float | str | ArrayLike | None = None,
    excess_loss: float | str | ArrayLike | None = None,
    calibration: float = 0.2,
    folds: int = 5,
    random_state: int = 0,
    strict: bool = False,
    progress: Progress | None = None,
) -> CertifiedModel:
    """Fit a valuation model and its confidence on the older rows, and certify them on the newest.

    Without a time the calibration rows are whole groups at random. A score column of somebody
    else's predictions learns nothing from the older rows, so that these say where to start.

    Parameters
    ----------
    table, target, prediction, time, groups, features, drop, copies, model, error, threshold
        As in `qconf.fit_model`; so are `conflicts`, `folds`, `random_state`, `strict` and
        `progress`.
    estimator : str, default="blend"
        A registered name. ``"auto"`` compares all estimators on the older rows, and takes the
        best: the calibration rows have no say in it.
    outlier_rate, confidence_level, side, several
        As in `qconf.certify`.
    gain, loss, excess_loss : float, str or array-like of shape (n_samples,), default=None
        What acting on rows is worth, as in `qconf.value_curve`; a str is a column of `table`,
        which is no feature unless `features` names it. None of them given tells of no money.
    calibration : float, default=0.2
        Share of rows that is kept from both models.

    Returns
    -------
    CertifiedModel
        Its distribution of errors is that of the calibration rows.

    Raises
    ------
    TableError, OptionError, EstimatorError
    """
    settings = Settings.checked(error, threshold, 0.1, confidence_level)
    asked: dict[str, Any] = {
        "threshold": settings.threshold, "outlier_rate": outlier_rate, "side": side,
        "confidence_level": confidence_level, "several": several, "error": settings.scale.name,
    }  # fmt: skip
    # What is wrong with the promise is said before the models are fitted.
    certify([0.0], [0.0], **asked)
    money, file = Money(gain, loss, excess_loss), table_of(table)
    no_features = set(money.columns) - set(as_names(features))
    intake = Intake.of(
        file, target, settings, estimator=estimator, model=model, copies=copies, folds=folds,
        random_state=random_state, strict=strict, drop=[*as_names(drop), *no_features],
        prediction=prediction, time=time, groups=groups, features=features,
        conflicts=conflicts,
    )  # fmt: skip
    held_out = _held_out(intake, calibration, random_state)
    newer = intake.dataset.take(held_out.calibration)
    amounts = money.of_rows(file.frame, newer.rows, settings.threshold) if money.asked else None
    pair, card, history = _frozen(intake, held_out, progress)
    expected, residual = _errors(pair, intake, newer)
    known = {"groups": held_out.groups, "periods": held_out.dates, "history": history}
    certificate: Any = certify(expected, residual, **known, **asked)
    _tell_of_errors(pair, expected, residual, held_out)
    value = _value(expected, residual, held_out, amounts, asked)
    words = _in_words(held_out, learned=history is None)
    seen = intake.rows_of(newer), expected, residual
    baseline = baseline_of(pair, certificate, *seen, held_out.time)
    return CertifiedModel(pair, certificate, card, words, intake.doubts, value, baseline)


def _held_out(intake: Intake, share: float, seed: int) -> HeldOut:
    dataset = intake.dataset
    keep_copies = intake.copies == "keep"
    roles = fit_roles(dataset.features, dataset.time, dataset.given_groups, keep_copies=keep_copies)
    learns = intake.contender is None or not score_columns([intake.contender])
    return hold_out(roles, share, np.random.RandomState(seed), learns=learns)


def _frozen(
    intake: Intake, held_out: HeldOut, progress: Progress | None
) -> tuple[ConfidentRegressor, ModelCard, tuple[FloatArray, FloatArray] | None]:
    """Fit the pair of models on the older rows, with its card and what it says of these.

    Of rows that it has learned from it says too much; of those a score column says what it
    always does.
    """
    contender, choice = intake.chosen_on(held_out.fitted, progress)
    older = intake.dataset.take(held_out.fitted)
    if progress is not None:
        progress(0, 1, f"fit both models on the older {len(older.y):,} rows")
    pair = intake.fitted_on(older, contender)
    if progress is not None:
        progress(1, 1, f"certify on {len(held_out.calibration):,} rows")
    history = _errors(pair, intake, older) if score_columns([contender]) else None
    figures = {} if choice is None else choice.figures
    return pair, _card(pair, intake, contender.name, len(older.y), figures), history


def _errors(
    pair: ConfidentRegressor, intake: Intake, dataset: Dataset
) -> tuple[FloatArray, FloatArray]:
    """Return expected errors and residuals of rows."""
    with warnings.catch_warnings():
        # That they are far from the fit is what they are for: the certificate counts their errors.
        warnings.filterwarnings("ignore", "The newest row is", UserWarning)
        prediction, expected = pair.predict_with_error(intake.rows_of(dataset))
    return expected, intake.settings.scale.checked_residual(prediction, dataset.y)


def _tell_of_errors(
    pair: ConfidentRegressor, expected: FloatArray, residual: FloatArray, held_out: HeldOut
) -> None:
    """Give the pair the distribution of errors of rows that it has not seen."""
    if len(residual) >= _FEWEST_ROWS:
        pair.error_distribution_ = fit_error_distribution(
            residual, expected, error=pair.error, time=held_out.time
        )


def _value(
    expected: FloatArray,
    residual: FloatArray,
    held_out: HeldOut,
    amounts: dict[str, Any] | None,
    asked: dict[str, Any],
) -> ValueCurve | None:
    if amounts is None:
        return None
    same = {name: asked[name] for name in ("threshold", "side", "confidence_level")}
    return value_curve(expected, residual, groups=held_out.groups, **same, **amounts)


def _in_words(held_out: HeldOut, *, learned: bool) -> str:
    which = "held out at random" if held_out.time is None else "the newest"
    others = f"{len(held_out.fitted):,} others"
    done = f"both models were fitted on {others}" if learned else f"tests start where {others} say"
    return f"{len(held_out.calibration):,} rows, {which}; {done}"


def _card(
    pair: ConfidentRegressor, intake: Intake, estimator: str, n_rows: int, figures: dict[str, Any]
) -> ModelCard:
    time_range, names = pair.time_range_, intake.names
    return ModelCard(
        target=names["target"],
        prediction=names["prediction"],
        time=names["time"],
        groups=names["groups"],
        error=intake.settings.scale.name,
        threshold=intake.settings.threshold,
        estimator=estimator,
        n_rows=n_rows,
        fitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        time_range=None if time_range is None else [written_moment(one) for one in time_range],
        figures=figures,
        not_for=["Rows unlike those that it was certified on: markets drift. Certify again."],
        seed=intake.plan["random_state"],
    )
