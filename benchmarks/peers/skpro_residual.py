"""skpro: `ResidualDouble`, a second regression of the sizes of residuals."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor

from benchmarks.peers.inputs import Codes, log_prediction, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import PREDICTION, ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["DoubleResidual", "GivenPrediction"]


class GivenPrediction(RegressorMixin, BaseEstimator):
    """A model of the mean that was fitted elsewhere: it reads the logarithm of a column."""

    def fit(self, X: pd.DataFrame, y: Any) -> Self:  # noqa: ARG002 - scikit-learn's signature
        """Learn nothing."""
        self.fitted_ = True
        return self

    def predict(self, X: pd.DataFrame) -> FloatArray:
        """Return the logarithm of the prediction."""
        return log_prediction(X)


class DoubleResidual(ConfidenceEstimator):
    """The standard deviation that `ResidualDouble` predicts from absolute residuals.

    Its model of the mean is the valuation that is judged. Fitted by itself it would learn from
    residuals within its sample; with the predictions given, its residuals are those out of fold.

    Parameters
    ----------
    learner : {"forest", "boosted"}
        Random forest, as in skpro's documentation, or histogram boosting; both of scikit-learn,
        with their defaults.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [StrOptions({"forest", "boosted"})],
    }

    def __init__(self, learner: str = "forest", *, random_state: RandomState = None) -> None:
        self.learner = learner
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from skpro.regression.residual import ResidualDouble  # noqa: PLC0415 - may not be there

        self.codes_ = Codes().fit(X)
        make = RandomForestRegressor if self.learner == "forest" else HistGradientBoostingRegressor
        sizes = make(random_state=draw_seed(random_source(self.random_state)))
        model = ResidualDouble(GivenPrediction(), sizes)
        self.model_ = model.fit(self._described(X), pd.DataFrame({"y": log_truth(X, y)}))

    def _predict(self, X: Table) -> FloatArray:
        variance = self.model_.predict_var(self._described(X)).to_numpy().ravel()
        deviation: FloatArray = np.sqrt(variance)
        return deviation

    def _described(self, X: Table) -> pd.DataFrame:
        names = [f"x{i}" for i in range(np.shape(X)[1])]
        codes = pd.DataFrame(self.codes_.transform(X), columns=names)
        # The valuation is a column already; it gets its name back.
        return codes.rename(columns={names[list(X).index(PREDICTION)]: PREDICTION})
