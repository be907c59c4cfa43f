"""Read Parquet and Feather files, and folders of them, as pyarrow's datasets do."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from qconf._types import IntArray
from qconf.errors import TableError
from qconf.tables.arrow_columns import two_of_one_name
from qconf.tables.containers import FEATHER, Blob, first_line

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "PARQUET_ERRORS", "parquet_batches", "parquet_lengths", "parquet_schema", "read_arrow_blob",
    "read_parquet_files", "row_group_runs",
]  # fmt: skip

#: Rows that are read at once where not all are kept.
_BATCH = 131_072
#: What pyarrow raises where a file is not what it should be.
PARQUET_ERRORS = (OSError, ValueError, TypeError, NotImplementedError, KeyError, RuntimeError)


def read_arrow_blob(blob: Blob) -> pa.Table:
    """Read a Parquet or Feather file from memory.

    Raises
    ------
    TableError
        If it is none.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    from pyarrow import feather, ipc, parquet  # noqa: PLC0415

    buffer = pa.BufferReader(blob.data)
    kind = "Arrow" if blob.ending in FEATHER else "Parquet"
    try:
        if kind == "Parquet":
            return parquet.read_table(buffer)
        if blob.data.startswith((b"ARROW1", b"FEA1")):
            return feather.read_table(buffer)
        return ipc.open_stream(buffer).read_all()
    except PARQUET_ERRORS as error:
        msg = f"Cannot read {blob.name!r} as {kind}: {first_line(error)}"
        raise TableError(msg) from error


def read_parquet_files(
    files: Sequence[Path],
    source: str,
    *,
    rows: IntArray | None = None,
    columns: Collection[str] | None = None,
) -> tuple[pa.Table, list[int]]:
    """Read Parquet files as one table.

    Columns that only some files have are missing in the others; integers and floats of several
    widths become the widest.

    Parameters
    ----------
    files : sequence of Path
    source : str
        What the user calls the files.
    rows : ndarray of int, default=None
        Positions, rising, of those to keep; the others are not in memory at once. None is all.
    columns : collection of str, default=None
        Names, without outer spaces, of those to read, a field of one being ``column.field``. None
        is all.

    Returns
    -------
    table : pyarrow.Table
    lengths : list of int
        How many of its rows come from each file.

    Raises
    ------
    TableError
        If a file cannot be read, or a column has types in two files that do not go together.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.dataset as ds  # noqa: PLC0415

    schema = parquet_schema(files, source, columns)
    if rows is not None:
        return _rows_of(files, source, schema, rows)
    parts = []
    for file in files:
        try:
            read = ds.dataset(str(file), schema=schema, format="parquet")
            part = read.to_table(columns=schema.names)
        except PARQUET_ERRORS as error:
            raise TableError(_unreadable(file, source, error)) from error
        parts.append(part)
    return pa.concat_tables(parts), [part.num_rows for part in parts]


def _rows_of(
    files: Sequence[Path], source: str, schema: pa.Schema, rows: IntArray
) -> tuple[pa.Table, list[int]]:
    """Read the rows at some positions, batch by batch."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    kept, lengths, begin = [], [0] * len(files), 0
    for file, batch in parquet_batches(files, source, schema):
        end = begin + batch.num_rows
        first, last = np.searchsorted(rows, (begin, end))
        kept.append(batch.take(pa.array(rows[first:last] - begin)))
        lengths[file] += int(last - first)
        begin = end
    return pa.Table.from_batches(kept, schema), lengths


