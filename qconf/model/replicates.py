"""Fit a valuation model and a confidence estimator on its residuals, once and on resamples.

What is refitted decides what an upper bound knows of. With the residuals held fixed, replicates
vary the error model only (the scope ``"error"``). With the valuation model fitted again on every
resample, the residuals vary too, as they would if other rows had been sold (``"both"``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from sklearn.base import clone

from qconf._types import BootstrapScope, FloatArray, IntArray, Table, TableT
from qconf.core.conventions import PREDICTION
from qconf.core.error_scale import ErrorScale
from qconf.core.seeding import draw_seed, with_seed
from qconf.core.spreading import each, is_spread
from qconf.core.validation import check_column, select_rows
from qconf.evaluation.resampling import resample_counts
from qconf.residuals.crossfit import (
    HeldOutModel,
    fit_confidence,
    held_out_models,
    out_of_sample,
)
from qconf.residuals.schedules import Fit

__all__ = ["Maker", "Pair", "Replicates", "fit_replicates", "resamples", "with_prediction"]


@dataclass(frozen=True, eq=False)
class Pair:
    """A fitted valuation model and a confidence estimator fitted on its residuals.

    Attributes
    ----------
    regressor : regressor or None
        None where the valuation model was not fitted again.
    confidence : confidence estimator
    hidden : tuple of str
        Columns that the confidence estimator does not see.
    """

    regressor: Any
    confidence: Any
    hidden: tuple[str, ...]

    def prediction(self, table: Table, given: FloatArray) -> FloatArray:
        """Predict rows, or return the prediction that is given if there is no model."""
        if self.regressor is None:
            return given
        return check_column("prediction", self.regressor.predict(table), len(given))

    def expected_error(self, table: Table, prediction: FloatArray) -> FloatArray:
        """Predict the expected error of rows with these predictions."""
        described = with_prediction(table, prediction, self.hidden)
        return np.asarray(self.confidence.predict(described), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Maker:
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


@dataclass(frozen=True, eq=False)
class Replicates:
    """Pairs that were fitted on resampled rows.

    Attributes
    ----------
    pairs : list of Pair
    held_out_variance : ndarray of shape (n_samples,) or None
        For each row of `fit` the variance over replicates of its held-out prediction, on the
        error scale; None at the scope ``"error"`` or with fewer than 2 replicates.
    """

    pairs: list[Pair]
    held_out_variance: FloatArray | None

    def squared_errors(self, table: Table, prediction: FloatArray) -> FloatArray:
        """Expect the squared error of each row, once by each pair.

        Parameters
        ----------
        table : DataFrame or ndarray of shape (n_rows, n_features)
        prediction : ndarray of shape (n_rows,)
            By the valuation model that was fitted on the rows as they are.

        Returns
        -------
        ndarray of shape (n_replicates, n_rows)
        """
        expected = [
            pair.expected_error(table, pair.prediction(table, prediction)) for pair in self.pairs
        ]
        return np.stack(expected) ** 2

    def model_variance(self, table: Table, prediction: FloatArray, scale: ErrorScale) -> FloatArray:
        """Return the variance of predictions over replicates, on the error scale.

        Parameters
        ----------
        table : DataFrame or ndarray of shape (n_rows, n_features)
        prediction : ndarray of shape (n_rows,)
        scale : ErrorScale

        Returns
        -------
        ndarray of shape (n_rows,)
        """
        spread = _Spread(len(prediction))
        for pair in self.pairs:
            spread.add(scale.residual(pair.prediction(table, prediction), prediction))
        return spread.variance


def fit_replicates(
    maker: Maker,
    prediction: FloatArray,
    drawn: Iterator[IntArray],
    scope: BootstrapScope,
    rng: np.random.RandomState,
) -> Replicates:
    """Fit a pair on each resample.

    Parameters
    ----------
    maker : Maker
    prediction : ndarray of shape (n_samples,)
        Held-out predictions of the rows as they are; what the scope ``"error"`` holds fixed.
    drawn : iterator of ndarray of shape (n_samples,)
        How often each row was drawn, from `resamples`.
    scope : {"error", "both"}
        What is fitted again: the error model only, or the valuation model too.
    rng : RandomState
        Seeds the models: each replicate has seeds of its own.

    Returns
    -------
    Replicates
    """
    pairs = []
    spread = _Spread(len(prediction))
    for pair, own in _made(maker, prediction, _seeded(maker, drawn, scope, rng)):
        if pair.regressor is not None:
            spread.add(maker.scale.residual(own, prediction))
        pairs.append(pair)
    return Replicates(pairs, spread.variance if spread.count > 1 else None)


#: How often each row was drawn, and the two models, seeded: None where the first is not fitted.
_Unfitted: TypeAlias = tuple[IntArray, Any, Any]


def _seeded(
    maker: Maker, drawn: Iterator[IntArray], scope: BootstrapScope, rng: np.random.RandomState
) -> Iterator[_Unfitted]:
    """Give the models of each replicate their seeds, one after the other."""
    for counts in drawn:
        regressor = with_seed(clone(maker.regressor), rng) if scope == "both" else None
        yield counts, regressor, with_seed(clone(maker.confidence), rng)


def _made(
    maker: Maker, prediction: FloatArray, unfitted: Iterator[_Unfitted]
) -> Iterator[tuple[Pair, FloatArray]]:
    """Fit pairs; return with each the held-out predictions that it learned from."""

    def make(one: _Unfitted) -> tuple[Pair, FloatArray]:
        counts, regressor, confidence = one
        fitted, own = None, prediction
        if regressor is not None:
            own = maker.held_out_predictions(regressor, counts)
            fitted = maker.fit_regressor(regressor, counts)
        learned = maker.fit_seeded(confidence, own, counts)
        return Pair(fitted, learned, maker.hidden), own

    if is_spread():
        return each(make, list(unfitted), len(prediction), ours=False)
    # One after the other: resamples of many replicates need not be there at once.
    return map(make, unfitted)


def resamples(
    fits: tuple[Fit, ...],
    n_rows: int,
    n_bootstrap: int,
    rng: np.random.RandomState,
    groups: IntArray | None = None,
) -> Iterator[IntArray]:
    """Draw rows with replacement, or whole groups, so that every fit has rows to learn from.

    A resample that leaves a fit nothing, as can happen with a handful of groups, is drawn again.

    Parameters
    ----------
    fits : tuple of Fit
    n_rows : int
    n_bootstrap : int
    rng : RandomState
    groups : ndarray of shape (n_rows,), default=None
        Codes; rows of a group are drawn together.

    Yields
    ------
    ndarray of shape (n_rows,)
        How often each row was drawn.
    """
    source = np.random.default_rng(draw_seed(rng))
    made = 0
    while made < n_bootstrap:
        (counts,) = resample_counts(n_rows, 1, source, groups)
        learned = all(counts[fit.train].any() for fit in fits)
        if learned and any(counts[fit.held_out[0]].any() for fit in fits):
            made += 1
            yield counts


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


class _Spread:
    """Variance over replicates, a row at a time, without keeping them.

    Sums of squares are safe here: what is added are deviations from one common prediction.
    """

    def __init__(self, n_rows: int) -> None:
        self.count = 0
        self._sum, self._squares = np.zeros(n_rows), np.zeros(n_rows)

    def add(self, deviation: FloatArray) -> None:
        self.count += 1
        self._sum += deviation
        self._squares += deviation**2

    @property
    def variance(self) -> FloatArray:
        beyond_mean = self._squares - self._sum**2 / self.count
        return np.maximum(beyond_mean, 0.0) / (self.count - 1)


def _drawn(rows: IntArray, counts: IntArray | None) -> IntArray:
    return rows if counts is None else np.repeat(rows, counts[rows])
