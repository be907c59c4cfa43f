"""Weigh signals for rows to come: by how weights of one stretch of time did in the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.learners.maps.weighted_signals import (
    LARGEST_LOG_ERROR,
    WeightedSignals,
    spread_within,
)

__all__ = ["ENOUGH", "forward_weights", "newest_rows"]

#: The newest stretches that hold so many rows are enough for weights.
ENOUGH = 1000
#: How strongly weights are drawn to equal ones, from almost nothing else to hardly at all.
_PENALTIES = (8.0, 2.0, 0.5, 0.1)
#: The one of them that says how far stretches are apart.
_USUAL = 0.5
#: A stretch that is so many times as far from those before it as any other was is a new time.
_BREAK = 2.0
#: In deviance, a difference that is hardly more than chance: stretches that are less far apart are
#: alike, and weights that lost so much more than the best have 1/e of its say.
_ALIKE = 0.01
#: Weights that fewer rows test, or that are learned from fewer, say what chance was like.
_FEW = 50


def forward_weights(
    log_signals: FloatArray,
    squared: FloatArray,
    stretches: IntArray,
    shares: FloatArray | None = None,
    enough: int = ENOUGH,
) -> WeightedSignals:
    """Learn weights of signals for the time that comes next.

    How much of what one stretch says of weights holds in the next hangs on the table. Where signals
    are as good as ever, weights may follow the data. Where that comes and goes with the season,
    those of any one stretch are chance, and those of all, or equal ones, are better. So each
    stretch but the first tests weights that were learned before it, on the newest stretches or on
    all, drawn to equal ones more or less strongly: forward validation of the weights (Tashman 2000,
    International Journal of Forecasting 16). The less a way lost over all tests, the more say it
    has of the weights for the rows to come (exponential weighting: Yang 2004, Econometric Theory
    20); to follow the best alone would let chance decide between ways that are nearly as good.
    What the signals say is not all forward: who scores an older stretch may have seen later ones,
    which flatters older stretches; the newest is scored as rows to come are.

    Where the newest stretch is as unlike those before it as none was, it begins a new time, of
    which the older ones know nothing, and it decides alone.

    Parameters
    ----------
    log_signals : ndarray of shape (n_samples, n_signals)
        Each said by somebody who has not seen the row's stretch.
    squared : ndarray of shape (n_samples,)
        Squared errors, >= 0.
    stretches : ndarray of shape (n_samples,)
        Number of each row's stretch of time, from 0; higher is later.
    shares : ndarray of shape (n_signals,), default=None
        What weights are drawn to, as of `WeightedSignals`.
    enough : int, default=1000
        The newest stretches that together hold so many rows may do without the older ones.

    Returns
    -------
    WeightedSignals

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> log_sigma, noise = rng.normal(size=(2, 8000))
    >>> squared = (np.exp(log_sigma) * rng.normal(size=8000)) ** 2
    >>> signals, stretches = np.column_stack([log_sigma, noise]), np.arange(8000) // 2000
    >>> forward_weights(signals, squared, stretches).weights.round(1)
    array([1.8, 0.1])
    """
    history = _History(log_signals, squared, stretches, shares)
    windows = (enough,) if history.begins_anew() else (enough, len(squared))
    lost = np.concatenate([history.lost_by(window) for window in windows])
    say = np.exp((lost.min() - lost) / _ALIKE)
    newest = int(stretches.max())
    found = [history.learned(history.before(newest + 1, window)) for window in windows]
    return WeightedSignals.averaged(list(chain.from_iterable(found)), say)


def newest_rows(stretches: IntArray, enough: int) -> IntArray:
    """List the rows of the newest stretches that together hold enough of them.

    Parameters
    ----------
    stretches : ndarray of shape (n_samples,)
        Numbers from 0; higher is later.
    enough : int

    Returns
    -------
    ndarray of int
        Positions; of all rows if there are fewer.

    Examples
    --------
    >>> newest_rows(np.array([0, 2, 1, 2, 1]), 3)
    array([1, 2, 3, 4])
    """
    size = np.cumsum(np.bincount(stretches)[::-1])
    oldest = int(stretches.max()) - int(np.searchsorted(size, enough))
    return np.flatnonzero(stretches >= oldest)


@dataclass(frozen=True, eq=False)
class _History:
    """What was said in each stretch of time, and what came of it."""

    log_signals: FloatArray
    squared: FloatArray
    stretches: IntArray
    shares: FloatArray | None
    known: dict[tuple[int, int], FloatArray] = field(default_factory=dict)

    def before(self, now: int, enough: int) -> IntArray:
        """List the rows of the stretches before one, the newest that hold enough."""
        rows = np.flatnonzero(self.stretches < now)
        return rows[newest_rows(self.stretches[rows], enough)]

    def learned(
        self, rows: IntArray, penalties: Sequence[float] = _PENALTIES
    ) -> list[WeightedSignals]:
        """Learn weights on some rows with each of the penalties."""
        shown = self.log_signals[rows], self.squared[rows]
        stretches = self.stretches[rows]
        return WeightedSignals.each(penalties, *shown, self.shares, stretches, self._usual)

    def lost_by(self, window: int) -> FloatArray:
        """Return what weights from so many rows before each stretch lost in it, on average.

        Returns
        -------
        ndarray of shape (n_penalties,)
            Without a test nothing is followed: all but the strongest draw lose everything.
        """
        lost = [self._lost_in(now, window) for now in self._tests]
        untested = np.where(np.array(_PENALTIES) == max(_PENALTIES), 0.0, np.inf)
        return np.mean(lost, axis=0) if lost else untested

    def begins_anew(self) -> bool:
        """Tell whether the newest stretch is as far from those before it as none was."""
        usual = _PENALTIES.index(_USUAL)
        tests, far = self._tests, []
        if len(tests) > 0 and tests[-1] != self.stretches.max():
            # The newest has too few rows to begin anything.
            return False
        for now in tests:
            itself = self.learned(np.flatnonzero(self.stretches == now), (_USUAL,))
            told_before = self._lost_in(now, len(self.squared))[usual]
            far.append(told_before - self._lost(itself[0], now))
        # Of one step nobody can say whether it is a large one.
        return len(far) < 2 or far[-1] > _BREAK * max(_ALIKE, *far[:-1])  # noqa: PLR2004

    @cached_property
    def _tests(self) -> IntArray:
        """List the stretches that test weights; those of few rows only if there are no others."""
        size = np.bincount(self.stretches)
        known = np.cumsum(size) - size
        tests = np.unique(self.stretches)[1:]
        telling = np.minimum(size, known)[tests] >= _FEW
        return tests[telling] if telling.any() else tests

    @cached_property
    def _usual(self) -> FloatArray:
        return spread_within(self.log_signals, self.stretches)

    def _lost_in(self, now: int, window: int) -> FloatArray:
        """Return what weights from before a stretch lost in it, for each of the penalties."""
        rows = self.before(now, window)
        # Windows are often the same rows: the first stretches are all that there is.
        asked = int(now), len(rows)
        if asked not in self.known:
            self.known[asked] = np.array([self._lost(one, now) for one in self.learned(rows)])
        return self.known[asked]

    def _lost(self, found: WeightedSignals, now: int) -> float:
        """Return the mean Gamma deviance in a stretch, up to a constant, at the best level."""
        tested = self.stretches == now
        logs, squared = self.log_signals[tested], self.squared[tested]
        log_mean = (logs - logs.mean(axis=0)) @ (found.weights / found.spread)
        log_mean = np.clip(log_mean, -LARGEST_LOG_ERROR, LARGEST_LOG_ERROR)
        level = max(float(np.mean(squared * np.exp(-log_mean))), np.finfo(np.float64).tiny)
        return float(np.log(level) + log_mean.mean())
