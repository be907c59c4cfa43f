"""Score a batch of Arrow: the one function that every engine maps over its rows.

It keeps nothing between batches, so that their size and order change no bit of what comes out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from qconf._types import FloatArray, IntArray
from qconf.core.conventions import PREDICTION
from qconf.errors import TableError, did_you_mean
from qconf.scoring.decisions import KINDS, Decisions
from qconf.scoring.table_scores import EXPECTED_ERROR, has_prediction, score_table
from qconf.tables.flat_batches import flat
from qconf.tables.schema import Schema
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = [
    "Scored", "check_kept", "one_batch", "output_fields", "score_batch", "score_rows",
]  # fmt: skip

_OUTPUTS = (PREDICTION, EXPECTED_ERROR, "fsd", "std", "low", "high")
_NOTHING_SAID = Decisions()


@dataclass(frozen=True, eq=False)
class Scored:
    """A batch of rows, scored.

    Attributes
    ----------
    batch : pyarrow.RecordBatch
        The rows that could be scored, in their order.
    reasons : dict of int to str
        Why other rows could not, by position in the batch that came in.
    table : DataFrame or ndarray of shape (n_scored, n_features)
        What the model read of the rows that were scored.
    prediction : ndarray of shape (n_scored,), or None
    """

    batch: pa.RecordBatch
    reasons: dict[int, str]
    table: Any = field(repr=False)
    prediction: FloatArray | None = field(repr=False)


def score_batch(
    model: Any,
    batch: pa.RecordBatch,
    *,
    keep: Sequence[str] = (),
    schema: Schema | None = None,
    decisions: Decisions | None = None,
) -> pa.RecordBatch:
    """Predict values, expected errors and ranges for a batch of new rows.

    Pure: nothing is kept between batches, and ``functools.partial(score_batch, model)`` can be
    pickled and sent to where the rows are.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
        Fitted.
    batch : pyarrow.RecordBatch of shape (n_rows, n_columns)
        Or a table of Arrow, polars or pandas, with the columns that the model was fitted on, in
        any order; others are ignored. Numbers and dates may be of any width; text is not taken
        for them.
    keep : sequence of str, default=()
        Columns of `batch` that come out again, before the scores.
    schema : Schema, default=None
        Names and kinds of the columns; None is what the model knows of them.
    decisions : Decisions, default=None
        What else is told of each row; ``Decisions().of_card(card)`` knows the threshold and the
        certificate of a model's file.

    Returns
    -------
    pyarrow.RecordBatch of shape (n_rows, n_kept + 6 or more)
        ``prediction``, in units of the target; ``expected_error`` >= 0, on the error scale;
        ``fsd``, the forecast standard deviation: the expected error relative to the prediction
        (missing where that is 0); ``std``, in units of the target; ``low`` and ``high``: one
        expected error around the prediction (`qconf.core.error_scale.ErrorScale`). Of a model with
        a distribution of errors they hold the truth in 80 % of rows, and there are
        ``p_within_10``, and with a threshold ``p_outlier`` and ``tier``; ``accept`` with a
        certificate (`qconf.scoring.decisions.Decisions`). Of a confidence
        estimator alone, which knows no error scale, only ``expected_error``.

    Raises
    ------
    TableError
        If a column is missing or of another kind, or a row cannot be scored; if a kept column is
        named like one of the scores.

    Examples
    --------
    >>> import numpy as np
    >>> import pyarrow as pa
    >>> from qconf import ConfidentRegressor
    >>> x = np.arange(200.0)[:, None]
    >>> model = ConfidentRegressor(confidence="constant", error="absolute", random_state=0)
    >>> model = model.fit(pd.DataFrame(x, columns=["area"]), x[:, 0])
    >>> batch = pa.RecordBatch.from_pydict({"area": [50, 60], "id": ["a", "b"]})
    >>> score_batch(model, batch, keep=["id"]).schema.names
    ['id', 'prediction', 'expected_error', 'fsd', 'std', 'low', 'high']
    """
    known = Schema.of_model(model) if schema is None else schema
    told = Decisions() if decisions is None else decisions
    told.check(model)
    scored = score_rows(model, one_batch(batch), known, keep, decisions=told)
    if scored.reasons:
        at, reason = min(scored.reasons.items())
        others = f" {len(scored.reasons) - 1} more rows." if len(scored.reasons) > 1 else ""
        msg = f"Row {at + 1} of the batch cannot be scored. {reason}{others}"
        raise TableError(msg)
    return scored.batch


def one_batch(rows: Any) -> pa.RecordBatch:
    """Return rows as one batch: that of Arrow, or a table of another library that speaks it.

    Raises
    ------
    TableError
        If it is no table.
    """
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    if isinstance(rows, pa.RecordBatch):
        return rows
    if not hasattr(rows, "__arrow_c_stream__"):
        msg = (
            "Rows to be scored must be a batch or a table of Arrow, or a DataFrame of pandas or "
            f"polars; got a {type(rows).__name__}."
        )
        raise TableError(msg)
    is_frame = isinstance(rows, pd.DataFrame)
    table = pa.Table.from_pandas(rows, preserve_index=False) if is_frame else pa.table(rows)
    # A frame that was put together of others holds its text in pieces.
    table = table.combine_chunks()
    batches = table.to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)


def score_rows(
    model: Any,
    batch: pa.RecordBatch,
    schema: Schema,
    keep: Sequence[str] = (),
    written: WrittenCells | None = None,
    decisions: Decisions = _NOTHING_SAID,
) -> Scored:
    """Score those rows of a batch that can be, and say why others cannot.

    Parameters
    ----------
    model : ConfidentRegressor or confidence estimator
    batch : pyarrow.RecordBatch
    schema : Schema
    keep : sequence of str, default=()
    written : WrittenCells, default=None
        How the columns of a text file are written.
    decisions : Decisions

    Returns
    -------
    Scored

    Raises
    ------
    TableError
        If a column is missing or of another kind.
    """
    check_kept(keep, batch.schema.names, model, decisions)
    new = schema.read(flat(batch), written)
    scored = score_table(model, new.table, schema, decisions, new.reasons)
    told = _output(model, batch, scored.rows, keep, scored.scores, decisions)
    return Scored(told, scored.reasons, scored.table, scored.scores.get(PREDICTION))


def output_fields(model: Any, decisions: Decisions = _NOTHING_SAID) -> list[pa.Field[Any]]:
    """Return names and types of the columns that scoring adds."""
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    types = {float: pa.float64(), str: pa.string(), bool: pa.bool_()}
    return [
        pa.field(name, types[KINDS.get(name, float)]) for name in _output_names(model, decisions)
    ]


def _output_names(model: Any, decisions: Decisions) -> tuple[str, ...]:
    scores = _OUTPUTS if has_prediction(model) else (EXPECTED_ERROR,)
    return (*scores, *decisions.columns(model))


def check_kept(
    keep: Sequence[str],
    there: Sequence[str],
    model: Any,
    decisions: Decisions = _NOTHING_SAID,
) -> None:
    """Check that kept columns are there, and that none is named like a score.

    Raises
    ------
    TableError
    """
    for name in keep:
        if name not in there:
            msg = f"The table has no column {name!r} to keep. {did_you_mean(name, there)}"
            raise TableError(msg)
        if name in _output_names(model, decisions):
            msg = (
                f"The column {name!r} of the table has the name of a score: leave it out of those "
                "that are kept (--keep), or rename it."
            )
            raise TableError(msg)


def _output(
    model: Any,
    batch: pa.RecordBatch,
    rows: IntArray,
    keep: Sequence[str],
    scores: dict[str, Any],
    decisions: Decisions,
) -> pa.RecordBatch:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    kept = batch.select(list(keep))
    if len(rows) < batch.num_rows:
        kept = kept.take(pa.array(rows))
    columns = dict(zip(kept.schema.names, kept.columns, strict=True))
    added = output_fields(model, decisions)
    columns |= {
        one.name: pa.array(scores[one.name], type=one.type, from_pandas=True) for one in added
    }
    return pa.RecordBatch.from_arrays(
        list(columns.values()), schema=pa.schema([*kept.schema, *added])
    )
