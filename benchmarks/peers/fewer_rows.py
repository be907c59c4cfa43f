"""Peers whose fit on all rows would take many minutes, fitted on some of them."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.base import clone

from qconf._types import FloatArray, RandomState, Table
from qconf.base import ConfidenceEstimator
from qconf.core.seeding import draw_seed, random_source
from qconf.core.validation import Interval, select_rows

__all__ = ["FewerRows"]


class FewerRows(ConfidenceEstimator):
    """An estimator that is fitted on at most so many rows, drawn at random.

    Parameters
    ----------
    estimator : estimator
    most_rows : int, default=10000
    random_state : int, RandomState instance or None, default=None
        Draws the rows, and is the estimator's too if it has one.
    """

    _parameter_constraints: ClassVar[dict[str, list[Any]]] = {
        "most_rows": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(
        self, estimator: Any, *, most_rows: int = 10_000, random_state: RandomState = None
    ) -> None:
        self.estimator = estimator
        self.most_rows = most_rows
        self.random_state = random_state

    def _fit(self, X: Table, y: FloatArray) -> None:
        rng = random_source(self.random_state)
        rows = np.sort(rng.permutation(len(y))[: self.most_rows])
        seeded = "random_state" in self.estimator.get_params()
        own = {"random_state": draw_seed(rng)} if seeded else {}
        estimator = clone(self.estimator).set_params(**own)
        self.estimator_ = estimator.fit(select_rows(X, rows), y[rows])

    def _predict(self, X: Table) -> FloatArray:
        error: FloatArray = self.estimator_.predict(X)
        return error
