"""Conformalised quantile regression with LightGBM: the width of its interval."""

from __future__ import annotations

from typing import Any, ClassVar

import lightgbm
import numpy as np

from benchmarks.peers.inputs import Levels, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["QuantileWidth", "boosted"]


def boosted(seed: int, **settings: Any) -> Any:
    """Make LightGBM with LightGBM's defaults, one thread."""
    return lightgbm.LGBMRegressor(verbosity=-1, n_jobs=1, random_state=seed, **settings)


class QuantileWidth(ConfidenceEstimator):
    """The distance from the 5 % to the 95 % quantile (Romano, Patterson & Candès 2019).

    The conformal step adds one number to all widths, which changes no ranking. MAPIE's
    `ConformalizedQuantileRegressor` would hold rows back for it, and fit a third model for the
    middle; here all rows go to the two quantiles. Quantiles that cross are put in order.

    Parameters
    ----------
    of : {"truth", "residual"}
        Quantiles of log targets, or of residuals.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "of": [StrOptions({"truth", "residual"})],
    }

    def __init__(self, of: str = "truth", *, random_state: RandomState = None) -> None:
        self.of = of
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        self.levels_ = Levels().fit(X)
        table, target = self.levels_.transform(X), log_truth(X, y) if self.of == "truth" else y
        seed = draw_seed(random_source(self.random_state))
        self.models_ = [
            boosted(seed, objective="quantile", alpha=alpha).fit(table, target)
            for alpha in (0.05, 0.95)
        ]

    def _predict(self, X: Table) -> FloatArray:
        table = self.levels_.transform(X)
        low, high = (model.predict(table) for model in self.models_)
        width: FloatArray = np.abs(high - low)
        return width
