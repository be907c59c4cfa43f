"""What rows of a fit are like: against them one row is explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import FloatArray, IntArray, Table
from qconf.core.restored import require
from qconf.core.validation import select_rows
from qconf.encoding.columns import as_frame
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.column_summary import ColumnSummary

__all__ = ["Background"]

#: Rows of which one is chosen to be typical.
_CANDIDATES = 256
_MIDDLE = 0.4, 0.6


@dataclass(frozen=True, eq=False)
class Background:
    """The columns of a fit, summed up, and a row that is typical in each of them.

    Attributes
    ----------
    encoder : TableEncoder
        Of the columns as the models read them.
    columns : tuple of ColumnSummary
        In the order of the encoder.
    typical : DataFrame or ndarray of shape (1, n_features)
        A row of the fit, as it was given, whose expected error is in the middle fifth, and whose
        cells are nearest to the middle of their columns.
    error : float
        Median absolute residual of all rows, on the error scale.
    """

    encoder: TableEncoder
    columns: tuple[ColumnSummary, ...]
    typical: Table
    error: float

    @classmethod
    def of(
        cls,
        given: Table,
        read: Table,
        encoder: TableEncoder,
        residual: FloatArray,
        expected: Callable[[Table], FloatArray],
    ) -> Self:
        """Sum up the rows of a fit.

        Parameters
        ----------
        given, read : DataFrame or ndarray of shape (n_samples, n_features)
            Rows as `fit` was given them, checked, and as the models read them.
        encoder : TableEncoder
            Fitted on `read`.
        residual : ndarray of shape (n_samples,)
            Made without having seen the row; NaN where there is none.
        expected : callable
            Returns the expected errors of rows as the models read them.
        """
        matrix = Encoded.of(read, encoder).matrix
        names = [str(name) for name in as_frame(read).columns]
        if not isinstance(read, pd.DataFrame):
            names = [f"x{i}" for i in range(len(names))]
        error = np.abs(residual)
        levels = {i: len(known) for i, known in encoder.levels_.items()}
        columns = tuple(
            ColumnSummary.of(name, matrix[:, i], error, n_levels=levels.get(i))
            for i, name in enumerate(names)
        )
        some = _spread(len(matrix))
        row = some[_most_typical(columns, matrix[some], expected(select_rows(read, some)))]
        typical: Any = select_rows(given, np.array([row]))
        if isinstance(typical, pd.DataFrame):
            typical = typical.reset_index(drop=True)
        known = error[~np.isnan(error)]
        return cls(encoder, columns, typical, float(np.median(known)) if len(known) else np.nan)

    def check_restored(self) -> None:
        """Check what comes from a file: a summary of each column, and one row.

        Raises
        ------
        ValueError
        """
        sound = (
            isinstance(self.columns, tuple)
            and all(isinstance(one, ColumnSummary) for one in self.columns)
            and len(self.columns) == self.encoder.n_features_in_
            and isinstance(self.typical, pd.DataFrame | np.ndarray)
            and len(self.typical) == 1
        )
        require(sound, "what the rows of a fit are like is not told")


def _spread(n_rows: int) -> IntArray:
    """Choose rows evenly along the table."""
    return np.linspace(0, n_rows - 1, num=min(_CANDIDATES, n_rows)).astype(np.intp)


def _most_typical(
    columns: Sequence[ColumnSummary], matrix: FloatArray, expected: FloatArray
) -> int:
    """Choose the row that is nearest to the middle, among those with middling expected errors.

    Medians of all columns would be a row that there is not, and its expected error another one.
    """
    low, high = np.quantile(expected, _MIDDLE)
    far = np.stack([one.distance_from_middle(matrix[:, i]) for i, one in enumerate(columns)])
    middling = (expected >= low) & (expected <= high)
    return int(np.argmin(np.where(middling, far.mean(axis=0), np.inf)))
