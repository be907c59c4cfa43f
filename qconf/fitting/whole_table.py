"""Learn from all rows of a table that does not fit in memory, batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from sklearn.base import clone

from qconf._types import BoolArray, FloatArray
from qconf.core.error_scale import ErrorScale
from qconf.core.plain_columns import LEVELS
from qconf.encoding.encoded import Encoded
from qconf.encoding.encoder import TableEncoder
from qconf.errors import TableError
from qconf.learners.trees.streamed_rows import StreamedRows
from qconf.model.known_values import KnownValues
from qconf.model.whole_table import WholeTable
from qconf.tables.drawing import Drawn
from qconf.tables.flat_batches import flat
from qconf.tables.large_tables import read_columns
from qconf.tables.parquet_files import parquet_batches, parquet_schema
from qconf.tables.partitions import partition_values
from qconf.tables.roles import check_target_values, moments_of, role_column, role_numbers
from qconf.tables.schema import Schema
from qconf.tables.sources import files_of
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from qconf.model.earlier_models import EarlierModels
    from qconf.model.regressor import ConfidentRegressor
    from qconf.model.row_views import ViewsRows

__all__ = ["AllRows"]


@dataclass(eq=False)
class AllRows(WholeTable):
    """All rows of a table of which some were drawn.

    Of each row the target and the time are in memory; its features are read again for each pass:
    what levels and gaps there are, where the engine's bins are, their numbers, and what an online
    confidence learns from.

    Attributes
    ----------
    drawn : Drawn
    target_name : str
    time_name : str or None
    scale : ErrorScale
    n_errors : int
        Rows beside the drawn ones whose errors an online confidence has learned.
    """

    drawn: Drawn
    target_name: str
    time_name: str | None
    scale: ErrorScale
    n_errors: int = field(default=0, init=False)

    @cached_property
    def _roles(self) -> tuple[FloatArray, Any, BoolArray]:
        """Return target and time of all rows, and which of them can be used."""
        names = [one for one in (self.target_name, self.time_name) if one is not None]
        frame = read_columns(self.drawn.source, names, self.drawn.reading).frame
        what = f"target {self.target_name!r}"
        target = role_numbers(
            cast("pd.Series[Any]", role_column(frame, "target", self.target_name)), what
        )
        moments, timed = moments_of(role_column(frame, "time", self.time_name))
        usable = ~np.isnan(target)
        if timed is not None:
            usable &= timed
        check_target_values(target[usable], what, self.scale)
        return target, moments, usable

    def check(self) -> None:
        """Check target and time of all rows.

        Raises
        ------
        TableError
            If they cannot be learned from.
        """
        _ = self._roles

    @property
    def n_usable(self) -> int:
        """How many rows have a target, and a time if there is one."""
        return int(self._roles[2].sum())

    def learn(
        self, model: ViewsRows, regressor: Any, known: KnownValues
    ) -> tuple[Any, KnownValues, tuple[Any, Any] | None]:
        """Fit a valuation model on all rows that can be used, as `WholeTable.learn` asks."""
        target, moments, usable = self._roles
        rows = _Features(self.drawn, model, usable)
        known = known.widened(rows)
        numbers: Any = _Numbers(rows, known.encoder, int(usable.sum()))
        # A copy of as many numbers is spared where it would be all of them.
        learned = target if usable.all() else target[usable]
        fitted = clone(regressor).fit(Encoded(numbers, known.encoder), learned)
        span = None if moments is None else (moments[usable].min(), moments[usable].max())
        return fitted, known, span

    def learn_errors(self, model: ConfidentRegressor, earlier: EarlierModels) -> None:
        """Go on with the rows that were not drawn, as `WholeTable.learn_errors` asks."""
        target, moments, usable = self._roles
        others = usable.copy()
        others[self.drawn.rows] = False
        positions, begin, self.n_errors = np.flatnonzero(others), 0, 0
        for part in _Features(self.drawn, model, others):
            own = positions[begin : begin + len(part)]
            begin += len(part)
            prediction = earlier.predict(part, moments[own])
            valued = np.flatnonzero(np.isfinite(prediction))
            if len(valued) == 0:
                continue
            rows, prediction = part.iloc[valued], prediction[valued]
            residual = self.scale.checked_residual(prediction, target[own[valued]])
            model.confidence_.partial_fit(model.described(rows, prediction), residual)
            self.n_errors += len(valued)


class _Features:
    """The features of all usable rows, as the valuation model sees them, batch by batch."""

    def __init__(self, drawn: Drawn, model: ViewsRows, usable: BoolArray) -> None:
        self._source, self._model, self._usable = drawn.source, model, usable
        self._files, base = files_of(drawn.source)
        self._schema = Schema.of_model(model, drawn.reading)
        self._folders = [partition_values(file, base) for file in self._files]
        in_path = {name for one in self._folders for name in one} & set(self._schema.names)
        self._in_path = sorted(in_path)
        kinds = {one.name: one.kind if one.needed else LEVELS
                 for one in self._schema.columns if one.name in in_path}  # fmt: skip
        self._written = WrittenCells(frozenset(in_path), self._schema.reading)
        self._written.learn(self._told(range(len(self._files))), kinds)
        own = [one.name for one in self._schema.columns if one.name not in in_path]
        self._columns = parquet_schema(self._files, self._source, own)

    def __iter__(self) -> Iterator[Any]:
        begin = 0
        for file, batch in parquet_batches(self._files, self._source, self._columns):
            used = self._usable[begin : begin + batch.num_rows]
            begin += batch.num_rows
            if used.any():
                yield self._read(file, flat(batch), used, begin - batch.num_rows)

    def _read(self, file: int, batch: pa.RecordBatch, used: BoolArray, begin: int) -> Any:
        for name in self._in_path:
            there = batch.schema.get_field_index(name)
            batch = batch if there < 0 else batch.remove_column(there)
            batch = batch.append_column(
                name, self._told([file] * batch.num_rows)[name].combine_chunks()
            )
        new = self._schema.read(batch, self._written)
        wrong = sorted(at for at in new.reasons if used[at])
        if wrong:
            msg = (
                f"Row {begin + wrong[0] + 1:,} of {self._source!r} cannot be read as the rows that "
                f"were drawn. {new.reasons[wrong[0]]} Mend it, or leave the row out."
            )
            raise TableError(msg)
        return self._model.features_of(new.table[used].reset_index(drop=True))

    def _told(self, files: Any) -> pa.Table:
        """Return what the names of folders say, one row for each file."""
        import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

        return pa.table(
            {
                name: pa.array([self._folders[file].get(name) for file in files], type=pa.string())
                for name in self._in_path
            }
        )


class _Numbers(StreamedRows):
    """The same as numbers."""

    def __init__(self, features: _Features, encoder: TableEncoder, n_rows: int) -> None:
        self._features, self._encoder = features, encoder
        self.shape = n_rows, encoder.n_features_in_

    def batches(self) -> Iterator[FloatArray]:
        for part in self._features:
            yield self._encoder.encode(part)
