"""Predictions that are made once, however many comparisons ask for them."""

from __future__ import annotations

from typing import Any, Self

import joblib
from sklearn.base import BaseEstimator, RegressorMixin, clone

from qconf._types import FloatArray

__all__ = ["Memory", "Remembered"]


class Memory(dict[tuple[str, str], FloatArray]):
    """Predictions by what was fitted and what was predicted; clones of a model share it."""

    def __deepcopy__(self, memo: dict[int, Any]) -> Memory:
        return self


class Remembered(RegressorMixin, BaseEstimator):
    """A model that is not fitted again on the same rows to predict the same rows.

    Parameters
    ----------
    model : regressor
        With a seed: otherwise it would matter that it is not fitted again.
    memory : Memory
    """

    def __init__(self, model: Any, memory: Memory) -> None:
        self.model = model
        self.memory = memory

    def fit(self, X: Any, y: Any) -> Self:
        """Remember the rows; fit when a prediction is asked for that was never made."""
        self._rows = X, y
        self.key_ = joblib.hash((self.model, X, y))
        return self

    def predict(self, X: Any) -> FloatArray:
        """Return what was predicted before, or predict."""
        key = (self.key_, joblib.hash(X))
        if key not in self.memory:
            if not hasattr(self, "model_"):
                self.model_ = clone(self.model).fit(*self._rows)
            self.memory[key] = self.model_.predict(X)
        return self.memory[key]
