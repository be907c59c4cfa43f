"""Wealth of bets against a null hypothesis: test martingales, mixed over several stakes.

Whoever bets at fair odds against a true hypothesis multiplies the stake by 20 with a probability of
at most 1/20, whenever one stops (Ville's inequality). So wealth is evidence that may be looked at
after every row, and that holds for rows that depend on each other, as long as the hypothesis
holds for each row given those before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.special import logsumexp

from qconf._types import FloatArray

__all__ = ["Bets"]


class Bets:
    """Several bets side by side, each with its share of the stake.

    Parameters
    ----------
    weights : ndarray of shape (n_bets,)
        Shares; they add up to 1.

    Attributes
    ----------
    log_wealth : ndarray of shape (n_bets,)
    n_rows : int
        Rows that were bet on.
    """

    def __init__(self, weights: FloatArray) -> None:
        self.weights = weights
        self.log_wealth: FloatArray = np.zeros(len(weights))
        self.n_rows = 0
        self._lowest: FloatArray = np.zeros(len(weights))
        self._since: list[int] = [0] * len(weights)

    def path(self, log_returns: FloatArray) -> FloatArray:
        """Return the logarithm of each bet's wealth after each row, without betting yet.

        Parameters
        ----------
        log_returns : ndarray of shape (n_rows, n_bets)
            Logarithm of what each bet multiplies its stake by.
        """
        # One sum from the very first row on: batches of any size end in the same bits.
        return np.cumsum(np.vstack([self.log_wealth, log_returns]), axis=0)[1:]

    def mixed(self, path: FloatArray) -> FloatArray:
        """Return the logarithm of the e-value after each row of a path."""
        return np.asarray(logsumexp(path, b=self.weights, axis=1)) if len(path) else np.empty(0)

    def follow(self, path: FloatArray) -> None:
        """Bet on the rows of a path, and remember where each bet was at its lowest."""
        if len(path) == 0:
            return
        at = np.argmin(path, axis=0)
        lowest = path[at, np.arange(path.shape[1])]
        for i in np.flatnonzero(lowest <= self._lowest):
            self._lowest[i] = lowest[i]
            self._since[i] = self.n_rows + int(at[i]) + 1
        self.log_wealth = path[-1]
        self.n_rows += len(path)

    @property
    def e_value(self) -> float:
        """What one unit of stake has become; above 20, say, with a chance of at most 1/20."""
        return float(np.exp(min(self.log_e_value, 700.0)))

    @property
    def log_e_value(self) -> float:
        """The logarithm of the e-value."""
        return float(logsumexp(self.log_wealth, b=self.weights))

    @property
    def began(self) -> int:
        """After how many rows the rise began that tells most: a maximum likelihood estimate."""
        rise = self.log_wealth - self._lowest + np.log(self.weights)
        return self._since[int(np.argmax(rise))]

    @property
    def state(self) -> dict[str, Any]:
        """All that changes, as plain values of JSON."""
        return {
            "rows": self.n_rows,
            "log_wealth": self.log_wealth.tolist(),
            "lowest": self._lowest.tolist(),
            "since": list(self._since),
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from a state.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it is none.
        """
        wealth = np.array(state["log_wealth"], dtype=np.float64)
        lowest = np.array(state["lowest"], dtype=np.float64)
        since = [int(one) for one in state["since"]]
        right = len(since) == len(self.weights) and np.isfinite(wealth).all()
        if wealth.shape != self.weights.shape or lowest.shape != wealth.shape or not right:
            msg = "the bets of the state are of another monitor"
            raise ValueError(msg)
        self.log_wealth, self._lowest, self._since = wealth, lowest, since
        self.n_rows = int(state["rows"])
