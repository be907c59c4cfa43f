"""hessboost: boosted trees of the parameters of a Normal distribution."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.model_selection import train_test_split

from benchmarks.peers.inputs import Levels, log_truth
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["BoostedNormal"]


class BoostedNormal(ConfidenceEstimator):
    """The predicted standard deviation of the objective ``dist:normal``.

    Settings are those of the package's own first example: at most 500 rounds of depth 4 at a rate
    of 0.1, stopped after 20 without a gain on rows held out, here a fifth. The 300 rounds of its
    example of distributions, without stopping, rank hardly better than chance.

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
        import hessboost  # noqa: PLC0415 - may not be installed

        seed = draw_seed(random_source(self.random_state))
        self.levels_ = Levels().fit(X)
        table, target = self.levels_.transform(X), log_truth(X, y) if self.of == "truth" else y
        parts = train_test_split(np.arange(len(y)), test_size=0.2, random_state=seed)
        learn, stop = (
            hessboost.DMatrix(table.iloc[rows], label=target[rows], enable_categorical=True)
            for rows in parts
        )
        self.model_ = hessboost.train(
            {"objective": "dist:normal", "max_depth": 4, "eta": 0.1, "nthread": 1, "seed": seed},
            learn,
            500,
            evals=[(stop, "held out")],
            early_stopping_rounds=20,
            verbose_eval=False,
        )

    def _predict(self, X: Table) -> FloatArray:
        distribution = self.model_.predict_distribution(self.levels_.transform(X))
        return np.asarray(distribution.std(), dtype=float)
