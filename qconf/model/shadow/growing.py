"""Grow the two parts of a shadow, and find the level that moves under them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from qconf._types import FloatArray, IntArray
from qconf.core.seeding import draw_seed
from qconf.encoding.encoded import Encoded
from qconf.learners.trees.boosted import BoostedTrees
from qconf.model.shadow.trend import Trend

__all__ = ["Market", "grown"]

_COARSE: dict[str, Any] = {
    "n_estimators": 60,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 20,
}
_DETAIL: dict[str, Any] = {
    "n_estimators": 200,
    "learning_rate": 0.1,
    "max_features": 0.7,
    "min_samples_leaf": 3,
}


class Market(NamedTuple):
    """What a level is followed along.

    Attributes
    ----------
    time : ndarray of shape (n_samples,)
    drift : float
        How much it may go up or down in a year, as one standard deviation.
    dates : bool
        Whether times are days.
    """

    time: FloatArray
    drift: float
    dates: bool

    def of(self, rows: IntArray) -> Market:
        """Take rows by position."""
        return self._replace(time=self.time[rows])

    def trend(self, left: FloatArray) -> Trend | None:
        """Learn the level from what features leave of predictions."""
        return Trend.of(self.time, left, self.drift, dates=self.dates)


def grown(
    table: Encoded, value: FloatArray, market: Market | None, rng: np.random.RandomState
) -> tuple[BoostedTrees, BoostedTrees]:
    """Learn predictions from features: the coarse part, and the detail that it leaves.

    Where there is a market, its level is taken out first: what a coarse part leaves shows it.
    """
    rows: Any = table
    seeds = draw_seed(rng), draw_seed(rng)
    coarse = BoostedTrees(**_COARSE, random_state=seeds[0]).fit(rows, value)
    trend = None if market is None else market.trend(value - coarse.predict(rows))
    if market is not None and trend is not None:
        value = value - trend.level(market.time) + trend.centre
        coarse = BoostedTrees(**_COARSE, random_state=seeds[0]).fit(rows, value)
    detail = BoostedTrees(**_DETAIL, random_state=seeds[1])
    return coarse, detail.fit(rows, value - coarse.predict(rows))
