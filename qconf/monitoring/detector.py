"""Find a change as soon as a given number of rows between false alarms allows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from qconf._types import FloatArray, IntArray

__all__ = ["ChangeDetector"]

#: Rounding must not put off an alarm that is exactly due.
_DUE = 1 - 1e-9


class ChangeDetector:
    """Sum up the wealth of bets that begin anew at each row (Shiryaev and Roberts).

    The sum R grows by at most one a row on average, so that the mean number of rows until it
    reaches A is at least A. The last stake is no larger than it takes to reach A exactly:
    what goes beyond would be wasted, a quarter of the run length where a row is an outlier or not.

    Parameters
    ----------
    returns : ndarray of shape (2, n_bets)
        What each bet multiplies its stake by if the row is none, and if it is an outlier.
    weights : ndarray of shape (n_bets,)
    run_length : float
        A: mean number of rows to a false alarm, at least.

    Attributes
    ----------
    sum : float
    """

    def __init__(self, returns: FloatArray, weights: FloatArray, run_length: float) -> None:
        self._returns, self._weights, self._run_length = returns, weights, run_length
        #: Below this sum no row makes it reach A.
        self._near = run_length / float(returns.max()) - 1
        self._sums: FloatArray = np.zeros(len(weights))
        self.sum = 0.0

    def advance(self, outlier: IntArray) -> int | None:
        """Take in rows; say which is the first with an alarm, if any.

        After an alarm the sum stays as it is.
        """
        for i, hit in enumerate(outlier.tolist()):
            if self.sum >= _DUE * self._run_length:
                return None
            held = self._sums + 1
            far = self.sum < self._near
            self._sums = held * (self._returns[hit] if far else self._stake(held, hit))
            self.sum = float(self._weights @ self._sums)
            if self.sum >= _DUE * self._run_length:
                return i
        return None

    def _stake(self, held: FloatArray, hit: int) -> FloatArray:
        """Return what the sums are multiplied by, for a stake as large as it is of use."""
        now = float(self._weights @ held)
        won = float(self._weights @ (held * self._returns[1]))
        share = 1.0
        if now < self._run_length < won:
            share = (self._run_length - now) / (won - now)
        return np.asarray(1 + share * (self._returns[hit] - 1))

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {"sums": self._sums.tolist()}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        sums = np.array(state["sums"], dtype=np.float64)
        if sums.shape != self._weights.shape or not np.isfinite(sums).all():
            msg = "the sums of the state are of another detector"
            raise ValueError(msg)
        self._sums, self.sum = sums, float(self._weights @ sums)
