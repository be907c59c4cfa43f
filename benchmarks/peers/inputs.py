"""What peers are given: the log of the truth, and tables in the form that each can read."""

from __future__ import annotations

import warnings
from typing import Any, Self

import numpy as np
import pandas as pd
from sklearn.pipeline import make_pipeline

from qconf._types import FloatArray, Table
from qconf.base import PREDICTION
from qconf.encoding.columns import as_floats, as_frame, is_measured
from qconf.encoding.encoder import TableEncoder
from qconf.encoding.linear_design import LinearDesign

__all__ = ["Codes", "Design", "Levels", "log_prediction", "log_truth", "with_native_levels"]

#: Indicator columns of a category: more than the zip codes of King County.
_MOST_LEVELS = 100


def log_truth(X: Table, residual: FloatArray) -> FloatArray:
    """Return the logarithm of the target, from the prediction and its log residual."""
    truth: FloatArray = log_prediction(X) - residual
    return truth


def log_prediction(X: Table) -> FloatArray:
    """Return the logarithm of the prediction, which is a column of the features."""
    logarithm: FloatArray = np.log(as_frame(X)[PREDICTION].to_numpy(dtype=float))
    return logarithm


class Codes:
    """For trees: categories as codes, and what is missing as a number below all others."""

    def fit(self, X: Table) -> Self:
        """Learn levels, and the lowest value of each column."""
        self._encoder = TableEncoder().fit(X)
        encoded = pd.DataFrame(self._encoder.transform(X))
        self._below = encoded.min().fillna(0).to_numpy() - 1
        return self

    def transform(self, X: Table) -> FloatArray:
        """Encode a table with what was learned."""
        encoded = self._encoder.transform(X)
        return np.where(np.isnan(encoded), self._below, encoded)


class Levels:
    """For LightGBM: categories of a data frame, and missing values as they are."""

    def fit(self, X: Table) -> Self:
        """Learn levels."""
        self._encoder = TableEncoder().fit(X)
        return self

    def transform(self, X: Table) -> pd.DataFrame:
        """Encode a table with what was learned."""
        encoded = pd.DataFrame(self._encoder.transform(X)).add_prefix("x")
        for i, levels in self._encoder.levels_.items():
            known = pd.CategoricalDtype([float(code) for code in range(len(levels))])
            encoded[f"x{i}"] = encoded[f"x{i}"].astype(known)
        return encoded


class Design:
    """For distances and linear models: indicators of levels, medians for what is missing."""

    def fit(self, X: Table) -> Self:
        """Learn levels, medians and scales."""
        encoder = TableEncoder().fit(X)
        design = LinearDesign(encoder.is_categorical_, max_levels=_MOST_LEVELS)
        self._steps = make_pipeline(encoder, design).fit(X)
        return self

    def transform(self, X: Table) -> FloatArray:
        """Encode a table with what was learned; new levels count among the rare ones."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Found unknown categories")
            design: FloatArray = self._steps.transform(X)
        return design


def with_native_levels(X: Table) -> tuple[pd.DataFrame, list[Any]]:
    """Write numbers as floats and everything else as strings; tell which columns are strings."""
    frame = as_frame(X)
    measured = {name: is_measured(frame[name]) for name in frame}
    columns = {
        name: as_floats(frame[name])
        if measured[name]
        else frame[name].astype(object).map(str).to_numpy(dtype=object)
        for name in frame
    }
    return pd.DataFrame(columns), [name for name in frame if not measured[name]]
