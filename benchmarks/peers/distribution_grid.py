"""distribution-regressor: LightGBM on the distribution function over a grid of thresholds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from benchmarks.peers.inputs import Levels, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["GridDeviation"]


class GridDeviation(ConfidenceEstimator):
    """The predicted standard deviation, with the defaults: a grid of 50, 100 trees.

    Each row is fitted once for each threshold of the grid.

    Parameters
    ----------
    of : {"truth", "residual"}
        Learn log targets, or residuals.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "of": [StrOptions({"truth", "residual"})],
    }

    def __init__(self, of: str = "truth", *, random_state: RandomState = None) -> None:
        self.of = of
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from distribution_regressor import (  # noqa: PLC0415 - may not be installed
            DistributionRegressor,
        )

        seed = draw_seed(random_source(self.random_state))
        self.levels_ = Levels().fit(X)
        target = log_truth(X, y) if self.of == "truth" else y
        model = DistributionRegressor(random_state=seed, n_jobs=1, verbosity=-1)
        self.model_ = model.fit(self.levels_.transform(X), target)

    def _predict(self, X: Table) -> FloatArray:
        deviation = self.model_.predict_std(self.levels_.transform(X))
        return np.asarray(deviation, dtype=float)
