"""Read a table from a file, a folder, a pattern or standard input."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from qconf._types import IntArray
from qconf.errors import OptionError, TableError
from qconf.tables.arrow_columns import frame_of
from qconf.tables.containers import EXCEL, FEATHER, PARQUET, Blob, open_file, open_stream
from qconf.tables.csv_files import TextTable, distinct_names, named_columns, split_text
from qconf.tables.drawing import Drawn
from qconf.tables.excel_files import sheet_rows
from qconf.tables.options import ReadingOptions, reading_options
from qconf.tables.parquet_files import read_arrow_blob, read_parquet_files
from qconf.tables.partitions import partition_columns, partition_values
from qconf.tables.sources import files_of
from qconf.tables.texts import DateFinder, as_text, check_text_columns, typed_columns

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

__all__ = ["TableFile", "read_table"]


@dataclass(frozen=True, eq=False)
class TableFile:
    """A table that was read.

    Attributes
    ----------
    frame : DataFrame
    warnings : tuple of str
        What was guessed and might be wrong, each with the option that says otherwise.
    drawn : Drawn or None
        Where it does not fit in memory, which of its rows these are.
    """

    frame: pd.DataFrame
    warnings: tuple[str, ...] = ()
    drawn: Drawn | None = None


def read_table(
    source: str,
    *,
    separator: str | None = None,
    decimal: str | None = None,
    encoding: str | None = None,
    date_format: str | None = None,
    day_first: bool | None = None,
    text: Sequence[str] = (),
    sheet: str | None = None,
    rows: IntArray | None = None,
    columns: Collection[str] | None = None,
) -> TableFile:
    """Read a table.

    What is not said is found out where one answer fits.

    Parameters
    ----------
    source : str
        A file of text with separated fields (packed or not), Parquet, Feather or Excel; a folder
        or glob of Parquet or of CSV files; or ``-`` for standard input. Folders on the way that
        are named ``column=value`` are columns.
    separator : str, default=None
        Between the fields of a text file: one character, or ``tab``, ``space``, ...
    decimal : str, default=None
        What marks decimals in text: ``.`` or ``,``.
    encoding : str, default=None
        Of a text file.
    date_format : str, default=None
        Of dates in text, with the codes of ``strptime``.
    day_first : bool, default=None
        Whether 05/01/2031 in text is 5 January.
    text : sequence of str, default=()
        Columns to be read as text though they look like numbers.
    sheet : str, default=None
        Of an Excel workbook.
    rows, columns : ndarray of int, collection of str, default=None
        Positions, rising, of the rows to be read of Parquet files, and names of columns.

    Returns
    -------
    TableFile

    Raises
    ------
    TableError
        If there is no such file, it cannot be read, or it holds no table.
    OptionError
        If an option is outside its rule, or does not belong to that kind of file.
    """
    options = reading_options(
        separator=separator,
        decimal=decimal,
        encoding=encoding,
        date_format=date_format,
        day_first=day_first,
        text=text,
        sheet=sheet,
    )
    if source == "-":
        read, source = _from_blob(open_stream(), options), "standard input"
        return _not_empty(_named(read, options.text), source)
    files, base = files_of(source)
    values = [partition_values(file, base) for file in files]
    in_folders = {name for one in values for name in one}
    inside = replace(options, text=tuple(name for name in options.text if name not in in_folders))
    read, lengths = _from_files(files, source, inside, rows, columns)
    if in_folders:
        read = _with_partitions(read, partition_columns(values, lengths), options)
        if columns is not None:
            read = replace(read, frame=read.frame[[one for one in read.frame if one in columns]])
    return _not_empty(_named(read, options.text), source)


def _from_files(
    files: list[Path],
    source: str,
    options: ReadingOptions,
    rows: IntArray | None,
    columns: Collection[str] | None,
) -> tuple[TableFile, list[int]]:
    """Read files as one table, and tell how many of its rows come from each."""
    if files[0].name.lower().endswith(PARQUET):
        _refuse(options, source, "separator", "sheet")
        table, lengths = read_parquet_files(files, source, rows=rows, columns=columns)
        return _from_arrow(table, source, options), lengths
    if len(files) == 1:
        read = _from_blob(open_file(files[0], source), options)
        return read, [len(read.frame)]
    _refuse(options, source, "sheet")
    return _from_texts([open_file(file, str(file)) for file in files], options)


def _with_partitions(read: TableFile, partitions: pa.Table, options: ReadingOptions) -> TableFile:
    """Add what the names of folders say; a column that is in the files as well is the same."""
    own = tuple(name for name in options.text if name in partitions.column_names)
    typed, more = typed_columns(partitions, replace(options, text=own, date_format=None))
    frame = read.frame.drop(columns=partitions.column_names, errors="ignore")
    return TableFile(pd.concat([frame, typed], axis=1), (*read.warnings, *more))


def _named(read: TableFile, text: Sequence[str]) -> TableFile:
    """Make columns that were asked for as text categories: nobody need ask if they are numbers."""
    named = read.frame.astype(dict.fromkeys(text, "category"))
    return replace(read, frame=named)


def _from_blob(blob: Blob, options: ReadingOptions) -> TableFile:
    if blob.ending in (*PARQUET, *FEATHER):
        _refuse(options, blob.name, "separator", "sheet")
        return _from_arrow(read_arrow_blob(blob), blob.name, options)
    if blob.ending in EXCEL:
        _refuse(options, blob.name, "separator", "encoding")
        sheet = named_columns(sheet_rows(blob, options.sheet))
        frame, warnings = typed_columns(sheet.columns, options)
        return TableFile(frame, (*sheet.warnings, *warnings))
    _refuse(options, blob.name, "sheet")
    return _from_texts([blob], options)[0]


def _from_texts(blobs: list[Blob], options: ReadingOptions) -> tuple[TableFile, list[int]]:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    parts = [split_text(blob, options) for blob in blobs]
    first = parts[0]
    for blob, part in zip(blobs, parts, strict=True):
        _check_same_columns(first, part, blob.name)
    names = first.columns.column_names
    table = pa.concat_tables([part.columns.select(names) for part in parts])
    frame, warnings = typed_columns(table, options, separator=first.separator)
    said = dict.fromkeys(warning for part in parts for warning in part.warnings)
    lengths = [part.columns.num_rows for part in parts]
    return TableFile(frame, (*said, *warnings)), lengths


def _check_same_columns(first: TextTable, other: TextTable, name: str) -> None:
    one, two = set(first.columns.column_names), set(other.columns.column_names)
    if one != two:
        odd = min(one ^ two)
        has = "has a column" if odd in two else "has no column"
        msg = f"The CSV files must have the same columns; {name!r} {has} {odd!r}."
        raise TableError(msg)


def _from_arrow(table: pa.Table, source: str, options: ReadingOptions) -> TableFile:
    """Take types from the file; only what options ask for is read out of text."""
    frame, warnings = frame_of(table, source, options.encoding)
    names, renamed = _without_outer_spaces(list(frame.columns))
    frame.columns = pd.Index(names)
    warnings = [*renamed, *warnings]
    check_text_columns(options.text, list(frame.columns))
    for name in options.text:
        frame[name] = as_text(frame[name])
    frame, more = _text_read(frame, options)
    return TableFile(frame, (*warnings, *more))


def _without_outer_spaces(names: list[str]) -> tuple[list[str], list[str]]:
    """Strip names, since in a list on the command line outer spaces cannot be typed.

    Of two that are then the same, the one that was so from the beginning keeps its name.
    """
    stripped = [name.strip() for name in names]
    order = sorted(range(len(names)), key=lambda at: names[at] != stripped[at])
    distinct, renamed = distinct_names([stripped[at] for at in order])
    name_at = dict(zip(order, distinct, strict=True))
    return [name_at[at] for at in range(len(names))], renamed


def _text_read(frame: pd.DataFrame, options: ReadingOptions) -> tuple[pd.DataFrame, list[str]]:
    """Read columns of text as numbers or dates where an option says how they are written."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    names = [
        name
        for name in frame.columns
        if pd.api.types.is_string_dtype(frame[name].dtype) and name not in options.text
    ]
    if options.decimal is not None and names:
        table = pa.table({name: pa.array(frame[name], type=pa.string()) for name in names})
        typed, warnings = typed_columns(table, replace(options, text=()))
        return frame.assign(**{name: typed[name] for name in names}), warnings
    if options.date_format is None and options.day_first is None:
        return frame, []
    dates = DateFinder(options)
    for name in names:
        known = frame[name].dropna()
        moments = dates.find(name, known.drop_duplicates()) if len(known) else None
        if moments is not None:
            by_text = dict(zip(known.drop_duplicates(), moments, strict=True))
            frame = frame.assign(**{name: frame[name].map(by_text)})
    dates.check_used()
    return frame, dates.warnings


def _refuse(options: ReadingOptions, source: str, *names: str) -> None:
    for name in names:
        if getattr(options, name) is not None:
            msg = f"--{name} does not belong to {source!r}: that is another kind of file."
            raise OptionError(msg)


def _not_empty(read: TableFile, name: str) -> TableFile:
    rows, columns = read.frame.shape
    if read.frame.empty:
        msg = f"The table {name!r} is empty: {rows} rows, {columns} columns."
        raise TableError(msg)
    return read
