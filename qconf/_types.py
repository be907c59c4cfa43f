"""Define the types that signatures name: arrays, tables, options, and what models can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ArrayLike",
    "BoolArray",
    "BoostingLoss",
    "BootstrapScope",
    "Bound",
    "BoundName",
    "ConfidenceLike",
    "ConflictScale",
    "Copies",
    "ErrorLearner",
    "ErrorLoss",
    "ErrorScaleName",
    "ErrorTargetName",
    "ExampleName",
    "FloatArray",
    "IntArray",
    "Link",
    "Progress",
    "QuantileLearner",
    "RandomState",
    "RegressorLike",
    "ReplicateMethod",
    "RowMetricName",
    "Table",
    "TableLike",
    "TableT",
]


class ArrowTable(Protocol):
    """A table of polars, pyarrow or another library that speaks Arrow's C stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]
#: What estimators see after validation.
Table: TypeAlias = "pd.DataFrame | NDArray[Any]"
#: The same kind of table, in and out.
TableT = TypeVar("TableT", "pd.DataFrame", "NDArray[Any]", "pd.DataFrame | NDArray[Any]")
#: What callers may pass as features.
TableLike: TypeAlias = "pd.DataFrame | NDArray[Any] | Sequence[Sequence[Any]] | ArrowTable"
RandomState: TypeAlias = int | np.random.RandomState | None

# Options: what a type checker can tell before a program runs. They hold for the checks of
# parameters too, which read the same lists.
ErrorScaleName: TypeAlias = Literal["relative", "log", "absolute"]
#: What is done with rows that are alike in all features.
Copies: TypeAlias = Literal["group", "keep"]
#: What is fitted again in each replicate.
BootstrapScope: TypeAlias = Literal["error", "both"]
BoundName: TypeAlias = Literal["mean", "mean+sd", "max"]
#: A number is a quantile.
Bound: TypeAlias = BoundName | float
ErrorTargetName: TypeAlias = Literal["squared", "absolute", "log", "outlier", "combined"]
ErrorLearner: TypeAlias = Literal["boosted", "glm", "online"]
ErrorLoss: TypeAlias = Literal["gamma", "squared"]
ReplicateMethod: TypeAlias = Literal["auto", "leaves", "refits"]
QuantileLearner: TypeAlias = Literal["boosted", "forest", "linear", "statsmodels"]
BoostingLoss: TypeAlias = Literal["squared", "gamma", "quantile", "binary"]
Link: TypeAlias = Literal["identity", "log"]
#: How two sources of an input are compared.
ConflictScale: TypeAlias = Literal["auto", "ratio", "difference"]
#: A metric by name; a hyphen is as good as an underscore.
RowMetricName: TypeAlias = Literal[
    "outlier_rate", "outlier-rate", "mae", "ppe10", "bias", "over_valuation_rate",
    "over-valuation-rate",
]  # fmt: skip
ExampleName: TypeAlias = Literal["archetypes", "king-county"]

#: Called with the steps done, the steps in all, and what comes next.
Progress: TypeAlias = Callable[[int, int, str], None]


class RegressorLike(Protocol):
    """Whatever is fitted and predicts as scikit-learn's regressors do, a pipeline or search too."""

    def fit(self, X: Any, y: Any, /) -> Any: ...

    def predict(self, X: Any, /) -> Any: ...


class ConfidenceLike(Protocol):
    """The contract of a confidence estimator: a regressor of error size (see `qconf.base`)."""

    def fit(self, X: Any, residual: Any, /) -> Any:
        """Learn from signed residuals in error-scale units; may ask for more of each row."""

    def predict(self, X: Any, /) -> Any:
        """Return the expected error of each row, >= 0, in the same units."""
