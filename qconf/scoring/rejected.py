"""Rows that could not be scored: all their own fields, and the reason, as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qconf.core.long_files import long_file

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["RejectedRows", "gather", "rejections"]


class RejectedRows:
    """Write rows that could not be scored.

    Parameters
    ----------
    rows : csv writer
    """

    def __init__(self, rows: Any) -> None:
        self._rows = rows

    def write(self, batch: pa.RecordBatch, reasons: Mapping[int, str]) -> None:
        """Write those rows of a batch for which there is a reason, by position."""
        for at, reason in sorted(reasons.items()):
            row = batch.slice(at, 1).to_pylist()[0]
            cells = ["" if value is None else str(value) for value in row.values()]
            self._rows.writerow([*cells, reason])


@contextmanager
def rejections(path: Path | None, names: Sequence[str]) -> Iterator[RejectedRows | None]:
    """Open a file for rejected rows, which is there whole once the block has come to its end.

    Parameters
    ----------
    path : Path or None
        None is no file.
    names : sequence of str
        The rows' own columns.

    Yields
    ------
    RejectedRows or None
    """
    if path is None:
        yield None
        return
    with _written(path, names) as rows:
        yield RejectedRows(rows)


def gather(asides: Sequence[Path], path: Path) -> None:
    """Put the rejected rows of all parts into one file, which has the columns of all."""
    headers = [next(_rows_of(aside)) for aside in asides]
    names = list(dict.fromkeys(name for header in headers for name in header[:-1]))
    with _written(path, names) as rows:
        for aside in asides:
            header, *rest = _rows_of(aside)
            for row in rest:
                cells = dict(zip(header[:-1], row[:-1], strict=True))
                rows.writerow([*(cells.get(name, "") for name in names), row[-1]])


@contextmanager
def _written(path: Path, names: Sequence[str]) -> Iterator[Any]:
    with long_file(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        rows = csv.writer(text, lineterminator="\n")
        rows.writerow([*names, _free("reason", names)])
        yield rows
        text.detach()  # the file is closed by whoever opened it


def _rows_of(path: Path) -> Iterator[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def _free(name: str, taken: Sequence[str]) -> str:
    count = 0
    while (free := f"{name}.{count}" if count else name) in taken:
        count += 1
    return free
