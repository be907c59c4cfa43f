"""quantile-forest: the interquartile range of Meinshausen's (2006) forest."""

from __future__ import annotations

from typing import Any, ClassVar

from benchmarks.peers.inputs import Codes, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["ForestQuartiles"]


class ForestQuartiles(ConfidenceEstimator):
    """The distance from the lower to the upper quartile, with the defaults: 100 trees.

    Parameters
    ----------
    of : {"truth", "residual"}
        Quartiles of log targets, or of residuals.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "of": [StrOptions({"truth", "residual"})],
    }

    def __init__(self, of: str = "truth", *, random_state: RandomState = None) -> None:
        self.of = of
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from quantile_forest import (  # noqa: PLC0415 - may not be installed
            RandomForestQuantileRegressor,
        )

        self.codes_ = Codes().fit(X)
        seed = draw_seed(random_source(self.random_state))
        target = log_truth(X, y) if self.of == "truth" else y
        forest = RandomForestQuantileRegressor(random_state=seed)
        self.model_ = forest.fit(self.codes_.transform(X), target)

    def _predict(self, X: Table) -> FloatArray:
        low, high = self.model_.predict(self.codes_.transform(X), quantiles=[0.25, 0.75]).T
        width: FloatArray = high - low
        return width
