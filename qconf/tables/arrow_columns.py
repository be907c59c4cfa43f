"""Turn columns of Arrow, which know types that pandas does not, into columns of pandas."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf.errors import TableError
from qconf.tables.distinct_texts import as_series
from qconf.tables.numerals import EXACT_FLOATS, too_long_for_floats

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["frame_of", "two_of_one_name"]

#: Nameless indexes that pandas has written beside the columns.
_INDEX = "__index_level_"


def frame_of(
    table: pa.Table, source: str, encoding: str | None = None
) -> tuple[pd.DataFrame, list[str]]:
    """Turn a table of Arrow into a table of pandas.

    Decimals are numbers, unless they are whole and too long for floats; times of day are seconds.
    Structs are a column for each of their fields, lists text.

    Parameters
    ----------
    table : pyarrow.Table
    source : str
        What the user calls the table.
    encoding : str, default=None
        Of text that is not UTF-8; None is cp1252, with a warning.

    Returns
    -------
    frame : DataFrame
    warnings : list of str

    Raises
    ------
    TableError
        If a column cannot be turned.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    columns, warnings = {}, []
    for name, column in zip(table.column_names, table.columns, strict=True):
        if name.startswith(_INDEX):
            continue
        if name in columns:
            raise TableError(two_of_one_name(source, name))
        try:
            columns[name], warning = _series(name, column, encoding)
        except (ValueError, TypeError, NotImplementedError, OverflowError) as error:
            msg = f"Cannot read the column {name!r} of {source!r}, which is {column.type}."
            raise TableError(msg) from error
        warnings += [warning] if warning else []
    # One block for each type: pandas is slow with a hundred single columns.
    return pd.DataFrame(columns).copy(), warnings


def two_of_one_name(source: str, name: str) -> str:
    """Say that two columns have the same name."""
    return f"The table {source!r} has two columns named {name!r}; names must differ. Rename one."


def _series(name: str, column: pa.ChunkedArray, encoding: str | None) -> tuple[pd.Series[Any], str]:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    kind = column.type
    if isinstance(kind, pa.BaseExtensionType):
        column = pa.chunked_array([chunk.storage for chunk in column.chunks], kind.storage_type)
        kind = column.type
    if pa.types.is_dictionary(kind):
        plain = pa.types.is_string(kind.value_type) or pa.types.is_integer(kind.value_type)
        column = column if plain else column.cast(kind.value_type)
        kind = column.type
    if pa.types.is_decimal(kind) or pa.types.is_float16(kind) or pa.types.is_null(kind):
        return _floats(column), ""
    if pa.types.is_time(kind):
        whole = pa.int32() if kind.bit_width == 32 else pa.int64()  # noqa: PLR2004 - bits
        ticks = {"s": 1, "ms": 1e3, "us": 1e6, "ns": 1e9}[kind.unit]
        return column.cast(whole).cast(pa.float64()).to_pandas() / ticks, ""
    if _is_bytes(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _decoded(name, column, encoding)
    if pa.types.is_nested(kind):
        texts = [None if value is None else str(value) for value in column.to_pylist()]
        warning = (
            f"The column {name!r} holds lists, which are read as text; to leave it out: "
            f"--drop {shlex.quote(name)}"
        )
        return pd.Series(texts, dtype="str"), warning
    if pa.types.is_int64(kind) or pa.types.is_uint64(kind):
        return _integers(column), ""
    return column.to_pandas(date_as_object=False), ""


def _floats(column: pa.ChunkedArray) -> pd.Series[Any]:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    if pa.types.is_decimal(column.type) and column.type.scale == 0:
        texts = column.cast(pa.string())
        if too_long_for_floats(texts.unique().drop_null().to_pylist()):
            return as_series(texts)
    return as_series(column.cast(pa.float64()))


def _integers(column: pa.ChunkedArray) -> pd.Series[Any]:
    """Keep integers as they are where some are missing and a float would make two of them one."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    import pyarrow.compute as pc  # noqa: PLC0415

    ends = pc.min_max(column).as_py().values()
    if not column.null_count or max(abs(end or 0) for end in ends) <= EXACT_FLOATS:
        return as_series(column)
    series: pd.Series[Any] = column.to_pandas(
        types_mapper={pa.int64(): pd.Int64Dtype(), pa.uint64(): pd.UInt64Dtype()}.get
    )
    return series


def _is_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return any(
        getattr(pa.types, f"is_{name}")(kind)
        for name in ("binary", "large_binary", "fixed_size_binary", "binary_view")
    )


def _decoded(
    name: str, column: pa.ChunkedArray, encoding: str | None
) -> tuple[pd.Series[Any], str]:
    """Decode text; a file may call bytes text that are none in UTF-8."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    try:
        texts = column.cast(pa.string())
        texts.validate(full=True)
        return texts.to_pandas(), ""
    except (ValueError, TypeError):
        raw = column.cast(pa.large_binary()).to_pylist()
    wrong = next(value for value in raw if value is not None and not _is_utf8(value))
    used = encoding or "cp1252"
    decoded = [None if value is None else value.decode(used, "replace") for value in raw]
    warning = (
        f"The text of the column {name!r} is not UTF-8 and was read as {used} "
        f"({wrong[:20].decode(used, 'replace')!r}); if that is wrong, name the --encoding."
    )
    return pd.Series(decoded, dtype="str"), "" if encoding else warning


def _is_utf8(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
