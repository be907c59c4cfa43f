"""The array types that signatures name, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "ArrayLike",
    "BoolArray",
    "FloatArray",
    "IntArray",
    "RandomState",
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
