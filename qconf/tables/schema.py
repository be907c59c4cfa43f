"""The columns that a fitted model knows, and new rows held against them: the schema at the door.

A column is found by its name and read as the kind that it had when the model was fitted. Another
type is converted where that loses nothing; text is never silently taken for numbers or dates.
What a cell means hangs on nothing but the cell, so that rows may come in batches of any size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pandas as pd

from qconf.core.plain_columns import DATES, DURATIONS, EMPTY, LEVELS, NUMBERS
from qconf.errors import TableError, did_you_mean
from qconf.tables.cell_types import fits, read_typed, what_it_holds
from qconf.tables.options import ReadingOptions, reading_options
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pyarrow as pa

    from qconf._types import BoolArray

__all__ = ["Column", "NewRows", "Schema"]

_REMEDIES = {
    NUMBERS: "write it as numbers",
    DATES: "write it as dates",
    DURATIONS: "write it as durations, in Parquet",
    LEVELS: "write it as text, as it was then (numbers lose what codes begin with: 01234)",
}
#: How text in a typed file may be read, where nothing was said at the fit.
#: So many columns are named in a message.
_NAMED = 10
_ASKED = {NUMBERS: "--decimal . or --decimal ,", DATES: "--date-format or --day-first"}


@dataclass(frozen=True)
class Column:
    """A column of the table that a model was fitted on.

    Attributes
    ----------
    name : str
    kind : str
        What it held: ``numbers``, ``dates``, ``durations``, ``text`` or ``nothing``.
    needed : bool
        Whether new rows must have it; one that held nothing, or told groups, is not looked at.
    dates_in_text : bool
        Whether text is read as dates: the time of a fit may be text.
    """

    name: str
    kind: str
    needed: bool = True
    dates_in_text: bool = False


@dataclass(frozen=True, eq=False)
class NewRows:
    """New rows as a model reads them.

    Attributes
    ----------
    table : DataFrame or ndarray of shape (n_rows, n_columns)
        Columns in the order of the fit.
    reasons : dict of int to str
        What is wrong with rows that cannot be read, by position.
    """

    table: Any
    reasons: dict[int, str]


@dataclass(frozen=True)
class Schema:
    """Names and kinds of the columns that a model was fitted on.

    Attributes
    ----------
    columns : tuple of Column
        In the order of the fit.
    named : bool
        Whether the fit knew names; if not, columns are called ``x0``, ``x1``, ...
    reading : ReadingOptions
        How text was read at the fit, as far as that was said.
    wanted_by : str
        Which columns these are, for a message that one is missing.
    """

    columns: tuple[Column, ...]
    named: bool = True
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    wanted_by: str = "which the model was fitted on"

    @classmethod
    def of_model(cls, model: Any, reading: Mapping[str, Any] | None = None) -> Self:
        """Read off a fitted model which columns it knows.

        Parameters
        ----------
        model : fitted estimator
            With ``n_features_in_``; names and kinds are those that it remembers.
        reading : mapping, default=None
            How the file of the fit was read: options of `qconf.tables.reading.read_table`.

        Returns
        -------
        Schema
        """
        known = vars(model)
        names = known.get("feature_names_in_")
        kinds = known.get("_column_kinds", {})
        count = int(model.n_features_in_)
        called = [f"x{at}" for at in range(count)] if names is None else [str(n) for n in names]
        time, group = known.get("time_name_"), known.get("group_name_")
        columns = tuple(
            _column(name, kinds.get(at, NUMBERS), time, group) for at, name in enumerate(called)
        )
        said = {key: value for key, value in (reading or {}).items() if value is not None}
        allowed = set(ReadingOptions.__dataclass_fields__)
        options = reading_options(**{key: said[key] for key in said.keys() & allowed})
        return cls(columns, names is not None, options)

    @property
    def names(self) -> list[str]:
        """The names of the columns, in the order of the fit."""
        return [column.name for column in self.columns]

    def check(self, table: pa.Schema, written: frozenset[str] = frozenset()) -> None:
        """Hold the names and types of new columns against those of the fit.

        Parameters
        ----------
        table : pyarrow.Schema
        written : frozenset of str
            Columns of text that are read as the kinds of the fit: those of a CSV file.

        Raises
        ------
        TableError
            If a column is missing or there twice, or its type cannot be converted without loss.
        """
        for column in self.columns:
            count = table.names.count(column.name)
            if count > 1:
                msg = f"The table has two columns named {column.name!r}; names must differ."
                raise TableError(msg)
            if not count and column.needed:
                raise TableError(self._missing(column.name, table.names))
            if count and column.name not in written:
                self._check_type(column, table.field(column.name).type)

    def read(self, batch: pa.RecordBatch, written: WrittenCells | None = None) -> NewRows:
        """Read new rows as the model knows them.

        Parameters
        ----------
        batch : pyarrow.RecordBatch
        written : WrittenCells, default=None
            How the columns of a text file are written.

        Returns
        -------
        NewRows

        Raises
        ------
        TableError
            As `check`.
        """
        cells = WrittenCells() if written is None else written
        self.check(batch.schema, cells.names)
        reasons: dict[int, str] = {}
        columns = {}
        for column in self.columns:
            values, wrong = self._values(column, batch, cells)
            columns[column.name] = values
            for at in np.flatnonzero(wrong) if wrong is not None else ():
                cell = batch.column(column.name)[int(at)].as_py()
                reasons.setdefault(int(at), _reason(column, cell))
        frame = pd.DataFrame(columns, index=pd.RangeIndex(batch.num_rows), copy=False)
        return NewRows(frame if self.named else frame.to_numpy(), reasons)

    def _values(
        self, column: Column, batch: pa.RecordBatch, cells: WrittenCells
    ) -> tuple[Any, BoolArray | None]:
        """Return the values of a column, and which cells cannot be read, if there are such."""
        if column.kind == EMPTY or column.name not in batch.schema.names:
            return np.full(batch.num_rows, np.nan), None
        array = batch.column(column.name)
        if column.name in cells.names or self._reads_text(column, array.type):
            options = self.reading if column.name not in cells.names else None
            return cells.read(column.name, column.kind, array, options)
        values = read_typed(array, column.kind)
        if column.kind != NUMBERS:
            return values, None
        infinite = np.isinf(values)
        return values, infinite if infinite.any() else None

    def _check_type(self, column: Column, kind: pa.DataType) -> None:
        asked = column.kind == LEVELS and column.name in self.reading.text
        if asked or column.kind == EMPTY or fits(kind, column.kind):
            return
        if self._reads_text(column, kind):
            return
        held = what_it_holds(kind)
        asked_by = _ASKED.get(column.kind) if held == LEVELS else None
        silent = f" (text is not taken for {column.kind} unless {asked_by} says how)"
        msg = (
            f"The column {column.name!r} held {column.kind} when the model was fitted, and holds "
            f"{held} ({kind}) now: {_REMEDIES[column.kind]}{silent if asked_by else ''}."
        )
        raise TableError(msg)

    def _reads_text(self, column: Column, kind: pa.DataType) -> bool:
        """Return whether text in a typed file is to be read as the kind of the fit."""
        if what_it_holds(kind) != LEVELS:
            return False
        if column.kind == NUMBERS:
            return self.reading.decimal is not None
        said = self.reading.date_format is not None or self.reading.day_first is not None
        return column.kind == DATES and (said or column.dates_in_text)

    def _missing(self, name: str, there: list[str]) -> str:
        missing = [one.name for one in self.columns if one.needed and one.name not in there]
        rest = [repr(one) for one in missing if one != name]
        more = " ..." if len(rest) > _NAMED else ""
        others = f" (nor {', '.join(rest[:_NAMED])}{more})" if rest else ""
        return (
            f"The table has no column {name!r}, {self.wanted_by}{others}. "
            f"{did_you_mean(name, there, used=self.names)}"
        )


def _column(name: str, kind: str, time: str | None, group: str | None) -> Column:
    dated = name == time and kind == LEVELS
    needed = kind != EMPTY and name != group
    return Column(name, DATES if dated else kind, needed=needed, dates_in_text=dated)


def _reason(column: Column, cell: Any) -> str:
    rule = {NUMBERS: "must hold finite numbers", DATES: "must hold dates"}[column.kind]
    shown = repr(cell)
    shown = shown if len(shown) <= 60 else shown[:57] + "..."  # noqa: PLR2004 - a line
    return f"The column {column.name!r} {rule}; found {shown}."
