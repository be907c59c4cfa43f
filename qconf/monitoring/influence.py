"""Which columns drive the expected error, and whether they have moved to where it is larger.

Drift of a column is harmless where the expected error is the same for all its values. So a value
counts for the mean squared expected error of the rows that had it in the certified window: if a
column moves, the mean of that moves as much as the column tells of the error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray

__all__ = ["Influence", "influences"]

_BINS, _LEVELS, _COLUMNS = 16, 40, 10
#: A value's mean is drawn to that of all as if so many rows of the mean had it, too.
_PRIOR_ROWS = 20
#: Columns that tell less than this share of what the first one tells are left out.
_SMALLEST = 0.02


@dataclass(frozen=True)
class Influence:
    """What a column says of the squared expected error.

    Attributes
    ----------
    name : str
    edges : list of float or None
        Borders of bins of a number; None for levels.
    levels : list of str or None
    effect : list of float
        Mean squared expected error by value: missing first, then bins or levels, then any other.
    mean : float
        Of the effect over the rows of the window.
    weight : float
        Variance of the effect over these rows.
    """

    name: str
    edges: list[float] | None
    levels: list[str] | None
    effect: list[float]
    mean: float
    weight: float

    @classmethod
    def of(cls, name: str, column: pd.Series[Any], squares: FloatArray) -> Self:
        """Learn from rows of a window and their squared expected errors."""
        edges, levels = None, None
        if _is_number(column):
            numbers = column.to_numpy(dtype=np.float64, na_value=np.nan)
            there = numbers[~np.isnan(numbers)]
            steps = np.arange(1, _BINS) / _BINS
            edges = np.unique(np.quantile(there, steps)).tolist() if len(there) else []
            n_values = len(edges) + 3
        else:
            levels = column.dropna().astype(str).value_counts().index[:_LEVELS].tolist()
            n_values = len(levels) + 2
        code = _codes(column, edges, levels)
        n = np.bincount(code, minlength=n_values)
        sums, overall = np.bincount(code, squares, n_values), float(squares.mean())
        effect = (sums + _PRIOR_ROWS * overall) / (n + _PRIOR_ROWS)
        # What never came is taken for as hard as the hardest: nobody knows better.
        effect[n == 0] = effect[n > 0].max()
        # Means of a few rows differ by chance alone.
        noise = float((np.count_nonzero(n) - 1) / len(squares) * squares.var())
        weight = max(float(effect[code].var()) - noise, 0.0)
        return cls(name, edges, levels, effect.tolist(), float(effect[code].mean()), weight)

    def of_rows(self, column: pd.Series[Any]) -> FloatArray:
        """Return what each value stands for."""
        return np.array(self.effect)[_codes(column, self.edges, self.levels)]

    def to_dict(self) -> dict[str, Any]:
        """Return plain values of JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> Self:
        """Read what `to_dict` gave."""
        return cls(**plain)


def influences(table: pd.DataFrame, squares: FloatArray) -> list[Influence]:
    """Return the columns that tell most of the squared expected error, ten at most.

    Parameters
    ----------
    table : DataFrame of shape (n_rows, n_columns)
        Without times, which never come again.
    squares : ndarray of shape (n_rows,)
        Squared expected errors.
    """
    kept = [name for name in table if not pd.api.types.is_datetime64_any_dtype(table[name])]
    found = [Influence.of(str(name), table[name], squares) for name in kept]
    found.sort(key=lambda one: (-one.weight, one.name))
    least = _SMALLEST * found[0].weight if found else 0.0
    return [one for one in found[:_COLUMNS] if one.weight > least]


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def _codes(column: pd.Series[Any], edges: list[float] | None, levels: list[str] | None) -> IntArray:
    """Give each value its place: 0 is missing, the last is none of the levels."""
    if edges is not None:
        numbers = pd.to_numeric(column, errors="coerce").to_numpy(np.float64, na_value=np.nan)
        place = np.searchsorted(edges, numbers, side="right") + 1
        return np.where(np.isnan(numbers), 0, place).astype(np.intp)
    known = {level: at + 1 for at, level in enumerate(levels or [])}
    missing = column.isna().to_numpy()
    code = column.astype(str).map(known).fillna(len(known) + 1).to_numpy(dtype=np.float64)
    return np.where(missing, 0, code).astype(np.intp)
