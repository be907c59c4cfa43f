"""Count, column by column, the cells of new rows that hold what no row of the fit held."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

__all__ = ["StrangeColumns"]

#: In a column of the same meaning a few cells are new; in one that lost it, most.
_MOST = 0.5
_FEWEST_ROWS = 20


class StrangeColumns:
    """Tell the columns of new rows that seem to have lost the meaning they had in the fit.

    A zip code without its leading zero, an area in other units, a column that came out empty: row
    by row that is a value never seen, of which nothing is known. Of a whole column it is a
    mistake.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
        One without a method ``unlike`` is not asked.
    """

    def __init__(self, model: Any) -> None:
        self._unlike = getattr(model, "unlike", None)
        self._rows = 0
        self._strange: Any = 0
        self._first: dict[str, Any] = {}
        self._names: list[str] = []

    def look(self, table: Any) -> None:
        """Count those of a batch.

        Parameters
        ----------
        table : DataFrame of shape (n_rows, n_features)
            Rows as the model reads them.
        """
        if self._unlike is None or not len(table) or not hasattr(table, "columns"):
            return
        cells = self._unlike(table)
        self._names = list(cells.columns)
        self._rows += len(table)
        self._strange = self._strange + cells.to_numpy().sum(axis=0)
        for name in self._names:
            if name not in self._first and cells[name].any():
                self._first[name] = table[name].iloc[int(np.argmax(cells[name]))]

    @property
    def warnings(self) -> tuple[str, ...]:
        """A line for each column in which most cells are strange."""
        if self._rows < _FEWEST_ROWS:
            return ()
        return tuple(
            f"The column {name!r} is unlike that of the fit: {count:,} of {self._rows:,} values "
            f"were never seen there, or out of its range, {_such_as(self._first[name])}. Little is "
            "known of such rows. Is it written as it was, in the same units?"
            for name, count in zip(self._names, self._strange, strict=True)
            if count > _MOST * self._rows
        )


def _such_as(cell: Any) -> str:
    if pd.isna(cell):
        return "being missing"
    return f"such as {cell!r}" if isinstance(cell, str) else f"such as {cell}"
