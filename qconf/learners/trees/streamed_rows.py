"""Rows of numbers that are read anew when they are needed: all do not fit in memory."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import Any

import numpy as np

from qconf._types import FloatArray

__all__ = ["StreamedRows", "engine_rows"]

#: Rows that the engine takes at once.
_BATCH = 65_536


class StreamedRows(ABC):
    """A matrix that comes in batches of rows, the same each time.

    Attributes
    ----------
    shape : tuple of (int, int)
    """

    shape: tuple[int, int]

    def __len__(self) -> int:
        return self.shape[0]

    @abstractmethod
    def batches(self) -> Iterator[FloatArray]:
        """Read all rows, in their order."""


def engine_rows(matrix: FloatArray | StreamedRows) -> Any:
    """Return what `lightgbm.Dataset` takes: a matrix as it is, or a `lightgbm.Sequence`.

    Of a sequence the engine asks for some rows, to learn where its bins are, and then for all of
    them; it keeps a byte or two for each cell.
    """
    if isinstance(matrix, np.ndarray):
        return matrix
    from lightgbm import Sequence  # noqa: PLC0415 - the import costs a second

    class InBatches(Sequence):
        batch_size = _BATCH

        def __init__(self, rows: StreamedRows) -> None:
            self._cursor = _Cursor(rows)

        def __len__(self) -> int:
            return len(self._cursor.rows)

        def __getitem__(self, at: Any) -> FloatArray:
            if isinstance(at, slice):
                return self._cursor.read(*at.indices(len(self))[:2])
            row: FloatArray = self._cursor.read(int(at), int(at) + 1)[0]
            return row

    return InBatches(matrix)


class _Cursor:
    """Goes forward through batches of rows, and begins anew where an earlier one is asked for."""

    def __init__(self, rows: StreamedRows) -> None:
        self.rows = rows
        self._batches: Iterator[FloatArray] = iter(())
        self._batch = np.empty((0, rows.shape[1]))
        # Beyond the end: whatever is asked for first is earlier.
        self._begin = len(rows)

    def read(self, begin: int, end: int) -> FloatArray:
        """Return rows from one position up to another."""
        parts = []
        while begin < end:
            self._go_to(begin)
            part = self._batch[begin - self._begin : end - self._begin]
            parts.append(part)
            begin += len(part)
        return np.concatenate(parts) if parts else self._batch[:0]

    def _go_to(self, at: int) -> None:
        if at < self._begin:
            self._begin, self._batch = 0, self._batch[:0]
            self._batches = self.rows.batches()
        while at >= self._begin + len(self._batch):
            self._begin += len(self._batch)
            self._batch = next(self._batches)
