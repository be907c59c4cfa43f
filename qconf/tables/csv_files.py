"""Split a text file into columns of text."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from qconf.errors import TableError
from qconf.tables.containers import Blob
from qconf.tables.encodings import decode
from qconf.tables.layout import NAMES, Layout, find_layout, fits_width, records
from qconf.tables.options import ReadingOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["TextTable", "distinct_names", "named_columns", "ragged", "split_text"]

#: No record may be longer than that: it would begin in one block and end in another.
_BLOCK = 1 << 25
_SHOWN = 60


class TextTable:
    """A table whose values are all text still.

    Attributes
    ----------
    columns : pyarrow.Table
    separator : str
        What stood between fields; empty if nothing did.
    warnings : list of str
    """

    def __init__(self, columns: pa.Table, separator: str, warnings: list[str]) -> None:
        self.columns = columns
        self.separator = separator
        self.warnings = warnings


def split_text(blob: Blob, options: ReadingOptions) -> TextTable:
    """Split a text file into columns of text.

    Parameters
    ----------
    blob : Blob
    options : ReadingOptions
        `encoding` and `separator` are used.

    Returns
    -------
    TextTable

    Raises
    ------
    TableError
        If the file is empty, is not text, or a line has another number of fields; the message
        names the line.
    """
    text, warning = decode(blob.data, blob.name, options.encoding)
    layout = find_layout(text, blob.name, blob.ending, options.separator)
    warnings = [warning] if warning else []
    columns = _fast(text, layout) if layout.plain else None
    if columns is None:
        columns = _careful(text, layout, blob.name)
    if layout.row_names:
        warnings.append(
            f"The lines of {blob.name!r} have one field more than the header: the first is taken "
            "for the line's name and left out."
        )
    names, renamed = distinct_names(layout.names)
    return TextTable(columns.rename_columns(names), layout.separator, [*warnings, *renamed])


def _fast(text: str, layout: Layout) -> pa.Table | None:
    """Split lines that are all alike in compiled code; None if there is one that is not."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
    from pyarrow import csv as arrow_csv  # noqa: PLC0415

    data = (text[layout.start :] if layout.start else text).encode()
    kinds = dict.fromkeys(layout.header, pa.string())
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(data),
            read_options=arrow_csv.ReadOptions(block_size=_BLOCK),
            parse_options=arrow_csv.ParseOptions(
                delimiter=layout.separator, newlines_in_values=True
            ),
            convert_options=arrow_csv.ConvertOptions(column_types=kinds, strings_can_be_null=False),
        )
    except pa.ArrowInvalid:
        return None
    if table.column_names != list(layout.header) or _may_be_open(table, data):
        return None
    extra = range(len(layout.names), table.num_columns)
    if any(any(value.as_py().strip() for value in table.column(at).unique()) for at in extra):
        return None
    return table.select(range(len(layout.names)))


def _may_be_open(table: pa.Table, data: bytes) -> bool:
    """Return whether the file may end inside of a quote that was never closed."""
    last = table.slice(table.num_rows - 1).to_pylist() if table.num_rows else []
    return data.count(b'"') % 2 == 1 or any("\n" in value for value in _values(last))


def _values(rows: list[dict[str, str]]) -> list[str]:
    return [value for row in rows for value in row.values()]


def _careful(text: str, layout: Layout, name: str) -> pa.Table:
    """Split record by record, and name the line that has too few or too many fields."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    width, skip = layout.width, int(layout.row_names)
    rows = records(text, layout)
    values: list[list[str]] = []
    try:
        next(rows, None)
        for number, row in rows:
            if not fits_width(row, width):
                raise TableError(ragged(number, row, layout, name))
            values.append(row[skip:width])
    except csv.Error as error:
        msg = f"Cannot read {name!r} as CSV: {error}."
        raise TableError(msg) from error
    columns = list(zip(*values, strict=True)) or [()] * len(layout.names)
    arrays = [pa.array(column, type=pa.string()) for column in columns]
    return pa.table(arrays, names=[str(i) for i in range(len(arrays))])


def ragged(number: int, row: list[str], layout: Layout, name: str) -> str:
    """Say that a line has too few or too many fields."""
    shown = io.StringIO()
    csv.writer(shown, delimiter=layout.separator, lineterminator="").writerow(row)
    line = shown.getvalue()
    line = line if len(line) <= _SHOWN else line[:_SHOWN] + "..."
    return (
        f"Cannot read {name!r} as CSV: line {number} has {len(row)} fields, the header "
        f"{len(layout.names)}: {line!r}. Mend that line, or name what separates fields "
        f"(--separator; {NAMES.get(layout.separator, repr(layout.separator))} was tried)."
    )


def distinct_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Name the nameless as pandas does, and the second of two with one name."""
    distinct: list[str] = []
    warnings = []
    taken = set(names)
    for at, name in enumerate(names):
        new, count = name or f"Unnamed: {at}", 0
        while new in distinct or (count and new in taken):
            count += 1
            new = f"{name}.{count}"
        if count:
            warnings.append(
                f"Two columns are named {name!r}; the second is called {new!r}. Rename one of them."
            )
        distinct.append(new)
    return distinct, warnings


def named_columns(rows: list[list[str]]) -> TextTable:
    """Make a table of text of rows that are split already, the first of which holds the names."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    header, *values = rows
    columns = list(zip(*values, strict=True)) or [()] * len(header)
    names, renamed = distinct_names([cell.strip() for cell in header])
    table = pa.table([pa.array(column, type=pa.string()) for column in columns], names=names)
    return TextTable(table, "", renamed)
