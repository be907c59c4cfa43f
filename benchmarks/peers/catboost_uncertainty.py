"""CatBoost: the variance that `RMSEWithUncertainty` learns, and its virtual ensembles."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from benchmarks.peers.inputs import log_truth, with_native_levels
from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import StrOptions

__all__ = ["BoostedUncertainty"]


class BoostedUncertainty(ConfidenceEstimator):
    """Square root of the predicted variance, with the defaults and CatBoost's own categories.

    Parameters
    ----------
    part : {"data", "total"}
        The variance of the data, or that and the knowledge uncertainty of ten virtual ensembles
        (Malinin, Prokhorenkova & Ustimenko 2021), for which posterior sampling is switched on.
    of : {"truth", "residual"}
        Learn log targets, or residuals.
    random_state : int, RandomState instance or None, default=None
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "part": [StrOptions({"data", "total"})],
        "of": [StrOptions({"truth", "residual"})],
    }

    def __init__(
        self, part: str = "data", of: str = "truth", *, random_state: RandomState = None
    ) -> None:
        self.part = part
        self.of = of
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        from catboost import CatBoostRegressor  # noqa: PLC0415 - may not be installed

        table, named = with_native_levels(X)
        sampling = {"posterior_sampling": True} if self.part == "total" else {}
        self.model_ = CatBoostRegressor(
            loss_function="RMSEWithUncertainty",
            cat_features=named,
            random_seed=draw_seed(random_source(self.random_state)),
            thread_count=1,
            allow_writing_files=False,
            verbose=False,
            **sampling,
        ).fit(table, log_truth(X, y) if self.of == "truth" else y)

    def _predict(self, X: Table) -> FloatArray:
        table, _ = with_native_levels(X)
        if self.part == "data":
            variance = self.model_.predict(table, thread_count=1)[:, 1]
        else:
            _, knowledge, data = self.model_.virtual_ensembles_predict(
                table, prediction_type="TotalUncertainty", virtual_ensembles_count=10
            ).T
            variance = knowledge + data
        error: FloatArray = np.sqrt(variance)
        return error
