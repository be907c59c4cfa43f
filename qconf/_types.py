"""The array types that signatures name, in one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ArrayLike", "BoolArray", "FloatArray", "IntArray", "RandomState", "Table", "TableLike"]

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.intp]
BoolArray: TypeAlias = NDArray[np.bool_]
#: What estimators see after validation.
Table: TypeAlias = "pd.DataFrame | NDArray[Any]"
#: What callers may pass as features.
TableLike: TypeAlias = "pd.DataFrame | NDArray[Any] | Sequence[Sequence[Any]]"
RandomState: TypeAlias = int | np.random.RandomState | None
