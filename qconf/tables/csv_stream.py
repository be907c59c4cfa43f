"""Read a text file of any length in batches: what is found out of it is found out by its beginning.

The same rules as for a file that is read at once (`qconf.tables.csv_files`); only what its later
lines would have told comes too late, and is refused there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from typing import IO, TYPE_CHECKING

from qconf.errors import TableError
from qconf.tables.containers import PACKING_ERRORS, first_line
from qconf.tables.csv_files import distinct_names, ragged
from qconf.tables.encodings import find_encoding
from qconf.tables.layout import find_layout, fits_width, records_in
from qconf.tables.options import ReadingOptions

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["CsvStream"]

#: Bytes by which a file's encoding is found out, letters for its layout, rows for its columns.
_PROBE_BYTES = 1 << 20
_PROBE_LETTERS = 1_200_000
_PROBE_ROWS = 10_000


class CsvStream:
    """A text file that is read from its beginning to its end, once.

    Parameters
    ----------
    file : binary file
        Unpacked; need not seek.
    name : str
        What the user calls it.
    ending : str
        What kind of text it is: ``.csv``, ``.tsv``.
    options : ReadingOptions
        `separator` and `encoding` are used.

    Attributes
    ----------
    names : list of str
        The columns.
    separator : str
    lines : list of int
        Where in the file the rows of the last batch stand: their last lines, from 1.
    warnings : list of str
        What was guessed and might be wrong.

    Raises
    ------
    TableError
        If it is empty, or no text.
    """

    def __init__(self, file: IO[bytes], name: str, ending: str, options: ReadingOptions) -> None:
        self._name = name
        self._line = 1
        self.lines: list[int] = []
        with self._told():
            begin = _first(file, _PROBE_BYTES)
            self._encoding, warning = find_encoding(begin, name, options.encoding)
            whole = io.BufferedReader(_Joined(begin, file))
            text = io.TextIOWrapper(whole, encoding=self._encoding, newline="")
            # The line that the probe ends in is read to its end.
            probe = (text.read(_PROBE_LETTERS) + text.readline()).removeprefix("\ufeff")
        layout = find_layout(probe, name, ending, options.separator)
        before = probe.count("\n", 0, layout.start)
        lines = chain(io.StringIO(probe[layout.start :], newline=""), text)
        self._layout = layout
        self._records = records_in(lines, layout, before)
        self.names, renamed = distinct_names(layout.names)
        self.separator = layout.separator
        self.warnings = [*([warning] if warning else []), *renamed]
        with self._told():
            next(self._records, None)  # the header
        self._seen = list(islice(self._rows(), _PROBE_ROWS))

    def probe(self) -> pa.Table:
        """Return the first rows, as columns of text."""
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        return pa.Table.from_batches([self._batch(self._seen)])

    def batches(self, n_rows: int) -> Iterator[pa.RecordBatch]:
        """Read so many rows at a time, as columns of text.

        Raises
        ------
        TableError
            If a line has another number of fields than the header, or is not in the encoding; the
            message names the line.
        """
        rows = chain(self._seen, self._rows())
        self._seen = []
        while block := list(islice(rows, n_rows)):
            self.lines = [line for line, _ in block]
            yield self._batch(block)

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        width, skip = self._layout.width, int(self._layout.row_names)
        with self._told():
            for number, row in self._records:
                if not fits_width(row, width):
                    raise TableError(ragged(number, row, self._layout, self._name))
                self._line = number
                yield number, row[skip:width]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Say in a line what goes wrong while the stream is read."""
        try:
            yield
        except UnicodeError as error:
            msg = (
                f"Cannot read {self._name!r} as CSV: a line after line {self._line} is not in the "
                f"encoding {self._encoding}. Name the right one: --encoding utf-8, cp1252, ..."
            )
            raise TableError(msg) from error
        except TableError:
            raise
        except csv.Error as error:
            msg = f"Cannot read {self._name!r} as CSV: {first_line(error)}"
            raise TableError(msg) from error
        except PACKING_ERRORS as error:
            msg = f"Cannot read {self._name!r} beyond line {self._line}: {first_line(error)}"
            raise TableError(msg) from error

    def _batch(self, rows: list[tuple[int, list[str]]]) -> pa.RecordBatch:
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        columns = list(zip(*(row for _, row in rows), strict=True)) or [()] * len(self.names)
        arrays = [pa.array(column, type=pa.string()) for column in columns]
        return pa.RecordBatch.from_arrays(arrays, names=self.names)


class _Joined(io.RawIOBase):
    """Bytes that were read already, and the file that they were read from."""

    def __init__(self, begin: bytes, file: IO[bytes]) -> None:
        self._begin = memoryview(begin)
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        into = memoryview(buffer)  # type: ignore[arg-type]
        piece = self._begin[: len(into)] if len(self._begin) else self._file.read(len(into))
        self._begin = self._begin[len(piece) :] if len(self._begin) else self._begin
        into[: len(piece)] = piece
        return len(piece)


def _first(file: IO[bytes], count: int) -> bytes:
    """Read so many bytes, or all if there are fewer: a pipe gives them piece by piece."""
    pieces = []
    while count > 0 and (piece := file.read(count)):
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)
