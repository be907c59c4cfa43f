"""crepes: `DifficultyEstimator`, which scales the intervals of its conformal regressors."""

from __future__ import annotations

from typing import Any, ClassVar

from joblib import parallel_config
from sklearn.ensemble import RandomForestRegressor

from benchmarks.peers.inputs import Codes, Design, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["ForestVariance", "NeighbourDifficulty"]


class NeighbourDifficulty(ConfidenceEstimator):
    """Difficulty by the 25 nearest neighbours, on features scaled to [0, 1] by crepes.

    Its own scaling of the estimates stays off, as by default: it keeps their order, at the price
    of a second search for neighbours.

    Parameters
    ----------
    of : {"distance", "std", "residual"}
        Summed distance, standard deviation of log targets, or mean absolute residual.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "of": [StrOptions({"distance", "std", "residual"})],
    }

    def __init__(self, of: str = "residual") -> None:
        self.of = of

    def _fit(self, X: Table, y: FloatArray) -> None:
        from crepes.extras import DifficultyEstimator  # noqa: PLC0415 - may not be installed

        self.design_ = Design().fit(X)
        more = {
            "distance": {},
            "std": {"y": log_truth(X, y)},
            "residual": {"residuals": -y},
        }
        self.model_ = DifficultyEstimator().fit(self.design_.transform(X), **more[self.of])

    def _predict(self, X: Table) -> FloatArray:
        # It asks for all cores.
        with parallel_config(backend="sequential"):
            difficulty: FloatArray = self.model_.apply(self.design_.transform(X))
        return difficulty


class ForestVariance(ConfidenceEstimator):
    """Difficulty as the variance over the 100 trees of a random forest of log targets."""

    def __init__(self, random_state: RandomState = None) -> None:
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from crepes.extras import DifficultyEstimator  # noqa: PLC0415 - may not be installed

        self.codes_ = Codes().fit(X)
        codes = self.codes_.transform(X)
        seed = draw_seed(random_source(self.random_state))
        forest = RandomForestRegressor(random_state=seed).fit(codes, log_truth(X, y))
        self.model_ = DifficultyEstimator().fit(codes, learner=forest, scaler=True)

    def _predict(self, X: Table) -> FloatArray:
        difficulty: FloatArray = self.model_.apply(self.codes_.transform(X))
        return difficulty
