"""Fit a valuation model, and a confidence estimator on its residuals, on any resample of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import FloatArray, IntArray, Table, TableT
from qconf.core.conventions import PREDICTION
from qconf.core.error_scale import ErrorScale
from qconf.core.seeding import with_seed
from qconf.core.validation import select_rows
from qconf.residuals.crossfit import (
    HeldOutModel,
    fit_confidence,
    held_out_models,
    out_of_sample,
)
from qconf.residuals.schedules import Fit

__all__ = ["PairFitter", "with_prediction"]


@dataclass(frozen=True, eq=False)
class PairFitter:
    """All that is needed to make residuals and to learn from them, on any resample of the rows.

    A resample is an array of shape (n_samples,) that tells how often each row was drawn; None
    stands for the rows as they are. A row keeps its fold, so a row drawn twice is never on both
    sides: the prediction of a row comes from a model that has seen no copy of it.

    Attributes
    ----------
    table : DataFrame or ndarray of shape (n_samples, n_features)
    target : ndarray of shape (n_samples,)
    scale : ErrorScale
    fits : tuple of Fit
        Which rows a model is fitted on, and which it predicts, to give rows their residuals.
    regressor, confidence : estimator
        Not fitted; clones of them are.
    hidden : tuple of str
        Columns that the confidence estimator does not see.
    time : ndarray of shape (n_samples,) or None
        When each row became known.
    groups : ndarray of shape (n_samples,) or None
        Rows of one number are kept together.
    """

    table: Table
    target: FloatArray
    scale: ErrorScale
    fits: tuple[Fit, ...]
    regressor: Any
    confidence: Any
    hidden: tuple[str, ...]
    time: Any = None
    groups: IntArray | None = None

    @property
    def shortage(self) -> FloatArray:
        """How many times as many rows as the model behind its residual each row's table has.

        With K folds K / (K − 1), and more forward in time, where the first residuals come from
        short histories; not a number for rows without a residual.
        """
        times = np.full(len(self.target), np.nan)
        for fit in self.fits:
            times[fit.held_out[0]] = len(self.target) / len(fit.train)
        return times

    def held_out_predictions(self, regressor: Any, counts: IntArray | None = None) -> FloatArray:
        """Predict each row by a model that has not seen it; not a number where none can."""
        fits = tuple(Fit(_drawn(fit.train, counts), fit.held_out) for fit in self.fits)
        prediction = np.full(len(self.target), np.nan)
        made = out_of_sample(regressor, self.table, self.target, fits)
        for fit, parts in zip(fits, made, strict=True):
            prediction[fit.held_out[0]] = parts[0]
        return prediction

    def held_out_models(self, regressor: Any) -> list[HeldOutModel]:
        """Fit the models that give rows their residuals, one for each of the `fits`."""
        return held_out_models(regressor, self.table, self.target, self.fits)

    def predictions_of(self, models: Sequence[HeldOutModel]) -> FloatArray:
        """Return what `held_out_predictions` does, from its models."""
        prediction = np.full(len(self.target), np.nan)
        for fit, model in zip(self.fits, models, strict=True):
            rows = fit.held_out[0]
            prediction[rows] = model.predict(select_rows(self.table, rows))
        return prediction

    def fit_regressor(self, regressor: Any, counts: IntArray | None = None) -> Any:
        """Fit the valuation model on all rows of a resample."""
        rows = _drawn(np.arange(len(self.target)), counts)
        return clone(regressor).fit(select_rows(self.table, rows), self.target[rows])

    def fit_confidence(
        self, prediction: FloatArray, rng: np.random.RandomState, counts: IntArray | None = None
    ) -> Any:
        """Fit the confidence estimator on the residuals of a resample's rows that have one."""
        return self.fit_seeded(with_seed(clone(self.confidence), rng), prediction, counts)

    def fit_seeded(
        self, confidence: Any, prediction: FloatArray, counts: IntArray | None = None
    ) -> Any:
        """Fit a confidence estimator that has its seeds."""
        rows = _drawn(np.flatnonzero(np.isfinite(prediction)), counts)
        described = with_prediction(select_rows(self.table, rows), prediction[rows], self.hidden)
        residual = self.scale.checked_residual(prediction[rows], self.target[rows])
        told = [
            None if role is None else role[rows] for role in (self.time, self.groups, self.target)
        ]
        return fit_confidence(confidence, described, residual, *told)


def with_prediction(table: TableT, prediction: FloatArray, hidden: Sequence[str] = ()) -> TableT:
    """Put the prediction beside the features, as a confidence estimator sees them.

    Parameters
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_features)
    prediction : ndarray of shape (n_rows,)
    hidden : sequence of str, default=()
        Columns that it does not see: the time, beyond which it would have to go.

    Returns
    -------
    DataFrame or ndarray of shape (n_rows, n_features + 1 - n_hidden)
    """
    if isinstance(table, pd.DataFrame):
        features = table.drop(columns=list(hidden)) if hidden else table.copy(deep=False)
        if not all(isinstance(name, str) for name in features.columns):
            # scikit-learn wants either all names to be strings or none of them.
            features = features.rename(columns=str)
        features[PREDICTION] = prediction
        return features
    return np.column_stack([table, prediction])


def _drawn(rows: IntArray, counts: IntArray | None) -> IntArray:
    return rows if counts is None else np.repeat(rows, counts[rows])
