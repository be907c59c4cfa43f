"""Cut what was said into slices: by month, by quarters of a number, by names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from qconf._types import BoolArray

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MONTH", "cells_of", "slices_of"]

MONTH: Final = "month"
#: Names that are told apart, and rows that a slice needs.
_MOST_NAMES, _FEWEST = 12, 5
_PARTS = 4


def slices_of(said: pd.DataFrame, by: Sequence[str]) -> Iterator[tuple[str, BoolArray]]:
    """Yield slices of five rows and more, but not all rows.

    Parameters
    ----------
    said : DataFrame
        With a column ``day``, and one for each name.
    by : sequence of str
        Columns, or `MONTH`.

    Yields
    ------
    label : str
    inside : ndarray of shape (n_rows,), dtype bool
    """
    for name in by:
        column = said["day"].str[:7] if name == MONTH else said[name]
        for label, inside in cells_of(name.removeprefix("input "), column):
            if _FEWEST <= inside.sum() < len(inside):
                yield label, inside


def cells_of(name: str, column: pd.Series[Any]) -> Iterator[tuple[str, BoolArray]]:
    """Yield quarters of a number of many values, else the most frequent names or numbers.

    Parameters
    ----------
    name : str
        What the column is called.
    column : Series of shape (n_rows,)

    Yields
    ------
    label : str
    inside : ndarray of shape (n_rows,), dtype bool
    """
    if column.dtype.kind in "iuf" and column.nunique() > _MOST_NAMES:
        values = column.to_numpy(dtype=np.float64)
        edges = np.unique(np.nanquantile(values, np.arange(1, _PARTS) / _PARTS))
        part = np.where(np.isnan(values), -1, np.searchsorted(edges, values, side="left"))
        for number in range(len(edges) + 1):
            low = f"above {edges[number - 1]:g}" if number else ""
            high = f"up to {edges[number]:g}" if number < len(edges) else ""
            yield f"{name} {', '.join(one for one in (low, high) if one)}", part == number
        return
    text = column.astype(object).where(column.notna(), "missing").astype(str)
    for level in text.value_counts(sort=True).index[:_MOST_NAMES]:
        yield f"{name} {level}", (text == level).to_numpy()