def parquet_batches(
    files: Sequence[Path], source: str, schema: pa.Schema
) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Read Parquet files as one table that need not fit in memory, in the order of its rows.

    Parameters
    ----------
    files : sequence of Path
    source : str
        What the user calls the files.
    schema : pyarrow.Schema
        From `parquet_schema`.

    Yields
    ------
    tuple of (int, pyarrow.RecordBatch)
        From which of the files they are, and some rows.

    Raises
    ------
    TableError
        If a file cannot be read.
    """
    import pyarrow.dataset as ds  # noqa: PLC0415 - half a second that `import qconf` does without

    # Few batches ahead: they are what is in memory.
    how = {"batch_size": _BATCH, "batch_readahead": 2, "fragment_readahead": 1}
    for number, file in enumerate(files):
        try:
            read = ds.dataset(str(file), schema=schema, format="parquet")
            for batch in read.scanner(columns=schema.names, **how).to_batches():
                yield number, batch
        except PARQUET_ERRORS as error:
            raise TableError(_unreadable(file, source, error)) from error


def parquet_lengths(files: Sequence[Path], source: str) -> list[int]:
    """Return how many rows files have, without reading these.

    Raises
    ------
    TableError
        If a file cannot be read.
    """
    from pyarrow import parquet  # noqa: PLC0415 - half a second that `import qconf` does without

    lengths = []
    for file in files:
        try:
            lengths.append(int(parquet.read_metadata(file).num_rows))
        except PARQUET_ERRORS as error:
            raise TableError(_unreadable(file, source, error)) from error
    return lengths


def row_group_runs(file: Path, n_rows: int) -> list[range]:
    """Cut the row groups of a file into runs of at least so many rows.

    Parameters
    ----------
    file : Path
    n_rows : int

    Returns
    -------
    list of range
        Numbers of row groups; the rows of a last run may be fewer. One run, of none, for a file
        that cannot be read: who reads it will tell why.
    """
    from pyarrow import parquet  # noqa: PLC0415 - half a second that `import qconf` does without

    try:
        told = parquet.read_metadata(file)
    except PARQUET_ERRORS:
        return [range(0)]
    begun, runs, there = 0, [], 0
    for number in range(told.num_row_groups):
        there += told.row_group(number).num_rows
        if there >= n_rows:
            runs.append(range(begun, number + 1))
            begun, there = number + 1, 0
    if begun < told.num_row_groups or not runs:
        runs.append(range(begun, told.num_row_groups))
    return runs


def parquet_schema(
    files: Sequence[Path], source: str, columns: Collection[str] | None = None
) -> pa.Schema:
    """Return the columns that files have as one table.

    Raises
    ------
    TableError
        If a column has types in two files that do not go together.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    schema = _unified([(file, _schema_of(file, source)) for file in files])
    if columns is None:
        return schema
    # A field of a struct is called by both names.
    wanted = {*columns, *(name.partition(".")[0] for name in columns)}
    return pa.schema([field for field in schema if field.name.strip() in wanted])


def _schema_of(file: Path, source: str) -> pa.Schema:
    from pyarrow import parquet  # noqa: PLC0415 - half a second that `import qconf` does without

    try:
        # The metadata of pandas would make columns vanish into an index.
        schema = parquet.read_schema(file).remove_metadata()
    except PARQUET_ERRORS as error:
        raise TableError(_unreadable(file, source, error)) from error
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise TableError(two_of_one_name(str(file), twice))
    return schema


def _unreadable(file: Path, source: str, error: Exception) -> str:
    where = "" if str(file) == source else f" (in {str(file)!r})"
    return f"Cannot read {source!r} as Parquet{where}: {first_line(error)}"


def _unified(schemas: Sequence[tuple[Path, pa.Schema]]) -> pa.Schema:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    first, *others = schemas
    if not others:
        return first[1]
    unified = _plain(first[1])
    for file, written in others:
        schema = _plain(written)
        try:
            unified = pa.unify_schemas([unified, schema], promote_options="permissive")
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise TableError(_conflict(unified, file, schema)) from error
    return unified


def _plain(schema: pa.Schema) -> pa.Schema:
    """Write one type for what means the same, so that it goes together: dates and moments."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    for at, field in enumerate(schema):
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        if pa.types.is_string_view(kind):
            kind = pa.string()
        elif pa.types.is_date(kind):
            kind = pa.timestamp("us")
        elif pa.types.is_timestamp(kind) and kind.tz is not None:
            kind = pa.timestamp(kind.unit, "UTC")
        schema = schema.set(at, field.with_type(kind))
    return schema


def _conflict(unified: pa.Schema, file: Path, schema: pa.Schema) -> str:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    for field in schema:
        if field.name not in unified.names:
            continue
        before = unified.field(field.name)
        try:
            pa.unify_schemas(
                [pa.schema([before]), pa.schema([field])], promote_options="permissive"
            )
        except (pa.ArrowInvalid, pa.ArrowTypeError):
            return (
                f"Cannot read the files as Parquet of one table: the column {field.name!r} is "
                f"{field.type} in {str(file)!r} and {before.type} in the files before. Write it "
                "with one type, or name some of the files."
            )
    return f"Cannot read the files as Parquet of one table: {str(file)!r} has other columns."
