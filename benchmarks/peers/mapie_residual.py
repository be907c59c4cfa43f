"""MAPIE: the residual model behind `ResidualNormalisedScore`."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.linear_model import LinearRegression

from benchmarks.peers.inputs import Design, Levels, log_prediction, log_truth
from benchmarks.peers.lightgbm_quantiles import boosted
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["ResidualModel"]


class ResidualModel(ConfidenceEstimator):
    """Exp of a regression of log absolute residuals.

    MAPIE fits it on a quarter of the rows it is given and keeps the others for its conformal
    step, which multiplies all widths of a table by one number. That number changes no ranking,
    so all rows but two go to the residual model here.

    Parameters
    ----------
    learner : {"linear", "boosted"}
        Its default, linear regression, or LightGBM with LightGBM's defaults.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "learner": [StrOptions({"linear", "boosted"})],
    }

    def __init__(self, learner: str = "linear", *, random_state: RandomState = None) -> None:
        self.learner = learner
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from mapie.conformity_scores import (  # noqa: PLC0415 - may not be installed
            ResidualNormalisedScore,
        )

        rng = random_source(self.random_state)
        linear = self.learner == "linear"
        self.table_: Any = (Design() if linear else Levels()).fit(X)
        learner = LinearRegression() if linear else boosted(draw_seed(rng))
        self.model_ = ResidualNormalisedScore(
            learner, split_size=len(y) - 2, random_state=draw_seed(rng)
        )
        self.model_.get_signed_conformity_scores(
            log_truth(X, y), log_prediction(X), self.table_.transform(X)
        )

    def _predict(self, X: Table) -> FloatArray:
        table = self.table_.transform(X)
        # The upper limit around 0 at a conformity of 1 is the predicted residual.
        zero, one = np.zeros((len(table), 1)), np.ones((len(table), 1))
        size: FloatArray = self.model_.get_estimation_distribution(zero, one, table).ravel()
        return size
