"""Read new rows from a file in batches, so that memory does not grow with their number."""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from qconf.core.plain_columns import LEVELS
from qconf.errors import TableError
from qconf.tables.containers import PARQUET, TEXT, first_line, open_packed
from qconf.tables.csv_stream import CsvStream
from qconf.tables.flat_batches import flat
from qconf.tables.options import ReadingOptions
from qconf.tables.parquet_files import PARQUET_ERRORS
from qconf.tables.schema import Schema
from qconf.tables.sources import no_such_file
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["NewFile", "open_rows"]

_STANDARD_INPUT = "standard input"
#: Bytes that are read of a column at once; a whole row group could be all of the file.
_BUFFER = 1 << 20


class NewFile(ABC):
    """A file of new rows, open.

    Attributes
    ----------
    name : str
        What the user calls it.
    schema : pyarrow.Schema
        Its columns, those of its folders' names among them.
    written : WrittenCells
        How its columns of text are written whose kinds the model knows.
    in_path : frozenset of str
        Columns that the names of its folders tell, and those of what comes out tell as well.
    """

    in_path: frozenset[str] = frozenset()
    name: str
    schema: pa.Schema
    written: WrittenCells

    def line(self, at: int) -> int | None:  # noqa: ARG002 - of files that have lines
        """Return the line of a row of the last batch that was read, if the file has lines."""
        return None

    @abstractmethod
    def batches(self, n_rows: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        """Read so many rows at a time; None is all columns."""

    def share(self) -> float | None:
        """Return how much of the file has been read, if its size is known."""
        return None


@contextmanager
def open_rows(
    source: str | Path,
    model_schema: Schema,
    options: ReadingOptions,
    partitions: Mapping[str, str | None] | None = None,
    name: str | None = None,
    row_groups: Sequence[int] | None = None,
) -> Iterator[NewFile]:
    """Open a file of new rows, or standard input.

    Parameters
    ----------
    source : str or Path
        A Parquet file, a text file with separated fields (packed or not), or ``-``.
    model_schema : Schema
        Which columns the model knows.
    options : ReadingOptions
        How text is read.
    partitions : mapping, default=None
        What the names of its folders say of all its rows.
    name : str, default=None
        What the user calls it; None is as `source`.
    row_groups : sequence of int, default=None
        Of a Parquet file, those to read; None is all.

    Yields
    ------
    NewFile

    Raises
    ------
    TableError
        If it cannot be read, or lacks columns that the model needs.
    """
    with _opened(source) as file:
        name = name or (_STANDARD_INPUT if source == "-" else str(source))
        begin = file.peek(4)[:4]  # type: ignore[attr-defined]
        if begin == b"PAR1":
            yield _ParquetRows(
                _parquet_source(file, source), name, model_schema, partitions or {}, row_groups
            )
        else:
            _check_text_name(name)
            yield _TextRows(file, name, model_schema, options, partitions or {})


class _ParquetRows(NewFile):
    def __init__(
        self,
        source: IO[bytes] | Path,
        name: str,
        known: Schema,
        partitions: Mapping[str, str | None],
        row_groups: Sequence[int] | None,
    ) -> None:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
        from pyarrow import parquet  # noqa: PLC0415

        self.name = name
        try:
            self._file = parquet.ParquetFile(source, buffer_size=_BUFFER, pre_buffer=False)
            # The metadata of pandas would make columns vanish into an index.
            own = self._file.schema_arrow.remove_metadata()
        except PARQUET_ERRORS as error:
            raise TableError(self._unreadable(error)) from error
        told = self._file.metadata
        self._row_groups = range(told.num_row_groups) if row_groups is None else row_groups
        self._n_rows = sum(told.row_group(one).num_rows for one in self._row_groups)
        self._done = 0
        self._partitions = partitions
        self.in_path = frozenset(partitions)
        fields = [one for one in _flat_schema(own) if one.name not in partitions]
        self.schema = pa.schema([*fields, *(pa.field(one, pa.string()) for one in partitions)])
        names = frozenset(partitions) & frozenset(known.names)
        self.written = WrittenCells(names, known.reading)
        self.written.learn(pa.table(_repeated(partitions, 1)), _kinds(known, names))

    def batches(self, n_rows: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        schema = pa.schema([one for one in self.schema if columns is None or one.name in columns])
        own = self._file.schema_arrow.remove_metadata()
        wanted = [one.name for one in own if set(_flat_schema([one]).names) & set(schema.names)]
        read = self._file.iter_batches(n_rows, row_groups=self._row_groups, columns=wanted)
        while True:
            try:
                batch = next(read, None)
            except PARQUET_ERRORS as error:
                raise TableError(self._unreadable(error)) from error
            if batch is None:
                return
            self._done += batch.num_rows
            plain = flat(batch)
            there = dict(zip(plain.schema.names, plain.columns, strict=True))
            there |= _repeated(self._partitions, batch.num_rows)
            yield pa.RecordBatch.from_arrays([there[one] for one in schema.names], schema=schema)

    def share(self) -> float | None:
        return self._done / self._n_rows if self._n_rows else None

    def _unreadable(self, error: Exception) -> str:
        return f"Cannot read {self.name!r} as Parquet: {first_line(error)}"


class _TextRows(NewFile):
    def __init__(
        self,
        file: IO[bytes],
        name: str,
        known: Schema,
        options: ReadingOptions,
        partitions: Mapping[str, str | None],
    ) -> None:
        self.name = name
        self._partitions = partitions
        self.in_path = frozenset(partitions)
        self._raw = file
        self._size = Path(name).stat().st_size if name != _STANDARD_INPUT else 0
        packed, ending = open_packed(cast("Any", file), name)
        ending = ending or Path(name).suffix.lower() or ".csv"
        self._stream = CsvStream(packed, name, ending if ending in TEXT else ".csv", options)
        probe = self._stream.probe()
        for column, values in _repeated(partitions, probe.num_rows).items():
            there = probe.schema.get_field_index(column)
            probe = probe if there < 0 else probe.remove_column(there)
            probe = probe.append_column(column, values)
        self.schema = probe.schema
        known.check(self.schema, frozenset(known.names))
        names = frozenset(known.names) & frozenset(self.schema.names)
        self.written = WrittenCells(names, options, self._stream.separator)
        self.written.learn(probe, _kinds(known, names))
        self.written.warnings[:0] = self._stream.warnings

    def batches(self, n_rows: int, columns: list[str] | None) -> Iterator[pa.RecordBatch]:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        wanted = [name for name in self.schema.names if columns is None or name in columns]
        schema = pa.schema([self.schema.field(name) for name in wanted])
        for batch in self._stream.batches(n_rows):
            there = dict(zip(batch.schema.names, batch.columns, strict=True))
            there |= _repeated(self._partitions, batch.num_rows)
            yield pa.RecordBatch.from_arrays([there[name] for name in wanted], schema=schema)

    def line(self, at: int) -> int | None:
        return self._stream.lines[at]

    def share(self) -> float | None:
        return self._raw.tell() / self._size if self._size else None


def _repeated(partitions: Mapping[str, str | None], count: int) -> dict[str, Any]:
    """Return the columns that the names of folders tell, as text."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return {
        name: pa.repeat(pa.scalar(value, type=pa.string()), count)
        for name, value in partitions.items()
    }


def _flat_schema(fields: Iterable[Any]) -> pa.Schema:
    """Return the columns that fields are, once they are flat."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    return flat(pa.RecordBatch.from_pylist([], pa.schema(list(fields)))).schema


def _kinds(known: Schema, names: frozenset[str]) -> dict[str, str]:
    """Return the kinds of columns of text, but for those that the model leaves alone."""
    return {one.name: one.kind if one.needed else LEVELS for one in known.columns
            if one.name in names}  # fmt: skip


@contextmanager
def _opened(source: str | Path) -> Iterator[IO[bytes]]:
    if source == "-":
        yield cast("IO[bytes]", sys.stdin.buffer)
        return
    try:
        file = Path(source).open("rb")  # noqa: SIM115 - closed below, where errors are not ours
    except FileNotFoundError as error:
        raise TableError(no_such_file(Path(source), str(source))) from error
    except OSError as error:
        msg = f"Cannot read {str(source)!r}: {error.strerror or error}."
        raise TableError(msg) from error
    with file:
        yield file


def _parquet_source(file: IO[bytes], source: str | Path) -> IO[bytes] | Path:
    """Let Arrow open a file by its name, which is faster than reading through Python."""
    if source == "-" and not file.seekable():
        msg = "Standard input must be CSV; a Parquet file is read by its name."
        raise TableError(msg)
    return file if source == "-" else Path(source)


def _check_text_name(name: str) -> None:
    """Refuse what is named like another kind of table."""
    ending = Path(name).suffix.lower()
    if ending in PARQUET:
        msg = f"Cannot read {name!r} as Parquet: it does not begin as a Parquet file does."
        raise TableError(msg)
    if ending == ".qconf":
        msg = f"{name!r} holds a model; name a table of new rows behind the model."
        raise TableError(msg)
    if ending in {".xlsx", ".xlsm", ".feather", ".arrow", ".ipc"}:
        msg = f"Cannot score {name!r}: rows to score are Parquet or CSV. Write it as one of them."
        raise TableError(msg)
