"""The row that is explained: taken from a file, and changed as somebody objects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.core.plain_columns import EMPTY, LEVELS
from qconf.errors import OptionError, TableError, did_you_mean
from qconf.scoring.rows import open_rows
from qconf.tables.flat_batches import flat
from qconf.tables.options import ReadingOptions
from qconf.tables.schema import Schema
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["changed", "row_of_file"]

_AT_ONCE = 65_536


def row_of_file(
    source: str | Path, number: int, schema: Schema, options: ReadingOptions
) -> pd.DataFrame:
    """Read one row of a file as a model knows it.

    Parameters
    ----------
    source : str or Path
        A Parquet or a text file, or ``-``.
    number : int
        Of the row, counted from 1.
    schema : Schema
        Of the model; no other column is looked at.
    options : ReadingOptions

    Returns
    -------
    DataFrame of shape (1, n_features)

    Raises
    ------
    OptionError
        If there is no such row.
    TableError
        If the file or the row cannot be read.
    """
    before = 0
    if number < 1:
        msg = f"--row counts from 1, got {number}."
        raise OptionError(msg)
    with open_rows(source, schema, options) as rows:
        there = [name for name in schema.names if name in rows.schema.names]
        for batch in rows.batches(_AT_ONCE, there):
            if number <= before + batch.num_rows:
                one = flat(batch.slice(number - before - 1, 1))
                return _read(one, schema, rows.written, number)
            before += batch.num_rows
    msg = f"{str(source)!r} has {before:,} rows, and --row asks for row {number:,}."
    raise OptionError(msg)


def changed(frame: pd.DataFrame, cells: Mapping[str, str], schema: Schema) -> pd.DataFrame:
    """Set cells of a row, each written as in a text file; nothing makes a cell missing.

    Parameters
    ----------
    frame : DataFrame of shape (1, n_features)
    cells : mapping of str to str
    schema : Schema

    Returns
    -------
    DataFrame of shape (1, n_features)

    Raises
    ------
    OptionError
        If the model sees no such column, or a cell is of another kind.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    there = {one.name: one for one in schema.columns if one.needed and one.kind != EMPTY}
    for name, text in cells.items():
        if name not in there:
            msg = f"--set: the model sees no column {name!r}. {did_you_mean(name, there)}"
            raise OptionError(msg)
        column = pa.array([text.strip() or None], type=pa.string())
        frame = frame.assign(**{name: _value(name, there[name].kind, column, schema)})
    return frame


def _value(name: str, kind: str, column: pa.Array, schema: Schema) -> Any:
    """Read a cell as a text file's would be read."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    text = column[0].as_py()
    if kind == LEVELS:
        return pd.Series([text], dtype=object).array
    cells = WrittenCells(frozenset([name]), schema.reading)
    try:
        cells.learn(pa.table({name: column}), {name: kind})
        values, wrong = cells.read(name, kind, column, schema.reading)
    except TableError as error:
        msg = f"--set: {error}"
        raise OptionError(msg) from error
    if wrong is not None and wrong.any():
        msg = f"--set: the column {name!r} holds {kind}, and {text!r} is none."
        raise OptionError(msg)
    return values


def _read(
    batch: pa.RecordBatch, schema: Schema, written: WrittenCells, number: int
) -> pd.DataFrame:
    new = schema.read(batch, written)
    if new.reasons:
        msg = f"Row {number:,} cannot be explained. {new.reasons[0]}"
        raise TableError(msg)
    return pd.DataFrame(new.table, columns=schema.names)
