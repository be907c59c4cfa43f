"""The cells of rows as people read them, and what is odd in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from qconf._types import BoolArray, FloatArray
from qconf.core.plain_columns import DATES, DURATIONS
from qconf.encoding.encoder import TableEncoder
from qconf.explanation.conflicts import conflicts_in
from qconf.explanation.pool import Pool
from qconf.model.background import Background
from qconf.model.column_summary import RARE_BELOW, ColumnSummary

__all__ = ["MARKS", "Cell", "Cells", "written_cell"]

#: What may be odd in a cell, by falling weight.
MARKS: Final = ("never seen", "missing", "out of range", "conflict", "rare")
#: A gap in a column that has so few of them is odd.
_FEW_GAPS = 0.05
#: From here on, nothing is written behind the point; and from there on, no zeros.
_MANY_DIGITS, _NO_DIGITS = 1e5, 1e15


@dataclass(frozen=True)
class Cell:
    """One cell of a row.

    Attributes
    ----------
    column : ColumnSummary
    code : float
        As the encoder writes it.
    text : str
        As people read it; empty if it is missing.
    mark : str
        One of `MARKS`, or nothing.
    note : str
        Why it is marked, in words.
    """

    column: ColumnSummary
    code: float
    text: str
    mark: str = ""
    note: str = ""


class Cells:
    """The cells of some rows, beside those of the typical row.

    Parameters
    ----------
    pool : Pool
    """

    def __init__(self, pool: Pool) -> None:
        self.background: Background = pool.background
        self._frame, self._typical = pool.features, pool.typical
        self._matrix, self._unseen, self._codes = pool.matrix[1:], pool.unseen[1:], pool.matrix[:1]
        self._time = pool.pair.time_name_
        self._unlike: BoolArray = pool.unlike
        self._conflicts = conflicts_in(pool.pair, self._frame)
        self._cells: dict[tuple[int, str], Cell] = {}

    @cached_property
    def _at(self) -> Mapping[str, int]:
        return {one.name: i for i, one in enumerate(self.background.columns)}

    @property
    def names(self) -> list[str]:
        """The columns that the models read."""
        return list(self._at)

    def typical(self, name: str) -> str:
        """Return the typical row's cell of a column, as people read it."""
        return self._text(self._typical, self._codes, 0, self._at[name])

    def typical_code(self, name: str) -> float:
        """Return the same as the encoder writes it."""
        return float(self._codes[0, self._at[name]])

    def cell(self, row: int, name: str) -> Cell:
        """Return a cell with what is odd in it."""
        if (row, name) not in self._cells:
            self._cells[row, name] = self._looked_at(row, name)
        return self._cells[row, name]

    def _looked_at(self, row: int, name: str) -> Cell:
        at = self._at[name]
        column = self.background.columns[at]
        text = self._text(self._frame, self._matrix, row, at)
        code = float(self._matrix[row, at])
        mark, note = self._mark(row, at, column, text, code)
        return Cell(column, code, text, mark, note)

    def _text(self, frame: pd.DataFrame, codes: FloatArray, row: int, at: int) -> str:
        """Write a cell: a level as it is there, for the encoder may not know it."""
        if self.background.columns[at].is_level:
            return written_cell(frame.iloc[row, at])
        return self.written(at, float(codes[row, at]))

    def _mark(
        self, row: int, at: int, column: ColumnSummary, text: str, code: float
    ) -> tuple[str, str]:
        if self._unseen[row, at]:
            return "never seen", f"{column.name} {text} was in no row of the fit"
        if np.isnan(code):
            return _gap(column)
        if self._unlike[row, at]:
            return "out of range", _beyond(column, text, code, self._ends(at))
        conflict = self._conflicts.get((row, column.name))
        if conflict is not None:
            return "conflict", conflict
        # New rows are newer, and every date is rare at first.
        is_time = column.name == self._time or self.background.encoder.kind_of(at) == DATES
        alike = None if is_time else column.rows_alike(code)
        if alike is not None and alike[0] < RARE_BELOW:
            return "rare", _rarity(column, text, *alike)
        return "", ""

    def _ends(self, at: int) -> tuple[str, str]:
        low, high = self.background.columns[at].ends
        return self.written(at, low), self.written(at, high)

    def written(self, at: int, code: float) -> str:
        """Write the code of a cell as people read it."""
        return written_code(self.background.encoder, at, code)

    def place(self, name: str) -> int:
        """Return the position of a column among those that the models read."""
        return self._at[name]


def written_code(encoder: TableEncoder, at: int, code: float) -> str:
    """Write what an encoder makes of a cell as the cell was."""
    if np.isnan(code):
        return ""
    if at in encoder.levels_:
        return str(encoder.levels_[at][int(code)])
    kind = encoder.kind_of(at)
    if kind == DATES:
        return written_cell(pd.to_datetime(code, unit="D").round("s"))
    return written_cell(pd.to_timedelta(code, unit="D") if kind == DURATIONS else code)


def written_cell(cell: Any) -> str:
    """Write a cell: whole numbers without a point, dates without midnight, a gap as nothing.

    Examples
    --------
    >>> [written_cell(cell) for cell in (3.0, 47.5112, 1955, "a", None, pd.Timestamp("2020-01-02"))]
    ['3', '47.5112', '1955', 'a', '', '2020-01-02']
    """
    if cell is None or (not isinstance(cell, Sequence) and pd.isna(cell)):
        return ""
    if isinstance(cell, float | np.floating):
        number = float(cell)
        whole = number.is_integer() or abs(number) >= _MANY_DIGITS
        return f"{number:.0f}" if whole and abs(number) < _NO_DIGITS else f"{number:.6g}"
    return str(cell).removesuffix(" 00:00:00")


def _gap(column: ColumnSummary) -> tuple[str, str]:
    if column.n_missing == 0:
        return "missing", f"{column.name} is missing, as in no row of the fit"
    share = column.n_missing / column.n_rows
    if share > _FEW_GAPS:
        return "", ""
    told = f"{column.name} is missing, as in {column.n_missing:,} of {column.n_rows:,} rows"
    return "missing", told


def _beyond(column: ColumnSummary, text: str, code: float, ends: tuple[str, str]) -> str:
    side = "below" if code < column.ends[0] else "above"
    return f"{column.name} {text} is {side} all of the fit ({ends[0]} to {ends[1]})"


def _rarity(column: ColumnSummary, text: str, count: int, how: str) -> str:
    rows = f"{count} of {column.n_rows:,} rows"
    if how == "equal":
        return f"{column.name} {text} is rare: {rows}"
    verb = "is" if count == 1 else "are"
    return f"{column.name} {text} is far from others: {rows} {verb} as {how}"
