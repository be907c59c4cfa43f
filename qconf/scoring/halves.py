"""Find the rows that a model itself refuses, by halving the batch until they are alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from qconf.errors import QconfError
from qconf.scoring.batch import Scored, score_rows
from qconf.scoring.decisions import Decisions
from qconf.tables.schema import Schema
from qconf.tables.written_cells import WrittenCells

if TYPE_CHECKING:
    import pyarrow as pa

__all__ = ["score_in_halves"]

#: A model that refuses more rows of a batch has something against all of them.
_MOST = 100


def score_in_halves(
    model: Any,
    batch: pa.RecordBatch,
    schema: Schema,
    keep: Sequence[str] = (),
    written: WrittenCells | None = None,
    decisions: Decisions = Decisions(),  # noqa: B008 - frozen
) -> Scored:
    """Score rows as `qconf.scoring.batch.score_rows`, also where the model refuses some.

    A model says what is wrong, but not in which row: a score column with a negative number, say.
    Rows are scored each by itself, so what is left of a batch gets the same bits as the whole.

    Raises
    ------
    QconfError
        What the model says, if it refuses more than 100 rows.
    """
    score = partial(
        score_rows, model, schema=schema, keep=keep, written=written, decisions=decisions
    )
    return _halved(score, batch, [])


def _halved(
    score: Callable[[pa.RecordBatch], Scored], batch: pa.RecordBatch, refused: list[str]
) -> Scored:
    try:
        return score(batch)
    except QconfError as error:
        if batch.num_rows == 0 or len(refused) == _MOST:
            raise
        if batch.num_rows == 1:
            refused.append(str(error))
            nothing = score(batch[:0])
            return Scored(nothing.batch, {0: str(error)}, nothing.table, nothing.prediction)
    half = batch.num_rows // 2
    one, two = (_halved(score, piece, refused) for piece in (batch[:half], batch[half:]))
    return _joined(one, two, half)


def _joined(one: Scored, two: Scored, at: int) -> Scored:
    import pyarrow as pa  # noqa: PLC0415 - half a second that `import qconf` does without

    tables = [one.table, two.table]
    is_frame = isinstance(one.table, pd.DataFrame)
    prediction = None
    if one.prediction is not None and two.prediction is not None:
        prediction = np.concatenate([one.prediction, two.prediction])
    return Scored(
        pa.concat_batches([one.batch, two.batch]),
        {**one.reasons, **{at + later: reason for later, reason in two.reasons.items()}},
        pd.concat(tables, ignore_index=True) if is_frame else np.concatenate(tables),
        prediction,
    )
