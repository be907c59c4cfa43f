"""Rows that were decided on, with the outcomes that are known by now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from qconf._types import BoolArray, FloatArray, IntArray

__all__ = ["DecidedRows"]


@dataclass(frozen=True, eq=False)
class DecidedRows:
    """What monitors are told of rows.

    Attributes
    ----------
    keys : ndarray of shape (n_rows,), dtype uint64
        The same for the same row, whether its outcome is known or not.
    time : ndarray of shape (n_rows,)
        When each was decided, as numbers that rise.
    period : ndarray of shape (n_rows,) of str
        Month of the decision, as ``2026-11``; or what else rows are summed up by.
    expected : ndarray of shape (n_rows,)
        Expected errors.
    residual : ndarray of shape (n_rows,)
        Not a number where the outcome is not known.
    accepted : ndarray of shape (n_rows,), dtype bool
    kinds : mapping of str to ndarray of bool
        Which rows are in each tier, and which are accepted.
    probability : ndarray of shape (n_rows,) or None
        Of being an outlier.
    table : DataFrame of shape (n_rows, n_columns)
        What the confidence estimator sees.
    prediction : ndarray of shape (n_rows,)
    """

    keys: NDArray[np.uint64]
    time: FloatArray
    period: NDArray[np.str_]
    expected: FloatArray
    residual: FloatArray
    accepted: BoolArray
    kinds: Mapping[str, BoolArray]
    probability: FloatArray | None
    table: pd.DataFrame = field(repr=False)
    prediction: FloatArray = field(repr=False)

    def take(self, rows: IntArray) -> Self:
        """Return some of the rows, in the order asked for."""
        some: Any = {
            name: getattr(self, name)[rows]
            for name in ("keys", "time", "period", "expected", "residual", "accepted", "prediction")
        }
        kinds = {name: own[rows] for name, own in self.kinds.items()}
        probability = None if self.probability is None else self.probability[rows]
        table = self.table.iloc[rows]
        return type(self)(**some, kinds=kinds, probability=probability, table=table)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.keys)
