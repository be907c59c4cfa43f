"""Fit a valuation model and a confidence estimator again, on resampled rows.

What is refitted decides what an upper bound knows of. With the residuals held fixed, replicates
vary the error model only (the scope ``"error"``). With the valuation model fitted again on every
resample, the residuals vary too, as they would if other rows had been sold (``"both"``).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from sklearn.base import clone

from qconf._types import BootstrapScope, FloatArray, IntArray, Table
from qconf.core.error_scale import ErrorScale
from qconf.core.seeding import draw_seed, with_seed
from qconf.core.spreading import each, is_spread
from qconf.core.validation import check_column
from qconf.evaluation.resampling import resample_counts
from qconf.model.pair_fitter import PairFitter, with_prediction
from qconf.residuals.schedules import Fit

__all__ = ["Pair", "Replicates", "fit_replicates", "resamples"]


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
    fitter: PairFitter,
    prediction: FloatArray,
    drawn: Iterator[IntArray],
    scope: BootstrapScope,
    rng: np.random.RandomState,
) -> Replicates:
    """Fit a pair on each resample.

    Parameters
    ----------
    fitter : PairFitter
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
    for pair, own in _made(fitter, prediction, _seeded(fitter, drawn, scope, rng)):
        if pair.regressor is not None:
            spread.add(fitter.scale.residual(own, prediction))
        pairs.append(pair)
    return Replicates(pairs, spread.variance if spread.count > 1 else None)


#: How often each row was drawn, and the two models, seeded: None where the first is not fitted.
_Unfitted: TypeAlias = tuple[IntArray, Any, Any]


def _seeded(
    fitter: PairFitter, drawn: Iterator[IntArray], scope: BootstrapScope, rng: np.random.RandomState
) -> Iterator[_Unfitted]:
    """Give the models of each replicate their seeds, one after the other."""
    for counts in drawn:
        regressor = with_seed(clone(fitter.regressor), rng) if scope == "both" else None
        yield counts, regressor, with_seed(clone(fitter.confidence), rng)


def _made(
    fitter: PairFitter, prediction: FloatArray, unfitted: Iterator[_Unfitted]
) -> Iterator[tuple[Pair, FloatArray]]:
    """Fit pairs; return with each the held-out predictions that it learned from."""

    def make(one: _Unfitted) -> tuple[Pair, FloatArray]:
        counts, regressor, confidence = one
        fitted, own = None, prediction
        if regressor is not None:
            own = fitter.held_out_predictions(regressor, counts)
            fitted = fitter.fit_regressor(regressor, counts)
        learned = fitter.fit_seeded(confidence, own, counts)
        return Pair(fitted, learned, fitter.hidden), own

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
