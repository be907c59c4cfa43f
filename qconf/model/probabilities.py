"""Probabilities and intervals of a regressor's new rows, from errors of rows it held out.

Expected errors of the rows of a fit are no use here: the confidence estimator has learned those
rows' residuals, and the valuation model behind a neighbour's residual has learned their targets.
So rounds are played as in `compare`: a block is held back from all that scores it.
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np

from qconf._types import ErrorScaleName, FloatArray, Table, TableLike
from qconf.core.error_scale import error_scale
from qconf.core.validation import select_rows
from qconf.errors import EstimatorError, OptionError
from qconf.model.pair_fitter import PairFitter, with_prediction
from qconf.probability.error_distribution import ErrorDistribution
from qconf.probability.fitting import fit_error_distribution
from qconf.residuals.crossfit import out_of_sample
from qconf.residuals.schedules import Round, Schedule

__all__ = [
    "PredictsProbabilities", "UnusablePredictionWarning", "check_folds", "held_out_distribution",
]  # fmt: skip

#: Forward in time, so many of the newest blocks: from one block to the next the market moves.
_ROUNDS_IN_TIME = 3
#: Without a time folds are alike, and so many rows are enough.
_ENOUGH_ROWS = 2500
#: Fewer rows than this are not held out, or do not make a confidence estimator.
_FEWEST_ROWS = 50
#: One is held out, one valued, one learned from.
_FEWEST_FOLDS = 3


def check_folds(folds: int, *, in_time: bool, given: bool) -> None:
    """Refuse folds that leave no row for what is held out: two without a time, of predicted rows.

    Raises
    ------
    OptionError
    """
    if folds < _FEWEST_FOLDS and not in_time and not given:
        msg = (
            f"With probabilities=True and no time the 'folds' must be at least {_FEWEST_FOLDS}: "
            f"one is held out, one is valued, and one is learned from. Got {folds}."
        )
        raise OptionError(msg)


class UnusablePredictionWarning(UserWarning):
    """Some predictions have no error on the error scale, and so no interval."""


class PredictsProbabilities:
    """Methods of a regressor that holds an `ErrorDistribution`.

    Probabilities are those of the expected error of one fit: an upper bound over replicates errs
    on the safe side, and they do not.
    """

    error: ErrorScaleName
    error_distribution_: ErrorDistribution | None

    @abstractmethod
    def _checked(self, X: TableLike) -> Table: ...

    @abstractmethod
    def _predicted(self, table: Table) -> FloatArray: ...

    @abstractmethod
    def _estimate(self, table: Table, prediction: FloatArray) -> FloatArray: ...

    def predict_within(self, X: TableLike, x: float = 0.10) -> FloatArray:
        """Predict the probability that each value is within ±x of the truth.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        x : float, default=0.10
            A share of the truth; on the absolute error scale a distance in units of the target.

        Returns
        -------
        ndarray of shape (n_samples,)
            In (0, 1); at 0.10 the AVM industry's common confidence score, as a share. Not a number
            where the prediction is not above 0 on the relative or the log scale.

        Raises
        ------
        EstimatorError
            If too few rows could be held out, or none were to be.

        Warns
        -----
        UnusablePredictionWarning
            If predictions are not above 0 on the relative or the log scale; of these rows nothing
            can be said, and `score_batch` refuses them.
        """
        distribution, prediction, expected = self._expectations(X)
        within = distribution.probability_within(expected, x)
        return np.where(np.isnan(prediction), np.nan, within)

    def predict_interval(
        self, X: TableLike, confidence_level: float = 0.8
    ) -> tuple[FloatArray, FloatArray]:
        """Predict the range that holds the truth of each row with a given probability.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        confidence_level : float, default=0.8
            Over all rows; as much lies below as above.

        Returns
        -------
        low, high : ndarray of shape (n_samples,)
            In units of the target; above 0 on the relative and the log scale, and not a number
            where the prediction is not above 0.

        Raises
        ------
        EstimatorError
            If too few rows could be held out, or none were to be.
        OptionError
            If they are too few for so high a level.

        Warns
        -----
        UnusablePredictionWarning
            If predictions are not above 0 on the relative or the log scale; of these rows nothing
            can be said, and `score_batch` refuses them.
        """
        distribution, prediction, expected = self._expectations(X)
        usable = ~np.isnan(prediction)
        low, high = distribution.interval(
            np.where(usable, prediction, 1.0), expected, confidence_level
        )
        return np.where(usable, low, np.nan), np.where(usable, high, np.nan)

    def predict_quantiles(self, X: TableLike, probabilities: Sequence[float]) -> FloatArray:
        """Predict quantiles of the truth of each row.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)
        probabilities : sequence of float
            Strictly between 0 and 1.

        Returns
        -------
        ndarray of shape (n_samples, n_probabilities)
            In units of the target; on the relative and the log scale not a number where the
            prediction is not above 0.

        Raises
        ------
        EstimatorError
            If too few rows could be held out, or none were to be.
        OptionError
            If they are too few for a quantile so far out.

        Warns
        -----
        UnusablePredictionWarning
            If predictions are not above 0 on the relative or the log scale; of these rows nothing
            can be said, and `score_batch` refuses them.
        """
        distribution, prediction, expected = self._expectations(X)
        usable = ~np.isnan(prediction)
        found = distribution.quantiles(np.where(usable, prediction, 1.0), expected, probabilities)
        return np.where(usable[:, None], found, np.nan)

    def predict_central_error(self, X: TableLike) -> FloatArray:
        """Predict the expected error of each row by the one fit, without replicates' bound.

        Probabilities are made of it; `predict_error` is the same without replicates.

        Parameters
        ----------
        X : DataFrame or array-like of shape (n_samples, n_features)

        Returns
        -------
        ndarray of shape (n_samples,)
            In error-scale units.
        """
        table = self._checked(X)
        return self._estimate(table, self._predicted(table))

    def _expectations(self, X: TableLike) -> tuple[ErrorDistribution, FloatArray, FloatArray]:
        """Return the distribution, and the prediction and expected error of new rows.

        Predictions of which nothing can be said are not a number.
        """
        table = self._checked(X)
        distribution = getattr(self, "error_distribution_", None)
        if distribution is None:
            msg = (
                f"This {type(self).__name__} has no distribution of errors: it was fitted with "
                f"probabilities=False, or fewer than {_FEWEST_ROWS} rows could be held out. Fit "
                "again with probabilities=True, or on more rows."
            )
            raise EstimatorError(msg)
        prediction = self._predicted(table)
        expected = self._estimate(table, prediction)
        return distribution, _usable(prediction, self.error), expected


def _usable(prediction: FloatArray, error: ErrorScaleName) -> FloatArray:
    """Put away predictions that have no error on the scale, and warn of them."""
    if not error_scale(error).needs_positive:
        return prediction
    bad = ~(prediction > 0)
    if bad.any():
        msg = (
            f"Predictions must be above 0 on the {error} error scale; {bad.sum()} of {len(bad)} "
            f"are not, such as {prediction[bad][0]:g}: they have no interval and no probability. "
            "Use a valuation model that predicts values above 0, or error='absolute'."
        )
        warnings.warn(msg, UnusablePredictionWarning, stacklevel=4)
    return np.where(bad, np.nan, prediction)


def held_out_distribution(
    fitter: PairFitter,
    plan: Schedule,
    prediction: FloatArray,
    regressor: Any,
    rng: np.random.RandomState,
    *,
    given: bool,
) -> ErrorDistribution | None:
    """Hold blocks back from all that scores them, and fit the distribution of their errors.

    Forward in time that costs a fit of the confidence estimator for each of the newest three
    blocks. Without a time, one for each fold until 2,500 rows are held out, and valuation models
    that have seen neither this fold nor the one that they predict: K − 1 for the first of K.

    Parameters
    ----------
    fitter : PairFitter
    plan : Schedule
        By which `fitter` was given its fits.
    prediction : ndarray of shape (n_samples,)
        Held-out predictions by those fits, not a number where there is none.
    regressor : regressor
        Not fitted; the one that made them.
    rng : RandomState
    given : bool
        Whether predictions are somebody else's, so that nothing has to be fitted for them.

    Returns
    -------
    ErrorDistribution or None
        None if too few rows can be held out.
    """
    rounds = _rounds(plan, in_time=fitter.time is not None)
    if not rounds:
        return None
    made = {} if given else _predictions_by_fit(fitter, plan, rounds, regressor)
    scored, residual, expected = [], [], []
    for one in rounds:
        known = _known_in(one, plan, prediction, made, given=given)
        seen = np.full(len(known), np.nan)
        seen[one.seen] = known[one.seen]
        confidence = fitter.fit_confidence(seen, rng)
        block, value = select_rows(fitter.table, one.scored), known[one.scored]
        expected.append(
            np.asarray(confidence.predict(with_prediction(block, value, fitter.hidden)))
        )
        residual.append(fitter.scale.checked_residual(value, fitter.target[one.scored]))
        scored.append(one.scored)
    time = None if fitter.time is None else fitter.time[np.concatenate(scored)]
    return fit_error_distribution(
        np.concatenate(residual),
        np.concatenate(expected),
        error=fitter.scale.name,  # type: ignore[arg-type]
        time=time,
    )


def _rounds(plan: Schedule, *, in_time: bool) -> list[Round]:
    """Choose rounds, the newest first, that have enough to learn from and enough to tell."""
    usable = [one for one in reversed(plan.rounds) if len(one.seen) >= _FEWEST_ROWS]
    n_rows = np.cumsum([len(one.scored) for one in usable])
    wanted = _ROUNDS_IN_TIME if in_time else int(np.searchsorted(n_rows, _ENOUGH_ROWS)) + 1
    chosen = usable[:wanted]
    return chosen if sum(len(one.scored) for one in chosen) >= _FEWEST_ROWS else []


def _predictions_by_fit(
    fitter: PairFitter, plan: Schedule, rounds: list[Round], regressor: Any
) -> dict[int, tuple[FloatArray, ...]]:
    """Make the predictions of fits that are not among those that gave rows their residuals."""
    asked = {fit for one in rounds for fit, _ in one.history if fit >= len(plan.residual_fits)}
    numbers = sorted(asked)
    fits = tuple(plan.fits[number] for number in numbers)
    made = out_of_sample(regressor, fitter.table, fitter.target, fits)
    return dict(zip(numbers, made, strict=True))


def _known_in(
    one: Round,
    plan: Schedule,
    prediction: FloatArray,
    made: dict[int, tuple[FloatArray, ...]],
    *,
    given: bool,
) -> FloatArray:
    """Put together the predictions that a round may use."""
    if given:
        return prediction
    known = np.full(len(prediction), np.nan)
    for fit, block in (*one.history, one.scored_by):
        rows = plan.fits[fit].held_out[block]
        known[rows] = made[fit][block] if fit in made else prediction[rows]
    return known
