"""Write scored batches as Parquet or CSV, one after another."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Protocol, Self

from qconf.errors import OptionError, OutputError
from qconf.tables.containers import PARQUET

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["STAMP", "Sink", "check_ending", "sink_of"]

#: Where a Parquet file keeps what it was made from.
STAMP = b"qconf"
_TEXT = {".csv": ",", ".txt": ",", ".tsv": "\t", ".tab": "\t"}


class Sink(Protocol):
    """Where scored batches go."""

    def write(self, batch: pa.RecordBatch) -> None:
        """Write the next rows."""

    def stamp(self, value: bytes) -> None:
        """Keep in the file what it was made from, if it can."""


def check_ending(output: str) -> None:
    """Check that a file's name says what kind it is.

    Raises
    ------
    OptionError
    """
    if _ending(output) not in {*PARQUET, *_TEXT}:
        msg = (
            f"Scores are written as Parquet or CSV, told by the ending: {', '.join(PARQUET)}; or "
            f"{', '.join(_TEXT)}, each also with .gz behind it; got {output!r}."
        )
        raise OptionError(msg)


@contextmanager
def sink_of(file: IO[bytes], name: str, schema: pa.Schema) -> Iterator[Sink]:
    """Open a sink that writes to a file.

    Parameters
    ----------
    file : binary file
    name : str
        Its ending tells the kind; ``-`` is CSV.
    schema : pyarrow.Schema

    Yields
    ------
    Sink

    Raises
    ------
    OutputError
        If a column has a type that the kind of file cannot hold.
    """
    if _ending(name) in PARQUET:
        with _ParquetSink(file, schema) as sink:
            yield sink
    elif name.lower().endswith(".gz"):
        # Without a name and a time inside: the same rows are the same bytes.
        with gzip.GzipFile("", "wb", fileobj=file, mtime=0) as packed:
            yield _TextSink(packed, schema, _TEXT[_ending(name)])
    else:
        yield _TextSink(file, schema, _TEXT.get(_ending(name), ","))


class _ParquetSink:
    def __init__(self, file: IO[bytes], schema: pa.Schema) -> None:
        from pyarrow import parquet  # noqa: PLC0415 - half a second, else not needed

        try:
            self._writer = parquet.ParquetWriter(file, schema, compression="zstd")
        except (NotImplementedError, ValueError) as error:
            msg = f"Cannot write these columns as Parquet: {error}."
            raise OutputError(msg) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._writer.close()

    def write(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        # A row group of its own: Arrow would hold a million rows until it writes one.
        self._writer.write_table(pa.Table.from_batches([batch]))

    def stamp(self, value: bytes) -> None:
        self._writer.add_key_value_metadata({STAMP: value})


class _TextSink:
    def __init__(self, file: Any, schema: pa.Schema, separator: str) -> None:
        from pyarrow import csv as arrow_csv  # noqa: PLC0415 - half a second, else not needed

        self._file = file
        self._options = arrow_csv.WriteOptions(include_header=False, delimiter=separator)
        _check_flat(schema)
        header = io.StringIO()
        csv.writer(header, delimiter=separator, lineterminator="\n").writerow(schema.names)
        file.write(header.getvalue().encode())

    def write(self, batch: pa.RecordBatch) -> None:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without
        from pyarrow import csv as arrow_csv  # noqa: PLC0415

        # Not straight into the file, which an object of Arrow would close.
        text = pa.BufferOutputStream()
        arrow_csv.write_csv(batch, text, self._options)
        self._file.write(text.getvalue())

    def stamp(self, value: bytes) -> None:
        """Stamp nothing: text has no place for it."""


def _check_flat(schema: pa.Schema) -> None:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    for field in schema:
        if pa.types.is_nested(field.type) or pa.types.is_duration(field.type):
            msg = (
                f"Cannot write the column {field.name!r} as CSV: it holds {field.type}. Write "
                "Parquet, or do not keep it."
            )
            raise OutputError(msg)


def _ending(name: str) -> str:
    path = Path(name.lower())
    inner = Path(path.stem).suffix
    # Parquet packs its own columns.
    return inner if path.suffix == ".gz" and inner in _TEXT else path.suffix
