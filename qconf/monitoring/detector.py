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
    began : int
        After how many rows the change seems to have begun: where a sum last was below its start.
    """

    def __init__(self, returns: FloatArray, weights: FloatArray, run_length: float) -> None:
        self._returns, self._weights, self._run_length = returns, weights, run_length
        self._sums: FloatArray = np.zeros(len(weights))
        self._rises: FloatArray = np.zeros(len(weights))
        self._since = np.zeros(len(weights), dtype=np.intp)
        self.sum = 0.0

    def advance(self, outlier: IntArray, n_before: int) -> int | None:
        """Take in rows; say which is the first with an alarm, if any.

        After an alarm the sum stays as it is.
        """
        logs = np.log(self._returns)
        for i, hit in enumerate(outlier):
            if self.sum >= _DUE * self._run_length:
                return None
            self._sums = (self._sums + 1) * self._stake(self._sums + 1, int(hit))
            self.sum = float(self._weights @ self._sums)
            fresh = self._rises <= 0
            self._since[fresh] = n_before + i
            self._rises = np.where(fresh, 0.0, self._rises) + logs[hit]
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
    def began(self) -> int:
        """After how many rows the rise began that tells most."""
        return int(self._since[int(np.argmax(self._rises + np.log(self._weights)))])

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {
            "sums": self._sums.tolist(),
            "rises": self._rises.tolist(),
            "since": self._since.tolist(),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        sums, rises = (np.array(state[name], dtype=np.float64) for name in ("sums", "rises"))
        since = np.array(state["since"], dtype=np.intp)
        if not sums.shape == rises.shape == since.shape == self._weights.shape:
            msg = "the sums of the state are of another detector"
            raise ValueError(msg)
        self._sums, self._rises, self._since = sums, rises, since
        self.sum = float(self._weights @ sums)
