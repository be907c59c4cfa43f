"""Fit a pair of models on the older rows, and certify it on the newest."""

from __future__ import annotations

import datetime as dt
import warnings
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy as np

from qconf._types import ArrayLike, Copies, ErrorScaleName, FloatArray, TableLike
from qconf.certification.certificate import Side
from qconf.certification.certify import certify
from qconf.comparison.contenders import make_contenders, score_columns
from qconf.comparison.intake import Settings, take_in
from qconf.core.conventions import check_seed
from qconf.fitting.baselines import baseline_of
from qconf.fitting.certified import CertifiedModel
from qconf.fitting.fit_model import check_scores, fitted_on, model_table, role_names
from qconf.fitting.result import written_moment
from qconf.model.holding_out import HeldOut, hold_out
from qconf.probability.fitting import fit_error_distribution
from qconf.saving.card import ModelCard
from qconf.tables.fit_roles import fit_roles

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
    copies: Copies = "group",
    estimator: str = "blend",
    error: ErrorScaleName = "relative",
    threshold: float | None = None,
    outlier_rate: float | Sequence[float] = 0.05,
    confidence_level: float = 0.95,
    side: Side = "both",
    calibration: float = 0.2,
    folds: int = 5,
    random_state: int = 0,
    strict: bool = False,
) -> CertifiedModel:
    """Fit a valuation model and its confidence on the older rows, and certify them on the newest.

    Without a time the calibration rows are whole groups at random. A score column of somebody
    else's predictions learns nothing from the older rows, so that these say where to start.

    Parameters
    ----------
    table, target, prediction, time, groups, features, drop, copies, error, threshold
        As in `qconf.fit_model`; so are `folds`, `random_state` and `strict`.
    estimator : str, default="blend"
        A registered name.
    outlier_rate, confidence_level, side
        As in `qconf.certify`.
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
    check_seed(random_state)
    settings = Settings.checked(error, threshold, 0.1, confidence_level)
    asked: dict[str, Any] = {
        "threshold": settings.threshold,
        "outlier_rate": outlier_rate,
        "confidence_level": confidence_level,
        "side": side,
        "error": settings.scale.name,
    }
    # What is wrong with the promise is said before the models are fitted.
    certify([0.0], [0.0], **asked)
    named = make_contenders([estimator], settings.scale.name)
    dataset, doubts = take_in(
        table, target, settings, prediction=prediction, time=time, groups=groups,
        features=features, drop=drop, scores=score_columns(named), copies=copies, strict=strict,
    )  # fmt: skip
    check_scores(dataset, named)
    roles = fit_roles(
        dataset.features, dataset.time, dataset.given_groups, keep_copies=copies == "keep"
    )
    held_out = hold_out(roles, calibration, np.random.RandomState(random_state))
    names = role_names(target=target, prediction=prediction, time=time, groups=groups)
    older = dataset.take(held_out.fitted)
    plan: dict[str, Any] = {"folds": folds, "random_state": random_state}
    pair = fitted_on(older, names, named[0], None, settings, copies, plan)
    expected, residual = _errors(pair, dataset.take(held_out.calibration), names, settings)
    history = _errors(pair, older, names, settings) if score_columns(named) else None
    known = {"groups": held_out.groups, "periods": _dated(held_out), "history": history}
    certificate: Any = certify(expected, residual, **known, **asked)
    if len(residual) >= _FEWEST_ROWS:
        pair.error_distribution_ = fit_error_distribution(
            residual, expected, error=settings.scale.name, time=held_out.time  # type: ignore[arg-type]
        )  # fmt: skip
    card = _card(pair, names, settings, named[0].name, len(older.y), random_state)
    seen = model_table(dataset.take(held_out.calibration), names), expected, residual
    baseline = baseline_of(pair, certificate, *seen, held_out.time)
    return CertifiedModel(pair, certificate, card, _in_words(held_out), doubts, baseline)


def _errors(
    pair: ConfidentRegressor,
    dataset: Dataset,
    names: Mapping[str, str | None],
    settings: Settings,
) -> tuple[FloatArray, FloatArray]:
    """Return expected errors and residuals of rows."""
    with warnings.catch_warnings():
        # That they are far from the fit is what they are for: the certificate counts their errors.
        warnings.filterwarnings("ignore", "The newest row is", UserWarning)
        prediction, expected = pair.predict_with_error(model_table(dataset, names))
    return expected, settings.scale.checked_residual(prediction, dataset.y)


def _dated(held_out: HeldOut) -> Any:
    """Return dates, which make periods of the calendar; other times make none."""
    dated = held_out.time is not None and held_out.time.dtype.kind == "M"
    return held_out.time if dated else None


def _in_words(held_out: HeldOut) -> str:
    which = "held out at random" if held_out.time is None else "the newest"
    return (
        f"{len(held_out.calibration):,} rows, {which}; both models were fitted on "
        f"{len(held_out.fitted):,} others"
    )


def _card(
    pair: ConfidentRegressor,
    names: Mapping[str, str | None],
    settings: Settings,
    estimator: str,
    n_rows: int,
    seed: int,
) -> ModelCard:
    time_range = pair.time_range_
    return ModelCard(
        target=names["target"],
        prediction=names["prediction"],
        time=names["time"],
        groups=names["groups"],
        error=settings.scale.name,
        threshold=settings.threshold,
        estimator=estimator,
        n_rows=n_rows,
        fitted=dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        time_range=None if time_range is None else [written_moment(one) for one in time_range],
        not_for=["Rows unlike those that it was certified on: markets drift. Certify again."],
        seed=seed,
    )
