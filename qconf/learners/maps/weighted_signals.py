"""Combine signals of error size by a Gamma regression whose weights are drawn to equal ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from scipy.optimize import minimize

from qconf._types import BoolArray, FloatArray, IntArray
from qconf.core.row_by_row import product

__all__ = ["LARGEST_LOG_ERROR", "WeightedSignals", "spread_within"]

#: A log error beyond this is no information, only an overflow.
LARGEST_LOG_ERROR = 30.0
#: Of its standard deviation over all times: one that moves less within them says when a row was.
#: And of what it moves as a rule: one that hardly does now would be given a slope without measure.
_LEAST_WITHIN = 0.1
_LEAST_SPREAD = 1e-12


class WeightedSignals:
    """A Gamma regression of squared errors on standardised log signals, weights ≥ 0.

    Minimises the mean Gamma deviance with log link plus ``penalty`` times the squared distance
    of the weights to equal ones, or to given shares. Signals of the same errors say nearly the
    same, so that data alone would leave their weights to chance, or to yesterday's market; equal
    weights are hard to beat then (the forecast combination puzzle: Stock & Watson 2004, Journal of
    Forecasting 23; shrinkage towards them: Diebold & Pauly 1990, International Journal of
    Forecasting 6). A signal that is lower where errors are larger is not believed: weights stop at
    zero.

    Parameters
    ----------
    log_signals : ndarray of shape (n_samples, n_signals)
        Logarithms of signals that are lower where smaller errors are expected.
    squared : ndarray of shape (n_samples,)
        Squared errors, >= 0.
    penalty : float, default=0.5
        In deviance for a squared distance of 1; signals are standardised, and weights add up to
        about 1.
    shares : ndarray of shape (n_signals,), default=None
        What weights are drawn to, up to a factor that is learned; > 0. None is equal ones.
    stretches : ndarray of shape (n_samples,), default=None
        Number of each row's stretch of time. Log signals count as they are above the mean of their
        stretch, squared errors as shares of its mean: rows to come are ranked with others of
        their time, and what sets one time apart from another is no help there. None is one.

    Attributes
    ----------
    weights : ndarray of shape (n_signals,)
        Change of the log squared error with one standard deviation of a log signal, >= 0.
    centre, spread, low, high : ndarray of shape (n_signals,)
        Mean, standard deviation within stretches, and range of the log signals. One that is the
        same within each stretch has no weight.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> log_sigma, noise = rng.normal(size=(2, 20_000))
    >>> squared = (np.exp(log_sigma) * rng.normal(size=20_000)) ** 2
    >>> both = WeightedSignals(np.column_stack([log_sigma, noise]), squared, penalty=0.0)
    >>> both.weights.round(1)
    array([2., 0.])
    """

    def __init__(
        self,
        log_signals: FloatArray,
        squared: FloatArray,
        penalty: float = 0.5,
        shares: FloatArray | None = None,
        stretches: IntArray | None = None,
    ) -> None:
        self._learn(_Standardised.of(log_signals, squared, shares, stretches), penalty)

    @classmethod
    def each(
        cls,
        penalties: Sequence[float],
        log_signals: FloatArray,
        squared: FloatArray,
        shares: FloatArray | None = None,
        stretches: IntArray | None = None,
        usual: FloatArray | None = None,
    ) -> list[Self]:
        """Learn from the same rows with each of several penalties.

        Parameters
        ----------
        penalties : sequence of float
        log_signals, squared, shares, stretches
            As above.
        usual : ndarray of shape (n_signals,), default=None
            Standard deviations within stretches of a longer history (`spread_within`). A signal
            that moves by less than a tenth of that here has no weight; None asks nothing.

        Returns
        -------
        list of WeightedSignals
        """
        shown = _Standardised.of(log_signals, squared, shares, stretches, usual)
        found = [cls.__new__(cls) for _ in penalties]
        for one, penalty in zip(found, penalties, strict=True):
            cls._learn(one, shown, penalty)
        return found

    @classmethod
    def averaged(cls, models: Sequence[Self], say: FloatArray) -> Self:
        """Average what several add for each unit of a signal, by the say that each of them has.

        Parameters
        ----------
        models : sequence of WeightedSignals
            Of the same signals.
        say : ndarray of shape (n_models,)
            >= 0, and not all 0.

        Returns
        -------
        WeightedSignals
            Its range of each signal is that of all models.
        """
        mean: Self = cls.__new__(cls)
        mean.centre, mean.spread, slopes = (
            np.average(of_each, axis=0, weights=say)
            for of_each in (
                [one.centre for one in models],
                [one.spread for one in models],
                [one.weights / one.spread for one in models],
            )
        )
        mean.weights = slopes * mean.spread
        mean.low = np.min([one.low for one in models], axis=0)
        mean.high = np.max([one.high for one in models], axis=0)
        return mean

    def _learn(self, shown: _Standardised, penalty: float) -> None:
        self.centre, self.spread, self.low, self.high = shown.as_told
        self.weights: FloatArray = np.zeros(len(self.spread))
        if shown.moves.any():
            self.weights[shown.moves] = shown.drawn_weights(penalty)

    def __call__(self, log_signals: FloatArray) -> FloatArray:
        """Sum up the signals.

        Parameters
        ----------
        log_signals : ndarray of shape (n_samples, n_signals)
            Beyond the range that was learned from they count as its end.

        Returns
        -------
        ndarray of shape (n_samples,)
            Log squared error, up to a constant; lower is more confident.
        """
        kept = np.clip(log_signals, self.low, self.high)
        return product((kept - self.centre) / self.spread, self.weights)


@dataclass(frozen=True, eq=False)
class _Standardised:
    """Signals as they count, what they are to tell, and what weights are drawn to."""

    as_told: tuple[FloatArray, FloatArray, FloatArray, FloatArray]
    moves: BoolArray
    signals: FloatArray
    target: FloatArray
    shares: FloatArray

    @classmethod
    def of(
        cls,
        log_signals: FloatArray,
        squared: FloatArray,
        shares: FloatArray | None,
        stretches: IntArray | None,
        usual: FloatArray | None = None,
    ) -> Self:
        of = np.zeros(len(squared), dtype=np.intp) if stretches is None else stretches
        within, target = _above_mean(log_signals, of), _of_mean(squared, of)
        spread = within.std(axis=0)
        usual = np.zeros(len(spread)) if usual is None else usual
        moves = spread > _LEAST_WITHIN * np.maximum(log_signals.std(axis=0), usual)
        # What does not move here is told in the units in which it does elsewhere.
        elsewhere = np.where(usual > 0, usual, 1.0)
        spread = np.maximum(np.where(moves, spread, elsewhere), _LEAST_SPREAD)
        known = (np.ones(len(spread)) if shares is None else shares)[moves]
        of_all = log_signals.mean(axis=0), spread, log_signals.min(axis=0), log_signals.max(axis=0)
        return cls(of_all, moves, within[:, moves] / spread[moves], target, known / known.sum())

    @cached_property
    def prior(self) -> FloatArray:
        """Shares, times the factor that is best for all signals together."""
        together = (self.signals * self.shares).sum(axis=1, keepdims=True)
        prior: FloatArray = _fit(together, self.target, np.zeros(1), 1e-6)[0] * self.shares
        return prior

    def drawn_weights(self, penalty: float) -> FloatArray:
        """Draw weights to the prior."""
        return _fit(self.signals, self.target, self.prior, penalty)


def spread_within(log_signals: FloatArray, stretches: IntArray) -> FloatArray:
    """Return the standard deviation of each signal around the means of its stretches.

    Parameters
    ----------
    log_signals : ndarray of shape (n_samples, n_signals)
    stretches : ndarray of shape (n_samples,)

    Returns
    -------
    ndarray of shape (n_signals,)
    """
    spread: FloatArray = _above_mean(log_signals, stretches).std(axis=0)
    return spread


def _above_mean(log_signals: FloatArray, stretches: IntArray) -> FloatArray:
    """Return how far log signals are above the mean of their stretch."""
    above = np.empty_like(log_signals)
    for one in np.unique(stretches):
        rows = stretches == one
        above[rows] = log_signals[rows] - log_signals[rows].mean(axis=0)
    return above


def _of_mean(squared: FloatArray, stretches: IntArray) -> FloatArray:
    """Return squared errors as shares of the mean of their stretch."""
    shares = np.empty(len(squared))
    for one in np.unique(stretches):
        rows = stretches == one
        level = max(float(squared[rows].mean()), np.finfo(np.float64).tiny)
        shares[rows] = squared[rows] / level
    return shares


def _fit(signals: FloatArray, target: FloatArray, prior: FloatArray, penalty: float) -> FloatArray:
    """Minimise the penalised deviance over an intercept and weights that are not negative."""

    def deviance(parameters: FloatArray) -> tuple[float, FloatArray]:
        weights = parameters[1:]
        log_mean = np.clip(parameters[0] + signals @ weights, -LARGEST_LOG_ERROR, LARGEST_LOG_ERROR)
        ratio = target * np.exp(-log_mean)
        slope = 1.0 - ratio
        away = weights - prior
        gradient = np.append(slope.mean(), signals.T @ slope / len(target) + 2 * penalty * away)
        return float((ratio + log_mean).mean() + penalty * away @ away), gradient

    bounds = [(None, None)] + [(0.0, None)] * signals.shape[1]
    start = np.append(0.0, prior)
    found = minimize(deviance, start, jac=True, bounds=bounds, method="L-BFGS-B")
    weights: FloatArray = found.x[1:]
    return weights
