"""Read Parquet and Feather files, and folders of them, as pyarrow's datasets do."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from qconf.errors import TableError
from qconf.tables.arrow_columns import two_of_one_name
from qconf.tables.containers import FEATHER, Blob, first_line

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["PARQUET_ERRORS", "read_arrow_blob", "read_parquet_files"]

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


def read_parquet_files(files: Sequence[Path], source: str) -> tuple[pa.Table, list[int]]:
    """Read Parquet files as one table.

    Columns that only some files have are missing in the others; integers and floats of several
    widths become the widest.

    Parameters
    ----------
    files : sequence of Path
    source : str
        What the user calls the files.

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

    schema = _unified([(file, _schema_of(file, source)) for file in files])
    parts = []
    for file in files:
        try:
            part = ds.dataset(str(file), schema=schema, format="parquet").to_table()
        except PARQUET_ERRORS as error:
            raise TableError(_unreadable(file, source, error)) from error
        parts.append(part)
    return pa.concat_tables(parts), [part.num_rows for part in parts]


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
