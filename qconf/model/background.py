"""What rows of a fit are like: against them one row is explained."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd

from qconf._types import FloatArray, Table
from qconf.core.restored import require
from qconf.encoding.columns import as_frame
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.model.column_summary import ColumnSummary

__all__ = ["Background"]


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
        The lower median of each measured column and the most frequent level of others, as `fit`
        was given them.
    error : float
        Median absolute residual of all rows, on the error scale.
    """

    encoder: TableEncoder
    columns: tuple[ColumnSummary, ...]
    typical: Table
    error: float

    @classmethod
    def of(cls, given: Table, read: Table, encoder: TableEncoder, residual: FloatArray) -> Self:
        """Sum up the rows of a fit.

        Parameters
        ----------
        given, read : DataFrame or ndarray of shape (n_samples, n_features)
            Rows as `fit` was given them, checked, and as the models read them.
        encoder : TableEncoder
            Fitted on `read`.
        residual : ndarray of shape (n_samples,)
            Made without having seen the row; NaN where there is none.
        """
        matrix = Encoded.of(read, encoder).matrix
        names = [str(name) for name in as_frame(read).columns]
        names = [f"x{i}" if name == str(i) else name for i, name in enumerate(names)]
        error = np.abs(residual)
        levels = {i: len(known) for i, known in encoder.levels_.items()}
        columns = tuple(
            ColumnSummary.of(name, matrix[:, i], error, n_levels=levels.get(i))
            for i, name in enumerate(names)
        )
        places = [_row_with(matrix[:, i], one.typical) for i, one in enumerate(columns)]
        known = error[~np.isnan(error)]
        median = float(np.median(known)) if len(known) else np.nan
        return cls(encoder, columns, _row_of(given, as_frame(read), places), median)

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


def _row_with(cells: FloatArray, wanted: float) -> int:
    """Return the first row that has a cell, or lacks it."""
    return int(np.argmax(np.isnan(cells) if np.isnan(wanted) else cells == wanted))


def _row_of(given: Table, read: pd.DataFrame, places: list[int]) -> Table:
    """Put together a row of cells from several; columns that no model reads are of the first."""
    if not isinstance(given, pd.DataFrame):
        picked: Any = given[np.array(places, dtype=np.intp), np.arange(given.shape[1])]
        return np.asarray(picked)[None, :]
    place: dict[Any, int] = dict(zip(read.columns, places, strict=True))
    cells = {name: given[name].iloc[[place.get(name, 0)]].reset_index(drop=True) for name in given}
    return pd.DataFrame(cells)
